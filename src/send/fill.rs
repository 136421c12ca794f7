//! Texts with places in braces, such as `{zone}`: URLs, JSON, forms and header fields of providers that are described as data.
//!
//! Pure. A template is taken apart once: a value that looks like a place never becomes one.
#![forbid(unsafe_code)]

use crate::secret::percent_encoded;

/// How a value is written into a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As it is.
    Plain,
    /// Percent-encoded (RFC 3986): a part of a URL, or a field of a form.
    Encoded,
    /// Inside the quotes of a JSON string (RFC 8259).
    Quoted,
}

/// The text with its places filled. Braces around anything but a small word are text: JSON is full of them.
pub(super) fn fill(template: &str, how: Written, value: &mut dyn FnMut(&str) -> Vec<u8>) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, tail) = rest.split_at(open);
        text.extend_from_slice(before.as_bytes());
        let place = tail[1..].split_once('}').filter(|(place, _)| is_place(place));
        let Some((place, after)) = place else {
            text.push(b'{');
            rest = &tail[1..];
            continue;
        };
        let value = value(place);
        match how {
            Written::Plain => text.extend(value),
            Written::Encoded => text.extend(percent_encoded(&value).into_bytes()),
            Written::Quoted => text.extend(quoted(&value)),
        }
        rest = after;
    }
    text.extend_from_slice(rest.as_bytes());
    text
}

fn is_place(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// The inside of a JSON string; what is no UTF-8 cannot be said in JSON and becomes U+FFFD.
fn quoted(value: &[u8]) -> Vec<u8> {
    let string = serde_json::Value::String(String::from_utf8_lossy(value).into_owned()).to_string();
    string.as_bytes()[1..string.len() - 1].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, how: Written) -> String {
        let mut value = |place: &str| match place {
            "ip" => b"192.0.2.1".to_vec(),
            "password" => br#"a"b{ip}/ "#.to_vec(),
            _ => Vec::new(),
        };
        String::from_utf8(fill(template, how, &mut value)).unwrap()
    }

    #[test]
    fn places_are_filled_and_the_braces_of_json_stay() {
        assert_eq!(filled(r#"{"a":{"b":"{ip}"},"c":[{}]}"#, Written::Quoted), r#"{"a":{"b":"192.0.2.1"},"c":[{}]}"#);
        assert_eq!(filled("{", Written::Plain), "{");
        assert_eq!(filled("{ip", Written::Plain), "{ip");
    }

    #[test]
    fn a_value_is_written_as_the_text_around_it_wants_and_never_read_as_a_place() {
        assert_eq!(filled("{password}", Written::Plain), r#"a"b{ip}/ "#);
        assert_eq!(filled("k={password}", Written::Encoded), "k=a%22b%7bip%7d%2f%20");
        assert_eq!(filled(r#"{"k":"{password}"}"#, Written::Quoted), r#"{"k":"a\"b{ip}/ "}"#);
    }
}
