//! `911`: the database is away, or its disk is full. Nothing is half done: the name server has what the last `good` said.

use std::process::Command;

use ddns_service::config::Database;

use crate::bed::http::Ask;
use crate::bed::{Bed, PLAIN, Said, folder, until};
use crate::mariadb::Server;
use crate::server::Remote;
use crate::servers;

fn update(bed: &Bed, address: &str) -> String {
    bed.ask(&Ask::get(&format!("/update?hostname=one.dyn.example.com&myip={address}")).user("ben", PLAIN)).body
}

#[test]
fn without_its_database_server_all_is_911_and_afterwards_all_is_well() {
    let remote = Remote::start();
    let mut server = Server::start(&[]);
    let database = remote.runtime().block_on(server.database());
    let Database::Mariadb { host, name, user, password, .. } = database else { panic!("no server") };
    let password = String::from_utf8(password.reveal().to_vec()).unwrap();
    let mut bed = Bed::made(|plan| {
        plan.unlimited();
        plan.remote(remote.port(), &Remote::key());
        plan.database = format!(
            "backend = \"mariadb\"\nhost = \"{host}\"\nname = \"{name}\"\nuser = \"{user}\"\npassword = \"{password}\"\n"
        );
    });
    bed.user("ben", PLAIN);
    bed.host("ben", "one");
    bed.run();
    assert_eq!(update(&bed, "192.0.2.1"), "good 192.0.2.1\n");
    server.stop("keep");
    for address in ["192.0.2.1", "192.0.2.2"] {
        assert_eq!(update(&bed, address), "911\n");
    }
    let json = Ask::get("/update?hostname=one.dyn.example.com&myip=192.0.2.2").user("ben", PLAIN).json();
    let json = bed.ask(&json);
    assert_eq!((json.status, &json.json()["status"]), (503, &"911".into()));
    assert!(!bed.log().contains(&password));
    server.run();
    let well = || Some(update(&bed, "192.0.2.3")).filter(|said| said != "911\n");
    assert_eq!(until("the database", well, || bed.log()), "good 192.0.2.3\n");
    assert_eq!(update(&bed, "192.0.2.3"), "nochg 192.0.2.3\n");
}

/// A database server's `[database]`.
fn table(database: &Database) -> String {
    let Database::Mariadb { host, name, user, password, .. } = database else { panic!("no server") };
    let password = String::from_utf8(password.reveal().to_vec()).unwrap();
    format!(
        "backend = \"mariadb\"\nhost = \"{host}\"\nname = \"{name}\"\nuser = \"{user}\"\npassword = \"{password}\"\n"
    )
}

#[test]
fn after_a_copy_came_back_the_dns_has_what_it_says_in_either_kind_of_database() {
    let bind = servers::Server::start(servers::Kind::Bind);
    let server = Server::start(&[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mariadb = table(&runtime.block_on(server.database()));
    let mut bed = Bed::made(|plan| {
        plan.unlimited();
        plan.remote(bind.at.port(), &bind.key());
    });
    let sqlite = bed.plan.database.clone();
    bed.user("ben", PLAIN);
    for label in ["one", "two"] {
        bed.done(&["hostname", "add", "ben", label, "example.test", "--expiry-ttl", "3024000"]);
    }
    let update = |bed: &Bed, label: &str, address: &str| {
        bed.ask(&Ask::get(&format!("/update?hostname={label}.example.test&myip={address}")).user("ben", PLAIN)).body
    };
    bed.run();
    let mut last = "192.0.2.1".to_owned();
    assert_eq!(update(&bed, "one", &last), "good 192.0.2.1\n");
    for (number, table) in [mariadb, sqlite].into_iter().enumerate() {
        let copy = format!("copy{number}.db");
        bed.done(&["backup", &copy]);
        assert_eq!(update(&bed, "one", "192.0.2.9"), "good 192.0.2.9\n");
        assert!(bed.cli(&["restore", &copy], "").err.contains("the database is in use"));
        bed.end("TERM");
        let _ = std::fs::rename(bed.folder.join("ddns.db"), bed.folder.join("old.db"));
        bed.plan.database = table;
        bed.configure();
        let said = bed.done(&["restore", &copy]);
        assert!(said.contains("1 user and 2 hostnames are back") && said.contains("pushes 1 of them"), "{said}");
        assert_eq!(bind.found("one.example.test", "A"), ["60 192.0.2.9"]);
        bed.run();
        let pushed = || Some(bind.found("one.example.test", "A")).filter(|found| found == &[format!("60 {last}")]);
        until("the name server", pushed, || bed.log());
        assert_eq!(bind.found("two.example.test", "A"), Vec::<String>::new());
        assert_eq!(update(&bed, "one", &last), format!("nochg {last}\n"));
        last = format!("192.0.2.{}", 20 + number);
        assert_eq!(update(&bed, "one", &last), format!("good {last}\n"));
    }
}

/// A small file system in memory.
struct Disk(std::path::PathBuf);

impl Disk {
    fn mount() -> Self {
        let path = folder();
        Said::of(Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&path), "").done();
        Self(path)
    }

    fn fill(&self) {
        // until there is no room for a single octet more
        let _ = std::io::copy(&mut std::io::repeat(7), &mut std::fs::File::create(self.0.join("ballast")).unwrap());
    }

    fn empty(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn on_a_full_disk_all_that_cannot_be_written_is_911_and_the_dns_keeps_the_last_good() {
    let disk = Disk::mount();
    let bed = Bed::running(|plan| {
        plan.unlimited();
        plan.database = format!("path = \"{}\"\n", disk.0.join("ddns.db").display());
    });
    assert_eq!(update(&bed, "192.0.2.200"), "good 192.0.2.200\n");
    disk.fill();
    let (mut held, mut refused) = ("192.0.2.200".to_owned(), 0);
    // what the log has room for already is written over; then it would have to grow
    for number in 0..400 {
        let address = format!("192.0.2.{}", number % 100);
        match update(&bed, &address).as_str() {
            "911\n" => refused += 1,
            said => {
                assert_eq!(said, format!("good {address}\n"));
                held = address;
            }
        }
        if refused > 3 {
            break;
        }
    }
    assert!(refused > 3, "the disk was never full: {}", bed.log());
    assert_eq!(bed.dig("one.dyn.example.com", "A"), [format!("60 {held}")]);
    assert_eq!(update(&bed, &held), format!("nochg {held}\n"), "what is so already needs no room");
    disk.empty();
    assert_eq!(update(&bed, "192.0.2.201"), "good 192.0.2.201\n");
    assert_eq!(bed.dig("one.dyn.example.com", "A"), ["60 192.0.2.201"]);
}
