//! What is looked at: processes, flash, and the story of a test that failed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::bed::SOON;
use crate::root::{FOREIGN, Form};
use crate::router::Router;

/// A process of the router.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    /// As the router numbers it.
    pub(crate) pid: u32,
    pub(crate) words: Vec<String>,
    state: char,
    /// As the machine numbers it.
    parent: i32,
    proc: PathBuf,
}

impl Process {
    /// The section, when it is an updater.
    pub(crate) fn section(&self) -> Option<&str> {
        let updater = self.words.iter().take(4).any(|word| word.ends_with("/dynamic_dns_updater.sh"));
        let at = self.words.iter().position(|word| word == "-S").filter(|_| updater)?;
        self.words.get(at + 1).map(String::as_str)
    }

    /// As the machine numbers it.
    pub(crate) fn outside(&self) -> i32 {
        self.proc.file_name().unwrap().to_string_lossy().parse().unwrap()
    }

    /// Whether it runs the program that this edition of the package brought.
    pub(crate) fn runs_edition(&self, router: &Router, form: &Form, edition: u32) -> bool {
        match form {
            Form::Mips(_) => self.words.contains(&format!("/{FOREIGN}/ddns-{edition}")),
            Form::Native => {
                let installed = fs::metadata(router.path("usr/bin/ddns")).unwrap();
                fs::metadata(self.proc.join("exe"))
                    .is_ok_and(|image| (image.dev(), image.ino()) == (installed.dev(), installed.ino()))
            }
        }
    }
}

impl Router<'_> {
    /// All processes but number 1.
    pub(crate) fn processes(&self) -> Vec<Process> {
        let space = |proc: &Path| fs::read_link(proc.join("ns/pid")).ok();
        let mine = space(&Path::new("/proc").join(self.first.to_string()));
        let all = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        let all = all.filter(|proc| mine.is_some() && space(proc) == mine);
        let mut all: Vec<Process> = all.filter_map(process).filter(|process| process.pid != 1).collect();
        all.sort_by_key(|process| process.pid);
        all
    }

    /// The updaters, by section; fails when a section has two.
    pub(crate) fn updaters(&self) -> BTreeMap<String, u32> {
        // while one look lasts, a process may end and its successor begin; those of both looks have lived at the same time
        self.look().or_else(|two| self.look().map_err(|again| (two, again))).unwrap_or_else(|(two, again)| {
            assert_ne!(two, again, "two updaters of a section\n{}", self.story());
            self.updaters()
        })
    }

    /// One look; a section's two processes when it has two.
    fn look(&self) -> Result<BTreeMap<String, u32>, [u32; 2]> {
        let mut updaters = BTreeMap::new();
        let all = self.processes();
        // between fork and execve a script's process looks like its updater
        let helper = |process: &Process| all.iter().any(|other| other.outside() == process.parent);
        for process in all.iter().filter(|process| !helper(process)) {
            if let Some(section) = process.section() {
                if let Some(other) = updaters.insert(section.to_owned(), process.pid) {
                    return Err([other, process.pid]);
                }
            }
        }
        Ok(updaters)
    }

    /// Waits until these sections run, each once, and nothing else, no zombie either; gives their process numbers.
    pub(crate) fn only(&self, sections: &[&str]) -> BTreeMap<String, u32> {
        let mut wanted = sections.to_vec();
        wanted.sort_unstable();
        // the numbers are of the same look: a process that executes itself anew has no name for a moment
        let mut numbers = BTreeMap::new();
        self.until(&format!("only {sections:?} run"), SOON, || {
            let all = self.processes();
            let section = |process: &Process| process.section().filter(|_| process.state != 'Z').map(str::to_owned);
            let names: Option<Vec<String>> = all.iter().map(section).collect();
            let Some(mut names) = names else { return false };
            numbers = names.iter().cloned().zip(all.iter().map(|process| process.pid)).collect();
            names.sort();
            names == wanted
        });
        numbers
    }

    /// All there is to know when a test fails.
    pub(crate) fn story(&self) -> String {
        let mut text = format!("procd:\n{}\nprocesses:\n", self.journal().join("\n"));
        for process in self.processes() {
            let _ = writeln!(text, "{} {} {}", process.pid, process.state, process.words.join(" "));
        }
        for entry in fs::read_dir(self.path("tmp/log/ddns")).into_iter().flatten().flatten() {
            let log = fs::read_to_string(entry.path()).unwrap_or_default();
            let _ = write!(text, "{}:\n{log}", entry.path().display());
        }
        text + &self.bed.story()
    }

    /// All of the file system that is flash, each file with what changes when it is written.
    pub(crate) fn flash(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let root = self.bed.router.root();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                let below = path.strip_prefix(&root).unwrap().to_owned();
                let meta = fs::symlink_metadata(&path).unwrap();
                if ["tmp", "proc", "dev", FOREIGN].iter().any(|volatile| below == Path::new(volatile)) {
                    continue;
                }
                let sum =
                    format!("{} {} {} {}", meta.ino(), meta.size(), meta.mode(), meta.mtime_nsec() + meta.mtime());
                found.insert(below, sum);
                if meta.is_dir() {
                    folders.push(path);
                }
            }
        }
        found
    }
}

/// `None` for one that ends just now.
fn process(proc: PathBuf) -> Option<Process> {
    let status = fs::read_to_string(proc.join("status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let words = fs::read(proc.join("cmdline")).ok()?;
    let words = String::from_utf8_lossy(&words).split('\0').map(str::to_owned).collect();
    let pid = field("NSpid:")?.split_whitespace().last()?.parse().ok()?;
    let parent = field("PPid:")?.parse().ok()?;
    Some(Process { pid, words, state: field("State:")?.chars().next()?, parent, proc })
}
