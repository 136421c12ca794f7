//! The UCI grammar: what libuci reads, what it refuses, and that a file survives being written and read again.

use std::time::Instant;

use ddns::config::Severity;
use ddns::config::uci::{File, Opt, Section, Value, apply_delta, parse, print, valid_name};
use proptest::prelude::*;

/// The options of the only section, as `name=value` or `name=[item item]`.
fn options(text: &[u8]) -> Vec<String> {
    let file = parse(text);
    let errors = errors(&file);
    assert!(errors.is_empty(), "{}: {errors:?}", String::from_utf8_lossy(text));
    file.sections.iter().flat_map(|s| &s.options).map(written).collect()
}

fn written(option: &Opt) -> String {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    match &option.value {
        Value::One(value) => format!("{}={}", option.name, text(value)),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| text(item)).collect();
            format!("{}=[{}]", option.name, items.join(" "))
        }
    }
}

/// `line:column section` of each error.
fn errors(file: &File) -> Vec<String> {
    let error = |fault: &&ddns::config::Fault| fault.severity == Severity::Error;
    let place = |fault: &ddns::config::Fault| {
        let (line, column) = fault.place.unwrap_or_default();
        format!("{line}:{column} {}", fault.section.as_deref().unwrap_or("-"))
    };
    file.faults.iter().filter(error).map(place).collect()
}

/// Sections as `name` or `name!` when broken.
fn sections(file: &File) -> Vec<String> {
    file.sections.iter().map(|s| format!("{}{}", s.name, if s.broken { "!" } else { "" })).collect()
}

#[test]
fn values_are_read_as_libuci_reads_them() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"option p 1", &["p=1"]),
        (b"option p '1'\r", &["p=1"]),
        (b"option 'p' \"1\"", &["p=1"]),
        (b"o p 1\nl q 2", &["p=1", "q=[2]"]),
        (b"option\tp\t1\t", &["p=1"]),
        (b"option p 'it'\\''s'", &["p=it's"]),
        (b"option p 'a'\"b\"c", &["p=abc"]),
        (b"option p ab'c d'ef", &["p=abc def"]),
        (b"option p 'a\\nb'", &["p=a\\nb"]),
        (b"option p \"a\\\"b\\\\c\\d\"", &["p=a\"b\\cd"]),
        (b"option p a\\ b", &["p=a b"]),
        (b"option p a\\\nb", &["p=ab"]),
        (b"option p a\\\r\nb", &["p=ab"]),
        (b"option p \"l1\nl2\"", &["p=l1\nl2"]),
        (b"option p 'l1\r\n\r\nl2'", &["p=l1\r\n\r\nl2"]),
        (b"option p '#x;y' # z", &["p=#x;y"]),
        (b"option p a#b", &["p=a"]),
        (b"option p #x", &[]),
        (b"option p ''\noption q \"\"", &[]),
        (b"option p x\noption p ''", &[]),
        (b"option p x\noption p y", &["p=y"]),
        (b"list p x\nlist p y", &["p=[x y]"]),
        (b"option p x\nlist p y", &["p=[x y]"]),
        (b"list p x\noption p y", &["p=y"]),
        (b"option p a;b", &["p=a"]),
        (b"option p a;option q 2", &["p=a"]),
        (b"option p 'a';option q 2", &["p=a", "q=2"]),
        (b"option p a ; option q 2", &["p=a", "q=2"]),
        (b"option p 1 ''", &["p=1"]),
        (b"# one\n\n \t \n\t# two\noption p 1", &["p=1"]),
        (b"option p ' !\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'", &["p= !\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~"]),
    ];
    for (text, expected) in cases {
        let shown = String::from_utf8_lossy(text);
        for end in ["", "\n"] {
            let file = [b"config service a\n".as_slice(), text, end.as_bytes()].concat();
            assert_eq!(options(&file), *expected, "{shown}");
        }
    }
}

#[test]
fn bytes_that_are_no_utf8_survive() {
    let file = parse(b"config service a\n\toption p 'p\xe4\xff'\n");
    assert_eq!(file.sections[0].one("p"), Some(&b"p\xe4\xff"[..]));
}

