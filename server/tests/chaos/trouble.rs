//! What goes wrong and when: a list made from the seed before anything begins.

use std::fs::File;
use std::io::Write as _;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use crate::clients::HOSTS;
use crate::cluster::NODES;
use crate::dice::Dice;
use crate::mailbox::Mood;
use crate::proxy::Fault;
use crate::servers::{ZONE, kill, signal};
use crate::town::{EXPIRING, EXPIRY, Kind, Town, office};

/// Milliseconds.
type Millis = u64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// kill -9 and a new start after a while.
    Kill(usize, Millis),
    /// SIGSTOP, SIGCONT after a while.
    Freeze(usize, Millis),
    Thaw(usize),
    /// SIGHUP.
    Reload(usize),
    /// SIGTERM and a new start.
    Restart(usize),
    BindKill(Millis),
    BindRun,
    BindStop(Millis),
    BindGoOn,
    /// rndc freeze.
    BindFreeze(Millis),
    BindThaw,
    Wire(Fault, Millis),
    WireWell,
    MariaKill(Millis),
    MariaRun,
    /// kill -9 of a cluster's node.
    NodeKill(usize, Millis),
    NodeStop(usize, Millis),
    /// The other nodes cannot be heard.
    NodeAlone(usize, Millis),
    NodeWell(usize),
    /// All connections to the database are dead, and nobody is told.
    Lost,
    DiskFull(Millis),
    DiskFree,
    Mail(Mood, Millis),
    MailWell,
    Modify(usize),
    Delete(usize),
    Cleanup,
}

/// One thing after another, each with its time in milliseconds.
pub(crate) fn plan(kind: Kind, dice: &mut Dice, length: Millis, long_stop: bool) -> Vec<(Millis, Trouble)> {
    let count = kind.instances();
    let (mut plan, mut now) = (Vec::new(), 400);
    if long_stop {
        // longer than a lease, which is fifteen seconds
        let stop = dice.between(15_500, 17_500);
        plan.push((600, Trouble::Freeze(0, stop)));
        plan.push((600 + stop, Trouble::Thaw(0)));
    }
    while now < length {
        let number = if long_stop && count > 1 { 1 + dice.index(count - 1) } else { dice.index(count) };
        let span = dice.between(20, 1800);
        let (trouble, end) = one(kind, dice, number, span);
        let span = if let Some(Trouble::NodeWell(_)) = end { span * 4 } else { span };
        plan.push((now, trouble));
        plan.extend(end.map(|end| (now + span, end)));
        now += dice.between(50, 900);
    }
    plan.sort_by_key(|(at, _)| *at);
    plan
}

fn one(kind: Kind, dice: &mut Dice, number: usize, span: Millis) -> (Trouble, Option<Trouble>) {
    let bind = kind != Kind::Embedded;
    loop {
        return match dice.below(24) {
            0..=4 => (Trouble::Kill(number, dice.between(0, 600)), None),
            5..=7 => (Trouble::Freeze(number, span), Some(Trouble::Thaw(number))),
            8 => (Trouble::Reload(number), None),
            9 => (Trouble::Restart(number), None),
            10 if bind => (Trouble::BindKill(span), Some(Trouble::BindRun)),
            11 | 12 if bind => (Trouble::BindStop(span), Some(Trouble::BindGoOn)),
            13 if bind => (Trouble::BindFreeze(span), Some(Trouble::BindThaw)),
            14..=16 if bind => {
                let faults = [
                    Fault::Refuse,
                    Fault::DropAnswers,
                    Fault::CutAnswers,
                    Fault::DelayAnswers(dice.between(5, 1500)),
                    Fault::DropQuestions,
                ];
                (Trouble::Wire(faults[dice.index(faults.len())], span), Some(Trouble::WireWell))
            }
            17 if matches!(kind, Kind::Maria(_)) => (Trouble::MariaKill(span), Some(Trouble::MariaRun)),
            17 | 18 if matches!(kind, Kind::Galera { .. }) => return node(kind, dice, span),
            17 | 18 if !kind.has_server() => (Trouble::DiskFull(span), Some(Trouble::DiskFree)),
            19 => {
                let moods = [Mood::Later, Mood::Silent, Mood::CutAtEnd];
                (Trouble::Mail(moods[dice.index(moods.len())], span), Some(Trouble::MailWell))
            }
            20 | 21 => (Trouble::Modify(dice.index(HOSTS)), None),
            22 => (Trouble::Delete(dice.index(HOSTS)), None),
            23 => (Trouble::Cleanup, None),
            _ => continue,
        };
    }
}

/// What a cluster may suffer, for four times as long as others: a node that is silent for two seconds is given up.
fn node(kind: Kind, dice: &mut Dice, span: Millis) -> (Trouble, Option<Trouble>) {
    let number = dice.index(NODES);
    let trouble = match dice.below(7) {
        0..=2 => Trouble::NodeKill(number, span),
        3 | 4 => Trouble::NodeAlone(number, span),
        5 if kind == (Kind::Galera { balanced: true }) => return (Trouble::Lost, None),
        _ => Trouble::NodeStop(number, span),
    };
    (trouble, Some(Trouble::NodeWell(number)))
}

