//! Providers whose API is plain: each is a description, and `send/rest.rs` is the way through them.

mod bunny;
mod desec;
mod digitalocean;
mod dnsimple;
mod gcore;
mod godaddy;
mod hostinger;
mod infomaniak;
mod ionos;
mod linode;
mod luadns;
mod name_com;
mod scaleway;
mod vercel;
mod vultr;

use super::{Field, Provider, Way, label, needed, optional};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] = &[
    &bunny::PROVIDER,
    &desec::PROVIDER,
    &digitalocean::PROVIDER,
    &dnsimple::PROVIDER,
    &gcore::PROVIDER,
    &godaddy::PROVIDER,
    &hostinger::PROVIDER,
    &infomaniak::PROVIDER,
    &ionos::PROVIDER,
    &linode::PROVIDER,
    &luadns::PROVIDER,
    &name_com::PROVIDER,
    &scaleway::PROVIDER,
    &vercel::PROVIDER,
    &vultr::PROVIDER,
];
