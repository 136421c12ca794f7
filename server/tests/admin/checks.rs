//! `check`: every fault is found, and every finding says what to do.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use ddns_service::config::{Database, DnsServer, Embedded, Settings};
use ddns_service::moment::Moment;
use ddns_service::world::LetterFault;
use serde_json::Value;

use crate::fake::{NOW, updated};
use crate::stage::{Stage, Told, order, stage, well};

/// A folder of its own, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let name = format!("ddns-check-{}-{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All is well here.
fn sound(folder: &Folder) -> Stage {
    let stage = stage();
    let key = folder.file("zone.key", 0o640);
    folder.file("config.toml", 0o640);
    change(&stage, |settings| {
        let DnsServer::Remote(remote) = &mut settings.dns_service.server else { panic!() };
        remote.zone_keys.values_mut().for_each(|file| file.clone_from(&key));
        settings.database = Database::Sqlite { path: folder.file("ddns.db", 0o660) };
    });
    stage
}

fn change(stage: &Stage, change: impl FnOnce(&mut Settings)) {
    change(stage.settings.lock().unwrap().as_mut().unwrap());
}

fn check(stage: &Stage, folder: &Folder) -> Told {
    order("check --config").word(folder.0.join("config.toml")).run(stage)
}

/// The one line of that grade, and the line after it.
fn finding(told: &Told, grade: &str) -> String {
    let lines: Vec<&str> = told.out.lines().collect();
    let at: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].starts_with(grade)).collect();
    let [at] = at[..] else { panic!("one {grade} was wanted:\n{}", told.out) };
    lines[at..(at + 2).min(lines.len())].join("\n")
}

#[test]
fn a_sound_service_has_no_fault() {
    let folder = Folder::new();
    let told = check(&sound(&folder), &folder);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
    assert!(told.out.lines().all(|line| line.starts_with("ok       ")), "{}", told.out);
    for about in
        ["configuration", "database", "clock", "zone dyn.example.com", "zone example.com", "mail", "port 127.0.0.1"]
    {
        assert!(told.out.contains(&format!("ok       {about}")), "{about} is missing in\n{}", told.out);
    }
}

