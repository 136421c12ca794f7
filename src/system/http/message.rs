//! Requests as bytes (RFC 9112 section 3). Nothing that could begin a second line ever gets into one.

use crate::secret::{Secret, base64};
use crate::url::Url;
use crate::world::{Broken, Proxy, Request, Route};

const PROGRAM: &str = concat!("ddns/", env!("CARGO_PKG_VERSION"));

/// A request to the server itself, or in absolute form to a proxy for `http:`.
pub(super) fn bytes(request: &Request, url: &Url, route: &Route) -> Result<Vec<u8>, Broken> {
    check_url(url)?;
    let plain_proxy = route.proxy.as_ref().filter(|_| !url.secure);
    let target = if plain_proxy.is_some() { url.to_string() } else { url.path.clone() };
    let mut lines = Lines(format!("{} {target} HTTP/1.1\r\n", request.method).into_bytes());
    lines.field("Host", url.authority().as_bytes())?;
    let own = |name: &str| request.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    if !own("User-Agent") {
        lines.field("User-Agent", route.user_agent.as_deref().unwrap_or(PROGRAM).as_bytes())?;
    }
    if !own("Accept") {
        lines.field("Accept", b"*/*")?;
    }
    lines.field("Connection", b"close")?;
    if let Some(login) = url.login.as_ref().filter(|_| !own("Authorization")) {
        lines.login("Authorization", login)?;
    }
    if let Some(login) = plain_proxy.and_then(|proxy| proxy.login.as_ref()) {
        lines.login("Proxy-Authorization", login)?;
    }
    for (name, value) in &request.headers {
        lines.field(name, value.reveal())?;
    }
    let body = request.body.as_deref().unwrap_or_default();
    if request.body.is_some() || !matches!(request.method, "GET" | "DELETE") {
        lines.field("Content-Length", body.len().to_string().as_bytes())?;
    }
    Ok(lines.end(body))
}

/// A request for a tunnel. No login for the server in it: that is between the server and us.
pub(super) fn connect(url: &Url, proxy: &Proxy, route: &Route) -> Result<Vec<u8>, Broken> {
    check_url(url)?;
    let host = if url.host.contains(':') { format!("[{}]", url.host) } else { url.host.clone() };
    let target = format!("{host}:{}", url.port);
    let mut lines = Lines(format!("CONNECT {target} HTTP/1.1\r\n").into_bytes());
    lines.field("Host", target.as_bytes())?;
    lines.field("User-Agent", route.user_agent.as_deref().unwrap_or(PROGRAM).as_bytes())?;
    if let Some(login) = &proxy.login {
        lines.login("Proxy-Authorization", login)?;
    }
    Ok(lines.end(&[]))
}

/// `Url::parse` never makes such a URL, but its fields are open to everybody.
fn check_url(url: &Url) -> Result<(), Broken> {
    let graphic = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
    let host_fits = !url.host.is_empty() && graphic(&url.host) && !url.host.contains(['/', '?', '#', '@', '[', ']']);
    if host_fits && url.path.starts_with('/') && graphic(&url.path) {
        Ok(())
    } else {
        Err(Broken::Setup("the URL holds characters that no request can carry".to_owned()))
    }
}

/// Request line and fields in the making.
struct Lines(Vec<u8>);

impl Lines {
    /// One field; a value with a control character is refused (RFC 9110 section 5.5), never cut or cleaned.
    fn field(&mut self, name: &str, value: &[u8]) -> Result<(), Broken> {
        let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !named || value.iter().any(|&b| b.is_ascii_control() && b != b'\t') {
            return Err(Broken::Setup(format!(
                "the value for '{name}' holds a control character, which no request can carry"
            )));
        }
        for part in [name.as_bytes(), b": ", value, b"\r\n"] {
            self.0.extend_from_slice(part);
        }
        Ok(())
    }

    /// Basic authentication (RFC 7617), sent without being asked.
    fn login(&mut self, name: &str, login: &Secret) -> Result<(), Broken> {
        self.field(name, format!("Basic {}", base64(login.reveal())).as_bytes())
    }

    fn end(mut self, body: &[u8]) -> Vec<u8> {
        self.0.extend_from_slice(b"\r\n");
        self.0.extend_from_slice(body);
        self.0
    }
}
