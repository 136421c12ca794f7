//! Keys as BIND writes them into a file: `key "name" { algorithm hmac-sha256; secret "..."; };`, by its `tsig-keygen`.
//!
//! Pure. What a fault says never quotes the file: a secret may stand where another word belongs.
#![forbid(unsafe_code)]

use std::fmt;
use std::iter::Peekable;
use std::vec::IntoIter;

use crate::secret::Secret;

/// A key as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenKey {
    /// Its name.
    pub name: String,
    /// Its algorithm, as written.
    pub algorithm: String,
    /// Its secret, still in base64.
    pub secret: Secret,
}

/// What a key file lacks: in which line, and what was wanted there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFileFault {
    /// From 1.
    pub line: usize,
    /// What was wanted.
    pub wanted: &'static str,
}

impl fmt::Display for KeyFileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: wanted {}", self.line, self.wanted)
    }
}

impl std::error::Error for KeyFileFault {}

/// A word, or one of `{ } ;`; with the line it stands in.
struct Token {
    text: String,
    quoted: bool,
    line: usize,
}

impl Token {
    fn is(&self, mark: &str) -> bool {
        !self.quoted && self.text == mark
    }
}

/// All keys of the file, in their order; no key at all is a fault.
pub fn keys(text: &str) -> Result<Vec<WrittenKey>, KeyFileFault> {
    let last = text.lines().count().max(1);
    let mut reader = Reader { tokens: tokens(text)?.into_iter().peekable(), last };
    let mut found = Vec::new();
    while reader.tokens.peek().is_some() {
        reader.mark("key", "a statement key \"NAME\" { ... };")?;
        found.push(reader.key()?);
    }
    if found.is_empty() {
        return Err(KeyFileFault { line: last, wanted: "a statement key \"NAME\" { ... };" });
    }
    Ok(found)
}

struct Reader {
    tokens: Peekable<IntoIter<Token>>,
    /// Of the file.
    last: usize,
}

impl Reader {
    fn next(&mut self, wanted: &'static str) -> Result<Token, KeyFileFault> {
        self.tokens.next().ok_or(KeyFileFault { line: self.last, wanted })
    }

    fn mark(&mut self, mark: &str, wanted: &'static str) -> Result<(), KeyFileFault> {
        let token = self.next(wanted)?;
        if token.is(mark) { Ok(()) } else { Err(KeyFileFault { line: token.line, wanted }) }
    }

    fn value(&mut self, wanted: &'static str) -> Result<String, KeyFileFault> {
        let token = self.next(wanted)?;
        let good = token.quoted || !matches!(token.text.as_str(), "{" | "}" | ";");
        if good && !token.text.is_empty() { Ok(token.text) } else { Err(KeyFileFault { line: token.line, wanted }) }
    }

    /// Behind the word `key`.
    fn key(&mut self) -> Result<WrittenKey, KeyFileFault> {
        let name = self.value("the key's name behind 'key'")?;
        self.mark("{", "'{' behind the key's name")?;
        let (mut algorithm, mut secret) = (None, None);
        let end = loop {
            let token = self.next("'}' at the end of the key")?;
            match token.text.as_str() {
                "}" if !token.quoted => break token.line,
                "algorithm" => algorithm = Some(self.value("the algorithm's name behind 'algorithm'")?),
                "secret" => secret = Some(self.value("the secret in base64 behind 'secret'")?),
                _ => {
                    return Err(KeyFileFault {
                        line: token.line,
                        wanted: "'algorithm', 'secret' or '}' inside the key",
                    });
                }
            }
            self.mark(";", "';' at the end of a line of the key")?;
        };
        self.mark(";", "';' behind the '}' of the key")?;
        let algorithm = algorithm.ok_or(KeyFileFault { line: end, wanted: "'algorithm NAME;' inside the key" })?;
        let secret = secret.ok_or(KeyFileFault { line: end, wanted: "'secret \"...\";' inside the key" })?;
        Ok(WrittenKey { name, algorithm, secret: Secret::new(secret) })
    }
}

