//! `dnserr`: name servers that refuse, cannot, lie, or say nothing; and that what was not known to be in the DNS comes there in the end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::bed::http::{Answer, Ask};
use crate::bed::{Bed, PLAIN, until};
use crate::liar::{Liar, SECRET, SECRET_BASE64, Seal, Talk, now, plain, sealed, signed};
use crate::servers::{Kind, Server};

/// What the liar answers, and what the log must have of it.
const LIES: [(&str, &str); 10] = [
    ("NOERROR", ""),
    ("REFUSED, not signed", "REFUSED"),
    ("NOTAUTH", "NOTAUTH"),
    ("BADSIG", "BADSIG"),
    ("BADTIME", "BADTIME"),
    ("SERVFAIL", "SERVFAIL"),
    ("NOERROR, not signed", "sign"),
    ("another id", "not in the DNS"),
    ("nothing", "not in the DNS"),
    ("NOERROR, late", ""),
];

/// How late.
const LATE: Duration = Duration::from_millis(1500);

fn answer(lie: &str, asked: &[u8]) -> Option<Vec<u8>> {
    let time = &now().to_be_bytes()[2..];
    Some(match lie {
        "NOERROR" | "NOERROR, late" => signed(asked, 0),
        "REFUSED, not signed" => plain(asked, 5),
        "NOTAUTH" => signed(asked, 9),
        "BADSIG" => sealed(asked, 9, &Seal { secret: &[], error: 16, other: &[], time: now() }),
        "BADTIME" => sealed(asked, 9, &Seal { secret: SECRET, error: 18, other: time, time: now() - 3600 }),
        "SERVFAIL" => signed(asked, 2),
        "NOERROR, not signed" => plain(asked, 0),
        "another id" => {
            let mut other = signed(asked, 0);
            other[0] ^= 0x55;
            other
        }
        _ => return None,
    })
}

async fn serve(mode: Arc<AtomicUsize>, mut talk: Talk) -> Option<()> {
    loop {
        let asked = talk.next().await?;
        let lie = LIES[mode.load(Ordering::Relaxed)].0;
        if lie.ends_with("late") {
            tokio::time::sleep(LATE).await;
        }
        if let Some(answer) = answer(lie, &asked) {
            talk.say(&answer).await?;
        }
    }
}

/// A liar and its key file.
pub(crate) struct Remote {
    runtime: Runtime,
    liar: Liar,
    mode: Arc<AtomicUsize>,
}

impl Remote {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mode = Arc::new(AtomicUsize::new(0));
        let shared = Arc::clone(&mode);
        let liar = runtime.block_on(Liar::start(move |_, talk| serve(Arc::clone(&shared), talk)));
        Self { runtime, liar, mode }
    }

    pub(crate) fn port(&self) -> u16 {
        self.liar.at.port()
    }

    pub(crate) fn key() -> PathBuf {
        let folder = crate::bed::folder();
        let path = folder.join("good.key");
        let text = format!("key \"good\" {{ algorithm hmac-sha256; secret \"{SECRET_BASE64}\"; }};\n");
        std::fs::write(&path, text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, mode).unwrap();
        path
    }

    /// Answers so from now on.
    pub(crate) fn says(&self, lie: &str) {
        let at = LIES.iter().position(|(name, _)| *name == lie).unwrap();
        self.mode.store(at, Ordering::Relaxed);
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

fn ask(bed: &Bed, host: &str, address: &str, json: bool) -> Answer {
    let ask = Ask::get(&format!("/update?hostname={host}&myip={address}")).user("ben", PLAIN);
    bed.ask(&if json { ask.json() } else { ask })
}

#[test]
fn whatever_a_name_server_says_but_a_signed_noerror_is_dnserr_and_is_pushed_again() {
    let remote = Remote::start();
    let bed = Bed::running(|plan| {
        plan.unlimited();
        plan.remote(remote.port(), &Remote::key());
    });
    let host = "one.dyn.example.com";
    for (number, (lie, told)) in LIES.iter().enumerate().take(9).skip(1) {
        remote.says(lie);
        let before = bed.log().len();
        let text = ask(&bed, host, &format!("192.0.2.{number}"), false);
        assert_eq!((text.status, text.body.as_str()), (200, "dnserr\n"), "{lie}");
        if *lie != "nothing" {
            let json = ask(&bed, host, &format!("192.0.2.{number}"), true);
            assert_eq!((json.status, &json.json()["status"]), (502, &"dnserr".into()), "{lie}");
        }
        bed.log_until(|log| log[before..].contains("WARNING") && log[before..].contains(told));
    }
    remote.says("NOERROR");
    // what is in the database and not known to be in the DNS is no nochg
    assert_eq!(ask(&bed, host, "192.0.2.8", false).body, "good 192.0.2.8\n", "{}", bed.log());
    assert_eq!(ask(&bed, host, "192.0.2.8", false).body, "nochg 192.0.2.8\n");
}

#[test]
fn a_real_name_server_refuses_a_wrong_key_and_takes_the_change_after_a_reload_with_the_right_one() {
    let mut bind = Server::start(Kind::Bind);
    let wrong = bind.folder.key("good", "hmac-sha256", SECRET_BASE64);
    let mut bed = Bed::made(|plan| {
        plan.unlimited();
        plan.remote(bind.at.port(), &wrong);
    });
    bed.user("ben", PLAIN);
    bed.done(&["hostname", "add", "ben", "one", "example.test", "--expiry-ttl", "3024000"]);
    bed.run();
    let host = "one.example.test";
    assert_eq!(ask(&bed, host, "192.0.2.1", false).body, "dnserr\n");
    bed.log_until(|log| log.contains("BADSIG"));
    let other = bind.folder.key("other", "hmac-sha256", crate::servers::SECRET);
    bed.plan.remote(bind.at.port(), &other);
    bed.reload();
    assert_eq!(ask(&bed, host, "192.0.2.1", false).body, "dnserr\n");
    bed.log_until(|log| log.contains("REFUSED"));
    assert_eq!(bind.found(host, "A"), Vec::<String>::new());
    bed.plan.remote(bind.at.port(), &bind.key());
    bed.reload();
    let pushed = || Some(bind.found(host, "A")).filter(|found| found == &["60 192.0.2.1"]);
    until("the name server", pushed, || bed.log());
    // the name server has it a moment before the database knows
    let noted = || Some(ask(&bed, host, "192.0.2.1", false).body).filter(|body| body == "nochg 192.0.2.1\n");
    until("the note of it", noted, || bed.log());
    bind.end();
    assert_eq!(ask(&bed, host, "192.0.2.2", false).body, "dnserr\n");
    bind.run();
    let pushed = || Some(bind.found(host, "A")).filter(|found| found == &["60 192.0.2.2"]);
    until("the name server", pushed, || bed.log());
}