#[test]
fn what_libuci_refuses_is_refused_at_its_place_and_only_in_its_section() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("config service a\n\tfoo p 1\n", &["a!"], &["2:2 a"]),
        ("config service a\n\toption\n", &["a!"], &["2:2 a"]),
        ("config service a\n\toption p", &["a"], &[]),
        ("config service a\n\toption", &["a!"], &["2:2 a"]),
        ("config service a\n\toption p 1 2\n", &["a!"], &["2:13 a"]),
        ("config service a\n\toption p-q 1\n", &["a!"], &["2:9 a"]),
        ("config service a\n\toption p 'abc\n", &["a!"], &["2:11 a"]),
        ("config service a\n\toption p \"abc\\\n", &["a!"], &["2:11 a"]),
        ("config service a\n\toption p 'a\0b'\n", &["a!"], &["2:13 a"]),
        ("config service a\n\toption p '1';\n", &["a!"], &["2:15 a"]),
        ("config service a\n\toption p 1 '' x\n", &["a!"], &["2:16 a"]),
        ("CONFIG service a\n\toption p 1\n", &[], &["1:1 -"]),
        ("config service a-b\n\toption p 1\n", &[], &["1:16 -"]),
        ("config service ../x\n", &[], &["1:16 -"]),
        ("config service 'a b'\n", &[], &["1:16 -"]),
        ("config service a b\n", &[], &["1:18 -"]),
        ("config 'ser vice' a\n", &[], &["1:8 -"]),
        ("config\n", &[], &["1:1 -"]),
        ("option p 1\nconfig service b\n", &["b"], &["1:1 -"].map(|_| "1:8 -")),
        ("config service a\n\nconfig other a\n\toption q 2\n", &["a!"], &["3:14 a"]),
        ("config service a\n\tblah\nconfig service b\n\toption p 1\n", &["a!", "b"], &["2:2 a"]),
        (
            "config service a\n\toption p 1\nconfig service b-c\n\toption p 2\nconfig service d\n",
            &["a", "d"],
            &["3:16 -"],
        ),
        ("config service a\nconfig service 'b\n", &["a"], &["2:16 -"]),
    ];
    for (text, names, places) in cases {
        let file = parse(text.as_bytes());
        assert_eq!(sections(&file), *names, "{text}");
        assert_eq!(errors(&file), *places, "{text}");
    }
}

#[test]
fn a_forgotten_quote_does_not_swallow_the_sections_behind_it() {
    let text =
        "config service a\n\toption password 'it's me'\n\toption domain 'x'\n\nconfig service b\n\toption domain 'y'\n";
    let file = parse(text.as_bytes());
    assert_eq!(sections(&file), ["a!", "b"]);
    assert_eq!(file.section("b").unwrap().one("domain"), Some(&b"y"[..]));
    let open = "config service a\n\toption p \"x\nconfig service b\n\toption q 'y'\n";
    assert_eq!(sections(&parse(open.as_bytes())), ["a!", "b"]);
}

#[test]
fn a_section_named_again_goes_on() {
    let file =
        parse(b"config service a\n\toption p 1\nconfig service b\nconfig service 'a'\n\toption q 2\n\toption p 3\n");
    assert_eq!(sections(&file), ["a", "b"]);
    assert_eq!(file.sections[0].options.iter().map(written).collect::<Vec<_>>(), ["p=3", "q=2"]);
    assert!(file.faults.iter().any(|fault| fault.place == Some((4, 16)) && fault.severity == Severity::Warning));
}

#[test]
fn an_unnamed_section_gets_the_name_libuci_gives_it() {
    // these two are the first section of /etc/config/dhcp and /etc/config/system on every router
    assert_eq!(sections(&parse(b"config dnsmasq\n")), ["cfg01411c"]);
    assert_eq!(sections(&parse(b"config system\n\toption x 1\n")), ["cfg01e48a"]);
    let file = parse(b"config defaults\nconfig zone ''\n\toption p 1\nconfig zone n\nconfig zone n\nconfig zone\n");
    assert_eq!(sections(&file), ["cfg01e63d", "cfg02dc81", "n", "cfg04dc81"]);
    assert!(file.sections[0].anonymous && !file.sections[2].anonymous);
}

#[test]
fn places_count_lines_and_bytes_from_one() {
    let file = parse(b"\n# c\nconfig service 'a'\r\n\toption p 'x\ny'\n\toption  quux 1\n");
    assert_eq!(file.sections[0].place, Some((3, 1)));
    let places: Vec<_> = file.sections[0].options.iter().map(|o| o.place.unwrap()).collect();
    assert_eq!(places, [(4, 9), (6, 10)]);
}

