//! A browser as far as HTTP sees it: it keeps cookies by their rules, and sends forms with the headers that browsers send along.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) struct Browser {
    at: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
    /// What the Host header says.
    pub(crate) host: String,
    /// Sent with every request.
    pub(crate) always: Vec<(String, String)>,
    /// Sent with forms.
    pub(crate) with_forms: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// What the first form of the page carries.
    pub(crate) fn seal(&self) -> &str {
        let (_, rest) = self.body.split_once("name=\"seal\" value=\"").unwrap_or_else(|| panic!("{}", self.body));
        rest.split('"').next().unwrap()
    }

    #[track_caller]
    pub(crate) fn holds(&self, text: &str) {
        assert!(self.body.contains(text), "no {text:?} in\n{}", self.body);
    }

    #[track_caller]
    pub(crate) fn lacks(&self, text: &str) {
        assert!(!self.body.contains(text), "{text:?} in\n{}", self.body);
    }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Browser {
    pub(crate) fn new(at: SocketAddr) -> Self {
        let with_forms = pairs(&[("sec-fetch-site", "same-origin"), ("origin", "null")]);
        Self { at, cookies: BTreeMap::new(), host: at.to_string(), always: Vec::new(), with_forms }
    }

    pub(crate) fn always(mut self, headers: &[(&str, &str)]) -> Self {
        self.always = pairs(headers);
        self
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let mut headers = self.with_forms.clone();
        headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        self.send("POST", path, &headers, &body.finish())
    }

    /// Loads the page with the form, and sends that form.
    pub(crate) fn log_in(&mut self, user: &str, password: &str) -> Answer {
        let seal = self.get("/").seal().to_owned();
        self.post("/login", &[("seal", &seal), ("user", user), ("password", password)])
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[(String, String)], body: &str) -> Answer {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.host);
        for (name, value) in self.always.iter().chain(headers) {
            text.extend([name, ": ", value, "\r\n"]);
        }
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            text.extend(["cookie: ", &all.join("; "), "\r\n"]);
        }
        if method == "POST" {
            text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        let answer = exchange(self.at, &format!("{text}\r\n{body}"));
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                self.keep(value);
            }
        }
        answer
    }

    fn keep(&mut self, cookie: &str) {
        let mut parts = cookie.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes: Vec<&str> = parts.collect();
        for wanted in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(attributes.contains(&wanted), "{cookie}");
        }
        assert_eq!(name.starts_with("__Host-"), attributes.contains(&"Secure"), "{cookie}");
        if attributes.contains(&"Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn exchange(at: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}
