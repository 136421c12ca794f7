//! No text makes the reader panic, and no secret comes back in a sentence.

use ddns_service::config::{self, EXAMPLE};

/// xorshift64: the same texts in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

#[test]
fn random_bytes_are_refused_and_no_more() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let odd = b"[]{}=\"'.,#\n\\ ab1-_\xc3\xbc\0\x1b";
    for _ in 0..5000 {
        let length = dice.below(200);
        let bytes: Vec<u8> = (0..length).map(|_| odd[dice.below(odd.len())]).collect();
        let _ = config::read(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_broken_example_is_refused_or_read_and_no_more() {
    let whole: Vec<char> = EXAMPLE.replace("\n#", "\n").chars().collect();
    let mut dice = Dice(88_172_645_463_325_252);
    for _ in 0..1500 {
        let mut text = whole.clone();
        for _ in 0..=dice.below(6) {
            let at = dice.below(text.len());
            match dice.below(3) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, ['"', '[', ']', '=', '\n', '\u{0}', '\u{1f980}', '9'][dice.below(8)]),
                _ => text.truncate(at.max(1)),
            }
        }
        let _ = config::read(&text.into_iter().collect::<String>());
    }
}

#[test]
fn deep_nesting_is_refused_without_running_out_of_stack() {
    for one in ["[", "{a=", "[{a="] {
        let text = format!("a = {}", one.repeat(100_000));
        assert!(config::read(&text).is_err());
    }
}

#[test]
fn no_sentence_shows_a_secret() {
    let lines = [
        "password = \"hunter2secret\"",
        "smtp_password = \"hunter2secret\"",
        "passwort = \"hunter2secret\"",
        "password = [\"hunter2secret\"]",
        "password = hunter2secret",
        "password = \"hunter2secret",
        "password = \"hunter2secret\\q\"",
        "password = \"hunter2secret\\u0001\"",
        "password = { a = \"hunter2secret\" }",
        "password_file = \"hunter2secret\"\npassword = \"hunter2secret\"",
        "host = \"\"\"\na\nhunter2secret",
    ];
    for line in lines {
        for table in [
            "database]\nbackend = \"mariadb",
            "database]\nbackend = \"sqlite",
            "email]\nsmtp_host = \"a",
            "nosuch]\na = \"b",
        ] {
            let said = match config::read(&format!("[{table}\"\n{line}\n")) {
                Ok((settings, warnings)) => format!("{settings:?} {warnings:?}").replace("Some(\"hunter2secret\")", ""),
                Err(faults) => format!("{faults:?}"),
            };
            assert!(!said.contains("hunter2secret"), "{table} {line}: {said}");
        }
    }
}