#[test]
fn what_uci_drops_silently_is_a_warning() {
    for (text, place) in
        [("option p a;b", (2, 2)), ("option p", (2, 9)), ("option p #x", (2, 9)), ("option p 1\n\toption p 2", (3, 9))]
    {
        let file = parse(format!("config service a\n\t{text}\n").as_bytes());
        let warnings: Vec<_> = file.faults.iter().map(|fault| (fault.severity, fault.place.unwrap())).collect();
        assert_eq!(warnings, [(Severity::Warning, place)], "{text}");
    }
}

#[test]
fn a_secret_value_never_stands_in_a_fault() {
    for text in ["option password hunter2 hunter2", "option password 'hunter2", "option hun-ter2 x", "hunter2"] {
        let file = parse(format!("config service a\n\t{text}\n").as_bytes());
        let said: String = file.faults.iter().map(ToString::to_string).collect();
        assert!(!said.is_empty() && !said.contains("hun"), "{said}");
    }
}

#[test]
fn files_of_a_megabyte_are_read_in_no_time() {
    let lines = |line: &str| line.repeat(1_000_000 / line.len());
    let many = |each: &dyn Fn(usize) -> String| (0..40_000).map(each).collect::<String>();
    let cases = [
        many(&|n| format!("\toption o{n} {n}\n")),
        many(&|n| format!("\tlist l {n}\n")),
        many(&|n| format!("config service s{n}\n")),
        lines("config service 'a\n"),
        lines("config 'a\\\n"),
        lines("config service\"'\n"),
        lines("c a\\\n"),
        lines("\toption p 1 2 3\n"),
        lines("'\""),
        lines("\0"),
        lines("\n"),
        lines("\toption p \\\n"),
        format!("\toption p '{}'\n", lines("x")),
    ];
    for case in cases {
        let text = format!("config service a\n{case}");
        let start = Instant::now();
        let file = parse(text.as_bytes());
        assert!(!file.sections.is_empty() && file.faults.len() <= 200);
        assert!(start.elapsed().as_secs() < 30, "{:?} for {:?}", start.elapsed(), &text[..60]);
    }
}

#[test]
fn pending_changes_are_applied_as_uci_applies_them() {
    let base = "config service 'a'\n\toption p '1'\n\toption q '2'\n\tlist l 'x'\n\tlist l 'y'\nconfig service 'b'\n";
    let cases: &[(&str, &str)] = &[
        ("ddns.a.p='it'\\''s'\n", "a(p=it's q=2 l=[x y]) b()"),
        ("ddns.a.p=plain", "a(p=plain q=2 l=[x y]) b()"),
        ("ddns.a.p='two\nlines'\nddns.a.q='3'\n", "a(p=two\nlines q=3 l=[x y]) b()"),
        ("ddns.a.p=''\n", "a(q=2 l=[x y]) b()"),
        ("-ddns.a.p\n", "a(q=2 l=[x y]) b()"),
        ("-ddns.a\n", "b()"),
        ("-ddns.a.l='0'\n", "a(p=1 q=2 l=[y]) b()"),
        ("~ddns.a.l='x'\n~ddns.a.l='y'\n", "a(p=1 q=2) b()"),
        ("|ddns.a.l='z'\n|ddns.a.p='3'\n", "a(p=[1 3] q=2 l=[x y z]) b()"),
        ("|ddns.b.n='1'\n", "a(p=1 q=2 l=[x y]) b(n=[1])"),
        ("@ddns.a='c'\nddns.c.p='9'\n", "c(p=9 q=2 l=[x y]) b()"),
        ("@ddns.a.p='r'\n", "a(r=1 q=2 l=[x y]) b()"),
        ("@ddns.a.p='q'\n", "a(q=1 l=[x y]) b()"),
        ("^ddns.b='0'\n", "b() a(p=1 q=2 l=[x y])"),
        ("+ddns.cfg035996='service'\nddns.cfg035996.p='7'\n", "a(p=1 q=2 l=[x y]) b() cfg035996(p=7)"),
        ("ddns.n='service'\nddns.n.p='7'\n", "a(p=1 q=2 l=[x y]) b() n(p=7)"),
        ("ddns.gone.p='7'\n", "a(p=1 q=2 l=[x y]) b()"),
        ("other.a.p='7'\nddns.a\nddns..p=1\nddns.a.p-q=1\nddns.a.p.r=1\n\0\nx y\n\n=\n", "a(p=1 q=2 l=[x y]) b()"),
        ("@ddns.a='x/y'\n@ddns.a.p='x y'\nddns.n='a b'\n^ddns.a='z'\n", "a(p=1 q=2 l=[x y]) b()"),
        ("garbage 'open\n", "a(p=1 q=2 l=[x y]) b()"),
        ("", "a(p=1 q=2 l=[x y]) b()"),
    ];
    for (delta, expected) in cases {
        let mut file = parse(base.as_bytes());
        apply_delta(&mut file, delta.as_bytes());
        let section =
            |s: &Section| format!("{}({})", s.name, s.options.iter().map(written).collect::<Vec<_>>().join(" "));
        assert_eq!(file.sections.iter().map(section).collect::<Vec<_>>().join(" "), *expected, "{delta}");
    }
    let mut file = parse(base.as_bytes());
    apply_delta(&mut file, b"+ddns.cfg035996='service'\n@ddns.cfg035996='named'\n+ddns.u='service'\n");
    assert!(!file.section("named").unwrap().anonymous && file.section("u").unwrap().anonymous);
}

