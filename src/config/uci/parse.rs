//! Commands become sections. After an error the section it stands in is broken and reading goes on at the next section.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use super::scan::{Broken, Command, Scan, Verb, Word};
use super::{File, Opt, Place, Section, Value, generated_name, valid_kind, valid_name};
use crate::config::Fault;

/// Nobody reads more: a file with so many faults is not a configuration.
const FAULTS: usize = 200;

/// Reads a file. Never fails: what cannot be read is in the faults, and the sections it concerns are marked broken.
pub fn parse(bytes: &[u8]) -> File {
    read(bytes, |_, _| {})
}

/// The commands that make up each section, by its name, in the order of the file.
pub(crate) fn commands(bytes: &[u8]) -> Vec<(String, Vec<Command>)> {
    let mut by_index: Vec<Vec<Command>> = Vec::new();
    let file = read(bytes, |section, command| {
        by_index.resize_with(by_index.len().max(section + 1), Vec::new);
        by_index[section].push(command);
    });
    file.sections.into_iter().map(|section| section.name).zip(by_index).collect()
}

fn read(bytes: &[u8], mut seen: impl FnMut(usize, Command)) -> File {
    let mut scan = Scan::new(bytes);
    let mut builder = Builder::new(bytes);
    while let Some(result) = scan.next_command() {
        let refused = match result {
            Ok(command) => match builder.take(&command) {
                Ok(()) => {
                    builder.current.into_iter().for_each(|section| seen(section, command.clone()));
                    None
                }
                Err(broken) => {
                    scan.resume(command.span.start);
                    Some(broken)
                }
            },
            Err(broken) => {
                // a section whose first line is unreadable is not the one before it
                if broken.verb == Some(Verb::Config) {
                    builder.current = None;
                }
                Some(broken)
            }
        };
        if let Some(broken) = refused {
            builder.refuse(&broken);
        }
    }
    builder.finish()
}

fn key(section: usize, option: &str) -> String {
    format!("{section}.{option}")
}

#[derive(Default)]
struct Builder {
    lines: Vec<usize>,
    /// Removed options leave a hole, so that the indices below stay right.
    sections: Vec<(Section, Vec<Option<Opt>>)>,
    by_name: BTreeMap<String, usize>,
    /// By the section's number and the option's name, as [`key`] writes them.
    by_option: BTreeMap<String, usize>,
    current: Option<usize>,
    faults: Vec<Fault>,
}

impl Builder {
    fn new(bytes: &[u8]) -> Self {
        let ends = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
        Self { lines: std::iter::once(0).chain(ends).collect(), ..Self::default() }
    }

    fn place(&self, at: usize) -> Place {
        let line = self.lines.partition_point(|&start| start <= at);
        (line, at - self.lines[line - 1] + 1)
    }

    fn take(&mut self, command: &Command) -> Result<(), Broken> {
        if command.rest_unread {
            let wanted = "uci does not read what follows the ';' on this line; a value with ';' must stand in quotes";
            self.note(Fault::warning(wanted).at(Some(self.place(command.span.start))));
        }
        match command.verb {
            // libuci reads the line and believes the file's own name instead
            Verb::Package => Ok(()),
            Verb::Config => self.open(command),
            Verb::Option | Verb::List => self.put(command),
        }
    }

    fn open(&mut self, command: &Command) -> Result<(), Broken> {
        self.current = None;
        let broken = |word: &Word, wanted| Broken { at: word.span.start, verb: Some(Verb::Config), wanted };
        let kind = text(&command.first).filter(|kind| valid_kind(kind.as_bytes()));
        let kind =
            kind.ok_or_else(|| broken(&command.first, "a section type may hold printable ASCII characters only"))?;
        if command.second.text.is_empty() {
            self.add(&kind, None, command);
            return Ok(());
        }
        let name = text(&command.second).filter(|name| valid_name(name.as_bytes()));
        let wanted = "a section name may hold only letters, digits and '_' (invalid character in name field)";
        let name = name.ok_or_else(|| broken(&command.second, wanted))?;
        let Some(&known) = self.by_name.get(&name) else {
            self.add(&kind, Some(name), command);
            return Ok(());
        };
        self.current = Some(known);
        let place = self.place(command.second.span.start);
        if self.sections[known].0.kind != kind {
            return Err(broken(&command.second, "there is already a section of this name with another type"));
        }
        let wanted = "this name was used before: both parts count as one section, later values win";
        self.note(Fault::warning(wanted).in_section(&name).at(Some(place)));
        Ok(())
    }

