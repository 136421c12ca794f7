//! A balancer before the cluster's nodes, as plain as they come: each new connection goes to the next node that takes it, whatever state that is
//! in. Connections can die without anybody being told, as when a machine loses its power.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

pub(crate) struct Balancer {
    deaths: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

impl Balancer {
    /// Listens at `path`.
    pub(crate) fn start(path: &Path, nodes: Vec<PathBuf>) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let balancer = Self { deaths: Arc::default(), over: Arc::default() };
        let (deaths, over) = (Arc::clone(&balancer.deaths), Arc::clone(&balancer.over));
        thread::spawn(move || {
            let mut turn = 0;
            while !over.load(Ordering::Relaxed) {
                let Ok((near, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(2));
                    continue;
                };
                turn += 1;
                let mut order = (0..nodes.len()).map(|number| &nodes[(turn + number) % nodes.len()]);
                if let Some(far) = order.find_map(|node| UnixStream::connect(node).ok()) {
                    near.set_nonblocking(false).unwrap();
                    both(&near, &far, &deaths);
                }
            }
        });
        balancer
    }

    /// What is open now carries nothing from here on, and is not closed either.
    pub(crate) fn lose_all(&self) {
        self.deaths.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn both(near: &UnixStream, far: &UnixStream, deaths: &Arc<AtomicUsize>) {
    let born = deaths.load(Ordering::SeqCst);
    for (from, to) in [(near, far), (far, near)] {
        let (from, to, deaths) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(deaths));
        thread::spawn(move || carry(from, &to, || deaths.load(Ordering::SeqCst) > born));
    }
}

fn carry(mut from: UnixStream, mut to: &UnixStream, dead: impl Fn() -> bool) {
    let mut buffer = [0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !dead() && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    if !dead() {
        let _ = to.shutdown(Shutdown::Both);
    }
}
