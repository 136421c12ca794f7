//! The words of a `curl` command line, as far as update scripts use them, and the same words in a configuration file (`--config`).
//!
//! Pure but for the files that options name, which come through a loader. What is not known here is an error: a script must not believe
//! that something was done which was not.
#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::path::Path;

use super::{MISUSED, Trouble};

/// Reads a file that an option names.
pub(super) type Load<'l> = &'l mut dyn FnMut(&Path) -> Result<Vec<u8>, Trouble>;

/// What one option means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opt {
    Agent,
    CaFile,
    CaDir,
    Config,
    Data,
    DataBinary,
    DataEncoded,
    DataRaw,
    Fail,
    FailWithBody,
    Get,
    Header,
    Insecure,
    Interface,
    V4,
    V6,
    Json,
    NoProxy,
    Output,
    Proxy,
    ProxyUser,
    Referer,
    Request,
    Silent,
    ShowError,
    Stderr,
    Url,
    User,
    Version,
    WriteOut,
    /// Has no meaning here: the way it asks for is the only one there is.
    Nothing,
    /// The same, with a value.
    NothingOf,
}

impl Opt {
    fn takes_value(self) -> bool {
        use Opt::{Fail, FailWithBody, Get, Insecure, Nothing, ShowError, Silent, V4, V6, Version};
        !matches!(self, Fail | FailWithBody | Get | Insecure | Nothing | ShowError | Silent | V4 | V6 | Version)
    }
}

/// Short letter (or a blank), long name, meaning. Time limits, redirects and compression are as this program has them.
const OPTIONS: &[(char, &str, Opt)] = &[
    ('0', "http1.0", Opt::Nothing),
    ('4', "ipv4", Opt::V4),
    ('6', "ipv6", Opt::V6),
    ('A', "user-agent", Opt::Agent),
    (' ', "basic", Opt::Nothing),
    (' ', "cacert", Opt::CaFile),
    (' ', "capath", Opt::CaDir),
    (' ', "compressed", Opt::Nothing),
    ('K', "config", Opt::Config),
    (' ', "connect-timeout", Opt::NothingOf),
    ('d', "data", Opt::Data),
    (' ', "data-ascii", Opt::Data),
    (' ', "data-binary", Opt::DataBinary),
    (' ', "data-raw", Opt::DataRaw),
    (' ', "data-urlencode", Opt::DataEncoded),
    ('q', "disable", Opt::Nothing),
    ('f', "fail", Opt::Fail),
    (' ', "fail-with-body", Opt::FailWithBody),
    ('G', "get", Opt::Get),
    ('g', "globoff", Opt::Nothing),
    ('H', "header", Opt::Header),
    (' ', "http1.1", Opt::Nothing),
    ('k', "insecure", Opt::Insecure),
    (' ', "interface", Opt::Interface),
    (' ', "json", Opt::Json),
    ('L', "location", Opt::Nothing),
    ('m', "max-time", Opt::NothingOf),
    ('N', "no-buffer", Opt::Nothing),
    (' ', "no-progress-meter", Opt::Nothing),
    (' ', "noproxy", Opt::NoProxy),
    ('o', "output", Opt::Output),
    ('#', "progress-bar", Opt::Nothing),
    ('x', "proxy", Opt::Proxy),
    ('U', "proxy-user", Opt::ProxyUser),
    ('e', "referer", Opt::Referer),
    ('R', "remote-time", Opt::Nothing),
    ('X', "request", Opt::Request),
    ('S', "show-error", Opt::ShowError),
    ('s', "silent", Opt::Silent),
    (' ', "ssl-reqd", Opt::Nothing),
    (' ', "stderr", Opt::Stderr),
    (' ', "tlsv1.2", Opt::Nothing),
    (' ', "tlsv1.3", Opt::Nothing),
    (' ', "url", Opt::Url),
    ('u', "user", Opt::User),
    ('v', "verbose", Opt::Nothing),
    ('V', "version", Opt::Version),
    ('w', "write-out", Opt::WriteOut),
];

/// An option with its value, empty where it takes none.
pub(super) type Word = (Opt, Vec<u8>);

/// All options of a command line in order; a word without an option is a URL.
pub(super) fn read(words: &[OsString]) -> Result<Vec<Word>, String> {
    let mut found = Vec::new();
    let mut words = words.iter().map(|word| word.as_encoded_bytes());
    let mut only_urls = false;
    while let Some(word) = words.next() {
        match word {
            _ if only_urls => found.push((Opt::Url, word.to_vec())),
            b"--" => only_urls = true,
            [b'-', b'-', name @ ..] => {
                let opt = long(name)?;
                let value =
                    if opt.takes_value() { words.next().ok_or_else(|| lacks(word))?.to_vec() } else { Vec::new() };
                found.push((opt, value));
            }
            [b'-', letters @ ..] if !letters.is_empty() => short(letters, &mut words, &mut found)?,
            _ => found.push((Opt::Url, word.to_vec())),
        }
    }
    Ok(found)
}

