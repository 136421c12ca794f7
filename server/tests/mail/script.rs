//! Mail servers that no honest program plays: each says what its script tells it to, and stops where it ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the server does next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Line {
    /// Says this, then waits for a line (after `354`, for a text).
    Say(&'static str),
    /// Says nothing more and keeps the connection.
    Hang,
    /// One letter of an answer at a time, without end.
    Drip,
    /// Ends the connection.
    Close,
}

pub(crate) use Line::{Close, Drip, Hang, Say};

/// What a well-behaved server says up to the text.
pub(crate) const GOOD: [Line; 6] =
    [Say("220 here"), Say("250 here"), Say("250 sender"), Say("250 recipient"), Say("354 go on"), Say("250 taken")];

/// Plays the script to each connection.
pub(crate) struct Scripted {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(crate) fn start(script: Vec<Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, ears) = (script.clone(), ears.clone());
                thread::spawn(move || play(stream.unwrap(), &script, &ears));
            }
        });
        Self { port, heard }
    }

    /// Lines that clients sent.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn play(mut stream: TcpStream, script: &[Line], ears: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    for line in script {
        match line {
            Say(text) => stream.write_all(format!("{text}\r\n").as_bytes()).ok()?,
            Hang => thread::sleep(Duration::from_mins(1)),
            Drip => loop {
                stream.write_all(b"2").ok()?;
                thread::sleep(Duration::from_millis(50));
            },
            Close => return None,
        }
        let until = if matches!(line, Say(text) if text.starts_with("354")) { ".\r\n" } else { "\n" };
        loop {
            let mut heard = Vec::new();
            if lines.read_until(b'\n', &mut heard).ok()? == 0 {
                return None;
            }
            let heard = String::from_utf8_lossy(&heard);
            ears.lock().unwrap().push(heard.trim_end().to_owned());
            if until == "\n" || heard == until {
                break;
            }
        }
    }
    Some(())
}
