//! The little XML and HTML that some providers speak: text put in, text taken out.
//!
//! Pure. No parser: the documents are few and known, and nest no element in one of its own name.
#![forbid(unsafe_code)]

/// What XML takes for markup, and how it is written.
const MARKS: [(&str, &str); 5] = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")];

/// What stands in the first element of that name.
pub(super) fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let open = [format!("<{name}>"), format!("<{name} ")];
    let (at, open) =
        open.iter().filter_map(|open| Some((text.find(open.as_str())?, open))).min_by_key(|(at, _)| *at)?;
    let rest = &text[at + open.len()..];
    let rest = if open.ends_with('>') { rest } else { rest.split_once('>')?.1 };
    Some(rest.split_once(&format!("</{name}>"))?.0.trim())
}

/// Text as it stands between tags or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    MARKS.iter().fold(text.to_owned(), |text, (mark, written)| text.replace(mark, written))
}

/// The text that was written so.
pub(super) fn unescaped(text: &str) -> String {
    MARKS.iter().rev().fold(text.to_owned(), |text, (mark, written)| text.replace(written, mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_written_so_that_it_is_none_and_comes_back() {
        for text in ["a&b<c>d\"e'f", "&lt;", "&amp;lt;", "<dynamic>", "plain"] {
            assert!(!escaped(text).contains(['<', '>', '"', '\'']));
            assert_eq!(unescaped(&escaped(text)), text);
        }
        assert_eq!(escaped("a&<\">"), "a&amp;&lt;&quot;&gt;");
    }

    #[test]
    fn an_element_may_have_attributes_and_another_name_begin_like_its_own() {
        let text = "<records>x</records><record id=\"1\"> a </record><record>b</record>";
        assert_eq!((element(text, "record"), element(text, "rec")), (Some("a"), None));
        assert_eq!(element("<a>unclosed", "a"), None);
    }
}