#[test]
fn each_trouble_is_one_fault_with_what_to_do() {
    type Trouble = (fn(&Stage, &Path), &'static str, &'static str);
    let troubles: &[Trouble] = &[
        (|_, dir| chmod(&dir.join("config.toml"), 0o644), "every user of this machine can read", "do: chmod o-rwx"),
        (|_, dir| fs::remove_file(dir.join("config.toml")).unwrap(), "there is no ", "do: name yours with --config"),
        (|_, dir| chmod(&dir.join("ddns.db"), 0o664), "every user of this machine can read", "do: chmod o-rwx"),
        (
            |stage, _| change(stage, |s| s.database = Database::Sqlite { path: "/nonexistent/ddns.db".into() }),
            "/nonexistent: No such file",
            "do: install -d",
        ),
        (
            |stage, _| stage.store.away.store(true, Ordering::Relaxed),
            "the database cannot be used",
            "do: see [database]",
        ),
        (
            |stage, _| *stage.now.lock().unwrap() = Moment(5),
            "1970-01-01 00:00:00Z, which cannot be",
            "do: set the clock",
        ),
        (
            |stage, _| {
                let said = "BADKEY: the server does not know the key 'ddns-key'".to_owned();
                stage.dns.ill.lock().unwrap().insert("example.com".to_owned(), said);
            },
            "zone example.com: BADKEY",
            "do: mend it at the zone's name server",
        ),
        (
            |stage, _| *stage.mail.lock().unwrap() = Some(Err(LetterFault::Later("connection refused".to_owned()))),
            "mail: not now: connection refused",
            "do: see whether the server runs",
        ),
        (
            |stage, _| change(stage, |s| s.daemon.host = "host.invalid".to_owned()),
            "cannot be resolved",
            "do: mend host",
        ),
    ];
    for (make, said, next) in troubles {
        let folder = Folder::new();
        let stage = sound(&folder);
        make(&stage, &folder.0);
        let told = check(&stage, &folder);
        let finding = finding(&told, "fault");
        assert!(finding.contains(said) && finding.contains(next), "{said}:\n{}", told.out);
        assert_eq!((told.code, told.err.as_str()), (1, ""), "{said}");
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_key_file_for_all_eyes_is_a_fault_for_each_zone_that_uses_it() {
    let folder = Folder::new();
    let stage = sound(&folder);
    chmod(&folder.0.join("zone.key"), 0o604);
    let told = check(&stage, &folder);
    assert_eq!(told.out.matches("every user of this machine can read").count(), 2, "{}", told.out);
}

#[test]
fn without_a_configuration_the_rest_is_not_looked_at() {
    let folder = Folder::new();
    let stage = sound(&folder);
    *stage.settings.lock().unwrap() = Err(vec!["[daemon] port: 'x' is no port".to_owned()]);
    let told = check(&stage, &folder);
    assert!(finding(&told, "fault").contains("[daemon] port: 'x' is no port"));
    assert_eq!(told.out.lines().count(), 2);
}

#[test]
fn zones_of_hostnames_are_asked_about_too_and_a_clock_that_ran_ahead_is_a_warning() {
    let folder = Folder::new();
    let stage = sound(&folder);
    well(&stage, "user add anna a@example.org --generate");
    well(&stage, "hostname add anna pc 例え.example --expiry-ttl 0");
    updated(&stage.store, "pc.xn--r8jz45g.example", "192.0.2.1", "-");
    *stage.now.lock().unwrap() = NOW.minus(std::time::Duration::from_hours(1));
    let told = check(&stage, &folder);
    assert_eq!(told.code, 0, "{}", told.out);
    assert!(finding(&told, "warning").contains("clock: it is 2026-11-21 11:00:00Z, but the newest update came"));
    assert!(told.out.contains("zone 例え.example (xn--r8jz45g.example): signed answer"), "{}", told.out);
}

#[test]
fn who_has_the_port_is_found_out() {
    let folder = Folder::new();
    for (answer, code, said) in [
        ("HTTP/1.1 401 Unauthorized\r\ncontent-length: 8\r\n\r\nbadauth\n", 0, "the daemon answers"),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", 1, "taken by another program"),
    ] {
        let stage = sound(&folder);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        change(&stage, |settings| settings.daemon.port = listener.local_addr().unwrap().port());
        let server = std::thread::spawn(move || {
            use std::io::{Read as _, Write as _};
            let (mut client, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let read = client.read(&mut request).unwrap();
            client.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let told = check(&stage, &folder);
        assert_eq!(told.code, code, "{}", told.out);
        assert!(told.out.contains(said), "{}", told.out);
        assert!(server.join().unwrap().starts_with("GET /update HTTP/1.1\r\n"));
    }
}

#[test]
fn an_embedded_name_server_is_not_asked_while_the_daemon_is_down() {
    let folder = Folder::new();
    let stage = sound(&folder);
    stage.dns.ill.lock().unwrap().insert("dyn.example.com".to_owned(), "no answer".to_owned());
    change(&stage, |settings| {
        settings.dns_service.server = DnsServer::Embedded(Embedded {
            listen: vec![([127, 0, 0, 1], 0).into()],
            zones: vec!["dyn.example.com".to_owned()],
            name_servers: vec!["ns.example.com".to_owned()],
            hostmaster: "hostmaster@example.com".to_owned(),
            addresses: std::collections::BTreeMap::new(),
            secondaries: Vec::new(),
            transfer_key_file: None,
            answers_per_second: 0,
        });
    });
    let told = check(&stage, &folder);
    assert_eq!(told.code, 0, "{}", told.out);
    assert!(finding(&told, "warning").contains("do: start the daemon and check again"), "{}", told.out);
    assert!(told.out.contains("ok       name server 127.0.0.1:0: free"), "{}", told.out);
}

#[test]
fn findings_are_json_too() {
    let folder = Folder::new();
    let stage = sound(&folder);
    *stage.mail.lock().unwrap() = Some(Err(LetterFault::Never("550".to_owned())));
    let told = order("check --json --config").word(folder.0.join("config.toml")).run(&stage);
    assert_eq!(told.code, 1);
    let found: Value = serde_json::from_str(&told.out).unwrap();
    let found = found.as_array().unwrap();
    assert!(found.iter().all(|one| one["about"].is_string() && one["said"].is_string()));
    let faults: Vec<&Value> = found.iter().filter(|one| one["grade"] == "fault").collect();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0]["about"], "mail");
    assert_eq!(faults[0]["do"], "see [email] in the configuration");
}
