//! Members of a JSON answer that must be there; where they are not, the line of steps ends.
//!
//! Pure.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::answer::{Answer, Reply};

/// How a line of steps ends before its last one. Boxed, as it is handed through each step: a word instead of a dozen.
pub(super) type End = Box<Reply>;

/// What a step gives, or how the whole line ends.
pub(super) type Step<T> = Result<T, End>;

/// An end without a quotation.
pub(super) fn end(answer: Answer, said: String) -> End {
    Box::new(Reply { answer, said, body: Vec::new() })
}

/// A member that must be there and be a text or a number; numbers as they are written.
pub(super) fn text(value: &Value, member: &str) -> Step<String> {
    some_text(&value[member]).ok_or_else(|| odd(&format!("it has no '{member}'")))
}

/// A number that must be there, written as one or as a text.
pub(super) fn number(value: &Value, member: &str) -> Step<u64> {
    text(value, member)?.parse().map_err(|_| odd(&format!("its '{member}' is no number")))
}

/// What a JSON pointer (RFC 6901) leads to; `null` where it leads nowhere.
pub(super) fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// A text, or a number as it is written.
pub(super) fn some_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An object of texts.
pub(super) fn texts(members: &[(&str, &str)]) -> Value {
    let mut object = Map::new();
    for (member, text) in members {
        object.insert((*member).to_owned(), Value::from(*text));
    }
    Value::Object(object)
}

/// An object, in a quarter of what `json!` would add to the program each time; the values are taken out of `members`.
pub(super) fn object(members: &mut [(&str, Value)]) -> Value {
    let mut object = Map::new();
    for (member, value) in members {
        object.insert((*member).to_owned(), value.take());
    }
    Value::Object(object)
}

/// A list of one.
pub(super) fn only(value: Value) -> Value {
    Value::Array(vec![value])
}

/// A list that must be there.
pub(super) fn list<'v>(value: &'v Value, member: &str) -> Step<&'v [Value]> {
    value[member].as_array().map(Vec::as_slice).ok_or_else(|| odd(&format!("it has no list '{member}'")))
}

/// An answer that must be a list itself, of objects: what is none would be passed over, and the list be taken for one without ours.
pub(super) fn rows(value: &Value) -> Step<&[Value]> {
    let rows = value.as_array().filter(|rows| rows.iter().all(Value::is_object));
    rows.map(Vec::as_slice).ok_or_else(|| odd("it is no list of records"))
}

/// The addresses in a list of texts; a list that is not there holds none.
pub(super) fn addresses(value: &Value, member: &str) -> Vec<IpAddr> {
    let all = value[member].as_array().into_iter().flatten();
    all.filter_map(|address| address.as_str()?.parse().ok()).collect()
}

/// A member `message`, where many APIs say what is wrong.
pub(super) fn message(value: &Value) -> Option<String> {
    value["message"].as_str().map(str::to_owned)
}

/// What OAuth 2 (RFC 6749 section 5.2) and the APIs behind it say: `error` with `error_description`, or `message` with a code beside it,
/// both perhaps within `error`.
pub(super) fn fault(value: &Value) -> Option<String> {
    let word = |value: &Value, member: &str| value[member].as_str().map(str::to_owned);
    if let Some(class) = word(value, "error") {
        return Some(class + ": " + &word(value, "error_description").unwrap_or_default());
    }
    let error = if value["error"].is_object() { &value["error"] } else { value };
    let reason = word(&error["errors"][0], "reason").or_else(|| word(error, "status")).or_else(|| word(error, "code"));
    let reason = reason.unwrap_or_else(|| error["code"].to_string());
    Some(reason + ": " + &word(error, "message")?)
}

/// The answer is JSON, but not what was documented.
pub(super) fn odd(why: &str) -> End {
    end(Answer::Unclear, format!("the answer is not what the provider's documentation says: {why}"))
}
