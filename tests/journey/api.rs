//! A provider with an API of its own, over a real HTTPS server.

use std::time::Duration;

use crate::bed::{Bed, PASSWORD, SOON, Says, on};

const NONE: &str = r#"{"success":true,"result":[]}"#;
const ZONES: &str = r#"{"success":true,"result":[{"id":"z1","name":"example.net"}]}"#;
const OLD: &str = r#"{"success":true,"result":[{"id":"r1","name":"home.example.net","type":"A","content":"203.0.113.9","proxied":true}]}"#;
const NEW: &str = r#"{"success":true,"result":[{"id":"r1","name":"home.example.net","type":"A","content":"203.0.113.7","proxied":true}]}"#;
const DONE: &str = r#"{"success":true,"result":{"id":"r1","content":"203.0.113.7"}}"#;
const NO_URL: (&str, &str) = ("update_url", "");

fn says(bed: &Bed, bodies: &[&'static str]) {
    for body in bodies {
        bed.provider.borrow().next(Says::Text(200, body, "Content-Type: application/json\r\n"));
    }
}

#[test]
fn cloudflare_is_told_by_its_api_and_a_proxied_name_is_not_sent_again_because_dns_shows_another_address() {
    on(|bed| {
        bed.speak_tls_as("api.cloudflare.com");
        // the name itself is no zone
        says(bed, &[NONE, ZONES, OLD, DONE]);
        bed.configure(&[
            NO_URL,
            ("service_name", "cloudflare.com-v4"),
            ("username", "Bearer"),
            ("cacert", "/etc/ca.pem"),
            ("check_interval", "1"),
        ]);
        let running = bed.start_home();
        bed.until_asked(4);
        let asked = bed.asked();
        let bearer = format!("Bearer {PASSWORD}");
        assert!(asked.iter().all(|asked| asked.field("authorization").map(str::as_bytes) == Some(bearer.as_bytes())));
        let written = asked.last().unwrap();
        assert_eq!((written.method.as_str(), written.body.as_str()), ("PATCH", r#"{"content":"203.0.113.7"}"#));
        // DNS goes on showing the edge of the provider; the API is asked, and knows
        bed.provider.borrow().usually(Says::Text(200, NEW, ""));
        bed.until("the registered address from the API", SOON, || bed.status("ip").as_deref() == Some("203.0.113.7\n"));
        std::thread::sleep(Duration::from_millis(2500));
        assert!(bed.asked().iter().filter(|asked| asked.method != "GET").count() == 1, "{}", bed.story());
        running.terminate();
    });
}
