//! What the init script tells: a method and lines of words with tabs between them.

use std::collections::BTreeMap;
use std::time::Instant;

use super::instance::Plan;

pub(super) struct Trigger {
    pub(super) event: String,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) command: Vec<String>,
    /// The moment, and whether the newest event was about `value`.
    pub(super) due: Option<(Instant, bool)>,
}

impl Trigger {
    /// procd's wildcard: all that begins alike.
    pub(super) fn is_for(&self, event: &str) -> bool {
        self.event.split_once(".*").map_or(self.event == event, |(start, _)| event.starts_with(start))
    }
}

/// A message: its method and its lines of words.
pub(super) struct Message {
    pub(super) method: String,
    pub(super) lines: Vec<Vec<String>>,
}

impl Message {
    pub(super) fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let method = lines.next().unwrap_or_default().to_owned();
        let words = |line: &str| line.split('\t').map(str::to_owned).collect();
        Self { method, lines: lines.filter(|line| !line.is_empty()).map(words).collect() }
    }

    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.lines.iter().find(|line| line[0] == key).and_then(|line| line.get(1)).map(String::as_str)
    }

    pub(super) fn plans(&self) -> BTreeMap<String, Plan> {
        let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
        let mut name = String::new();
        for line in &self.lines {
            let (key, words) = line.split_first().unwrap();
            match key.as_str() {
                "instance" => {
                    name.clone_from(&words[0]);
                    plans.insert(name.clone(), Plan::default());
                }
                "command" => plans.get_mut(&name).unwrap().command = words.to_vec(),
                "env" => plans.get_mut(&name).unwrap().env = words.to_vec(),
                "respawn" => {
                    let numbers: Vec<u32> = words.iter().map(|word| word.parse().unwrap()).collect();
                    plans.get_mut(&name).unwrap().respawn = Some(numbers.try_into().unwrap());
                }
                "reload_signal" => plans.get_mut(&name).unwrap().reload_signal = Some(words[0].parse().unwrap()),
                "service" | "trigger" => {}
                other => panic!("a line '{other}'"),
            }
        }
        plans
    }

    pub(super) fn triggers(&self) -> Vec<Trigger> {
        let lines = self.lines.iter().filter(|line| line[0] == "trigger");
        let trigger = |line: &Vec<String>| Trigger {
            event: line[1].clone(),
            key: line[2].clone(),
            value: line[3].clone(),
            command: line[4..].to_vec(),
            due: None,
        };
        lines.map(trigger).collect()
    }
}
