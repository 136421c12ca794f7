//! A wire with faults between the service and its name server: DNS over TCP, message by message.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing bad.
    None,
    /// Connections are ended at once.
    Refuse,
    /// Answers never come.
    DropAnswers,
    /// The connection ends in the middle of an answer.
    CutAnswers,
    /// Answers come so much later (milliseconds).
    DelayAnswers(u64),
    /// Questions are thrown away.
    DropQuestions,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    fault: Arc<Mutex<Fault>>,
    over: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) fn start(port: u16, to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let fault = Arc::new(Mutex::new(Fault::None));
        let over = Arc::new(AtomicBool::new(false));
        let proxy = Self { port, fault: Arc::clone(&fault), over: Arc::clone(&over) };
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let Ok((near, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(2));
                    continue;
                };
                let fault = Arc::clone(&fault);
                thread::spawn(move || carry(near, to, &fault));
            }
        });
        proxy
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn carry(near: TcpStream, to: SocketAddr, fault: &Arc<Mutex<Fault>>) {
    near.set_nonblocking(false).unwrap();
    if *fault.lock().unwrap() == Fault::Refuse {
        return;
    }
    let Ok(far) = TcpStream::connect(to) else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
    let faults = Arc::clone(fault);
    let answers = thread::spawn(move || answers(back.0, back.1, &faults));
    questions(near, far, fault);
    let _ = answers.join();
}

fn questions(mut near: TcpStream, mut far: TcpStream, fault: &Mutex<Fault>) {
    while let Some(message) = message(&mut near) {
        let now = *fault.lock().unwrap();
        match now {
            Fault::DropQuestions => continue,
            Fault::Refuse => break,
            _ => {}
        }
        if far.write_all(&message).is_err() {
            break;
        }
    }
    let _ = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Both));
}

fn answers(mut far: TcpStream, mut near: TcpStream, fault: &Mutex<Fault>) {
    while let Some(message) = message(&mut far) {
        let now = *fault.lock().unwrap();
        let whole = match now {
            Fault::DropAnswers => continue,
            Fault::CutAnswers => false,
            Fault::DelayAnswers(millis) => {
                thread::sleep(Duration::from_millis(millis));
                true
            }
            _ => true,
        };
        let part = if whole { &message[..] } else { &message[..message.len() / 2] };
        if near.write_all(part).is_err() || !whole {
            break;
        }
    }
    let _ = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Both));
}

/// The next message with its length.
fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    from.read_exact(&mut length).ok()?;
    let mut message = length.to_vec();
    message.resize(2 + usize::from(u16::from_be_bytes(length)), 0);
    from.read_exact(&mut message[2..]).ok()?;
    Some(message)
}
