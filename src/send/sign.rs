//! Signatures of requests: HMAC-SHA256 over a canonical form of the request, as AWS invented it and others took it over, each with its own
//! names.
//!
//! Pure. RSA stands in `rsa`. All schemes but Baidu's hash the same six parts; they differ in the key and in what is signed beside that hash.

pub(super) mod rsa;

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::{digest, hmac};

use super::Job;
use super::options::option;
use crate::secret::{Secret, base64};
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
    scoped("AWS4-HMAC-SHA256", "AWS4", key, &stamp.short(), &scope, request)
}

/// `TC3-HMAC-SHA256`: <https://cloud.tencent.com/document/api/213/30654>.
pub(super) fn tc3(key: &Key<'_>, stamp: Stamp, service: &str, request: &Unsigned<'_>) -> String {
    let scope = [&stamp.day("-"), service, "tc3_request"].join("/");
    scoped("TC3-HMAC-SHA256", "TC3", key, &stamp.seconds(), &scope, request)
}

/// `HMAC-SHA256` of Volcengine: <https://www.volcengine.com/docs/6369/67269>.
pub(super) fn volc(key: &Key<'_>, stamp: Stamp, (region, service): (&str, &str), request: &Unsigned<'_>) -> String {
    let scope = [&stamp.day(""), region, service, "request"].join("/");
    scoped("HMAC-SHA256", "", key, &stamp.short(), &scope, request)
}

/// Schemes whose key is made for a day and a service.
fn scoped(scheme: &str, first: &str, key: &Key<'_>, time: &str, scope: &str, request: &Unsigned<'_>) -> String {
    let signed = [scheme, time, scope, &request.hash()].join("\n");
    let derived = chain([first.as_bytes(), key.secret].concat(), scope);
    said(&[scheme, " Credential"].concat(), &[key.id, "/", scope], ", ", request, &hmac(&derived, &signed))
}

/// `bce-auth-v1` of Baidu: <https://cloud.baidu.com/doc/Reference/s/njwvz1yfu>. The body is not signed; the values of fields are encoded.
pub(super) fn bce(key: &Key<'_>, stamp: Stamp, request: &Unsigned<'_>) -> String {
    let prefix = ["bce-auth-v1", key.id, &stamp.long(), "1800"].join("/");
    let fields = request.headers.iter().map(|(name, value)| [name, ":", &encoded(value)].concat());
    let signed = [request.method, request.path, request.query].map(str::to_owned).into_iter().chain(fields);
    let signed = signed.collect::<Vec<_>>().join("\n");
    let signature = hex(&hmac(hex(&hmac(key.secret, &prefix)).as_bytes(), &signed));
    [&prefix, "/", &request.names(), "/", &signature].concat()
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

/// HMAC-SHA1, for those who still want it.
fn hmac_sha1(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key), text.as_bytes()).as_ref().to_vec()
}

/// The date alone, signed: <https://api-docs.dnsmadeeasy.com/>.
pub(super) fn dated(key: &Key<'_>, date: &str) -> String {
    hex(&hmac_sha1(key.secret, date))
}

/// A query with its signature, as Aliyun's first version has it: <https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism>.
pub(super) fn rpc(key: &Key<'_>, parts: &[(&str, &str)]) -> String {
    let query = query(parts);
    let signature = hmac_sha1(&[key.secret, b"&"].concat(), &["GET&%2F&", &encoded(&query)].concat());
    query + "&Signature=" + &encoded(&base64(&signature))
}

/// SHA-1 in hexadecimal digits, for schemes that are older than the better hashes.
pub(super) fn sha1(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
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

/// What no other request has: the moment, a thrown number, and what is asked.
pub(super) fn nonce(job: &Job<'_>, path: &str) -> String {
    let now = job.moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut nonce = sha256(format!("{}{:09} {} {path}", now.as_secs(), now.subsec_nanos(), job.dice).as_bytes());
    nonce.truncate(32);
    nonce
}

/// A query that is sorted and encoded already, with capital digits.
pub(super) fn capital(query: &str) -> String {
    let mut parts = query.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        [&text, "%", &digits.to_ascii_uppercase(), rest].concat()
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

    /// Seconds since 1970.
    pub(super) fn number(self) -> u64 {
        self.0
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

    /// `Mon, 25 Feb 2019 16:44:25 GMT`, a date of HTTP (RFC 9110 section 5.6.7)
    pub(super) fn http(self) -> String {
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        const DAYS: &str = "ThuFriSatSunMonTueWed";
        let of_three = |names: &'static str, at: usize| names.get(at * 3..at * 3 + 3).unwrap_or_default();
        let day = self.day("-");
        let month = day.get(5..7).and_then(|month| month.parse::<usize>().ok()).map_or(0, |month| month - 1);
        let weekday = usize::try_from(self.0 / 86_400 % 7).unwrap_or_default();
        let (year, date, time) = (&day[..4], &day[8..], self.time(":"));
        [of_three(DAYS, weekday), ", ", date, " ", of_three(MONTHS, month), " ", year, " ", &time, " GMT"].concat()
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
mod tests;
