//! Letters to a real server.

use std::io::Write as _;
use std::process::{Command, Stdio};

use ddns_service::config::Email;
use ddns_service::mail::Smtp;
use ddns_service::world::{Letter, LetterFault, Mail as _};

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

#[tokio::test]
async fn a_letter_sent_twice_is_seen_as_one_and_others_are_not() {
    let server = Receiver::start(&[]);
    let smtp = Smtp::new(&email(server.port)).unwrap();
    let first = letter("user@example.org");
    let next = Letter { key: "12-8-change".to_owned(), ..first.clone() };
    let elsewhere = Letter { body: "another database".to_owned(), ..first.clone() };
    for letter in [&first, &first, &next, &elsewhere] {
        smtp.send(letter).await.unwrap();
    }
    let ids: Vec<String> = server.taken().iter().map(|taken| taken.header("Message-ID").unwrap()).collect();
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0] != ids[2] && ids[0] != ids[3], "{ids:?}");
}

#[tokio::test]
async fn domains_go_as_a_labels_and_names_as_they_are_where_the_server_can() {
    let server = Receiver::start(&[]);
    let from = Email { from_address: "Jörg Müller <ddns@bücher.example>".to_owned(), ..email(server.port) };
    let smtp = Smtp::new(&from).unwrap();
    smtp.send(&letter("user@bücher.example")).await.unwrap();
    smtp.send(&letter("jörg@bücher.example")).await.unwrap();
    let taken = server.taken();
    assert_eq!(taken[0].from, "ddns@xn--bcher-kva.example");
    assert_eq!(taken[0].to, ["user@xn--bcher-kva.example"]);
    assert!(!taken[0].options.contains(&"SMTPUTF8".to_owned()));
    assert!(taken[0].text.is_ascii(), "{}", taken[0].text);
    assert_eq!(taken[1].to, ["jörg@xn--bcher-kva.example"]);
    assert!(taken[1].options.contains(&"SMTPUTF8".to_owned()));
}

#[tokio::test]
async fn a_name_that_the_server_cannot_take_is_refused_for_ever() {
    let server = Receiver::start(&["--no-utf8"]);
    let fault = Smtp::new(&email(server.port)).unwrap().send(&letter("jörg@example.org")).await.unwrap_err();
    assert!(matches!(fault, LetterFault::Never(_)), "{fault}");
    assert!(fault.to_string().contains("jörg@example.org (no SMTPUTF8)"), "{fault}");
}

#[tokio::test]
async fn long_lines_and_odd_characters_arrive_as_they_were() {
    let server = Receiver::start(&[]);
    let body = format!("{}\n\n.\n..\nFrom here\n=3D\t \nend of ümläut 🦀", "long ".repeat(500));
    let sent = Letter { body, subject: "ümläut 🦀 ".repeat(12).trim().to_owned(), ..letter("user@example.org") };
    Smtp::new(&email(server.port)).unwrap().send(&sent).await.unwrap();
    let text = server.taken().remove(0).text;
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 78), "{text}");
    let read = "import email, email.policy, sys, json\n\
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
        print(json.dumps([m['subject'], m.get_content()]))";
    let (subject, body): (String, String) = serde_json::from_slice(&python(read, text.as_bytes())).unwrap();
    assert_eq!((subject, body.trim_end().replace('\r', "")), (sent.subject, sent.body));
}

#[tokio::test]
async fn we_greet_by_a_full_name_or_an_address() {
    let server = Receiver::start(&[]);
    Smtp::new(&email(server.port)).unwrap().send(&letter("user@example.org")).await.unwrap();
    let ehlo = server.taken().remove(0).ehlo;
    assert!(ehlo == "[127.0.0.1]" || ehlo.contains('.'), "{ehlo}");
}

#[tokio::test]
async fn a_check_sends_nothing_and_says_what_it_saw() {
    let server = Receiver::start(&[]);
    let said = Smtp::new(&email(server.port)).unwrap().check().await.unwrap();
    assert_eq!(said, format!("mail server 127.0.0.1:{} answers, not encrypted, without login", server.port));
    assert_eq!(server.taken().len(), 0);
}

/// Another program's view of a letter.
fn python(script: &str, input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().stdout
}
