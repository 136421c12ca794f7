//! What an owner does on the page, from logging in to logging out.

use std::time::Duration;

use ddns::secret::Secret;
use ddns_service::moment::Moment;
use ddns_service::proof;
use ddns_service::world::{Asked, Store as _, Wish};

use crate::house::{House, PASSWORD};

/// The token that an answer shows.
fn token(body: &str) -> String {
    let (_, rest) = body.split_once("<code class=\"token\">").unwrap_or_else(|| panic!("{body}"));
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_logs_in_sees_own_hosts_only_and_logs_out() {
    let (_house, mut browser) = House::with_ann().await;
    let hosts = browser.get("/");
    assert_eq!(hosts.status, 200);
    hosts.holds("home.dyn.example.com");
    hosts.holds("No update yet");
    hosts.lacks("bobs");
    let seal = hosts.seal().to_owned();
    let out = browser.post("/logout", &[("seal", &seal)]);
    assert_eq!((out.status, out.header("location")), (303, Some("/?logged-out")));
    assert!(browser.cookies.is_empty());
    browser.get("/?logged-out").holds("You have logged out.");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_session_that_ended_is_worth_nothing() {
    let (_house, mut browser) = House::with_ann().await;
    let old = browser.cookies.clone();
    let seal = browser.get("/").seal().to_owned();
    browser.post("/logout", &[("seal", &seal)]);
    browser.cookies = old;
    let page = browser.get("/");
    page.holds("Your session has ended");
    page.lacks("home.dyn.example.com");
    assert_eq!(browser.get("/host/home.dyn.example.com").status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_beside_the_fields_and_counted() {
    let house = House::new().await;
    house.people().await;
    let mut browser = house.browser();
    for _ in 0..3 {
        let answer = browser.log_in("ann", "wrong password");
        assert_eq!(answer.status, 403);
        answer.holds("Wrong user name or password");
        answer.holds("value=\"ann\"");
        answer.holds("aria-describedby=\"error\"");
        answer.lacks("wrong password");
        assert!(!browser.cookies.contains_key("ddns"));
    }
    let answer = browser.log_in("ann", PASSWORD);
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("60")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_is_told_what_a_wrong_password_is_told() {
    let house = House::new().await;
    house.people().await;
    let mut browser = house.browser();
    let (known, unknown) = (browser.log_in("ann", "wrong"), browser.log_in("nobody", "wrong"));
    assert_eq!((known.status, unknown.status), (403, 403));
    assert_eq!(known.body.replace("\"ann\"", "\"nobody\""), unknown.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_field_is_named() {
    let house = House::new().await;
    let answer = house.browser().log_in("", "");
    assert_eq!(answer.status, 422);
    answer.holds("<p class=\"error\" id=\"user-error\">Enter your user name.</p>");
    answer.holds("aria-describedby=\"user-error\"");
    answer.holds("aria-describedby=\"password-error\"");
    answer.holds("<title>Error: Log in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_works_and_can_be_revoked() {
    let (house, mut browser) = House::with_ann().await;
    let host = browser.get("/host/home.dyn.example.com");
    host.holds("YOUR-TOKEN");
    let seal = host.seal().to_owned();
    let made = browser.post("/host/home.dyn.example.com/tokens", &[("seal", &seal), ("note", "garage")]);
    assert_eq!(made.status, 200);
    let token = token(&made.body);
    made.lacks("YOUR-TOKEN");
    let digest = proof::digest(&Secret::new(token.as_str())).unwrap();
    let asked = Asked { user: None, token: Some(digest), hosts: Wish::Only };
    let found = house.store.look(std::slice::from_ref(&asked)).await.unwrap().remove(0);
    assert_eq!(found.token.unwrap().note, "garage");
    let again = browser.get("/host/home.dyn.example.com");
    again.holds("garage");
    again.lacks(&token);
    let gone = browser.post("/host/home.dyn.example.com/revoke", &[("seal", &seal), ("token", "1")]);
    assert_eq!((gone.status, gone.header("location")), (303, Some("/host/home.dyn.example.com")));
    browser.get("/host/home.dyn.example.com").holds("The token is revoked.");
    browser.get("/host/home.dyn.example.com").lacks("The token is revoked.");
    assert_eq!(house.store.look(&[asked]).await.unwrap()[0].token, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_has_at_most_twenty_tokens() {
    let (house, mut browser) = House::with_ann().await;
    let host = house.named("home").await;
    for number in 0..20_u8 {
        house.store.add_token(host.id, &[number; 32], "", Moment(0)).await.unwrap();
    }
    let seal = browser.get("/").seal().to_owned();
    let answer = browser.post("/host/home.dyn.example.com/tokens", &[("seal", &seal), ("note", "one more")]);
    assert_eq!(answer.status, 422);
    answer.holds("as many tokens as it may have");
    answer.holds("value=\"one more\"");
    assert_eq!(house.store.tokens(host.id).await.unwrap().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_other_sessions_and_opens_by_the_new_one_only() {
    let (house, mut browser) = House::with_ann().await;
    let mut other = house.browser();
    other.log_in("ann", PASSWORD);
    let old = browser.cookies.clone();
    let seal = browser.get("/password").seal().to_owned();
    let fields =
        [("seal", seal.as_str()), ("current", PASSWORD), ("new", "battery staple"), ("again", "battery staple")];
    let answer = browser.post("/password", &fields);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    assert_ne!(browser.cookies, old, "another id");
    browser.get("/").holds("The password is changed");
    other.get("/").holds("Your session has ended");
    assert_eq!(house.browser().log_in("ann", PASSWORD).status, 403);
    assert_eq!(house.browser().log_in("ann", "battery staple").status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_new_password_stands_at_its_field() {
    let (_house, mut browser) = House::with_ann().await;
    let seal = browser.get("/password").seal().to_owned();
    for (current, new, again, status, field, said) in [
        ("", "12345678", "12345678", 422, "current", "Enter the password that you have now."),
        (PASSWORD, "1234567", "1234567", 422, "new", "Take at least 8 characters."),
        (PASSWORD, PASSWORD, PASSWORD, 422, "new", "This is the password that you have now."),
        (PASSWORD, "12345\n678", "12345\n678", 422, "new", "Take letters, digits and signs only."),
        (PASSWORD, "12345678", "12345679", 422, "again", "This is not the same as the new password."),
        ("wrong password", "12345678", "12345678", 403, "current", "This is not your password."),
    ] {
        let answer =
            browser.post("/password", &[("seal", &seal), ("current", current), ("new", new), ("again", again)]);
        assert_eq!(answer.status, status);
        answer.holds(&format!("<p class=\"error\" id=\"{field}-error\">{said}</p>"));
        answer.lacks("12345");
    }
    browser.get("/password").lacks("class=\"error\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_deleted_or_changed_at_the_command_line_has_no_session_any_more() {
    let (house, mut browser) = House::with_ann().await;
    house.store.set_password("ann", &proof::hash(&Secret::new("another one")).unwrap()).await.unwrap();
    browser.get("/").holds("Your session has ended");
    house.user("cid").await;
    let mut cid = house.browser();
    assert_eq!(cid.log_in("cid", PASSWORD).status, 303);
    cid.get("/").holds("There are no hosts yet");
    let cookies = cid.cookies.clone();
    house.store.delete_user("cid").await.unwrap();
    cid.get("/").holds("Your session has ended");
    cid.get("/").lacks("Your session has ended");
    house.user("cid").await;
    cid.cookies = cookies;
    cid.get("/").holds("Your session has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_half_an_hour_of_silence_or_twelve_hours_in_all() {
    let (house, mut browser) = House::with_ann().await;
    house.clock.forward(Duration::from_mins(29));
    browser.get("/").holds("home.dyn.example.com");
    house.clock.forward(Duration::from_mins(30));
    browser.get("/").holds("Your session has ended");
    browser.log_in("ann", PASSWORD);
    for _ in 0..35 {
        house.clock.forward(Duration::from_mins(20));
        browser.get("/").holds("home.dyn.example.com");
    }
    house.clock.forward(Duration::from_mins(20));
    browser.get("/").holds("Your session has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_go_on_over_a_reload() {
    let (house, mut browser) = House::with_ann().await;
    house.page.change_settings(house.settings.clone());
    browser.get("/").holds("home.dyn.example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_state_history_and_where_the_last_update_came_from_are_shown() {
    let (house, mut browser) = House::with_ann().await;
    let (host, lease) = house.updated("home").await;
    house.clock.forward(Duration::from_mins(5));
    let page = browser.get("/host/home.dyn.example.com");
    page.holds("Pending: not yet in the DNS");
    for text in [
        "192.0.2.33",
        "2026-11-21 10:00 UTC",
        "5 minutes ago",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe",
        "192.0.2.1<",
        "Update</td>",
    ] {
        page.holds(text);
    }
    house.store.applied(&[(host.id, host.generation)], &lease).await.unwrap();
    let hosts = browser.get("/");
    hosts.holds("In the DNS");
    hosts.holds("192.0.2.33");
}
