//! Signatures of requests: HMAC-SHA256 over a canonical form of the request, as AWS invented it and others took it over, each with its own
//! names.
//!
//! Pure. The four schemes hash the same six parts; they differ in the key and in what is signed beside that hash.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::{digest, hmac};

use super::Job;
use super::native::option;
use crate::secret::Secret;
use crate::world::Request;

/// A request as it is signed.
pub(super) struct Unsigned<'r> {
    pub(super) method: &'r str,
    pub(super) path: &'r str,
    /// Made by [`query`], so that what is sent is what is signed.
    pub(super) query: &'r str,
    /// The fields that are signed: names in lower case and in order.
    pub(super) headers: &'r [(&'r str, &'r str)],
    pub(super) body: &'r [u8],
}

/// Who signs: the public name of the key, and the key.
pub(super) struct Key<'k> {
    pub(super) id: &'k str,
    pub(super) secret: &'k [u8],
}

impl<'k> Key<'k> {
    /// As options `username` and `password` say.
    pub(super) fn of(job: &Job<'k>) -> Self {
        let secret = job.section.password.as_ref().map_or(&b""[..], Secret::reveal);
        Self { id: option(job.section, "username").unwrap_or_default(), secret }
    }
}

/// A field the request has already.
pub(super) fn field(request: &Request, name: &str) -> String {
    let found = request.headers.iter().find(|(own, _)| *own == name);
    found.map_or_else(String::new, |(_, value)| String::from_utf8_lossy(value.reveal()).into_owned())
}

impl<'r> Unsigned<'r> {
    /// What `request` will be on the wire, with these of its fields.
    pub(super) fn of(request: &'r Request, headers: &'r [(&'r str, &'r str)]) -> Self {
        let (path, query) = request.url.path.split_once('?').unwrap_or((&request.url.path, ""));
        Self { method: request.method, path, query, headers, body: request.body.as_deref().unwrap_or_default() }
    }

    /// `name;name;name`
    fn names(&self) -> String {
        self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
    }

    /// The hash of the canonical form.
    fn hash(&self) -> String {
        let fields: String = self.headers.iter().flat_map(|(name, value)| [*name, ":", *value, "\n"]).collect();
        let (names, body) = (self.names(), sha256(self.body));
        sha256([self.method, self.path, self.query, &fields, &names, &body].join("\n").as_bytes())
    }
}

/// `AWS4-HMAC-SHA256`: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
pub(super) fn aws4(key: &Key<'_>, stamp: Stamp, (region, service): (&str, &str), request: &Unsigned<'_>) -> String {
    let scope = [&stamp.day(""), region, service, "aws4_request"].join("/");
    let signed = ["AWS4-HMAC-SHA256", &stamp.short(), &scope, &request.hash()].join("\n");
    let derived = chain([b"AWS4", key.secret].concat(), &scope);
    said("AWS4-HMAC-SHA256 Credential", &[key.id, "/", &scope], ", ", request, &hmac(&derived, &signed))
}

/// `TC3-HMAC-SHA256`: <https://cloud.tencent.com/document/api/213/30654>.
pub(super) fn tc3(key: &Key<'_>, stamp: Stamp, service: &str, request: &Unsigned<'_>) -> String {
    let scope = [&stamp.day("-"), service, "tc3_request"].join("/");
    let signed = ["TC3-HMAC-SHA256", &stamp.seconds(), &scope, &request.hash()].join("\n");
    let derived = chain([b"TC3", key.secret].concat(), &scope);
    said("TC3-HMAC-SHA256 Credential", &[key.id, "/", &scope], ", ", request, &hmac(&derived, &signed))
}

/// `SDK-HMAC-SHA256`: <https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html>. The path is signed
/// with a slash at its end, whether it is sent so or not.
pub(super) fn sdk(key: &Key<'_>, stamp: Stamp, request: &Unsigned<'_>) -> String {
    let path = format!("{}/", request.path.trim_end_matches('/'));
    let request = Unsigned { path: &path, ..*request };
    let signed = ["SDK-HMAC-SHA256", &stamp.short(), &request.hash()].join("\n");
    said("SDK-HMAC-SHA256 Access", &[key.id], ", ", &request, &hmac(key.secret, &signed))
}

/// `ACS3-HMAC-SHA256`: <https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>.
pub(super) fn acs3(key: &Key<'_>, request: &Unsigned<'_>) -> String {
    let signed = ["ACS3-HMAC-SHA256", &request.hash()].join("\n");
    said("ACS3-HMAC-SHA256 Credential", &[key.id], ",", request, &hmac(key.secret, &signed))
}

fn said(scheme: &str, who: &[&str], comma: &str, request: &Unsigned<'_>, signature: &[u8]) -> String {
    let (who, names, signature) = (who.concat(), request.names(), hex(signature));
    [scheme, "=", &who, comma, "SignedHeaders=", &names, comma, "Signature=", &signature].concat()
}

