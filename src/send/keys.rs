//! Keys that are no options: tokens, sessions and signatures, given or made on the way to a provider. What is told of its answers is told
//! without them, because a server may say back what it was sent.
//!
//! Pure. Knows no provider.
#![forbid(unsafe_code)]

use super::json::End;
use super::{Job, line, mask};
use crate::answer::{Answer, Reply};
use crate::secret::{Mask, Secret};
use crate::world::Request;

/// No word that means something to everybody, such as the name of a scheme of signatures, is longer.
const WORD: usize = 16;

/// How a line ends: a class, our words, and the provider's, in which the secrets of the section and these keys are covered.
pub(super) fn ended(job: &Job<'_>, keys: &[Secret], answer: Answer, (ours, theirs): (&str, &[u8])) -> End {
    let body = mask(job.section, job.recipe).cover_bytes(theirs);
    let body = Mask::new(keys, []).cover_bytes(&body);
    let said = format!("{ours} {}", line(&body)).trim_end().to_owned();
    Box::new(Reply { answer, said, body })
}

/// The keys in the head of a request.
pub(super) fn of(request: &Request) -> Vec<Secret> {
    request.headers.iter().filter(|(name, _)| opens(name)).flat_map(|(_, value)| parts(value.reveal())).collect()
}

/// The values in a `Cookie` field.
pub(super) fn in_cookie(cookie: &Secret) -> impl Iterator<Item = Secret> {
    cookie
        .reveal()
        .split(|byte| *byte == b';')
        .filter_map(|pair| pair.splitn(2, |byte| *byte == b'=').nth(1))
        .map(Secret::new)
}

/// Whether a header field of this name holds a key, or what was made of one.
fn opens(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["cookie", "authorization", "authentication", "signature", "hmac"].iter().any(|end| name.ends_with(end))
}

/// The parts of a field that are no words, since what stands in it may be said back without what stands around; and its last one, which is the
/// token behind `Bearer`.
fn parts(value: &[u8]) -> Vec<Secret> {
    let split = |marks: &'static [u8]| value.split(move |byte| marks.contains(byte));
    let long = split(b" ,;=").chain(split(b" ,;=/")).filter(|part| part.len() > WORD);
    long.chain(split(b" =").next_back()).map(Secret::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_field_the_token_and_the_signature_are_keys_and_the_scheme_is_none() {
        let is_key = |field: &[u8], text: &str| parts(field).iter().any(|key| key.reveal() == text.as_bytes());
        assert!(is_key(b"Bearer t0k/en", "t0k/en") && !is_key(b"Bearer t0k/en", "Bearer"));
        let aws =
            b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/x, SignedHeaders=host, Signature=5d672d79c15b13162d92";
        assert!(is_key(aws, "5d672d79c15b13162d92") && !is_key(aws, "AWS4-HMAC-SHA256"));
        assert!(is_key(b"bce-auth-v1/id/2015/1800/host/5d672d79c15b13162d92", "5d672d79c15b13162d92"));
        assert!(is_key(b"joe;1012121212;dkwo28Sile4jdXkw;0fa8932e122d56e2f6d1", "0fa8932e122d56e2f6d1"));
    }
}
