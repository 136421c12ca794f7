//! Mail servers that refuse, hang, drip, break off and talk too much: every one ends in time, with a sentence that names the step.

use std::time::{Duration, Instant};

use ddns_service::config::Email;
use ddns_service::mail::Smtp;
use ddns_service::world::{LetterFault, Mail as _};

use super::script::{Close, Drip, GOOD, Hang, Line, Say, Scripted};
use super::{email, letter, with_login};

/// Names of the steps at which a server can misbehave, in the order of [`GOOD`].
const STEPS: [&str; 6] = ["its greeting", "its greeting", "MAIL FROM", "RCPT TO", "DATA", "the text"];

/// For servers that are not waited for.
async fn send(email: &Email) -> Result<(), LetterFault> {
    send_within(email, Duration::from_secs(30)).await
}

/// For servers that hang; enough to come to their last step on a busy machine.
const PATIENCE: Duration = Duration::from_secs(3);

async fn send_within(email: &Email, limit: Duration) -> Result<(), LetterFault> {
    Smtp::new(email).unwrap().within(limit).send(&letter("user@example.org")).await
}

fn until(at: usize, last: Line) -> Vec<Line> {
    let mut script = GOOD[..at].to_vec();
    script.push(last);
    script
}

fn sentence(sent: Result<(), LetterFault>) -> String {
    sent.unwrap_err().to_string()
}

#[tokio::test]
async fn a_good_script_is_a_letter_sent() {
    let server = Scripted::start(GOOD.to_vec());
    send(&email(server.port)).await.unwrap();
    let heard = server.heard();
    assert!(heard[0].starts_with("EHLO "), "{heard:?}");
    assert_eq!(heard[1], "MAIL FROM:<ddns@example.com>");
    assert_eq!(heard[2], "RCPT TO:<user@example.org>");
    assert_eq!(heard[3], "DATA");
    assert!(heard.contains(&"..".to_owned()), "a line of one dot is doubled: {heard:?}");
}

