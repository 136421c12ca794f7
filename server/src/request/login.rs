//! Credentials: from the header (RFC 7617, RFC 6750), else from parameters.
#![forbid(unsafe_code)]

use ddns::secret::{self, Secret};

use super::Parameters;
use crate::config::Params;
use crate::world::Request;

/// Octets of a password or token that are looked at; longer ones are wrong.
const PASSWORD: usize = 256;

/// Who says so, as far as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// `None` when only a token came.
    pub user: Option<String>,
    /// A password, or a token in its place; empty when it was too long to be one.
    pub password: Secret,
}

/// A header that is there counts, even a broken one: credentials in a query behind it are not asked.
pub(super) fn read(request: &Request, parameters: &Parameters, params: &Params) -> Option<Login> {
    if sent_for_another_site(request) {
        return None;
    }
    if let Some(header) = request.header("authorization").next() {
        return Some(of_header(header).unwrap_or_else(|| login(None, &[])));
    }
    let user = parameters.value(&params.username).map(str::to_owned);
    let password = parameters.value(&params.password)?;
    Some(login(user, password.as_bytes()))
}

/// A browser that was logged in here once adds those credentials to whatever another site's page makes it ask: that is not the user's word.
/// Browsers say so of their own requests (Fetch Metadata, section 2.3); no router does.
fn sent_for_another_site(request: &Request) -> bool {
    request.header("sec-fetch-site").any(|site| matches!(site.trim_ascii(), b"cross-site" | b"same-site"))
}

fn of_header(header: &[u8]) -> Option<Login> {
    let (scheme, rest) = header.split_at(header.iter().position(|&byte| byte == b' ')?);
    let rest = rest.trim_ascii();
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return Some(login(None, rest));
    }
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let plain = secret::from_base64(rest)?;
    let (user, password) = plain.split_at(plain.iter().position(|&byte| byte == b':')?);
    Some(login(Some(text(user)).filter(|user| !user.is_empty()), &password[1..]))
}

fn login(user: Option<String>, password: &[u8]) -> Login {
    let password = if password.len() > PASSWORD { &[] } else { password };
    Login { user, password: Secret::new(password) }
}

/// Old routers send Latin-1, others UTF-8; nothing in the header says which (RFC 7617 section 2.1).
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|&byte| char::from(byte)).collect(), str::to_owned)
}