#[test]
fn a_file_is_written_as_uci_writes_it() {
    let file = parse(b"c service\n o p it\\'s\n l q 1\n l q '2 3'\nc 'a#b' n\n");
    let expected = "\nconfig service\n\toption p 'it'\\''s'\n\tlist q '1'\n\tlist q '2 3'\n\nconfig 'a#b' 'n'\n\n";
    assert_eq!(String::from_utf8(print(&file)).unwrap(), expected);
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => 1u8..=255, 2 => proptest::sample::select(b"'\"\\#;\n\r\t ab".to_vec())];
    proptest::collection::vec(byte, 1..40)
}

fn option() -> impl Strategy<Value = (String, Value)> {
    let value = prop_oneof![
        4 => value().prop_map(Value::One),
        1 => proptest::collection::vec(value(), 1..4).prop_map(Value::List),
    ];
    ("[A-Za-z0-9_]{1,12}", value)
}

fn section() -> impl Strategy<Value = Section> {
    let name = proptest::option::of("[a-z0-9_]{1,8}");
    ("[!-~]{1,10}", name, proptest::collection::vec(option(), 0..8)).prop_map(|(kind, name, options)| {
        let mut section = Section::named(&kind, name.as_deref().unwrap_or_default());
        section.anonymous = name.is_none();
        for (name, value) in options {
            section.remove(&name);
            section.options.push(Opt { name, value, place: None });
        }
        section
    })
}

fn file() -> impl Strategy<Value = File> {
    proptest::collection::vec(section(), 0..6).prop_map(|mut sections| {
        let mut seen = std::collections::BTreeSet::new();
        sections.retain(|s| s.anonymous || seen.insert(s.name.clone()));
        File { sections, faults: Vec::new() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn printing_and_parsing_again_gives_the_same_file(file in file()) {
        let again = parse(&print(&file));
        prop_assert!(again.faults.is_empty(), "{:?}", again.faults);
        prop_assert_eq!(again.sections.len(), file.sections.len());
        for (a, b) in again.sections.iter().zip(&file.sections) {
            prop_assert_eq!((&a.kind, a.anonymous), (&b.kind, b.anonymous));
            prop_assert!(a.name == b.name || (b.anonymous && a.name.starts_with("cfg")));
            let plain = |s: &Section| s.options.iter().map(|o| (o.name.clone(), o.value.clone())).collect::<Vec<_>>();
            prop_assert_eq!(plain(a), plain(b));
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic_and_what_was_read_can_be_written(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let file = parse(&bytes);
        prop_assert!(parse(&print(&file)).faults.iter().all(|fault| fault.severity == Severity::Warning));
    }

    #[test]
    fn any_mix_of_words_is_read_without_panic(words in proptest::collection::vec(proptest::sample::select(vec![
        "config ", "option ", "list ", "service ", "a", "'", "\"", "\\", "\n", "#", ";", " ", "\t", "\r\n", "package ", "''", "p "
    ]), 0..60)) {
        let text = words.concat();
        let file = parse(text.as_bytes());
        for section in &file.sections {
            prop_assert!(valid_name(section.name.as_bytes()));
            prop_assert!(section.options.iter().all(|o| valid_name(o.name.as_bytes())));
        }
        prop_assert!(parse(&print(&file)).faults.iter().all(|fault| fault.severity == Severity::Warning));
        let mut changed = file.clone();
        apply_delta(&mut changed, text.as_bytes());
    }
}