#[tokio::test]
async fn a_server_that_hangs_at_any_step_is_left_in_time() {
    let mut all = tokio::task::JoinSet::new();
    for (at, step) in STEPS.into_iter().enumerate() {
        for last in [Hang, Drip] {
            all.spawn(async move {
                let server = Scripted::start(until(at, last));
                let began = Instant::now();
                let said = sentence(send_within(&email(server.port), PATIENCE).await);
                assert!(said.starts_with("not now: mail server 127.0.0.1:"), "{said}");
                assert!(said.ends_with(&format!("no answer in time at {step}")), "{last:?} {step}: {said}");
                assert!(began.elapsed() < 5 * PATIENCE, "{last:?} {step}");
            });
        }
    }
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_breaks_off_at_any_step_gets_the_letter_again() {
    for (at, step) in STEPS.into_iter().enumerate() {
        for last in [Close, Say("what?"), Say("250-without end")] {
            let script = [until(at, last), vec![Close]].concat();
            let said = sentence(send_within(&email(Scripted::start(script).port), PATIENCE).await);
            assert!(said.starts_with("not now: ") && said.contains(step), "{last:?} {step}: {said}");
        }
    }
}

#[tokio::test]
async fn a_goodbye_that_is_not_answered_costs_a_second_and_no_letter() {
    let server = Scripted::start([GOOD.to_vec(), vec![Hang]].concat());
    let began = Instant::now();
    send(&email(server.port)).await.unwrap();
    // any other step would have ten
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_refusal_that_passes_is_for_later_whatever_the_step() {
    for (at, step) in STEPS.into_iter().enumerate() {
        for word in ["421 closing", "450 4.2.0 greylisted", "451 4.3.0 later", "452 full"] {
            let said = sentence(send(&email(Scripted::start(until(at, Say(word))).port)).await);
            assert!(said.starts_with("not now: ") && said.contains(step) && said.ends_with(word), "{step}: {said}");
        }
    }
}

#[tokio::test]
async fn a_refusal_for_ever_is_of_the_letter_only_from_the_recipient_on() {
    for (at, step) in STEPS.into_iter().enumerate() {
        for word in ["550 5.1.1 no such user", "554 5.7.1 relay access denied", "552 too large"] {
            let sent = send(&email(Scripted::start(until(at, Say(word))).port)).await;
            let fault = sent.unwrap_err();
            let never = matches!(fault, LetterFault::Never(_));
            assert_eq!(never, at >= 3, "{step}: {fault}");
            assert!(fault.to_string().contains(step) && fault.to_string().ends_with(word), "{step}: {fault}");
        }
    }
}

#[tokio::test]
async fn all_lines_of_a_refusal_are_told_on_one_line_and_not_without_end() {
    let script = until(3, Say("550-first\r\n550-second\r\n550 third"));
    let said = sentence(send(&email(Scripted::start(script).port)).await);
    assert!(said.contains("first") && said.contains("third") && !said.contains('\n'), "{said}");
    let long: &'static str = Box::leak(format!("550 {}", "x".repeat(900)).into_boxed_str());
    let said = sentence(send(&email(Scripted::start(until(3, Say(long))).port)).await);
    assert!(said.len() < 400, "{said}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let port = crate::ports::free_port();
    let said = sentence(send(&email(port)).await);
    assert!(said.starts_with(&format!("not now: mail server 127.0.0.1:{port}: connecting: ")), "{said}");
    let nowhere = Email { smtp_host: "no-such-host.invalid".to_owned(), ..email(25) };
    let said = sentence(send(&nowhere).await);
    assert!(said.contains("mail server no-such-host.invalid:25: ") && said.contains("its name"), "{said}");
}

#[tokio::test]
async fn a_connection_that_is_never_taken_ends_in_time() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let at = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    // fills the queue of connections that nobody accepts; what comes then is not answered at all
    for _ in 0..8 {
        queue.push(tokio::time::timeout(Duration::from_millis(100), tokio::net::TcpStream::connect(at)).await);
    }
    let began = Instant::now();
    let said = sentence(send_within(&email(at.port()), PATIENCE).await);
    assert!(said.ends_with("no answer in time at connecting"), "{said}");
    assert!(began.elapsed() < 5 * PATIENCE, "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_address_that_is_none_never_reaches_the_server() {
    let server = Scripted::start(GOOD.to_vec());
    let smtp = Smtp::new(&email(server.port)).unwrap();
    for to in [
        "",
        "user",
        "@example.org",
        "a@b@c",
        "a@b, c@d",
        "a b@c.d",
        "Name <a@b.c>",
        "a@b.c>\r\nRCPT TO:<x@y.z",
        "a@b.c\nx",
        "a@",
    ] {
        let fault = smtp.send(&letter(to)).await.unwrap_err();
        assert!(matches!(fault, LetterFault::Never(_)), "{to:?}: {fault}");
        assert!(!fault.to_string().contains(['\n', '\r']), "{fault}");
    }
    assert_eq!(server.heard(), Vec::<String>::new());
}

#[test]
fn a_sender_that_is_none_is_named_with_its_option() {
    for from in ["", "ddns", "Name <ddns>", "a@b.c, d@e.f", "a@b.c\r\nBcc: x@y.z"] {
        let fault = Smtp::new(&Email { from_address: from.to_owned(), ..email(25) }).unwrap_err().to_string();
        assert!(fault.starts_with("[email] from_address = ") && !fault.contains(['\n', '\r']), "{from:?}: {fault}");
    }
}

#[tokio::test]
async fn a_password_that_the_server_repeats_is_covered() {
    for word in ["535 no: hunter2secret", "535 no: AGFubmEAaHVudGVyMnNlY3JldA=="] {
        let server = Scripted::start(vec![Say("220 here"), Say("250-here\r\n250 AUTH PLAIN"), Say(word)]);
        let said = sentence(send(&with_login(email(server.port), "anna", "hunter2secret")).await);
        assert!(said.starts_with("not now: ") && said.contains("the login: 535 no: ***PW***"), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("AGFubmE"), "{said}");
    }
}

#[test]
fn nothing_of_the_login_is_in_what_debugging_shows() {
    let smtp = Smtp::new(&with_login(email(25), "anna", "hunter2secret")).unwrap();
    assert_eq!(format!("{smtp:?}"), "Smtp(127.0.0.1:25)");
}

#[tokio::test]
async fn a_subject_of_more_than_one_line_is_one_line_on_the_wire() {
    let server = Scripted::start(GOOD.to_vec());
    let mut letter = letter("user@example.org");
    letter.subject = "a\r\nBcc: evil@example.com\r\n\r\nbody".to_owned();
    letter.key = "1\r\nX: y".to_owned();
    Smtp::new(&email(server.port)).unwrap().send(&letter).await.unwrap();
    let heard = server.heard();
    assert!(heard.iter().any(|line| line.starts_with("Subject: a")), "{heard:?}");
    assert!(!heard.iter().any(|line| line.starts_with("Bcc") || line.starts_with("X:")), "{heard:?}");
}
