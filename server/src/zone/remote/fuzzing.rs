//! The way of the fuzz targets to the verdict on an answer. It is in no shipped program.
#![forbid(unsafe_code)]

use ddns::dns::Signed;

use super::keys::NamedKey;
use super::verdict::{Answered, Asked};
use crate::world::ZoneFault;

/// Whether `answer`, which came at `at` (seconds since 1970), proves that the update `asked` was made.
pub fn done(key: &NamedKey, asked: Signed, answer: &[u8], at: u64) -> Result<(), ZoneFault> {
    Answered { asked: Asked::Signed(asked), answer: answer.to_vec(), at }.update(Some(key))
}