fn lacks(option: &[u8]) -> String {
    format!("option {}: requires parameter", String::from_utf8_lossy(option))
}

fn unknown(option: &str) -> String {
    format!("option {option}: is unknown to the small curl of ddns; install curl for it")
}

fn long(name: &[u8]) -> Result<Opt, String> {
    let known = OPTIONS.iter().find(|(_, long, _)| long.as_bytes() == name);
    known.map(|(.., opt)| *opt).ok_or_else(|| unknown(&format!("--{}", String::from_utf8_lossy(name))))
}

/// Letters may stand together; the rest behind one that takes a value is its value.
fn short(letters: &[u8], words: &mut dyn Iterator<Item = &[u8]>, found: &mut Vec<Word>) -> Result<(), String> {
    for (at, letter) in letters.iter().enumerate() {
        let letter = char::from(*letter);
        let known = OPTIONS.iter().find(|(short, ..)| *short == letter && letter != ' ');
        let opt = known.map(|(.., opt)| *opt).ok_or_else(|| unknown(&format!("-{letter}")))?;
        if !opt.takes_value() {
            found.push((opt, Vec::new()));
            continue;
        }
        let value = match &letters[at + 1..] {
            [] => words.next().ok_or_else(|| lacks(&[b'-', letters[at]]))?.to_vec(),
            rest => rest.to_vec(),
        };
        found.push((opt, value));
        break;
    }
    Ok(())
}

/// The words with those of `--config` files in their place.
pub(super) fn with_files(words: Vec<Word>, load: Load<'_>) -> Result<Vec<Word>, Trouble> {
    let mut all = Vec::new();
    for (opt, value) in words {
        if opt == Opt::Config {
            let text = load(Path::new(&*String::from_utf8_lossy(&value)))?;
            all.extend(file(&text).map_err(|why| (MISUSED, why))?);
        } else {
            all.push((opt, value));
        }
    }
    Ok(all)
}

/// The options of a configuration file: a line each, `name = value` or `name value`, dashes and the sign may be missing, a value with blanks
/// stands in double quotes.
pub(super) fn file(text: &[u8]) -> Result<Vec<Word>, String> {
    let text = String::from_utf8_lossy(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut found = Vec::new();
    for line in lines {
        let end = line.find(|c: char| c.is_whitespace() || matches!(c, '=' | ':')).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        let rest = rest.trim_start().trim_start_matches(['=', ':']).trim();
        let mut words = vec![match name {
            name if name.starts_with('-') => OsString::from(name),
            name => OsString::from(format!("--{name}")),
        }];
        if !rest.is_empty() {
            words.push(OsString::from(unquoted(rest)));
        }
        found.extend(read(&words)?);
    }
    Ok(found)
}

/// A value without its quotes. A quote in the middle is no end: scripts write JSON between two quotes without a thought.
fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return text.to_owned() };
    let mut out = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('v') => out.push('\u{b}'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            (letter, false) => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Vec<Word>, String> {
        read(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn letters_may_stand_together_and_values_may_touch_theirs() {
        let found = words("-RsSo/tmp/x -XPUT -d a=1 http://h/ --url http://i/").unwrap();
        let wanted: [(Opt, &[u8]); 8] = [
            (Opt::Nothing, b""),
            (Opt::Silent, b""),
            (Opt::ShowError, b""),
            (Opt::Output, b"/tmp/x"),
            (Opt::Request, b"PUT"),
            (Opt::Data, b"a=1"),
            (Opt::Url, b"http://h/"),
            (Opt::Url, b"http://i/"),
        ];
        assert_eq!(found, wanted.map(|(opt, value)| (opt, value.to_vec())));
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert!(words("-s --cookie-jar x").unwrap_err().contains("--cookie-jar"));
        assert!(words("-sc x").unwrap_err().contains("-c"));
        assert!(words("-s -o").unwrap_err().contains("-o: requires parameter"));
    }

    #[test]
    fn a_file_holds_the_same_words() {
        let text = "# x\nsilent\noutput = \"/tmp/a b\"\n-X PUT\nheader: \"A: b\\\"c\"\ndata = \"{\"n\":\"v\"}\"\nurl http://h/\n";
        let found = file(text.as_bytes()).unwrap();
        let wanted: [(Opt, &[u8]); 6] = [
            (Opt::Silent, b""),
            (Opt::Output, b"/tmp/a b"),
            (Opt::Request, b"PUT"),
            (Opt::Header, b"A: b\"c"),
            (Opt::Data, b"{\"n\":\"v\"}"),
            (Opt::Url, b"http://h/"),
        ];
        assert_eq!(found, wanted.map(|(opt, value)| (opt, value.to_vec())));
    }
}
