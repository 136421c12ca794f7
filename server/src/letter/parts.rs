//! A rendered text taken apart: a first line `Subject: ...` is the subject, all else is the body.
#![forbid(unsafe_code)]

/// Characters that a subject may have.
const SUBJECT: usize = 200;

/// Subject, if the text begins with one that is not empty, and body. Neither can hold another header: a subject is one line of printable
/// characters, and what follows it is body, whatever it looks like.
pub(super) fn split(text: &str) -> (Option<String>, String) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // statements and comments before the header leave empty lines behind
    let text = text.trim_start_matches(['\n', ' ', '\t', '\u{feff}']);
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match header(first) {
        Some(subject) => (one_line(subject), body(rest)),
        None => (None, body(text)),
    }
}

fn header(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.trim_end().eq_ignore_ascii_case("subject").then_some(value)
}

fn body(text: &str) -> String {
    let text: String =
        text.trim_matches('\n').chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    format!("{}\n", text.trim_end())
}

/// Everything that could end a header line, or hide what a line says, is a space.
pub(super) fn one_line(text: &str) -> Option<String> {
    let spaced: String = text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(SUBJECT).collect();
    (!line.is_empty()).then_some(line)
}

/// Control characters, Unicode's own line ends, and the marks that turn the direction of writing.
fn breaks(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
