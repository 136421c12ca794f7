//! What the URL of a template, a check page or a redirect is read as.

use ddns::url::Url;
use proptest::prelude::*;

#[cfg(test)]
fn url(text: &str) -> Url {
    Url::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn login(text: &str) -> Vec<u8> {
    url(text).login.map(|login| login.reveal().to_vec()).unwrap_or_default()
}

#[test]
fn scheme_host_port_and_path_are_told_apart() {
    for (text, shown, secure, host, port) in [
        ("http://example.com", "http://example.com/", false, "example.com", 80),
        ("HTTPS://Example.COM:443/x", "https://example.com/x", true, "example.com", 443),
        ("https://example.com:8443/a/b?c=d&e=f", "https://example.com:8443/a/b?c=d&e=f", true, "example.com", 8443),
        ("http://example.com:/", "http://example.com/", false, "example.com", 80),
        ("http://example.com?ip=1", "http://example.com/?ip=1", false, "example.com", 80),
        ("http://example.com/a?b#c?d", "http://example.com/a?b", false, "example.com", 80),
        ("http://example.com#c", "http://example.com/", false, "example.com", 80),
        ("http://192.0.2.1:81/", "http://192.0.2.1:81/", false, "192.0.2.1", 81),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]/", false, "2001:db8::1", 80),
        ("https://[2001:db8::1]:8443/?x", "https://[2001:db8::1]:8443/?x", true, "2001:db8::1", 8443),
        ("http://my_router.lan./", "http://my_router.lan./", false, "my_router.lan.", 80),
        ("  http://example.com/x\n", "http://example.com/x", false, "example.com", 80),
    ] {
        let url = url(text);
        assert_eq!(
            (url.to_string().as_str(), url.secure, url.host.as_str(), url.port),
            (shown, secure, host, port),
            "{text}"
        );
        assert_eq!(url.login, None, "{text}");
    }
}

#[test]
fn a_login_is_decoded_to_bytes_and_never_shown() {
    assert_eq!(login("http://user:pass@example.com/"), b"user:pass");
    assert_eq!(login("http://us%40er:p%3aa%2Fss%ff@example.com/"), b"us@er:p:a/ss\xff");
    assert_eq!(login("http://user:p@ss@w@example.com/"), b"user:p@ss@w");
    assert_eq!(login("http://user:100%@example.com/"), b"user:100%");
    assert_eq!(login("http://user@example.com/"), b"user:");
    assert_eq!(login("http://:pass@example.com/"), b":pass");
    assert_eq!(login("http://user:p\u{e4}ss@example.com/"), "user:p\u{e4}ss".as_bytes());
    assert_eq!(login("http://@example.com/"), b"");
    assert_eq!(login("http://example.com/@home?a@b"), b"");
    let shown =
        format!("{0} {0:?} {1:?}", url("http://user:geheim@example.com/"), url("http://example.com/user?pw=geheim"));
    assert!(!shown.contains("geheim") && !shown.contains("user"), "{shown}");
}

#[test]
fn what_no_request_can_carry_is_percent_encoded_and_the_rest_stays() {
    for (written, sent) in [
        ("/a b", "/a%20b"),
        ("/%41%zz%", "/%41%25zz%25"),
        ("/?x={y}|z^w`v\"u<t>s\\r", "/?x={y}|z^w`v%22u%3ct%3es\\r"),
        ("/[1-2]{a,b}", "/[1-2]{a,b}"),
        ("/\u{e4}", "/%c3%a4"),
        ("/a\r\nX-Evil: 1", "/a%0d%0aX-Evil:%201"),
        ("/a\0b\x7f", "/a%00b%7f"),
        ("/?a=1&b='2';c=$3,4*5!(6)~-_.+:@/?", "/?a=1&b='2';c=$3,4*5!(6)~-_.+:@/?"),
        ("/a/../b/./c", "/a/../b/./c"),
    ] {
        assert_eq!(url(&format!("http://example.com{written}")).path, sent, "{written}");
    }
}

#[test]
fn what_is_no_url_is_refused_in_words_that_quote_nothing() {
    for text in [
        "",
        "example.com",
        "ftp://geheim@example.com/",
        "http:/geheim",
        "http:geheim",
        "http://",
        "http:///geheim",
        "http://u:geheim@/",
        "http://u:geheim@:80/",
        "http://u:ge/heim@example.com/",
        "http://geheim:0/",
        "http://geheim:65536/",
        "http://geheim:+80/",
        "http://geheim:8 0/",
        "http://ge heim/",
        "http://ge%20heim/",
        "http://geheim..com/",
        "http://.geheim/",
        "http://geh\u{e4}im/",
        "http://2001:db8::1/",
        "http://[2001:db8::1/",
        "http://[geheim]/",
        "http://[::1]geheim/",
        "http://[::1]:geheim/",
        "http://[fe80::1%25eth0]/",
        "http://geheim\r\n/",
        "http://geheim\\x/",
    ] {
        let why = Url::parse(text).expect_err(text);
        assert!(why.starts_with("wanted") && !why.contains("heim"), "{text}: {why}");
    }
    assert!(Url::parse(&format!("http://{}/", "a".repeat(64))).is_err());
    assert!(Url::parse(&format!("http://{}a/", "a.".repeat(127))).is_err());
}

#[test]
fn a_redirect_is_resolved_as_rfc_3986_says() {
    let base = url("http://user:pw@example.com:81/b/c/d;p?q");
    for (reference, target) in [
        ("http://other.example/x", "http://other.example/x"),
        ("HTTPS://user:x@other.example", "https://other.example/"),
        ("//other.example/x", "http://other.example/x"),
        ("/g", "http://example.com:81/g"),
        ("g", "http://example.com:81/b/c/g"),
        ("./g/", "http://example.com:81/b/c/g/"),
        ("g?y=a/../b#s", "http://example.com:81/b/c/g?y=a/../b"),
        ("?y", "http://example.com:81/b/c/d;p?y"),
        ("", "http://example.com:81/b/c/d;p?q"),
        ("#s", "http://example.com:81/b/c/d;p?q"),
        (".", "http://example.com:81/b/c/"),
        ("..", "http://example.com:81/b/"),
        ("../..", "http://example.com:81/"),
        ("../../../g", "http://example.com:81/g"),
        ("g:80/x", ""),
        ("javascript:alert(1)", ""),
        ("ftp://example.com/", ""),
    ] {
        let joined = base.join(reference).map(|url| (url.to_string(), url.login)).ok();
        assert_eq!(joined, (!target.is_empty()).then(|| (target.to_owned(), None)), "{reference}");
    }
}

proptest! {
    #[test]
    fn whatever_is_read_can_stand_in_a_request_line(text in "https?://(\\PC{0,8}@)?[a-z]{1,5}(:[0-9]{1,4})?\\PC{0,30}") {
        if let Ok(url) = Url::parse(&text) {
            prop_assert!(url.path.starts_with('/') && url.path.bytes().all(|b| b.is_ascii_graphic() && b != b'#'));
            prop_assert!(url.host.bytes().all(|b| b.is_ascii_graphic()));
            prop_assert_eq!(Url::parse(&url.to_string()).map(|again| again.to_string()), Ok(url.to_string()));
        }
    }

    #[test]
    fn nothing_makes_the_reader_fall(text in "\\PC*", reference in "\\PC*") {
        let _ = Url::parse(&text);
        let _ = Url::parse(&format!("http://{text}"));
        let _ = Url::parse("http://a/b?c").unwrap().join(&reference);
    }
}