/// Words and marks; comments of all three kinds are left out.
fn tokens(text: &str) -> Result<Vec<Token>, KeyFileFault> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (size, kept) = match first {
            '"' => {
                let fault = KeyFileFault { line, wanted: "a quote that is closed in the same line" };
                let inside = rest[1..].split(['"', '\n']).next().unwrap_or_default();
                if !rest[1 + inside.len()..].starts_with('"') {
                    return Err(fault);
                }
                (inside.len() + 2, Some((inside, true)))
            }
            '#' => (rest.find('\n').unwrap_or(rest.len()), None),
            _ if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
            _ if rest.starts_with("/*") => {
                let fault = KeyFileFault { line, wanted: "a comment that is closed" };
                (rest.find("*/").ok_or(fault)? + 2, None)
            }
            '{' | '}' | ';' => (1, Some((&rest[..1], false))),
            c if c.is_whitespace() => (c.len_utf8(), None),
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | ';' | '"' | '#');
                let size = rest.find(ends).unwrap_or(rest.len());
                (size, Some((&rest[..size], false)))
            }
        };
        let (token, behind) = rest.split_at(size);
        found.extend(kept.map(|(text, quoted)| Token { text: text.to_owned(), quoted, line }));
        line += token.matches('\n').count();
        rest = behind;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        keys(text).unwrap_err().to_string()
    }

    #[test]
    fn a_file_of_tsig_keygen_is_read_and_so_are_several_keys_with_comments_between() {
        let text = "key \"home.\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0/w==\";\n};\n";
        let home =
            WrittenKey { name: "home.".into(), algorithm: "hmac-sha256".into(), secret: Secret::new("c2VjcmV0/w==") };
        assert_eq!(keys(text).unwrap(), std::slice::from_ref(&home));
        let two = format!("# one\n// two {{\n/* three\n; */{text} key other{{secret AAAA//==;algorithm hmac-sha1;}};");
        let other = WrittenKey { name: "other".into(), algorithm: "hmac-sha1".into(), secret: Secret::new("AAAA//==") };
        assert_eq!(keys(&two).unwrap(), [home, other]);
    }

    #[test]
    fn a_fault_names_line_and_wish_and_never_what_stands_there() {
        let wanted = "a statement key \"NAME\" { ... };";
        assert_eq!(fault(""), format!("line 1: wanted {wanted}"));
        assert_eq!(fault("\n# nothing\n"), format!("line 2: wanted {wanted}"));
        assert_eq!(fault("Private-key-format: v1.3\nKey: c2VjcmV0\n"), format!("line 1: wanted {wanted}"));
        assert_eq!(fault("key { };"), "line 1: wanted the key's name behind 'key'");
        assert_eq!(fault("key a\n\"c2VjcmV0\";"), "line 2: wanted '{' behind the key's name");
        assert_eq!(fault("key a {\n c2VjcmV0;\n};"), "line 2: wanted 'algorithm', 'secret' or '}' inside the key");
        assert_eq!(fault("key a {\n secret \"c2VjcmV0\"\n};"), "line 3: wanted ';' at the end of a line of the key");
        assert_eq!(fault("key a {\n secret \"c2VjcmV0\n};"), "line 2: wanted a quote that is closed in the same line");
        assert_eq!(fault("key a {\n secret \"c2Vj\";\n};"), "line 3: wanted 'algorithm NAME;' inside the key");
        assert_eq!(fault("key a { algorithm hmac-sha1; };"), "line 1: wanted 'secret \"...\";' inside the key");
        assert_eq!(
            fault("key a { algorithm hmac-sha1; secret \"\"; };"),
            "line 1: wanted the secret in base64 behind 'secret'"
        );
        assert_eq!(fault("key a { algorithm hmac-sha1;\n"), "line 1: wanted '}' at the end of the key");
        assert_eq!(fault("key a { algorithm b; secret c; }"), "line 1: wanted ';' behind the '}' of the key");
        assert_eq!(fault("/* key"), "line 1: wanted a comment that is closed");
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_the_reader_stumble(text in "(key|algorithm|secret|[{};\"#/*\\n aé])*") {
            let _ = keys(&text);
        }
    }
}
