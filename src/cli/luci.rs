//! Arguments of `dynamic_dns_lucihelper.sh` to a [`Helper`] (contract section 4). Pure: words in, a value or a sentence out.
//!
//! `getopts` of the shell read them before us, so its rules hold: letters may stand in one word, a value may touch its letter, the first
//! word that is no option ends the options, the last value of a letter counts. It must not know what the answers are.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::{Invocation, Misuse, Task, help, misuse, named};

/// What `LuCI` or a script wants to know or have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// The address DNS gives for a name (`-l`).
    RegisteredIp(String),
    /// Whether an address of ours can be found; which one is not told.
    LocalIp(Origin),
    /// Whether a name server (`-d`) can be used.
    VerifyDns,
    /// Whether a proxy (`-p`) can be used.
    VerifyProxy,
    /// Start a section; stop it when it is disabled.
    Start(String),
    /// Stop one section, or all.
    Stop(Option<String>),
    /// Restart one section, or all.
    Restart(Option<String>),
    /// Have one section, or all, read the configuration again.
    Reload(Option<String>),
    /// Print this.
    Print(String),
    /// A command that nobody knows: nothing is done and nothing said.
    Unknown,
}

/// Where an address of ours is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `-n`
    Network(String),
    /// `-i`
    Interface(String),
    /// `-u`
    Web(String),
    /// `-s`
    Script(String),
}

/// A call of the helper. Texts are data as they were given; whoever uses one checks it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option letter of its own")]
pub struct Helper {
    /// The command.
    pub errand: Errand,
    /// `-S`; only letters, digits and `_`.
    pub section: Option<String>,
    /// `-6`
    pub ipv6: bool,
    /// `-f`: `force_ipversion`
    pub force: bool,
    /// `-t`: `force_dnstcp`
    pub tcp: bool,
    /// `-g`: `is_glue`
    pub glue: bool,
    /// `-L`: write a log.
    pub log: bool,
    /// `-d`: `dns_server`
    pub server: Option<String>,
    /// `-p`: may hold a login.
    pub proxy: Option<String>,
}

impl Helper {
    /// Exit code of `-h`, `-V`, a misuse and an unknown command, as recorded of ddns-scripts.
    pub const NO_ANSWER: i32 = 255;
}

/// Letters with their values, and the words behind them.
#[derive(Default)]
struct Words {
    root: Option<PathBuf>,
    letters: Vec<(u8, String)>,
    rest: Vec<String>,
}

/// Reads the words behind the program's name.
pub(super) fn helper(words: Vec<OsString>, root: Option<OsString>) -> Result<Invocation, Misuse> {
    let fallback = root.filter(|root| !root.is_empty()).map_or_else(|| "/".into(), PathBuf::from);
    let words = cut(words).map_err(bad)?;
    let root = words.root.clone().unwrap_or(fallback);
    Ok(Invocation { root, task: Task::Help(meant(&words)?) })
}

fn bad(why: String) -> Misuse {
    Misuse { code: Helper::NO_ANSWER, ..misuse(why, help::HELPER) }
}

/// As `getopts` cuts. `-h` and `-V` are obeyed where they stand: nothing behind them is looked at.
fn cut(words: Vec<OsString>) -> Result<Words, String> {
    let mut cut = Words::default();
    let mut words = words.into_iter().map(|word| String::from_utf8_lossy(word.as_bytes()).into_owned());
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        } else if word == "--root" {
            cut.root = Some(words.next().ok_or("option --root: wanted a directory behind it")?.into());
        } else if let Some(root) = word.strip_prefix("--root=") {
            cut.root = Some(root.into());
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            take(letters, &mut words, &mut cut.letters)?;
            if matches!(cut.letters.last(), Some((b'h' | b'V', _))) {
                return Ok(cut);
            }
        } else {
            cut.rest.push(word);
            break;
        }
    }
    cut.rest.extend(words);
    Ok(cut)
}

/// One word of letters; the value of its last one may be the next word.
fn take(word: &str, words: &mut dyn Iterator<Item = String>, letters: &mut Vec<(u8, String)>) -> Result<(), String> {
    for (at, letter) in word.char_indices() {
        match letter {
            'h' | 'V' => {
                letters.push((if letter == 'h' { b'h' } else { b'V' }, String::new()));
                return Ok(());
            }
            '6' | 'f' | 'g' | 't' | 'L' => letters.push((word.as_bytes()[at], String::new())),
            'd' | 'i' | 'l' | 'n' | 'p' | 's' | 'u' | 'S' => {
                let touching = Some(&word[at + 1..]).filter(|value| !value.is_empty()).map(str::to_owned);
                let value = touching.or_else(|| words.next());
                letters
                    .push((word.as_bytes()[at], value.ok_or(format!("option -{letter}: wanted a value behind it"))?));
                return Ok(());
            }
            _ => return Err(format!("there is no option -{}", letter.escape_debug())),
        }
    }
    Ok(())
}

impl Words {
    fn has(&self, letter: u8) -> bool {
        self.letters.iter().any(|(given, _)| *given == letter)
    }

    /// The last value of a letter; an empty one counts as not given.
    fn value(&self, letter: u8) -> Option<String> {
        let values = self.letters.iter().rev().filter(|(given, _)| *given == letter);
        values.map(|(_, value)| value.clone()).next().filter(|value| !value.is_empty())
    }

    /// The source named last.
    fn origin(&self) -> Option<Origin> {
        let source = |(letter, value): &(u8, String)| {
            let make = match letter {
                b'n' => Origin::Network,
                b'i' => Origin::Interface,
                b'u' => Origin::Web,
                b's' => Origin::Script,
                _ => return None,
            };
            (!value.is_empty()).then(|| make(value.clone()))
        };
        self.letters.iter().rev().find_map(source)
    }
}

fn meant(words: &Words) -> Result<Helper, Misuse> {
    let section =
        named(words.value(b'S'), help::HELPER).map_err(|misuse| Misuse { code: Helper::NO_ANSWER, ..misuse })?;
    Ok(Helper {
        errand: errand(words, section.clone())?,
        section,
        ipv6: words.has(b'6'),
        force: words.has(b'f'),
        tcp: words.has(b't'),
        glue: words.has(b'g'),
        log: words.has(b'L'),
        server: words.value(b'd'),
        proxy: words.value(b'p'),
    })
}

fn errand(words: &Words, section: Option<String>) -> Result<Errand, Misuse> {
    if words.has(b'h') {
        return Ok(Errand::Print(help::HELPER.to_owned()));
    }
    if words.has(b'V') {
        return Ok(Errand::Print(help::version()));
    }
    let Some(command) = words.rest.first() else { return Err(bad("which command?".to_owned())) };
    let missing = |what: &str| bad(format!("{command}: {what} is missing"));
    Ok(match command.as_str() {
        "get_registered_ip" => Errand::RegisteredIp(words.value(b'l').ok_or_else(|| missing("option -l HOST"))?),
        "get_local_ip" => Errand::LocalIp(words.origin().ok_or_else(|| missing("one of the options -n -i -u -s"))?),
        "verify_dns" if words.value(b'd').is_none() => return Err(missing("option -d SERVER")),
        "verify_dns" => Errand::VerifyDns,
        "verify_proxy" if words.value(b'p').is_none() => return Err(missing("option -p PROXY")),
        "verify_proxy" => Errand::VerifyProxy,
        "start" => Errand::Start(section.ok_or_else(|| missing("option -S SECTION"))?),
        "stop" => Errand::Stop(section),
        "restart" => Errand::Restart(section),
        "reload" => Errand::Reload(section),
        _ => Errand::Unknown,
    })
}
