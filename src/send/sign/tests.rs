//! Examples that the inventors of the schemes publish, each with its source.

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

/// The example of <https://www.volcengine.com/docs/6369/67270>.
#[test]
fn volcengine_s_own_example_is_signed_as_volcengine_signs_it() {
    let secret = b"WkRZeE1EQmxPVGhsWWpWak5HVmtNbUUxTXpZeU9UVXlOMlE1TmpZeVlqTQ==";
    let key = Key { id: "AKLTYWViMTVmZGYzM2E0NDI5Mzk2MDZjNjFmMjc2MjRjMzg", secret };
    let query = query(&[("Action", "ListUsers"), ("Version", "2018-01-01"), ("Limit", "10"), ("Offset", "0")]);
    let headers = &[("host", "iam.volcengineapi.com"), ("x-date", "20240619T071306Z")];
    let request = Unsigned { method: "GET", path: "/", query: &query, headers, body: b"" };
    assert_eq!(request.hash(), "5ed5bca3905e1fcbf789abb56a17c2d819674a3bcfa468ae476bd1ea80d135cb");
    let signed = volc(&key, Stamp(1_718_781_186), ("cn-beijing", "iam"), &request);
    let (wanted, signature) = (
        "HMAC-SHA256 Credential=AKLTYWViMTVmZGYzM2E0NDI5Mzk2MDZjNjFmMjc2MjRjMzg/20240619/cn-beijing/iam/request, \
         SignedHeaders=host;x-date, Signature=",
        "e31c4558bcfe08a286001f59cedbf0791ffd0b2362f10e55ee2627467bcdde93",
    );
    assert_eq!(signed, [wanted, signature].concat());
}

/// The example of <https://cloud.baidu.com/doc/Reference/s/wjwvz1xt2>; it leaves the names of the signed fields out, as these are the usual
/// ones.
#[test]
fn baidu_s_own_example_is_signed_as_baidu_signs_it() {
    let (id, secret) = ("a".repeat(32), "b".repeat(32));
    let key = Key { id: &id, secret: secret.as_bytes() };
    let query = query(&[("partNumber", "9"), ("uploadId", "a44cc9bab11cbd156984767aad637851")]);
    let headers = &[
        ("content-length", "8"),
        ("content-md5", "NFzcPqhviddjRNnSOGo4rw=="),
        ("content-type", "text/plain"),
        ("host", "bj.bcebos.com"),
        ("x-bce-date", "2015-04-27T08:23:49Z"),
    ];
    let request =
        Unsigned { method: "PUT", path: "/v1/test/myfolder/readme.txt", query: &query, headers, body: b"Example" };
    let signed = bce(&key, Stamp(1_430_123_029), &request);
    assert!(
        signed.starts_with("bce-auth-v1/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/2015-04-27T08:23:49Z/1800/content-length;")
    );
    assert!(signed.ends_with("/d74a04362e6a848f5b39b15421cb449427f419c95a480fd6b8cf9fc783e2999e"), "{signed}");
}

#[test]
fn moments_are_written_in_utc_and_leap_days_are_days() {
    assert_eq!(Stamp(0).long(), "1970-01-01T00:00:00Z");
    assert_eq!(Stamp(951_782_400).day("-"), "2000-02-29");
    assert_eq!(Stamp(1_709_251_199).long(), "2024-02-29T23:59:59Z");
    assert_eq!(Stamp(4_107_542_400).day("-"), "2100-03-01");
    assert_eq!(Stamp(784_111_777).http(), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(Stamp(0).http(), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(Stamp::of(UNIX_EPOCH - std::time::Duration::from_secs(5)).seconds(), "0");
}

#[test]
fn a_query_that_is_encoded_already_gets_capital_digits() {
    assert_eq!(capital("a=%2a.x%40%c3%bc&b=c"), "a=%2A.x%40%C3%BC&b=c");
    assert_eq!(capital("a=b"), "a=b");
    assert_eq!(capital("%2"), "%2");
}

#[test]
fn a_query_is_sorted_and_encoded_with_capital_digits() {
    assert_eq!(query(&[("name", "*.a b~/"), ("Name", "1")]), "Name=1&name=%2A.a%20b~%2F");
}

/// The example of <https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism>.
#[test]
fn aliyun_s_older_example_is_signed_as_aliyun_signs_it() {
    let key = Key { id: "testid", secret: b"testsecret" };
    let parts = [
        ("Timestamp", "2016-02-23T12:46:24Z"),
        ("Format", "XML"),
        ("AccessKeyId", key.id),
        ("Action", "DescribeRegions"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"),
        ("Version", "2014-05-26"),
        ("SignatureVersion", "1.0"),
    ];
    let signed = rpc(&key, &parts);
    assert!(signed.ends_with("&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D"), "{signed}");
}
