//! Providers that take steps of their own: sessions, answers with codes, whole zones, XML.

mod beget;
mod blazingfast;
mod dnspod;
mod dreamhost;
mod dynv6;
mod freedns42;
mod hetzner;
mod inwx;
mod mailinabox;
mod namesilo;
mod netcup;
mod njalla;
mod ns1;
mod one;
mod pdns;
mod porkbun;
mod servercow;
mod site_nl;

use super::{Field, Provider, Way, in_path, kind, label, needed, option, optional, ours, parameter, relative};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] = &[
    &beget::PROVIDER,
    &blazingfast::PROVIDER,
    &dnspod::PROVIDER,
    &dreamhost::PROVIDER,
    &dynv6::PROVIDER,
    &freedns42::PROVIDER,
    &hetzner::PROVIDER,
    &inwx::PROVIDER,
    &mailinabox::PROVIDER,
    &namesilo::PROVIDER,
    &netcup::PROVIDER,
    &njalla::PROVIDER,
    &ns1::PROVIDER,
    &one::PROVIDER,
    &pdns::PROVIDER,
    &porkbun::PROVIDER,
    &servercow::PROVIDER,
    &site_nl::PROVIDER,
];
