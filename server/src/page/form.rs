//! What a form holds. Only the body counts: what stands in an address is logged by proxies and kept by browsers.

use ddns::secret::Secret;

use crate::world::Request;

/// Names and values in their order.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// `None` for a body that is no form.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let kind = request.header("content-type").next()?;
        let kind = kind.split(|&byte| byte == b';').next()?.trim_ascii();
        let form = kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded");
        form.then(|| Self(form_urlencoded::parse(&request.body).into_owned().collect()))
    }

    /// The first value of that name; empty where there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// The same for what nobody is to see.
    pub(super) fn secret(&self, name: &str) -> Secret {
        Secret::new(self.value(name))
    }
}
