//! Providers whose requests are signed.

mod aliyun;
mod azure;
mod baidu;
mod dnsmadeeasy;
mod dnspod_v3;
mod google;
mod huaweicloud;
mod nfsn;
mod ovh;
mod route53;
mod transip;
mod volcengine;
mod yandex;

use super::{Field, Provider, Way, key, kind, needed, option, optional, ours, parameter};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] = &[
    &aliyun::PROVIDER,
    &azure::PROVIDER,
    &baidu::PROVIDER,
    &dnsmadeeasy::PROVIDER,
    &dnspod_v3::PROVIDER,
    &google::PROVIDER,
    &huaweicloud::PROVIDER,
    &nfsn::PROVIDER,
    &ovh::PROVIDER,
    &route53::PROVIDER,
    &transip::PROVIDER,
    &volcengine::PROVIDER,
    &yandex::PROVIDER,
];
