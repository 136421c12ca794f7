//! The parameters of query and form, decoded.
#![forbid(unsafe_code)]

use crate::world::Request;

/// Names and values in their order: those of the query, then those of the form.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads both.
    pub fn of(request: &Request) -> Self {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut add = |bytes: &[u8]| found.extend(form_urlencoded::parse(bytes).into_owned());
        add(request.query.as_deref().unwrap_or_default().as_bytes());
        if request.method == "POST" && is_form(request) {
            add(&request.body);
        }
        Self(found)
    }

    /// The value of the first name that has one. An empty value is none: routers send every field of their form, filled or not.
    pub fn value(&self, names: &[String]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.0.iter().find(|(found, value)| found == name && !value.trim().is_empty()))
            .map(|(_, v)| v.as_str())
    }

    /// All values under any of the names, in the order of the names.
    pub fn values<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = &'a str> {
        names
            .iter()
            .flat_map(|name| self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str()))
    }
}

/// A body without a type is taken for a form, for that is what `curl -d` of old and small clients mean.
fn is_form(request: &Request) -> bool {
    request.header("content-type").next().is_none_or(|kind| {
        let kind = kind.split(|&byte| byte == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    })
}
