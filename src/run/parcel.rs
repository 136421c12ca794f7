//! What a process hands to itself when it executes itself anew: the state of waiting as text. Pure; holds times and addresses, no secret.

use std::time::Duration;

use super::{Stay, Told};
use crate::memory::Uptime;
use crate::record;

/// What [`unpack`] understands; `boot` names the boot in which its moments count.
pub(super) fn pack(stay: &Stay, boot: &str) -> String {
    let again = stay.again.map_or(0, Uptime::as_millis);
    let [desk, log, config] = [stay.told.desk, stay.told.log, stay.told.config].map(u8::from);
    let memory = record::memory(&stay.memory, boot);
    format!("{} {again} {} {desk} {log} {config}\n{memory}", stay.until.as_millis(), stay.looked.as_millis())
}

fn moment(millis: u64) -> Uptime {
    Uptime(Duration::from_millis(millis))
}

/// What a former self knew.
pub(super) fn unpack(parcel: &str, boot: &str) -> Stay {
    let (head, memory) = parcel.split_once('\n').unwrap_or_default();
    let mut numbers = head.split(' ').map(|word| word.parse().unwrap_or_default());
    let mut number = || numbers.next().unwrap_or_default();
    Stay {
        until: moment(number()),
        again: Some(number()).filter(|millis| *millis != 0).map(moment),
        looked: moment(number()),
        told: Told { desk: number() != 0, log: number() != 0, config: number() != 0 },
        reload: false,
        memory: record::parse_memory(memory, boot),
    }
}
