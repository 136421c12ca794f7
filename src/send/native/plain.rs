//! Providers whose API is plain: each is a description, and `send/rest.rs` is the way through them.

mod bunny;
mod desec;
mod digitalocean;
mod dnsimple;
mod godaddy;
mod hostinger;
mod linode;
mod luadns;
mod name_com;
mod scaleway;
mod vultr;

use super::{Field, Provider, Way, label, needed, optional};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] = &[
    &bunny::PROVIDER,
    &desec::PROVIDER,
    &digitalocean::PROVIDER,
    &dnsimple::PROVIDER,
    &godaddy::PROVIDER,
    &hostinger::PROVIDER,
    &linode::PROVIDER,
    &luadns::PROVIDER,
    &name_com::PROVIDER,
    &scaleway::PROVIDER,
    &vultr::PROVIDER,
];
