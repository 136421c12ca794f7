//! TLS to a server: who is believed, and who is not.

use std::path::{Path, PathBuf};
use std::process::Command;

use ddns::secret::Secret;
use ddns_service::config::{Database, SslMode};
use ddns_service::store;
use ddns_service::world::{Store, StoreFault};
use sqlx::Executor;

use crate::bed::folder;
use crate::mariadb::Server;
use crate::ports::free_port;

fn openssl(folder: &Path, words: &str) {
    let done = Command::new("openssl").current_dir(folder).args(words.split(' ')).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Two authorities, and a certificate for `localhost` by the first.
fn papers() -> PathBuf {
    let folder = folder();
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    for name in ["ca", "other"] {
        openssl(&folder, &format!("{new} -keyout {name}.key -out {name}.pem -subj /CN={name}"));
    }
    openssl(
        &folder,
        &format!(
            "{new} -keyout server.key -out server.pem -subj /CN=server -addext subjectAltName=DNS:localhost \
             -addext basicConstraints=critical,CA:FALSE -CA ca.pem -CAkey ca.key"
        ),
    );
    folder
}

async fn server(options: &[&str]) -> (Server, u16) {
    let port = free_port();
    let at = [format!("--port={port}"), "--bind-address=127.0.0.1,127.0.0.2".to_owned()];
    let all: Vec<&str> = at.iter().map(String::as_str).chain(options.iter().copied()).collect();
    let server = Server::start(&all);
    let mut root = server.root("mysql").await;
    for sql in ["CREATE DATABASE far", "CREATE USER far@'%' IDENTIFIED BY 'pass'", "GRANT ALL ON far.* TO far@'%'"] {
        root.execute(sql).await.unwrap();
    }
    (server, port)
}

/// What `check` says, or the fault.
async fn asked(host: &str, port: u16, ssl_mode: SslMode, ssl_ca: Option<PathBuf>) -> Result<String, String> {
    let (name, user, password) = ("far".to_owned(), "far".to_owned(), Secret::new("pass"));
    let host = host.to_owned();
    let database = Database::Mariadb { host, port, name, user, password, ssl_mode, ssl_ca, pool_size: 2 };
    match store::open(&database).await {
        Ok(store) => {
            let said = store.check().await.unwrap();
            store.close().await;
            Ok(said)
        }
        Err(StoreFault::Away(said)) => Err(said),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_the_server_that_its_authority_vouches_for_is_believed() {
    let papers = papers();
    let (cert, key) = (papers.join("server.pem"), papers.join("server.key"));
    let options = [format!("--ssl-cert={}", cert.display()), format!("--ssl-key={}", key.display())];
    let (_server, port) = server(&[&options[0], &options[1]]).await;
    let (ca, other) = (Some(papers.join("ca.pem")), Some(papers.join("other.pem")));
    let said = asked("localhost", port, SslMode::VerifyFull, ca.clone()).await.unwrap();
    assert!(said.ends_with(", TLSv1.3"), "{said}");
    for (host, ca, why) in [
        ("localhost", other, "UnknownIssuer"),
        ("localhost", None, "UnknownIssuer"),
        ("127.0.0.1", ca, "not valid for name"),
    ] {
        let said = asked(host, port, SslMode::VerifyFull, ca).await.unwrap_err();
        assert!(said.contains(why), "{host}: {said}");
    }
    for mode in [SslMode::Preferred, SslMode::Required] {
        let said = asked("127.0.0.2", port, mode, None).await.unwrap();
        assert!(said.ends_with(", TLSv1.3"), "{said}");
    }
    // near, and nothing asked for: none
    for (host, mode) in [("127.0.0.1", SslMode::Preferred), ("127.0.0.2", SslMode::Disabled)] {
        let said = asked(host, port, mode, None).await.unwrap();
        assert!(said.ends_with(", scheme 2"), "{said}");
    }
    let _ = std::fs::remove_dir_all(papers);
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_required_and_told_of_where_not() {
    let (_server, port) = server(&["--skip-ssl"]).await;
    for mode in [SslMode::Required, SslMode::VerifyFull] {
        let said = asked("127.0.0.2", port, mode, None).await.unwrap_err();
        assert!(said.contains("server does not support TLS"), "{said}");
    }
    let said = asked("127.0.0.2", port, SslMode::Preferred, None).await.unwrap();
    assert!(said.ends_with(", not encrypted"), "{said}");
}
