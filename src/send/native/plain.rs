//! Providers whose API is plain: each is a description, and `send/rest.rs` is the way through them.

mod digitalocean;
mod godaddy;
mod luadns;
mod scaleway;

use super::{Field, Provider, Way, label, needed, optional};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] =
    &[&digitalocean::PROVIDER, &godaddy::PROVIDER, &luadns::PROVIDER, &scaleway::PROVIDER];
