//! Letters to a real server.

use ddns_service::mail::Smtp;
use ddns_service::world::Mail as _;

use super::receiver::Receiver;
use super::{email, letter};

#[tokio::test]
async fn a_letter_arrives_whole_with_its_headers() {
    let server = Receiver::start(&[]);
    Smtp::new(&email(server.port)).unwrap().send(&letter("user@example.org")).await.unwrap();
    let all = server.taken();
    let [taken] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(
        (taken.from.as_str(), taken.to.as_slice()),
        ("ddns@example.com", ["user@example.org".to_owned()].as_slice())
    );
    assert_eq!(taken.header("From").unwrap(), "\"Dynamic DNS\" <ddns@example.com>");
    assert_eq!(taken.header("To").unwrap(), "user@example.org");
    assert_eq!(taken.header("Subject").unwrap(), "mypc.dyn.example.com: address changed");
    assert_eq!(taken.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(taken.header("MIME-Version").unwrap(), "1.0");
    assert_eq!(taken.header("Content-Type").unwrap(), "text/plain; charset=utf-8");
    assert_eq!(taken.header("Content-Transfer-Encoding").unwrap(), "quoted-printable");
    assert!(taken.header("Date").unwrap().ends_with("+0000"), "{:?}", taken.header("Date"));
    let id = taken.header("Message-ID").unwrap();
    assert!(id.starts_with("<ddns.12-7-change.") && id.ends_with("@example.com>"), "{id}");
    assert_eq!(taken.body(), "Gr=C3=BC=C3=9Fe,\r\n\r\nIPv4: 192.0.2.2\r\n.\r\nend\r\n");
    assert!(!taken.tls && taken.login.is_none());
}
