//! Key files that are not as they should be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ddns_service::world::Clock;
use ddns_service::zone::remote::Remote;

use super::bed::{Folder, SECRET};
use super::{Off, TIMEOUT, settings};

fn faults(default: Option<&Path>, zones: &[(&str, &PathBuf)]) -> Vec<String> {
    let mut settings = settings("127.0.0.1:53".parse().unwrap(), default.map(Path::to_owned));
    settings.zone_keys =
        zones.iter().map(|(zone, file)| ((*zone).to_owned(), (*file).clone())).collect::<BTreeMap<_, _>>();
    let clock: Arc<dyn Clock> = Arc::new(Off(0));
    match Remote::new(&settings, TIMEOUT, &clock) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// The only fault of a default key file.
#[track_caller]
fn fault(file: &Path) -> String {
    let faults = faults(Some(file), &[]);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let said = faults[0].clone();
    assert!(!said.contains(SECRET), "{said}");
    let start = format!("dns_service.ddns_default_key_file: key file '{}' ", file.display());
    said.strip_prefix(&start).unwrap_or_else(|| panic!("{said}")).to_owned()
}

#[test]
fn a_key_file_that_cannot_be_used_is_refused_with_what_is_wanted() {
    let folder = Folder::new("keys");
    assert_eq!(faults(None, &[]), Vec::<String>::new(), "no key at all is no fault");
    assert_eq!(faults(Some(&folder.key("good", "hmac-sha512", SECRET)), &[]), Vec::<String>::new());
    let none = folder.path().join("none");
    assert_eq!(fault(&none), "cannot be read: No such file or directory (os error 2)");
    assert_eq!(fault(folder.path()), "cannot be read: it is not a regular file");
    let text = format!("key a {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};\n");
    let open = folder.file("open", &text, 0o644);
    assert_eq!(fault(&open), "is open to everybody (mode 0644), wanted 0640 or less: chmod o-rwx");
    let file = |text: &str| folder.file("key", text, 0o600);
    assert_eq!(fault(&file(&text.repeat(3))), "has 3 keys, wanted one");
    let start = "is not as tsig-keygen writes it, ";
    assert_eq!(fault(&file("")), format!("{start}line 1: wanted a statement key \"NAME\" {{ ... }};"));
    let unclosed = format!("key a {{\n algorithm hmac-sha256;\n secret \"{SECRET}\"\n}};\n");
    assert_eq!(fault(&file(&unclosed)), format!("{start}line 4: wanted ';' at the end of a line of the key"));
    let md5 = fault(&file(&text.replace("hmac-sha256", "hmac-md5")));
    assert!(
        md5.contains("key 'a' with hmac-md5, which is not used here")
            && md5.ends_with("tsig-keygen -a hmac-sha256 'a'"),
        "{md5}"
    );
    assert!(fault(&file(&text.replace("hmac-sha256", "HMAC-MD5.SIG-ALG.REG.INT."))).contains("hmac-md5"));
    let swapped = format!("key a {{ algorithm \"{SECRET}\"; secret hmac-sha256; }};");
    assert!(fault(&file(&swapped)).starts_with("has key 'a' with an unknown algorithm, wanted hmac-sha256,"));
    let secret = "has key 'a' with a secret that is not base64 of at least one octet";
    assert_eq!(fault(&file(&text.replace(SECRET, "a%b"))), secret);
    assert_eq!(fault(&file(&text.replace(SECRET, "="))), secret);
    let name = fault(&file(&text.replace("key a", "key a..b")));
    assert_eq!(name, "has a key whose name is none: the name has nothing between two dots");
}

#[test]
fn all_faults_of_all_key_files_are_told_at_once_each_with_its_option() {
    let folder = Folder::new("keys");
    let (good, none) = (folder.key("good", "hmac-sha256", SECRET), folder.path().join("none"));
    let said = faults(Some(&none), &[("a.test", &none), ("b.test", &good), ("c.test", &none)]);
    let options: Vec<&str> = said.iter().map(|said| said.split(": ").next().unwrap()).collect();
    let wanted = ["ddns_default_key_file", "zone_keys.\"a.test\"", "zone_keys.\"c.test\""];
    assert_eq!(options, wanted.map(|option| format!("dns_service.{option}")));
}
