//! Prometheus text exposition 0.0.4: families with their help and type, samples with their labels.
#![forbid(unsafe_code)]

use std::fmt::Write as _;

use crate::tally::{BOUNDS, Reading};

/// A page being written.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn text(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.push_str(name);
        for (at, (label, word)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"{}\"", if at == 0 { '{' } else { ',' }, escaped(word));
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, "counter", help);
        self.sample(name, &[], value);
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, "gauge", help);
        self.sample(name, &[], value);
    }

    /// A gauge that is always 1 and tells something by its label.
    pub(super) fn told(&mut self, name: &str, help: &str, label: (&str, &str)) {
        self.head(name, "gauge", help);
        self.sample(name, &[label], 1.0);
    }

    pub(super) fn counters(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl Iterator<Item = (&'static str, u64)>,
    ) {
        self.head(name, "counter", help);
        for (word, value) in values {
            self.sample(name, &[(label, word)], float(value));
        }
    }

    pub(super) fn histogram(&mut self, name: &str, help: &str, reading: &Reading) {
        self.head(name, "histogram", help);
        let bucket = format!("{name}_bucket");
        for (bound, within) in BOUNDS.iter().zip(reading.within) {
            self.sample(&bucket, &[("le", &bound.as_secs_f64().to_string())], float(within));
        }
        self.sample(&bucket, &[("le", "+Inf")], float(reading.count));
        self.sample(&format!("{name}_sum"), &[], reading.sum.as_secs_f64());
        self.sample(&format!("{name}_count"), &[], float(reading.count));
    }
}

/// Numbers on this page are 64-bit floats, whatever they were.
#[expect(clippy::cast_precision_loss, reason = "exact to 2^53; the format has no other numbers")]
pub(super) fn float(value: u64) -> f64 {
    value as f64
}

fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_s_word_cannot_end_its_quotes() {
        let mut page = Page::default();
        page.told("made", "Of what.", ("from", "a\"b\\c\nd"));
        assert_eq!(page.text(), "# HELP made Of what.\n# TYPE made gauge\nmade{from=\"a\\\"b\\\\c\\nd\"} 1\n");
    }
}
