//! A browser for providers that have no API but pages: cookies (RFC 6265), redirects, forms.
//!
//! It stays on one site and never leaves https, whatever a page says: a password is sent into its forms. Knows no provider.

use super::api::{End, Step, by_status, silent};
use super::{Job, keys, not_sent};
use crate::answer::Answer;
use crate::secret::{Secret, percent_encoded};
use crate::url::Url;
use crate::world::{Http, Request};

/// More redirects in a row are a loop.
const LIMIT: usize = 15;

struct Cookie {
    host: String,
    /// Sent to hosts below `host` too.
    below: bool,
    path: String,
    name: String,
    value: Secret,
}

/// A browser that has just been opened.
pub(super) struct Browser<'a> {
    job: &'a Job<'a>,
    http: &'a mut dyn Http,
    site: &'static str,
    jar: Vec<Cookie>,
}

/// A page with status 2xx.
pub(super) struct Page {
    /// Where it was found in the end.
    pub(super) url: Url,
    pub(super) text: String,
}

impl<'a> Browser<'a> {
    /// One that visits `site` and names below it only.
    pub(super) fn new(job: &'a Job<'a>, http: &'a mut dyn Http, site: &'static str) -> Self {
        Self { job, http, site, jar: Vec::new() }
    }

    /// Opens a page.
    pub(super) fn open(&mut self, url: &str) -> Step<Page> {
        let url = Url::parse(url).map_err(|why| not_sent(format!("the page's URL: {why}")))?;
        self.walk("GET", url, None)
    }

    /// Sends the form of a page to where its `action` leads.
    pub(super) fn submit(&mut self, page: &Page, action: &str, fields: &[(&str, &[u8])]) -> Step<Page> {
        let url = page
            .url
            .join(action)
            .map_err(|why| self.ended(Answer::Unclear, &format!("the form's action: {why}"), ""))?;
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        self.walk("POST", url, Some(fields.join("&").into_bytes()))
    }

    /// What `Cookie` says to this URL.
    pub(super) fn cookies(&self, url: &Url) -> Secret {
        let sent = self.jar.iter().filter(|cookie| cookie.goes_to(url));
        let sent: Vec<Vec<u8>> =
            sent.map(|cookie| [cookie.name.as_bytes(), b"=", cookie.value.reveal()].concat()).collect();
        Secret::new(sent.join(&b"; "[..]))
    }

    /// How a page ends the line: a class, our words, the page's.
    pub(super) fn ended(&self, answer: Answer, ours: &str, theirs: &str) -> End {
        let cookies: Vec<Secret> = self.jar.iter().map(|cookie| cookie.value.clone()).collect();
        keys::ended(self.job, &cookies, answer, (ours, theirs.as_bytes()))
    }

    fn walk(&mut self, mut method: &'static str, mut url: Url, mut body: Option<Vec<u8>>) -> Step<Page> {
        for _ in 0..LIMIT {
            if !url.secure || !within(&url.host, self.site) {
                let why = format!("a page leads away from https://{}, to '{}'", self.site, url.host);
                return Err(self.ended(Answer::Unclear, &why, ""));
            }
            let mut headers = vec![("Cookie", self.cookies(&url))];
            headers.retain(|(_, value)| !value.is_empty());
            if body.is_some() {
                headers.push(("Content-Type", Secret::new("application/x-www-form-urlencoded")));
            }
            let request = Request { method, url: url.clone(), headers, body: body.take(), confidential: true };
            let (response, trail) = self.http.visit(&request, self.job.route).map_err(|broken| silent(&broken))?;
            for cookie in &trail.cookies {
                self.keep(cookie, &url);
            }
            let text = String::from_utf8_lossy(&response.body).into_owned();
            match (response.status, trail.location) {
                (200..=299, _) => return Ok(Page { url, text }),
                // what was sent is never sent a second time
                (301..=303, Some(to)) => {
                    url =
                        url.join(&to).map_err(|why| self.ended(Answer::Unclear, &format!("a redirect: {why}"), ""))?;
                    method = "GET";
                }
                (status, _) => {
                    return Err(self.ended(by_status(&response), &format!("HTTP status {status}"), &text));
                }
            }
        }
        Err(self.ended(Answer::Unclear, "the pages lead on and on", ""))
    }

    /// Takes a cookie for the host that set it, or for a name above it within the site; one that has ended is forgotten.
    fn keep(&mut self, cookie: &Secret, from: &Url) {
        let text = String::from_utf8_lossy(cookie.reveal());
        let mut parts = text.split(';').map(|part| part.split_once('=').unwrap_or((part, "")));
        let Some((name, value)) = parts.next().map(|(name, value)| (name.trim(), value.trim())) else { return };
        let (mut host, mut below, mut path, mut ended) = (from.host.as_str(), false, "/", false);
        for (attribute, value) in parts.map(|(attribute, value)| (attribute.trim(), value.trim())) {
            match attribute.to_ascii_lowercase().as_str() {
                "domain" if !value.is_empty() => (host, below) = (value.trim_start_matches('.'), true),
                "path" if value.starts_with('/') => path = value,
                "max-age" => ended |= value.starts_with('-') || value == "0",
                "expires" => ended |= value.contains("1970"),
                _ => {}
            }
        }
        if !within(&from.host, host) || !within(host, self.site) {
            return;
        }
        self.jar.retain(|old| old.name != name || old.host != host || old.path != path);
        if !ended {
            let (host, path, name) = (host.to_owned(), path.to_owned(), name.to_owned());
            self.jar.push(Cookie { host, below, path, name, value: Secret::new(value) });
        }
    }
}

impl Cookie {
    fn goes_to(&self, url: &Url) -> bool {
        let path = url.path.split('?').next().unwrap_or_default();
        let behind = path.strip_prefix(self.path.as_str());
        let in_path = behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/'));
        in_path && url.secure && if self.below { within(&url.host, &self.host) } else { url.host == self.host }
    }
}

/// Whether `host` is `site` or a name below it.
fn within(host: &str, site: &str) -> bool {
    host.strip_suffix(site).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_where_it_came_from_and_nowhere_else() {
        let cookie = |host: &str, below, path: &str| {
            let (host, path) = (host.to_owned(), path.to_owned());
            Cookie { host, below, path, name: String::new(), value: Secret::default() }
        };
        let goes = |cookie: &Cookie, url: &str| cookie.goes_to(&Url::parse(url).unwrap());
        let own = cookie("www.one.com", false, "/admin");
        for url in ["https://www.one.com/admin", "https://www.one.com/admin?x=/y", "https://www.one.com/admin/a/b"] {
            assert!(goes(&own, url), "{url}");
        }
        for url in ["https://www.one.com/administrator", "https://www.one.com/", "http://www.one.com/admin"] {
            assert!(!goes(&own, url), "{url}");
        }
        for (url, wide) in [("https://one.com/admin", false), ("https://a.www.one.com/admin", true)] {
            assert!(!goes(&own, url) && goes(&cookie("www.one.com", true, "/"), url) == wide, "{url}");
        }
        assert!(!goes(&cookie("one.com", true, "/"), "https://phone.com/"));
    }
}
