//! Cookies (RFC 6265, and the prefixes and `SameSite` of its revision, draft-ietf-httpbis-rfc6265bis).

use crate::world::Request;

/// The value of the first cookie of that name.
pub(super) fn value(request: &Request, name: &str) -> Option<String> {
    request
        .header("cookie")
        .filter_map(|value| std::str::from_utf8(value).ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

/// A cookie that goes with the browser's session, that no script sees and no other site's form or link takes along.
pub(super) fn set(name: &str, value: &str, secure: bool) -> (&'static str, String) {
    ("set-cookie", format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{}", if secure { "; Secure" } else { "" }))
}

/// The end of a cookie.
pub(super) fn end(name: &str, secure: bool) -> (&'static str, String) {
    let (field, cookie) = set(name, "", secure);
    (field, format!("{cookie}; Max-Age=0"))
}

/// An id as this program makes them: 64 hexadecimal digits.
pub(super) fn is_id(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}
