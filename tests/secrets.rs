//! The mask: whatever spelling a secret is written in, it does not come out, and what is no secret stays readable.

#![cfg(test)]

use ddns::secret::{MASK, Mask, Secret, base64, percent_encoded};
use proptest::prelude::*;

#[cfg(test)]
fn mask(secrets: &[&[u8]]) -> Mask {
    let secrets: Vec<Secret> = secrets.iter().map(|bytes| Secret::new(*bytes)).collect();
    Mask::new(&secrets, [])
}

/// What writers make of a secret, each by its own rules.
#[cfg(test)]
fn spellings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let lower = percent_encoded(secret);
    let every: Vec<u8> = secret.iter().flat_map(|b| format!("%{b:02X}").into_bytes()).collect();
    let form: String = secret
        .iter()
        .map(|&b| match b {
            b' ' => "+".to_owned(),
            b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect();
    let text = String::from_utf8_lossy(secret).into_owned();
    let json = serde_json::to_string(&text).unwrap();
    let ascii: String = json.encode_utf16().map(utf16_ascii).collect();
    let html = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#039;");
    vec![
        ("raw", secret.to_vec()),
        ("lossy", text.clone().into_bytes()),
        ("percent", lower.into_bytes()),
        ("percent, every byte", every),
        ("form", form.into_bytes()),
        ("json", json.as_bytes()[1..json.len() - 1].to_vec()),
        ("json, slashes", json[1..json.len() - 1].replace('/', "\\/").into_bytes()),
        ("json, ascii", ascii.as_bytes()[1..ascii.len() - 1].to_vec()),
        ("html", html.into_bytes()),
        ("shell", text.replace('\'', r"'\''").into_bytes()),
        ("shell of dash", text.replace('\'', r#"'"'"'"#).into_bytes()),
        ("base64", base64(secret).into_bytes()),
        ("base64, no padding", base64(secret).trim_end_matches('=').as_bytes().to_vec()),
    ]
}

#[cfg(test)]
fn utf16_ascii(unit: u16) -> String {
    u8::try_from(unit).ok().filter(u8::is_ascii).map_or_else(|| format!("\\u{unit:04x}"), |b| char::from(b).to_string())
}

#[cfg(test)]
fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[test]
fn every_spelling_of_a_difficult_password_is_covered() {
    let passwords: [&[u8]; 7] = [
        b"a b&c#d%e+f/g?h=i",
        br#"it's "quoted" \ and <tagged>"#,
        "jürgen€😀".as_bytes(),
        b"tab\there",
        b"\xff\xfe not text \x80",
        br"\n\x41\",
        b"%41%42%%",
    ];
    for password in passwords {
        for (name, form) in spellings(password) {
            let text = [b"before ", &form[..], b" behind"].concat();
            let covered = mask(&[password]).cover_bytes(&text);
            let wanted = if form.ends_with(b"=") { vec![] } else { b"before ***PW*** behind".to_vec() };
            assert!(!holds(&covered, &form), "{name}: {}", String::from_utf8_lossy(&covered));
            if !wanted.is_empty() {
                assert_eq!(covered, wanted, "{name} of {}", String::from_utf8_lossy(password));
            }
        }
    }
}

#[test]
fn a_login_covers_its_password_and_its_basic_token_but_not_the_name() {
    let login = Secret::new("joe:geheim:1");
    let mask = Mask::new([], [&login]);
    let text = format!("joe geheim:1 Basic {} geheim%3a1", base64(b"joe:geheim:1"));
    assert_eq!(mask.cover(&text), format!("joe {MASK} Basic {MASK} {MASK}"));
}

#[test]
fn a_short_secret_is_covered_only_where_it_stands_alone() {
    let mask = mask(&[b"1"]);
    let lines = [
        ("check interval: 600 seconds, 10 times", "check interval: 600 seconds, 10 times"),
        ("203.0.113.1 and 1.2.3.4 and 2001:db8::7", "203.0.113.1 and 1.2.3.4 and 2001:db8::7"),
        ("p=1&q=21 user:1@host pw is 1", "p=***PW***&q=21 user:***PW***@host pw is ***PW***"),
        ("1", MASK),
        ("the end is 1.", "the end is ***PW***."),
    ];
    for (line, wanted) in lines {
        assert_eq!(mask.cover(line), wanted);
    }
}

#[test]
fn overlapping_secrets_leave_no_rest() {
    let mask = mask(&[b"abcdef", b"defghi", b"abcd"]);
    assert_eq!(mask.cover("xabcdefghiy"), "x***PW***y");
    assert_eq!(mask.cover("abcdef abcd"), "***PW*** ***PW***");
}

#[test]
fn the_lines_of_a_key_file_are_secrets_of_their_own() {
    let key = b"-----BEGIN KEY-----\nMIIEvQIBADANBgkq\r\nhkiG9w0BAQEF\n";
    assert_eq!(mask(&[key]).cover("line: hkiG9w0BAQEF end"), "line: ***PW*** end");
}

#[test]
fn nothing_to_hide_changes_nothing_and_debug_tells_nothing() {
    assert_eq!(Mask::default().cover("any ***PW*** text"), "any ***PW*** text");
    assert_eq!(mask(&[b"", b"geheim"]).cover("plain"), "plain");
    assert!(!format!("{:?} {:?}", mask(&[b"geheim"]), Secret::new("geheim")).contains("geheim"));
}

#[test]
fn a_large_body_is_covered_quickly() {
    let body = b"%%++\\\\&&''pass ".repeat(20_000);
    let start = std::time::Instant::now();
    let covered = mask(&[b"password", b"'+&\\%x", "zweites wort".as_bytes()]).cover_bytes(&body);
    assert_eq!(covered, body);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn no_spelling_of_a_random_password_comes_out(
        password in prop_oneof![
            proptest::collection::vec(any::<u8>(), 4..40).boxed(),
            "[ -)+-~]{4,30}".prop_map(String::into_bytes).boxed(),
            "\\PC{4,20}".prop_map(String::into_bytes).boxed(),
        ],
        before in "[a-z :=\"'&]{0,12}",
        behind in "[a-z :=\"'&]{0,12}",
    ) {
        // what the mask itself writes cannot be hidden
        prop_assume!(!password.contains(&b'*'));
        let mask = mask(&[&password]);
        for (name, form) in spellings(&password) {
            let text = [before.as_bytes(), &form, behind.as_bytes()].concat();
            let covered = mask.cover_bytes(&text);
            prop_assert!(!holds(&covered, &form), "{}: {:?} in {:?}", name, form, String::from_utf8_lossy(&covered));
            // and no more was taken than stood there
            prop_assert!(covered.len() + form.len() + 8 >= text.len());
        }
    }
}
