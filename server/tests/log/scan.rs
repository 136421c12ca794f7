//! Looks for secrets in what a program said. Other tests may take it by `#[path = "../log/scan.rs"] mod scan;`.

use ddns::secret::{base64, percent_encoded};

/// A secret as it may stand in a text: as it is, percent-encoded, as in a form, in base64 (lower case where case does not count).
pub(crate) fn secrets_in(secret: &str) -> Vec<String> {
    let percent = percent_encoded(secret.as_bytes());
    let form = percent.replace("%20", "+");
    vec![secret.to_owned(), percent, form, base64(secret.as_bytes())]
}

/// The first of the secrets that the text shows, with the form in which it does.
pub(crate) fn shows(text: &str, secrets: &[&str]) -> Option<String> {
    let lower = text.to_lowercase();
    secrets.iter().flat_map(|secret| secrets_in(secret)).find(|form| lower.contains(&form.to_lowercase()))
}
