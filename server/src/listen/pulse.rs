//! What one connection is doing, and since when: written by the connection without locks, read by the keeper.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::Waker;
use std::time::{Duration, Instant};

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Accepted, TLS handshake done or going on; no request yet.
    Opening,
    /// Between two requests.
    Idle,
    /// Some bytes of a request's head have come, not all (HTTP/1 only).
    Head,
    /// A request is being read, answered, or its answer sent.
    Busy,
    /// Told to end.
    Closing,
}

const PHASES: [Phase; 5] = [Phase::Opening, Phase::Idle, Phase::Head, Phase::Busy, Phase::Closing];
const SHIFT: u32 = 56;

/// One connection's state.
#[derive(Debug)]
pub(super) struct Pulse {
    born: Instant,
    /// Phase in the top byte, milliseconds since `born` below: one word, so that both change at once.
    state: AtomicU64,
    /// Requests whose answers are not wholly handed to the socket.
    active: AtomicU32,
    /// A request was refused before it was read to its end.
    refused: AtomicBool,
    /// The keeper would like it to give its buffers back.
    drowsy: AtomicBool,
    /// It has.
    asleep: AtomicBool,
    task: OnceLock<Waker>,
}

fn pack(phase: Phase, millis: u64) -> u64 {
    ((phase as u64) << SHIFT) | millis
}

fn unpack(state: u64) -> (Phase, u64) {
    let phase = usize::try_from(state >> SHIFT).ok().and_then(|at| PHASES.get(at)).copied();
    (phase.unwrap_or(Phase::Closing), state & ((1 << SHIFT) - 1))
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self {
            born: Instant::now(),
            state: AtomicU64::new(pack(Phase::Opening, 0)),
            active: AtomicU32::new(0),
            refused: AtomicBool::new(false),
            drowsy: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            task: OnceLock::new(),
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(0)
    }

    /// The phase, and how long it has been so.
    pub(super) fn now(&self) -> (Phase, Duration) {
        let (phase, since) = unpack(self.state.load(Ordering::Acquire));
        (phase, Duration::from_millis(self.millis().saturating_sub(since)))
    }

    /// Another phase from this one, unless the connection was told to end: then false.
    fn turn(&self, next: impl Fn(Phase, u64) -> Option<(Phase, u64)>) -> bool {
        let turned = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
            let (phase, since) = unpack(state);
            if phase == Phase::Closing {
                return None;
            }
            next(phase, since).map(|(phase, since)| pack(phase, since))
        });
        turned.is_ok()
    }

    /// The TLS handshake is done: the time for the first head begins.
    pub(super) fn opened(&self) {
        let now = self.millis();
        self.turn(|_, _| Some((Phase::Opening, now)));
    }

    /// Bytes came; false if the connection was told to end before.
    pub(super) fn read(&self) -> bool {
        match unpack(self.state.load(Ordering::Acquire)).0 {
            Phase::Closing => false,
            Phase::Idle => {
                let now = self.millis();
                self.turn(|phase, since| Some(if phase == Phase::Idle { (Phase::Head, now) } else { (phase, since) }))
            }
            _ => true,
        }
    }

    /// A request's head is complete; its time counts from its first byte where that is known.
    pub(super) fn begin(&self) {
        self.active.fetch_add(1, Ordering::AcqRel);
        let now = self.millis();
        self.turn(|phase, since| Some((Phase::Busy, if phase == Phase::Head { since } else { now })));
    }

    /// The last byte of an answer's body was handed over.
    pub(super) fn end(&self) {
        self.active.fetch_sub(1, Ordering::AcqRel);
    }

    /// The same in HTTP/2, which sends when it can: a flush may have been before, and there need be none after.
    pub(super) fn end_stream(&self) {
        self.end();
        self.flushed();
    }

    /// A request is refused; what remains of it is not wanted.
    pub(super) fn refuse(&self) {
        self.refused.store(true, Ordering::Release);
    }

    /// Whether a request was refused.
    pub(super) fn refused(&self) -> bool {
        self.refused.load(Ordering::Acquire)
    }

    /// Everything written so far has gone to the kernel.
    pub(super) fn flushed(&self) {
        let busy = unpack(self.state.load(Ordering::Acquire)).0 == Phase::Busy;
        if busy && self.active.load(Ordering::Acquire) == 0 {
            let now = self.millis();
            self.turn(|_, _| Some((Phase::Idle, now)));
        }
    }

    /// Asks the connection to sleep, if it is still idle when it hears of it.
    pub(super) fn lull(&self) {
        if self.asleep.load(Ordering::Acquire) {
            return;
        }
        if let Some(task) = self.task.get() {
            self.drowsy.store(true, Ordering::Release);
            task.wake_by_ref();
        }
    }

    /// The connection is awake, served by this task: the same for its whole life.
    pub(super) fn wake(&self, task: &Waker) {
        self.asleep.store(false, Ordering::Release);
        self.task.get_or_init(|| task.clone());
    }

    /// Whether it is to sleep now: it was asked to, and is idle. Asked once, it is told once.
    pub(super) fn sleeps(&self) -> bool {
        let asked = self.drowsy.load(Ordering::Acquire) && self.drowsy.swap(false, Ordering::AcqRel);
        let sleeps = asked && unpack(self.state.load(Ordering::Acquire)).0 == Phase::Idle;
        if sleeps {
            self.asleep.store(true, Ordering::Release);
        }
        sleeps
    }

    /// Tells an idle connection to end; false if it is not idle (any more), or was told before.
    pub(super) fn close_idle(&self) -> bool {
        self.turn(|phase, since| {
            matches!(phase, Phase::Idle | Phase::Opening | Phase::Head).then_some((Phase::Closing, since))
        })
    }

    /// Tells it to end, whatever it does.
    pub(super) fn close(&self) {
        let now = self.millis();
        self.turn(|_, _| Some((Phase::Closing, now)));
    }
}
