//! Providers whose API is plain: each is a description, and `send/rest.rs` is the way through them.

mod alwaysdata;
mod arvancloud;
mod bunny;
mod cloudns;
mod desec;
mod digitalocean;
mod dnsexit;
mod dnshe;
mod dnsimple;
mod dnsla;
mod domeneshop;
mod dynadot;
mod easydns;
mod gandi;
mod gcore;
mod gigahost;
mod glesys;
mod godaddy;
mod hostinger;
mod hosttech;
mod infomaniak;
mod ionos;
mod linode;
mod luadns;
mod mythic_beasts;
mod name_com;
mod netlify;
mod rainyun;
mod scaleway;
mod spaceship;
mod vercel;
mod vultr;
mod yandex360;
mod zone_eu;

use super::{Field, Provider, Way, label, needed, option, optional, parameter};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] = &[
    &alwaysdata::PROVIDER,
    &arvancloud::PROVIDER,
    &bunny::PROVIDER,
    &cloudns::PROVIDER,
    &desec::PROVIDER,
    &digitalocean::PROVIDER,
    &dnsexit::PROVIDER,
    &dnshe::PROVIDER,
    &dnsimple::PROVIDER,
    &dnsla::PROVIDER,
    &domeneshop::PROVIDER,
    &dynadot::PROVIDER,
    &easydns::PROVIDER,
    &gandi::PROVIDER,
    &gandi::BY_TOKEN,
    &gcore::PROVIDER,
    &gigahost::PROVIDER,
    &glesys::PROVIDER,
    &godaddy::PROVIDER,
    &hostinger::PROVIDER,
    &hosttech::PROVIDER,
    &infomaniak::PROVIDER,
    &ionos::PROVIDER,
    &linode::PROVIDER,
    &luadns::PROVIDER,
    &mythic_beasts::PROVIDER,
    &name_com::PROVIDER,
    &netlify::PROVIDER,
    &rainyun::PROVIDER,
    &scaleway::PROVIDER,
    &spaceship::PROVIDER,
    &vercel::PROVIDER,
    &vultr::PROVIDER,
    &yandex360::PROVIDER,
    &zone_eu::PROVIDER,
];
