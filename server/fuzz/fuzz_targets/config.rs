//! Any text as `config.toml`. What is read is read again the same way behind a byte order mark, with other line ends and with a remark behind it;
//! a fault is one line, and shows no password.
#![no_main]

use ddns_service::config::{self, EXAMPLE};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "hunter2secret";

fuzz_target!(|text: &str| {
    match config::read(text) {
        Ok((settings, warnings)) => {
            warnings.iter().for_each(|warning| one_line(&warning.to_string()));
            for other in [format!("\u{feff}{text}"), format!("{text}\n# a remark"), text.replace('\n', "\r\n")] {
                let same = config::read(&other).is_ok_and(|(read, _)| read == settings);
                // inside a text of several lines a line's end is the text's own
                assert!(
                    same || text.starts_with('\u{feff}')
                        || text.contains("\"\"\"")
                        || text.contains("'''")
                        || text.contains('\r')
                );
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            faults.iter().for_each(|fault| one_line(&fault.to_string()));
        }
    }
    hides(text);
    // the same as changes of a file that is whole
    if let Some((at, rest)) = text.split_once('\n')
        && let Ok(at) = at.parse::<usize>()
    {
        let mut whole = EXAMPLE.replace("\n#", "\n");
        let at = whole.floor_char_boundary(at.min(whole.len()));
        whole.insert_str(at, rest);
        hides(&whole);
    }
});

fn one_line(said: &str) {
    assert!(!said.chars().any(char::is_control), "{said:?}");
}

/// A password behind whatever text.
fn hides(text: &str) {
    if text.contains("hunter") {
        return;
    }
    for secret in ["[email]\nsmtp_password = ", "[database]\npassword = "] {
        let said = match config::read(&format!("{text}\n{secret}\"{SECRET}\"\n")) {
            Ok((settings, warnings)) => {
                // a text of several lines that is still open takes all that follows for its own
                let open = text.contains("\"\"\"") || text.contains("'''");
                if open { String::new() } else { format!("{settings:?} {warnings:?}") }
            }
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        };
        assert!(!said.contains(SECRET), "{said}");
    }
}
