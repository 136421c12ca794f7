//! Whatever anybody managed to write into a field comes back as text.

use ddns_service::moment::Moment;
use ddns_service::world::Store as _;

use crate::house::{House, PASSWORD};

const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 'zz' ~ 'qq' }}&amp;";

fn harmless(body: &str) {
    for word in ["<script", "<img", "'><", "\"><s", "zzqq"] {
        assert!(!body.contains(word), "{word:?} in\n{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_names_notes_and_headers_stays_text() {
    let house = House::new().await;
    house.user(EVIL).await;
    let host = house.host(EVIL, "<b onclick=x>\"'&").await;
    house.store.add_token(host.id, &[1; 32], EVIL, Moment(0)).await.unwrap();
    let mut browser = house.browser().always(&[("user-agent", EVIL), ("accept-language", EVIL), ("referer", EVIL)]);
    let wrong = browser.log_in(EVIL, EVIL);
    assert_eq!(wrong.status, 403);
    harmless(&wrong.body);
    assert_eq!(browser.log_in(EVIL, PASSWORD).status, 303);
    let hosts = browser.get("/");
    harmless(&hosts.body);
    hosts.lacks("<b onclick");
    let path = "/host/%3cb%20onclick%3dx%3e%22%27%26.dyn.example.com";
    hosts.holds(&path.replace('/', "&#x2f;"));
    let page = browser.get(path);
    assert_eq!(page.status, 200);
    harmless(&page.body);
    page.lacks("<b onclick");
    page.holds("&lt;b onclick=x&gt;");
    let seal = page.seal().to_owned();
    let made = browser.post(&format!("{path}/tokens"), &[("seal", &seal), ("note", EVIL)]);
    assert_eq!(made.status, 200);
    harmless(&made.body);
    let long = EVIL.repeat(9);
    let refused = browser.post(&format!("{path}/tokens"), &[("seal", &seal), ("note", &long)]);
    assert_eq!(refused.status, 422);
    harmless(&refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_addresses_and_cookies_is_not_repeated() {
    let (_house, mut browser) = House::with_ann().await;
    for path in
        ["/%3Cscript%3E", "/host/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/?%22%3E%3Cscript%3E", "/host/%ff", "/host/%"]
    {
        harmless(&browser.get(path).body);
    }
    browser.cookies.insert("ddns".to_owned(), "<script>".to_owned());
    browser.cookies.insert("ddns-login".to_owned(), "<script>".to_owned());
    harmless(&browser.get("/").body);
}