/// Each part of the scope is signed by the key made of the one before.
fn chain(first: Vec<u8>, scope: &str) -> Vec<u8> {
    scope.split('/').fold(first, |key, part| hmac(&key, part))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// SHA-256 in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A query in the one form that can be signed: sorted by name, everything but A-Z a-z 0-9 `- _ . ~` percent-encoded with capital digits.
pub(super) fn query(parts: &[(&str, &str)]) -> String {
    let mut parts: Vec<String> =
        parts.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    parts.sort_unstable();
    parts.join("&")
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A moment in UTC, to the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp(u64);

impl Stamp {
    /// Of the wall clock; a clock before 1970 says 1970.
    pub(super) fn of(moment: SystemTime) -> Self {
        Self(moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// That many seconds after 1970 began.
    pub(super) fn at(seconds: u64) -> Self {
        Self(seconds)
    }

    /// `1551113065`
    pub(super) fn seconds(self) -> String {
        self.0.to_string()
    }

    /// `20190225T164425Z`
    pub(super) fn short(self) -> String {
        self.day("") + "T" + &self.time("") + "Z"
    }

    /// `2019-02-25T16:44:25Z`
    pub(super) fn long(self) -> String {
        self.day("-") + "T" + &self.time(":") + "Z"
    }

    /// Year, month and day in the Gregorian calendar; years begin in March here, so that the day of a leap year is the last one.
    fn day(self, between: &str) -> String {
        let days = self.0 / 86_400 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + u64::from(month <= 2);
        format!("{year:04}{between}{month:02}{between}{day:02}")
    }

    fn time(self, between: &str) -> String {
        let (hour, minute, second) = (self.0 / 3_600 % 24, self.0 / 60 % 60, self.0 % 60);
        format!("{hour:02}{between}{minute:02}{between}{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS Signature Version 4 test suite (aws-sig-v4-test-suite, case get-vanilla).
    #[test]
    fn aws_s_own_example_is_signed_as_aws_signs_it() {
        let key = Key { id: "AKIDEXAMPLE", secret: b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
        let stamp = Stamp(1_440_938_160);
        let headers = &[("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];
        let request = Unsigned { method: "GET", path: "/", query: "", headers, body: b"" };
        let signed = aws4(&key, stamp, ("us-east-1", "service"), &request);
        let (wanted, signature) = (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        );
        assert_eq!(signed, [wanted, signature].concat());
    }

    /// The worked example of <https://cloud.tencent.com/document/api/213/30654>, whose key is 32 asterisks.
    #[test]
    fn tencent_s_own_example_is_signed_as_tencent_signs_it() {
        let stars = "*".repeat(32);
        let key = Key { id: "AKID", secret: stars.as_bytes() };
        let body = br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let headers = &[
            ("content-type", "application/json; charset=utf-8"),
            ("host", "cvm.tencentcloudapi.com"),
            ("x-tc-action", "describeinstances"),
        ];
        let request = Unsigned { method: "POST", path: "/", query: "", headers, body };
        let signed = tc3(&key, Stamp(1_551_113_065), "cvm", &request);
        let (wanted, signature) = (
            "TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host;x-tc-action, Signature=",
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
        );
        assert_eq!(signed, [wanted, signature].concat());
    }

    /// The example of the signing guide at <https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html>; its key is
    /// blackened, so only the hash that is signed can be compared.
    #[test]
    fn huawei_s_own_example_has_the_hash_that_huawei_gives() {
        let headers = &[
            ("content-type", "application/json"),
            ("host", "service.region.example.com"),
            ("x-sdk-date", "20191115T033655Z"),
        ];
        let query = query(&[("marker", "13551d6b-755d-4757-b956-536f674975c0"), ("limit", "2")]);
        let path = "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/";
        let request = Unsigned { method: "GET", path, query: &query, headers, body: b"" };
        assert_eq!(request.hash(), "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a");
        assert_eq!(Stamp(1_573_789_015).short(), "20191115T033655Z");
    }

    /// The fixed example of <https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>.
    #[test]
    fn aliyun_s_own_example_is_signed_as_aliyun_signs_it() {
        let key = Key { id: "YourAccessKeyId", secret: b"YourAccessKeySecret" };
        let image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd";
        let (query, empty) = (query(&[("RegionId", "cn-shanghai"), ("ImageId", image)]), sha256(b""));
        let headers = &[
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", &empty),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("x-acs-version", "2014-05-26"),
        ];
        let request = Unsigned { method: "POST", path: "/", query: &query, headers, body: b"" };
        let signed = acs3(&key, &request);
        let signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0";
        assert!(signed.starts_with("ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"));
        assert!(signed.ends_with(&format!(",Signature={signature}")), "{signed}");
    }

    #[test]
    fn moments_are_written_in_utc_and_leap_days_are_days() {
        assert_eq!(Stamp(0).long(), "1970-01-01T00:00:00Z");
        assert_eq!(Stamp(951_782_400).day("-"), "2000-02-29");
        assert_eq!(Stamp(1_709_251_199).long(), "2024-02-29T23:59:59Z");
        assert_eq!(Stamp(4_107_542_400).day("-"), "2100-03-01");
        assert_eq!(Stamp::of(UNIX_EPOCH - std::time::Duration::from_secs(5)).seconds(), "0");
    }

    #[test]
    fn a_query_is_sorted_and_encoded_with_capital_digits() {
        assert_eq!(query(&[("name", "*.a b~/"), ("Name", "1")]), "Name=1&name=%2A.a%20b~%2F");
    }
}
