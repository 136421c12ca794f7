//! Opening the file: who else may read it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ddns_service::config::{self, Database};

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ddns-config-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn refused(path: &Path) -> String {
    config::load(path).expect_err("was to be refused").to_string()
}

#[test]
fn a_file_that_everybody_may_read_is_refused() {
    let folder = Folder::new("modes");
    for mode in [0o600, 0o640, 0o660] {
        assert!(config::load(&folder.file("good", crate::LEAST.as_bytes(), mode)).is_ok(), "{mode:o}");
    }
    for mode in [0o644, 0o604, 0o777] {
        let path = folder.file("bad", crate::LEAST.as_bytes(), mode);
        let path = path.display();
        let wanted =
            format!("{path}: can be read by everybody on this machine, and holds secrets: chmod o-rwx '{path}'");
        assert_eq!(refused(&folder.0.join("bad")), wanted, "{mode:o}");
    }
}

#[test]
fn a_file_that_is_not_there_or_no_file_or_no_text_is_named() {
    let folder = Folder::new("kinds");
    let gone = folder.0.join("gone");
    assert!(refused(&gone).starts_with(&format!("{}: cannot be read: No such file", gone.display())));
    assert!(refused(&folder.0).contains(": cannot be read: "));
    let path = folder.file("latin1", b"[daemon]\nhost = \"\xfc\"\n", 0o600);
    assert_eq!(refused(&path), format!("{}:2: is not UTF-8", path.display()));
}

#[test]
fn faults_are_told_one_a_line_as_compilers_do() {
    let folder = Folder::new("faults");
    let path = folder.file("c.toml", b"[daemon]\nport = 0\n[database]\npth = 1\n", 0o600);
    let file = path.display();
    let wanted = format!(
        "{file}:2:1: [daemon] port = 0: wanted a whole number from 1 to 65535\n\
         {file}:3:2: [database] path: is missing: wanted with backend = \"sqlite\", such as \"/var/lib/ddns-service/ddns.db\"\n\
         {file}:4:1: [database] pth: unknown key; the nearest known one is 'path'"
    );
    assert_eq!(refused(&path), wanted);
}

#[test]
fn the_password_may_stand_in_a_file_of_its_own_which_nobody_else_may_read() {
    let folder = Folder::new("password");
    let secret = folder.file("password", b"geheim \n", 0o600);
    let text = format!(
        "[database]\nbackend = \"mariadb\"\nhost = \"localhost\"\nname = \"n\"\nuser = \"u\"\npassword_file = \"{}\"\n",
        secret.display()
    );
    let path = folder.file("c.toml", text.as_bytes(), 0o600);
    let (settings, warnings) = config::load(&path).unwrap();
    assert!(warnings.is_empty());
    let Database::Mariadb { password, .. } = settings.database else { panic!("no server") };
    assert_eq!(password.reveal(), b"geheim ", "only the line's end is taken away");
    folder.file("password", b"geheim\n", 0o644);
    assert!(refused(&path).contains("password: can be read by everybody"));
}

#[test]
fn an_authority_that_cannot_be_used_is_named_with_its_key() {
    let folder = Folder::new("authority");
    let ca = folder.0.join("ca.pem");
    let text = |mode: &str| {
        format!(
            "[database]\nbackend = \"mariadb\"\nhost = \"db\"\nname = \"n\"\nuser = \"u\"\nssl_mode = \"{mode}\"\nssl_ca = \"{}\"\n",
            ca.display()
        )
    };
    let path = folder.file("c.toml", text("verify-full").as_bytes(), 0o600);
    let begin = format!("[database] ssl_ca = \"{}\": ", ca.display());
    let end = "; wanted a PEM file with the certificate of the server's authority";
    for (bytes, why) in [
        (None, "cannot be read: No such file"),
        (Some("geheim\n"), "has no certificate in it"),
        (Some("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"), "has a damaged certificate in it"),
    ] {
        if let Some(bytes) = bytes {
            folder.file("ca.pem", bytes.as_bytes(), 0o644);
        }
        let said = refused(&path);
        assert!(said.starts_with(&format!("{begin}{why}")) && said.ends_with(end), "{said}");
    }
    assert!(config::load(&folder.file("c.toml", text("required").as_bytes(), 0o600)).is_ok(), "it has no effect there");
}
