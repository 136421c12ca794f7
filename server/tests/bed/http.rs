//! Requests by hand over a raw socket, and answers taken apart.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: &'static str,
    target: String,
    version: &'static str,
    headers: Vec<(String, String)>,
    body: String,
}

impl Ask {
    pub(crate) fn get(target: &str) -> Self {
        let headers = vec![("Host".to_owned(), "ddns.example.com".to_owned())];
        Self { method: "GET", target: target.to_owned(), version: "1.1", headers, body: String::new() }
    }

    /// A form.
    pub(crate) fn post(target: &str, form: &str) -> Self {
        let ask = Self { method: "POST", body: form.to_owned(), ..Self::get(target) };
        ask.header("Content-Type", "application/x-www-form-urlencoded")
            .header("Content-Length", &form.len().to_string())
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn with_body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    pub(crate) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn user(self, user: &str, password: &str) -> Self {
        let login = base64(format!("{user}:{password}").as_bytes());
        self.header("Authorization", &format!("Basic {login}"))
    }

    pub(crate) fn json(self) -> Self {
        self.header("Accept", "application/json")
    }

    /// As bytes on the wire; the connection is closed after the answer.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/{}\r\n", self.method, self.target, self.version);
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
        if self.version == "1.1" {
            text += "Connection: close\r\n";
        }
        (text + "\r\n" + &self.body).into_bytes()
    }

    pub(crate) fn send(&self, at: SocketAddr) -> Answer {
        Answer::to(at, &self.bytes())
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// To these bytes.
    pub(crate) fn to(at: SocketAddr, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(at).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream.write_all(bytes).unwrap();
        Self::from(stream)
    }

    /// Reads to the end of the connection.
    pub(crate) fn from(mut stream: TcpStream) -> Self {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let text = String::from_utf8_lossy(&all).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }
}

/// RFC 4648 section 4.
pub(crate) fn base64(bytes: &[u8]) -> String {
    domain::utils::base64::encode_string(bytes)
}

/// As in a query.
pub(crate) fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
