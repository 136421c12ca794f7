//! Providers whose requests are signed.

mod aliyun;
mod aliyun_esa;
mod azure;
mod baidu;
mod dnsmadeeasy;
mod dnspod_v3;
mod edgeone;
mod google;
mod huaweicloud;
mod nfsn;
mod ovh;
mod route53;
mod todaynic;
mod transip;
mod volcengine;
mod yandex;

use super::{Field, Provider, Way, key, kind, needed, option, optional, ours, parameter};

/// All of them.
pub(super) static PROVIDERS: &[&Provider] = &[
    &aliyun::PROVIDER,
    &aliyun_esa::PROVIDER,
    &azure::PROVIDER,
    &baidu::PROVIDER,
    &dnsmadeeasy::PROVIDER,
    &dnspod_v3::PROVIDER,
    &edgeone::PROVIDER,
    &google::PROVIDER,
    &huaweicloud::PROVIDER,
    &nfsn::PROVIDER,
    &ovh::PROVIDER,
    &route53::PROVIDER,
    &todaynic::NOW,
    &todaynic::ERANET,
    &todaynic::TNET,
    &transip::PROVIDER,
    &volcengine::PROVIDER,
    &yandex::PROVIDER,
];
