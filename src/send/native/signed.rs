//! Providers whose requests are signed.

mod aliyun;
mod azure;
mod dnspod_v3;
mod google;
mod huaweicloud;
mod ovh;
mod route53;
mod transip;
mod yandex;

use super::{Field, Provider, Way, key, kind, needed, option, optional, ours, parameter};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] = &[
    &aliyun::PROVIDER,
    &azure::PROVIDER,
    &dnspod_v3::PROVIDER,
    &google::PROVIDER,
    &huaweicloud::PROVIDER,
    &ovh::PROVIDER,
    &route53::PROVIDER,
    &transip::PROVIDER,
    &yandex::PROVIDER,
];
