//! The colours of the style sheet that is served, by the formula of WCAG 2.2: text 4.5 to 1 on whatever it stands on (1.4.3), borders of
//! fields and rings of the focus 3 to 1 (1.4.11), in the light and in the dark scheme.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::House;

const TEXT: f64 = 4.5;
const EDGE: f64 = 3.0;

/// Colour, what it can stand on, the least contrast.
const PAIRS: &[(&str, &[&str], f64)] = &[
    ("text", &["page", "card", "note"], TEXT),
    ("faint", &["page", "card", "note"], TEXT),
    ("accent", &["page", "card", "note"], TEXT),
    ("good", &["page", "card"], TEXT),
    ("wait", &["page", "card"], TEXT),
    ("bad", &["page", "card"], TEXT),
    ("on-accent", &["accent"], TEXT),
    ("field", &["page", "card"], EDGE),
    // the ring of the focus, around fields and buttons
    ("accent", &["page", "card", "note"], EDGE),
];

/// Lines between parts that say nothing by themselves.
const ORNAMENT: &[&str] = &["line"];

type Colours = BTreeMap<String, [u8; 3]>;

/// What each `:root` sets, the light scheme first; the dark one has what it does not set of the light one.
fn schemes(style: &str) -> Vec<Colours> {
    let mut light = Colours::new();
    let roots = style.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap());
    roots
        .map(|root| {
            for line in root.lines().filter_map(|line| line.trim().strip_prefix("--")) {
                let (name, value) = line.split_once(": #").unwrap_or_else(|| panic!("no colour: {line}"));
                let number = u32::from_str_radix(value.trim_end_matches(';'), 16).unwrap();
                let [0, red, green, blue] = number.to_be_bytes() else { panic!("no six digits: {line}") };
                light.insert(name.to_owned(), [red, green, blue]);
            }
            light.clone()
        })
        .collect()
}

/// Relative luminance.
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

async fn served() -> String {
    let house = House::new().await;
    let page = house.browser().get("/").body;
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    house.browser().get(&rest.split('"').next().unwrap().replace("&#x2f;", "/")).body
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_and_every_edge_can_be_seen_in_both_schemes() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9 && (contrast([119; 3], [255; 3]) - 4.48).abs() < 0.01);
    let schemes = schemes(&served().await);
    assert_eq!(schemes.len(), 2, "light and dark");
    for (scheme, colours) in ["light", "dark"].iter().zip(&schemes) {
        for (ink, grounds, least) in PAIRS {
            for ground in *grounds {
                let found = contrast(colours[*ink], colours[*ground]);
                assert!(found >= *least, "{scheme}: {ink} on {ground} is {found:.2} to 1, and {least} is wanted");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_colour_is_used_that_is_not_looked_at() {
    let style = served().await;
    let rules = style.rsplit_once("--note:").unwrap().1.split_once('}').unwrap().1;
    let used: BTreeSet<&str> = rules.split("var(--").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    let grounds = PAIRS.iter().flat_map(|(_, grounds, _)| *grounds);
    let known: BTreeSet<&str> = PAIRS.iter().map(|(ink, ..)| ink).chain(grounds).chain(ORNAMENT).copied().collect();
    assert_eq!(used, known);
    assert!(
        !rules.contains('#') && !rules.contains("rgb") && !rules.contains("opacity"),
        "a colour beside the variables"
    );
}