impl Town {
    /// Does it; what takes long is done beside, and `busy` is dropped when it is done.
    pub(crate) fn suffer(&mut self, trouble: &Trouble, busy: &Sender<String>) {
        self.note(&format!("{trouble:?}"));
        match *trouble {
            Trouble::Kill(number, pause) => self.kill(number, Duration::from_millis(pause)),
            Trouble::Freeze(number, _) => {
                self.tell(number, "STOP");
                self.instances[number].frozen = true;
            }
            Trouble::Thaw(number) => {
                self.tell(number, "CONT");
                self.instances[number].frozen = false;
            }
            Trouble::Reload(number) => self.tell(number, "HUP"),
            Trouble::Restart(number) => {
                self.instances[number].ends += 1;
                self.tell(number, "TERM");
            }
            Trouble::BindKill(_) => kill(&mut self.bind.as_mut().unwrap().child),
            Trouble::BindRun => {
                let bind = self.bind.as_mut().unwrap();
                if bind.child.is_none() {
                    bind.run();
                }
            }
            Trouble::BindStop(_) => self.tell_bind("STOP"),
            Trouble::BindGoOn => self.tell_bind("CONT"),
            Trouble::BindFreeze(_) => self.bind.as_ref().unwrap().control("freeze"),
            Trouble::BindThaw => self.bind.as_ref().unwrap().control("thaw"),
            Trouble::Wire(fault, _) => self.proxy.as_ref().unwrap().set(fault),
            Trouble::WireWell => self.proxy.as_ref().unwrap().set(Fault::None),
            Trouble::MariaKill(_) => kill(&mut self.database.maria.as_mut().unwrap().child),
            Trouble::MariaRun => {
                let maria = self.database.maria.as_mut().unwrap();
                if maria.child.is_none() {
                    maria.run();
                }
            }
            Trouble::NodeKill(number, _) => self.node_kill(number),
            Trouble::NodeStop(number, _) => self.node_stop(number),
            Trouble::NodeAlone(number, _) => self.node_alone(number),
            Trouble::NodeWell(number) => self.node_well(number),
            Trouble::Lost => self.database.balancer.as_ref().unwrap().lose_all(),
            Trouble::DiskFull(_) => self.fill(),
            Trouble::DiskFree => self.empty(),
            Trouble::Mail(mood, _) => self.mailbox.set(mood),
            Trouble::MailWell => self.mailbox.set(Mood::Well),
            Trouble::Modify(_) | Trouble::Delete(_) | Trouble::Cleanup => self.command(trouble, busy),
        }
    }

    fn tell_bind(&self, word: &str) {
        if let Some(child) = &self.bind.as_ref().unwrap().child {
            signal(child, word);
        }
    }

    fn command(&self, trouble: &Trouble, busy: &Sender<String>) {
        let (config, busy, trouble) = (self.instances[0].config.clone(), busy.clone(), trouble.clone());
        thread::spawn(move || {
            let begun = Instant::now();
            let done = match trouble {
                Trouble::Modify(host) => {
                    let ttl = (60 + begun.elapsed().subsec_nanos() % 100).to_string();
                    office(&config, &["hostname", "modify", &format!("h{host}"), ZONE, "--dns-ttl", &ttl])
                }
                Trouble::Delete(host) => {
                    let label = format!("h{host}");
                    let done = office(&config, &["hostname", "delete", &label, ZONE]);
                    let expiry = if host % EXPIRING == 0 { EXPIRY } else { 0 }.to_string();
                    if done.status.success() {
                        office(&config, &["hostname", "add", crate::town::USER, &label, ZONE, "--expiry-ttl", &expiry])
                    } else {
                        done
                    }
                }
                _ => office(&config, &["cleanup"]),
            };
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            let _ = busy.send(format!("{trouble:?}: {} after {} ms {said}", done.status, begun.elapsed().as_millis()));
        });
    }

    fn fill(&self) {
        let Some(disk) = &self.disk else { return };
        let Ok(mut file) = File::create(disk.join("filler")) else { return };
        for size in [65_536, 4096, 512] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn empty(&self) {
        if let Some(disk) = &self.disk {
            let _ = std::fs::remove_file(disk.join("filler"));
        }
    }

    /// All is well again.
    pub(crate) fn heal(&mut self, busy: &Sender<String>) {
        for number in 0..self.instances.len() {
            if self.instances[number].frozen {
                self.suffer(&Trouble::Thaw(number), busy);
            }
        }
        if self.bind.is_some() {
            for trouble in [Trouble::BindRun, Trouble::BindGoOn, Trouble::WireWell] {
                self.suffer(&trouble, busy);
            }
            assert!(self.bind.as_ref().unwrap().answers(Duration::from_secs(20)), "named does not come back");
            self.suffer(&Trouble::BindThaw, busy);
        }
        if self.database.maria.is_some() {
            self.suffer(&Trouble::MariaRun, busy);
        }
        self.whole();
        self.suffer(&Trouble::DiskFree, busy);
        self.suffer(&Trouble::MailWell, busy);
        self.ready();
    }
}
