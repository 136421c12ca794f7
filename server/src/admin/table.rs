//! Tables of text. Columns are counted as a terminal shows them (East Asian wide letters take two, combining marks none); where the
//! screen is too narrow for all columns, each row becomes a block of lines, so that nothing is cut off.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

const GAP: usize = 2;

/// Rows under a head.
pub(super) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// Said in place of an empty table.
    empty: &'static str,
}

impl Table {
    pub(super) fn new(head: &[&'static str], empty: &'static str) -> Self {
        Self { head: head.to_vec(), rows: Vec::new(), empty }
    }

    /// One more row, as long as the head.
    pub(super) fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.iter().map(|cell| cleaned(cell)).collect());
    }

    /// The whole table with its line ends, at most so many columns wide.
    pub(super) fn shown(&self, width: Option<usize>) -> String {
        if self.rows.is_empty() {
            return format!("{}\n", self.empty);
        }
        let widths = self.widths();
        let whole = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        match width {
            Some(width) if whole > width => self.blocks(width.max(20)),
            _ => self.lines(&widths),
        }
    }

    fn widths(&self) -> Vec<usize> {
        self.head
            .iter()
            .enumerate()
            .map(|(at, head)| {
                let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
                cells.max().unwrap_or(0).max(head.width())
            })
            .collect()
    }

    fn lines(&self, widths: &[usize]) -> String {
        let head: Vec<String> = self.head.iter().map(|&head| head.to_owned()).collect();
        let mut text = String::new();
        for row in std::iter::once(&head).chain(&self.rows) {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn blocks(&self, width: usize) -> String {
        let label = self.head.iter().skip(1).map(|head| head.width()).max().unwrap_or(0);
        let mut text = String::new();
        for row in &self.rows {
            if !text.is_empty() {
                text.push('\n');
            }
            for (at, (head, cell)) in self.head.iter().zip(row).enumerate() {
                if at == 0 {
                    put(&mut text, "", 0, cell, width);
                } else if !cell.is_empty() {
                    put(&mut text, head, label, cell, width);
                }
            }
        }
        text
    }
}

/// A head and its value, like the lines of `show`, broken at the screen's edge.
pub(super) fn facts(facts: &[(&str, String)], width: Option<usize>) -> String {
    let label = facts.iter().map(|(head, _)| head.width()).max().unwrap_or(0);
    let mut text = String::new();
    for (head, value) in facts {
        let value = cleaned(value);
        let line = format!("{head}{}{value}", " ".repeat(label.saturating_sub(head.width()) + GAP));
        for piece in broken(&line, width.unwrap_or(usize::MAX).max(20), label + GAP) {
            text.push_str(piece.trim_end());
            text.push('\n');
        }
    }
    text
}

fn put(text: &mut String, head: &str, label: usize, cell: &str, width: usize) {
    let indent = if head.is_empty() { 0 } else { label + 2 * GAP };
    let line = if head.is_empty() {
        cell.to_owned()
    } else {
        format!("{}{head}{}{cell}", " ".repeat(GAP), " ".repeat(label.saturating_sub(head.width()) + GAP))
    };
    for piece in broken(&line, width, indent) {
        text.push_str(piece.trim_end());
        text.push('\n');
    }
}

/// The line in pieces no wider than `width`; all but the first are indented, unless that leaves hardly any room.
fn broken(line: &str, width: usize, indent: usize) -> Vec<String> {
    let indent = if indent * 2 > width { GAP } else { indent };
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut taken = 0;
    for letter in line.chars() {
        let columns = letter.width().unwrap_or(0);
        if taken + columns > width {
            pieces.push(std::mem::replace(&mut piece, " ".repeat(indent)));
            taken = indent;
        }
        piece.push(letter);
        taken += columns;
    }
    pieces.push(piece);
    pieces
}

/// The text without letters that would move the cursor, colour the screen or turn the direction of writing: such a letter is shown by
/// its number. Text from users and clients may hold any.
pub(super) fn cleaned(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        if dangerous(letter) {
            clean.extend(letter.escape_unicode());
        } else {
            clean.push(letter);
        }
    }
    clean
}

fn dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
