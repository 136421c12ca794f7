//! Providers with an API of their own, against transcripts of what they were asked and what they said: a wire that plays one and fails on
//! every request that is not in it.
//!
//! A transcript is a file `tests/providers/NAME/CASE.txt`:
//!
//! ```text
//! option password t0ken           options of the section; service_name is the folder's name
//! file password rsa.pem           an option of several lines, from a file beside this one
//! address 192.0.2.2               what is to be sent (or: ask, to read what is registered)
//! moment 1700000000               the wall clock, seconds since 1970, where requests are signed
//! dice 7                          the number thrown, where a request has something that must never come twice
//! > GET https://api.example/x     a request that must come next,
//! > Authorization: Bearer t0ken   header fields it must have (or must not: none),
//! {"content":"192.0.2.2"}         its body; JSON is compared as JSON, a member jwt by its text and by its signature (RSA-PSS), which is
//!                                 left out here: it is never the same twice
//! < 200                           the answer's status, behind it retry-after=SECONDS, date=SECONDS and cookie=NAME=VALUE
//! < Set-Cookie: a=b; Path=/        where it leads on, for providers that have pages only (or: Location)
//! {"id":1}                        its body
//! = accepted                      how it ends, and words that must be said
//! ```
#![cfg(test)]

mod hostile;
mod mirror;
mod salted;
mod shapes;
mod transcript;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ddns::address::{Family, Known};
use ddns::answer::Answer;
use ddns::config::Config;
use ddns::dns::Lookup;
use ddns::send::{self, Job, Place};
use ddns::world::{Dns, Host, Interface, Message, Network, Route, Script, ScriptEnd, Silent, Via};
use transcript::Transcript;
use wire::Wire;

/// What every provider must have shown.
const CASES: &[&str] = &["updated", "right", "wrong_login", "no_such_zone", "rate_limit", "server_trouble", "garbage"];

struct NoHost;

impl Host for NoHost {
    fn networks(&mut self) -> Result<Option<Vec<Network>>, String> {
        panic!("a provider asks nothing of the machine")
    }
    fn interfaces(&mut self) -> std::io::Result<Vec<Interface>> {
        panic!("a provider asks nothing of the machine")
    }
    fn run(&mut self, _: &Script) -> std::io::Result<ScriptEnd> {
        panic!("a provider starts nothing")
    }
}

impl Dns for NoHost {
    fn lookup(&mut self, _: &str, _: Family, _: &Via) -> Lookup {
        panic!("a provider asks nothing of DNS")
    }
    fn exchange(&mut self, _: &Message<'_>) -> Result<Vec<u8>, Silent> {
        panic!("a provider is no name server")
    }
}

fn folders() -> Vec<PathBuf> {
    let all = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers")).unwrap();
    let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|ending| ending == "txt")).collect();
    all.sort();
    all
}

fn name(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn class(answer: &Answer) -> String {
    match answer {
        Answer::Accepted | Answer::Unchanged => "accepted".to_owned(),
        Answer::Refused(why) => format!("refused {}", why.word()),
        Answer::SlowDown(None) => "slow_down".to_owned(),
        Answer::SlowDown(Some(wait)) => format!("slow_down {}", wait.as_secs()),
        Answer::ServerTrouble(_) => "server_trouble".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// Plays one; what is not as written is the error.
fn play(provider: &str, case: &Path) -> Result<(), String> {
    let script = Transcript::read(&fs::read_to_string(case).map_err(|e| e.to_string())?)?;
    let config = Config::read(script.configuration(provider).as_bytes(), b"");
    let (section, _) = config.section("test").map_err(|faults| format!("{faults:?}"))?;
    let recipe = send::recipe(&section, &mut |_| None).map_err(|faults| format!("{faults:?}"))?;
    let faults = send::faults(&section, &recipe, &mut |_| false);
    if !faults.is_empty() {
        return script.ends_with(&format!("fault {faults:?}"));
    }
    let mut wire = Wire::new(&script.exchanges);
    let (route, place) = (Route::default(), Place::default());
    let (address, registered) = (script.address, script.registered);
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(script.moment);
    let (section, recipe, route, place) = (&section, &recipe, &route, &place);
    let job = Job {
        section,
        recipe,
        route,
        address,
        other: None,
        registered,
        place,
        moment,
        dice: script.dice,
        guessed: None,
    };
    let said = if address.is_some() {
        let reply = send::update(&job, &mut wire, &mut NoHost, &mut NoHost);
        format!("{} {}", class(&reply.answer), reply.said)
    } else {
        match send::registered(&job, &mut wire, &mut NoHost, &mut NoHost).ok_or("it cannot be asked")? {
            Known::Is(all) => format!("is {all:?}"),
            Known::Nothing(why) => format!("nothing {why}"),
            Known::Unclear(why) => format!("unclear {why}"),
        }
    };
    wire.finished()?;
    for secret in script.secrets() {
        if said.contains(&secret) {
            return Err(format!("'{secret}' is told: {said}"));
        }
    }
    script.ends_with(&said)
}

#[test]
fn every_provider_asks_and_answers_as_its_transcripts_say() {
    let mut wrong = Vec::new();
    let mut played = 0;
    for folder in folders() {
        let provider = folder.file_name().unwrap().to_string_lossy().into_owned();
        for case in cases(&folder) {
            played += 1;
            if let Err(why) = play(&provider, &case) {
                wrong.push(format!("{provider}/{}: {why}", name(&case)));
            }
        }
    }
    assert!(played > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_provider_of_the_list_has_shown_what_may_happen() {
    // a name server is no provider of this kind: tests/nsupdate
    for provider in send::providers().filter(|provider| provider.name != "bind-nsupdate") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers").join(provider.name);
        assert!(folder.is_dir(), "{} has no transcripts", provider.name);
        let shown: Vec<String> = cases(&folder).iter().map(|path| name(path)).collect();
        let missing: Vec<_> =
            CASES.iter().filter(|case| !shown.iter().any(|shown| shown.starts_with(**case))).collect();
        assert!(missing.is_empty(), "{} has not shown {missing:?}", provider.name);
    }
}