    fn add(&mut self, kind: &str, name: Option<String>, command: &Command) {
        let number = self.sections.len();
        let anonymous = name.is_none();
        let name = name.unwrap_or_else(|| generated_name(number + 1, kind));
        let place = Some(self.place(command.span.start));
        self.by_name.entry(name.clone()).or_insert(number);
        self.sections.push((Section { anonymous, place, ..Section::named(kind, &name) }, Vec::new()));
        self.current = Some(number);
    }

    fn put(&mut self, command: &Command) -> Result<(), Broken> {
        let broken = |wanted| Broken { at: command.first.span.start, verb: Some(command.verb), wanted };
        let section = self.current.ok_or_else(|| broken("an option stands before the first 'config' line"))?;
        let name = text(&command.first).filter(|name| valid_name(name.as_bytes()));
        let wanted = "an option name may hold only letters, digits and '_' (invalid character in name field)";
        let name = name.ok_or_else(|| broken(wanted))?;
        let place = self.place(command.first.span.start);
        if command.second.span.is_empty() {
            let wanted = "there is no value here, so it counts as not set; a value that begins with '#' or ';' must stand in quotes";
            self.note(self.about(section, &name, place, wanted));
        }
        let value = command.second.text.clone();
        let slot = self.by_option.get(&key(section, &name)).copied();
        let old = slot.and_then(|slot| self.sections[section].1[slot].take());
        if command.verb == Verb::Option && matches!(&old, Some(Opt { value: Value::One(_), .. })) {
            self.note(self.about(section, &name, place, "given more than once in this section: the last one counts"));
        }
        let first = old.as_ref().and_then(|old| old.place).filter(|_| command.verb == Verb::List);
        let value = match (command.verb, old) {
            (Verb::Option, _) if value.is_empty() => return Ok(()),
            (Verb::List, Some(Opt { value: Value::List(mut list), .. })) => {
                list.push(value);
                Value::List(list)
            }
            (Verb::List, Some(Opt { value: Value::One(first), .. })) => Value::List(vec![first, value]),
            (Verb::List, None) => Value::List(vec![value]),
            _ => Value::One(value),
        };
        self.fill(section, slot, Opt { name, value, place: first.or(Some(place)) });
        Ok(())
    }

    fn fill(&mut self, section: usize, slot: Option<usize>, option: Opt) {
        let slots = &mut self.sections[section].1;
        let slot = slot.unwrap_or_else(|| {
            slots.push(None);
            slots.len() - 1
        });
        self.by_option.insert(key(section, &option.name), slot);
        slots[slot] = Some(option);
    }

    fn refuse(&mut self, broken: &Broken) {
        let mut fault = Fault::error(broken.wanted).at(Some(self.place(broken.at)));
        if let Some(index) = self.current.take() {
            let section = &mut self.sections[index].0;
            section.broken = true;
            fault = fault.in_section(&section.name);
        }
        self.note(fault);
    }

    fn about(&self, section: usize, name: &str, place: Place, wanted: &str) -> Fault {
        Fault::warning(wanted).in_section(&self.sections[section].0.name).of_option(name).at(Some(place))
    }

    fn note(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        }
    }

    fn finish(self) -> File {
        let whole = |(section, slots): (Section, Vec<Option<Opt>>)| Section {
            options: slots.into_iter().flatten().collect(),
            ..section
        };
        File { sections: self.sections.into_iter().map(whole).collect(), faults: self.faults }
    }
}

fn text(word: &Word) -> Option<String> {
    String::from_utf8(word.text.clone()).ok()
}
