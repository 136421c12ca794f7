//! A mail server that counts what it has taken responsibility for, by Message-ID, and has bad days.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// 451 to everything.
    Later,
    /// No greeting, and no end either.
    Silent,
    /// The whole letter is read and the connection cut: it was not taken.
    CutAtEnd,
}

pub(crate) struct Mailbox {
    pub(crate) port: u16,
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<BTreeMap<String, u32>>>,
    over: Arc<AtomicBool>,
}

impl Mailbox {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let mailbox =
            Self { port, mood: Arc::new(Mutex::new(Mood::Well)), taken: Arc::default(), over: Arc::default() };
        let (mood, taken, over) = (Arc::clone(&mailbox.mood), Arc::clone(&mailbox.taken), Arc::clone(&mailbox.over));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let Ok((stream, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                };
                let (mood, taken, over) = (Arc::clone(&mood), Arc::clone(&taken), Arc::clone(&over));
                thread::spawn(move || drop(serve(&stream, &mood, &taken, &over)));
            }
        });
        mailbox
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// How often each letter was taken, by the outbox's key that stands in its Message-ID.
    pub(crate) fn taken(&self) -> BTreeMap<String, u32> {
        self.taken.lock().unwrap().clone()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn serve(
    stream: &TcpStream,
    mood: &Mutex<Mood>,
    taken: &Mutex<BTreeMap<String, u32>>,
    over: &AtomicBool,
) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let now = *mood.lock().unwrap();
    while now == Mood::Silent && *mood.lock().unwrap() == Mood::Silent && !over.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(20));
    }
    let say = |line: &str| (&mut &*stream).write_all(format!("{line}\r\n").as_bytes());
    say("220 chaos.test")?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(line)) = lines.next() {
        let now = *mood.lock().unwrap();
        match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "QUIT" => return say("221 bye"),
            "MAIL" if now == Mood::Later => say("451 not now")?,
            "DATA" => {
                say("354 go on")?;
                let id = text(&mut lines);
                if *mood.lock().unwrap() == Mood::CutAtEnd {
                    return Ok(());
                }
                if let Some(id) = id {
                    // counted before the answer: from here on it is delivered
                    *taken.lock().unwrap().entry(id).or_default() += 1;
                    say("250 taken")?;
                } else {
                    return Ok(());
                }
            }
            _ => say("250 yes")?,
        }
    }
    Ok(())
}

/// The letter's key; `None` if it ended too early.
fn text(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Option<String> {
    let mut key = String::from("without a Message-ID");
    for line in lines {
        let line = line.ok()?;
        if line == "." {
            return Some(key);
        }
        if let Some(id) = line.strip_prefix("Message-ID: <ddns.") {
            key = id.split('.').next().unwrap_or_default().to_owned();
        }
    }
    None
}
