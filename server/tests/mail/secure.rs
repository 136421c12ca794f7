//! STARTTLS and logins against a real server with a certificate of an authority made for the test.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use ddns_service::config::Email;
use ddns_service::mail::Smtp;
use ddns_service::world::{LetterFault, Mail as _};

use super::receiver::{Folder, Receiver};
use super::script::{GOOD, Hang, Say, Scripted};
use super::{email, letter, with_login};

/// An authority, and a server's certificate for `localhost` by it.
struct Papers {
    folder: Folder,
}

impl Papers {
    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn authority(&self) -> Vec<u8> {
        std::fs::read(self.path("ca.pem")).unwrap()
    }

    fn server(&self, more: &[&str]) -> Receiver {
        let (chain, key) = (self.path("cert.pem"), self.path("key.pem"));
        Receiver::start(&[&["--tls", chain.as_str(), key.as_str()], more].concat())
    }
}

static PAPERS: LazyLock<Papers> = LazyLock::new(|| {
    let papers = Papers { folder: Folder::new() };
    let openssl = |args: &str| {
        let done = Command::new("openssl")
            .args(args.split(' '))
            .current_dir(papers.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(done.expect("openssl is needed").success(), "{args}");
    };
    let made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
    openssl(&format!("{made} -subj /CN=authority -keyout ca.key -out ca.pem"));
    openssl(&format!(
        "{made} -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
         -CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem"
    ));
    papers
});

fn encrypted(port: u16) -> Email {
    Email { smtp_host: "localhost".to_owned(), smtp_starttls: true, ..email(port) }
}

fn smtp(email: &Email) -> Smtp {
    Smtp::trusting(email, Some(&PAPERS.authority())).unwrap()
}

fn later(fault: LetterFault) -> String {
    match fault {
        LetterFault::Later(said) => said,
        LetterFault::Never(said) => panic!("for ever: {said}"),
    }
}

#[tokio::test]
async fn a_letter_goes_encrypted_and_logged_in() {
    let server = PAPERS.server(&["--login", "anna", "hunter2secret"]);
    let email = with_login(encrypted(server.port), "anna", "hunter2secret");
    smtp(&email).send(&letter("user@example.org")).await.unwrap();
    let taken = server.taken();
    assert!(taken[0].tls, "{taken:?}");
    assert_eq!(taken[0].login.as_deref(), Some("anna"));
    assert_eq!(
        smtp(&email).check().await.unwrap(),
        format!("mail server localhost:{} answers, encrypted, logged in", server.port)
    );
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_gets_no_letter() {
    let server = PAPERS.server(&[]);
    let said = later(Smtp::new(&encrypted(server.port)).unwrap().send(&letter("user@example.org")).await.unwrap_err());
    assert!(said.contains("STARTTLS") && said.contains("certificate"), "{said}");
    assert_eq!(server.taken().len(), 0);
}

#[tokio::test]
async fn a_certificate_of_another_name_gets_no_letter() {
    let server = PAPERS.server(&[]);
    let email = Email { smtp_host: "127.0.0.1".to_owned(), ..encrypted(server.port) };
    let said = later(smtp(&email).send(&letter("user@example.org")).await.unwrap_err());
    assert!(said.contains("STARTTLS") && said.contains("certificate"), "{said}");
    assert_eq!(server.taken().len(), 0);
}

#[tokio::test]
async fn a_server_that_does_not_offer_starttls_gets_neither_letter_nor_password() {
    let server = Scripted::start(GOOD.to_vec());
    let email = with_login(encrypted(server.port), "anna", "hunter2secret");
    let said = later(smtp(&email).send(&letter("user@example.org")).await.unwrap_err());
    assert!(said.contains("STARTTLS: the server does not offer it"), "{said}");
    assert_eq!(server.heard().len(), 1, "{:?}", server.heard());
}

#[tokio::test]
async fn a_server_that_hangs_in_the_handshake_is_left_in_time() {
    let server = Scripted::start(vec![Say("220 here"), Say("250-here\r\n250 STARTTLS"), Say("220 go"), Hang]);
    let smtp = smtp(&encrypted(server.port)).within(std::time::Duration::from_secs(3));
    let said = later(smtp.send(&letter("user@example.org")).await.unwrap_err());
    assert!(said.ends_with("no answer in time at STARTTLS"), "{said}");
}

#[tokio::test]
async fn a_login_without_encryption_works_on_loopback() {
    let server = Receiver::start(&["--login", "anna", "hunter2secret"]);
    let email = with_login(email(server.port), "anna", "hunter2secret");
    Smtp::new(&email).unwrap().send(&letter("user@example.org")).await.unwrap();
    assert_eq!(server.taken()[0].login.as_deref(), Some("anna"));
}

#[tokio::test]
async fn a_wrong_password_keeps_the_letter_and_is_not_shown() {
    let server = Receiver::start(&["--login", "anna", "hunter2secret"]);
    let email = with_login(email(server.port), "anna", "wrongwrong");
    let said = later(Smtp::new(&email).unwrap().send(&letter("user@example.org")).await.unwrap_err());
    assert!(said.contains("the login: 535") && !said.contains("wrongwrong"), "{said}");
    let said = later(Smtp::new(&email).unwrap().check().await.unwrap_err());
    assert!(said.contains("the login: 535"), "{said}");
}

#[tokio::test]
async fn a_server_that_wants_a_login_and_gets_none_keeps_the_letter_waiting() {
    let server = Receiver::start(&["--login", "anna", "hunter2secret"]);
    let said = later(Smtp::new(&email(server.port)).unwrap().send(&letter("user@example.org")).await.unwrap_err());
    assert!(said.contains("MAIL FROM: 530"), "{said}");
}

#[tokio::test]
async fn a_server_without_a_login_to_offer_is_told_so() {
    let server = Scripted::start(GOOD.to_vec());
    let email = with_login(email(server.port), "anna", "hunter2secret");
    let said = later(Smtp::new(&email).unwrap().send(&letter("user@example.org")).await.unwrap_err());
    assert!(said.contains("the login: "), "{said}");
}
