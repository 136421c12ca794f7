//! What a provider wants to know, in words an owner understands.
//!
//! Pure.
#![forbid(unsafe_code)]

/// An option of a provider.
pub struct Field {
    /// Its name in the configuration.
    pub option: &'static str,
    /// What goes into it.
    pub holds: &'static str,
    /// Nothing works without it.
    pub needed: bool,
    /// It is a key of several lines; others have one.
    pub(super) lines: bool,
}

/// An option that must be set.
pub(super) const fn needed(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: true, lines: false }
}

/// An option that must be set to a key, which may be of several lines.
pub(super) const fn key(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: true, lines: true }
}

/// An option that may be set.
pub(super) const fn optional(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: false, lines: false }
}
