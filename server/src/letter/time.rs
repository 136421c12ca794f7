//! A moment as templates see it. Templates were written for Python's `datetime`, so this one prints as that does and has the methods that
//! templates call on it. Always UTC.
#![forbid(unsafe_code)]

use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object};
use minijinja::{Error, ErrorKind, State, Value};
use time::OffsetDateTime;
use time::format_description::parse_strftime_owned;

use crate::moment::Moment;

/// Whole seconds are kept: nobody reads more of them in a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When(OffsetDateTime);

impl When {
    /// `None` for moments beyond the calendar (the year 9999).
    pub(super) fn of(moment: Moment) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(moment.seconds()).ok().map(Self)
    }

    fn strftime(&self, wanted: &str) -> Result<String, Error> {
        let refused = |said: String| {
            Error::new(ErrorKind::InvalidOperation, format!("strftime cannot format a time by '{wanted}': {said}"))
        };
        let items = parse_strftime_owned(&self.filled(wanted)).map_err(|fault| refused(fault.to_string()))?;
        self.0.format(&items).map_err(|fault| refused(fault.to_string()))
    }

    /// The places that Python knows and the crate does not (`%Z`, `%f`), or counts otherwise (`%w`: Sunday is 0).
    fn filled(&self, wanted: &str) -> String {
        let mut out = String::with_capacity(wanted.len());
        let mut rest = wanted.chars();
        while let Some(c) = rest.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            match rest.next() {
                Some('Z') => out.push_str("UTC"),
                Some('f') => out.push_str("000000"),
                Some('w') => out.push_str(&self.0.weekday().number_days_from_sunday().to_string()),
                Some(other) => out.extend(['%', other]),
                None => out.push_str("%%"),
            }
        }
        out
    }

    fn part(&self, name: &str) -> Option<Value> {
        let time = self.0;
        Some(match name {
            "year" => Value::from(time.year()),
            "month" => Value::from(u8::from(time.month())),
            "day" => Value::from(time.day()),
            "hour" => Value::from(time.hour()),
            "minute" => Value::from(time.minute()),
            "second" => Value::from(time.second()),
            _ => return None,
        })
    }

    fn method(&self, name: &str, args: &[Value]) -> Result<Value, Error> {
        let text = |at: usize| args.get(at).and_then(Value::as_str);
        Ok(match (name, args.len()) {
            ("strftime", 1) => match text(0) {
                Some(wanted) => self.strftime(wanted)?.into(),
                None => return Err(Error::new(ErrorKind::InvalidOperation, "strftime wants a format in quotes")),
            },
            ("isoformat", 0 | 1) => self.strftime(&format!("%Y-%m-%d{}%H:%M:%S", text(0).unwrap_or("T")))?.into(),
            ("date", 0) => self.strftime("%Y-%m-%d")?.into(),
            ("time", 0) => self.strftime("%H:%M:%S")?.into(),
            ("timestamp", 0) => self.0.unix_timestamp().into(),
            ("weekday", 0) => self.0.weekday().number_days_from_monday().into(),
            ("strftime" | "isoformat" | "date" | "time" | "timestamp" | "weekday", _) => {
                return Err(Error::new(
                    ErrorKind::TooManyArguments,
                    format!("{name}() of a time takes other arguments"),
                ));
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        })
    }
}

impl Object for When {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.part(key.as_str()?)
    }

    fn call_method(self: &Arc<Self>, _state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        self.method(method, args)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        Some((**self).cmp(other.downcast_ref::<Self>()?))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.strftime("%Y-%m-%d %H:%M:%S").map_err(|_| fmt::Error)?)
    }
}
