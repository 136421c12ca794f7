//! What strangers try: forms from elsewhere, planted cookies, plain connections, other people's hosts.

use std::path::Path;

use ddns_service::moment::Moment;
use ddns_service::world::Store as _;

use crate::house::{House, PASSWORD};

const TOKENS: &str = "/host/home.dyn.example.com/tokens";

fn from(site: &[(&str, &str)]) -> Vec<(String, String)> {
    site.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn tokens(house: &House) -> usize {
    let host = house.named("home").await;
    house.store.tokens(host.id).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_the_sessions_seal_changes_nothing() {
    let (house, mut browser) = House::with_ann().await;
    let bobs = {
        let mut bob = house.browser();
        bob.log_in("bob", PASSWORD);
        bob.get("/").seal().to_owned()
    };
    let entry = house.browser().get("/").seal().to_owned();
    let zeros = "0".repeat(64);
    for seal in ["", "x", &zeros, &bobs, &entry] {
        for (path, field) in [
            (TOKENS, ("note", "evil")),
            ("/host/home.dyn.example.com/revoke", ("token", "1")),
            ("/password", ("current", PASSWORD)),
            ("/logout", ("", "")),
        ] {
            let answer = browser.post(path, &[("seal", seal), field, ("new", "12345678"), ("again", "12345678")]);
            assert_eq!(answer.status, 403, "{path} with {seal:?}");
            answer.holds("The form was too old");
        }
    }
    assert_eq!(tokens(&house).await, 0);
    browser.get("/").holds("home.dyn.example.com");
    assert_eq!(house.browser().log_in("ann", PASSWORD).status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_the_browser_says_is_from_elsewhere_is_refused() {
    let (house, mut browser) = House::with_ann().await;
    let seal = browser.get("/").seal().to_owned();
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://127.0.0.1:1")],
        &[("origin", "")],
    ] {
        browser.with_forms = from(headers);
        let answer = browser.post(TOKENS, &[("seal", &seal)]);
        assert_eq!(answer.status, 403, "{headers:?}");
        answer.holds("was not sent from this page");
        assert_eq!(browser.post("/login", &[("seal", &seal)]).status, 403, "{headers:?}");
    }
    assert_eq!(tokens(&house).await, 0);
    let own = format!("http://{}", house.at);
    for headers in [&[("origin", own.as_str())][..], &[("origin", "null")], &[]] {
        browser.with_forms = from(headers);
        assert_eq!(browser.post(TOKENS, &[("seal", &seal)]).status, 200, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_logged_in_by_a_form_that_is_not_ours() {
    let house = House::new().await;
    house.people().await;
    let mut attacker = house.browser();
    let seal = attacker.get("/").seal().to_owned();
    let fields = [("seal", seal.as_str()), ("user", "bob"), ("password", PASSWORD)];
    let mut victim = house.browser();
    assert_eq!(victim.post("/login", &fields).status, 403, "no cookie");
    victim.get("/");
    let answer = victim.post("/login", &fields);
    assert_eq!(answer.status, 403, "another browser's seal");
    answer.holds("The form was too old");
    assert!(!victim.cookies.contains_key("ddns"));
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_makes_an_id_that_nobody_knew_before() {
    let house = House::new().await;
    house.people().await;
    let planted = "a".repeat(64);
    let mut browser = house.browser();
    browser.cookies.insert("ddns".to_owned(), planted.clone());
    browser.log_in("ann", PASSWORD);
    let first = browser.cookies["ddns"].clone();
    assert_ne!(first, planted);
    let entry = house.browser();
    assert!(!entry.cookies.values().any(|id| *id == first));
    browser.cookies.remove("ddns");
    browser.log_in("ann", PASSWORD);
    assert_ne!(browser.cookies["ddns"], first);
    assert!(!browser.cookies.contains_key("ddns-login"), "the form's own id ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_again_ends_the_session_that_was_there() {
    let (house, mut browser) = House::with_ann().await;
    let old = browser.cookies.clone();
    let mut other = house.browser();
    let seal = other.get("/").seal().to_owned();
    other.cookies.extend(old.clone());
    other.post("/login", &[("seal", &seal), ("user", "ann"), ("password", PASSWORD)]);
    browser.cookies = old;
    browser.get("/").holds("Your session has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_users_host_is_answered_like_one_there_is_none_of() {
    let (house, mut browser) = House::with_ann().await;
    let seal = browser.get("/").seal().to_owned();
    let bobs = house.named("bobs").await;
    let id = house.store.add_token(bobs.id, &[7; 32], "bob's", Moment(0)).await.unwrap().to_string();
    let answers = ["bobs.dyn.example.com", "none.dyn.example.com"].map(|name| {
        let page = browser.get(&format!("/host/{name}"));
        let made = browser.post(&format!("/host/{name}/tokens"), &[("seal", &seal)]);
        let gone = browser.post(&format!("/host/{name}/revoke"), &[("seal", &seal), ("token", &id)]);
        [page, made, gone].map(|answer| (answer.status, answer.body))
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][0].0, 404);
    let own = browser.post("/host/home.dyn.example.com/revoke", &[("seal", &seal), ("token", &id)]);
    assert_eq!(own.status, 404, "bob's token through ann's host");
    assert_eq!(house.store.tokens(bobs.id).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_not_log_in() {
    let (house, mut browser) = House::with_ann().await;
    let seal = browser.get("/").seal().to_owned();
    let made = browser.post(TOKENS, &[("seal", &seal)]);
    let (_, rest) = made.body.split_once("<code class=\"token\">").unwrap();
    let token = rest.split('<').next().unwrap();
    assert_eq!(house.browser().log_in("ann", token).status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_by_get_and_what_stands_in_the_address_is_no_form() {
    let (house, mut browser) = House::with_ann().await;
    let seal = browser.get("/").seal().to_owned();
    for path in ["/login", "/logout", TOKENS, "/host/home.dyn.example.com/revoke"] {
        let answer = browser.get(&format!("{path}?seal={seal}&token=1"));
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{path}");
    }
    assert_eq!(browser.post(&format!("{TOKENS}?seal={seal}"), &[]).status, 403);
    let with = browser.with_forms.clone();
    let text = browser.send("POST", TOKENS, &with, &format!("seal={seal}"));
    assert_eq!(text.status, 403, "a body that does not say that it is a form");
    assert_eq!(tokens(&house).await, 0);
    let put = browser.send("PUT", "/", &[], "");
    assert_eq!((put.status, put.header("allow")), (405, Some("GET, HEAD")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_leads_away() {
    let (_house, mut browser) = House::with_ann().await;
    let seal = browser.get("/").seal().to_owned();
    for path in ["//evil.example", "/host//evil.example", "/%2f%2fevil.example", "/host/%2f%2fevil.example", "/\\evil"]
    {
        let answer = browser.get(path);
        assert_eq!((answer.status, answer.header("location")), (404, None), "{path}");
    }
    let out = browser.post("/logout?next=//evil.example", &[("seal", &seal), ("next", "//evil.example")]);
    assert_eq!(out.header("location"), Some("/?logged-out"));
    let entry = browser.get("/?next=https://evil.example").seal().to_owned();
    let fields = [("seal", entry.as_str()), ("user", "ann"), ("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(browser.post("/login?next=//evil.example", &fields).header("location"), Some("/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_headers_that_keep_browsers_narrow() {
    let (house, mut browser) = House::with_ann().await;
    let seal = browser.get("/").seal().to_owned();
    let mut guest = house.browser();
    let answers = [
        browser.get("/"),
        browser.get("/host/home.dyn.example.com"),
        browser.get("/password"),
        browser.get("/none"),
        browser.get("/login"),
        browser.post(TOKENS, &[("seal", &seal)]),
        browser.post(TOKENS, &[]),
        browser.post("/logout", &[("seal", &seal)]),
        guest.get("/"),
        guest.log_in("ann", "wrong"),
    ];
    for answer in answers {
        for (name, value) in [
            (
                "content-security-policy",
                "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            ),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{} of {}", name, answer.status);
        }
        for word in ["<script", "javascript:", " onclick", " onload", " style=", "<style"] {
            answer.lacks(word);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_style_sheet_has_its_hash_for_a_name_and_may_be_kept() {
    let house = House::new().await;
    let page = house.browser().get("/");
    let (_, rest) = page.body.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let path = rest.split('"').next().unwrap().replace("&#x2f;", "/");
    let style = house.browser().get(&path);
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert_eq!(style.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(house.browser().get("/style.0000000000000000.css").status, 404);
}

/// How a request comes, and what is said of it: `None` is the form to log in by.
type Way<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);

fn ways(house: &House, ways: &[Way<'_>]) {
    for (host, headers, said) in ways {
        let mut browser = house.browser().always(headers);
        if !host.is_empty() {
            (*host).clone_into(&mut browser.host);
        }
        let answer = browser.get("/");
        let status = if said.is_some() { 403 } else { 200 };
        assert_eq!(answer.status, status, "{host} {headers:?}");
        answer.holds(said.unwrap_or("name=\"password\""));
        if said.is_some() {
            answer.lacks("<form");
            assert!(browser.cookies.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_trusted_proxy_only_this_machine_itself_is_let_in_by_plain_http() {
    let house = House::new().await;
    let stranger = Some("A proxy passed this request on");
    ways(
        &house,
        &[
            ("", &[], None),
            ("localhost", &[], None),
            ("localhost:8443", &[], None),
            ("[::1]:8443", &[], None),
            ("evil.example", &[], Some("by a name that is not its own")),
            ("localhost.evil.example", &[], Some("by a name that is not its own")),
            ("", &[("x-forwarded-proto", "https")], stranger),
            ("", &[("x-forwarded-for", "192.0.2.1")], stranger),
            ("", &[("forwarded", "for=192.0.2.1;proto=https")], stranger),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_has_to_say_that_it_was_asked_by_https() {
    let house = House::with("proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\"]").await;
    let plain = Some("has to take requests by HTTPS");
    ways(
        &house,
        &[
            ("ddns.example.com", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")], None),
            (
                "ddns.example.com",
                &[("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1; proto=https")],
                None,
            ),
            ("ddns.example.com", &[("x-forwarded-for", "192.0.2.1")], plain),
            ("ddns.example.com", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "http")], plain),
            ("ddns.example.com", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https, http")], plain),
            ("\"><b>", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")], Some("its own")),
            ("", &[], None),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_the_cookie_is_one_that_no_other_host_can_set() {
    let house = House::with("proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\"]").await;
    house.people().await;
    let mut browser = house.browser().always(&[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")]);
    browser.host = "ddns.example.com".to_owned();
    assert_eq!(browser.log_in("ann", PASSWORD).status, 303);
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["__Host-ddns"]);
    browser.get("/host/home.dyn.example.com").holds("https:&#x2f;&#x2f;ddns.example.com&#x2f;update");
    // the same id by plain HTTP has another name, and is none
    browser.always.clear();
    browser.host = "localhost".to_owned();
    browser.get("/").holds("name=\"password\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_off_takes_nothing_and_endpoints_keep_their_paths() {
    let house = House::new().await;
    assert!(house.page.takes("/") && house.page.takes("/host/x") && !house.page.takes("/update"));
    let folder: &Path = &crate::house::folder();
    let mut settings = crate::house::settings(folder, "");
    settings.daemon.page = false;
    house.page.change_settings(settings);
    assert!(!house.page.takes("/") && !house.page.takes("/update"));
    let _ = std::fs::remove_dir_all(folder);
}
