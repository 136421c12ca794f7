//! Old files are put right once: what changes, how `uci` is told, and that the bytes of a file keep all the rest.

use ddns::config::migrate::{Change, migrate, rewrite, same, uci_commands};
use ddns::config::uci::{parse, print};
use proptest::prelude::*;

const OLD: &str = "# my router, do not touch
config ddns 'global'
\toption allow_local_ip '1' # yes
\toption date_format  \"%d.%m.%Y\"
\toption 'run_dir' '/tmp/run'

config service \"home\"   # the house
\toption enabled\t\"1\"
    option service_name NoIP.com
\toption domain 'it.example'
\toption retry_count '3'
\toption password 'it'\\''s'
\t# end of house

config service
\toption service_name 'custom'
\toption lookup_host 'x.example'
\toption use_ipv6 '1'
";

const NEW: &str = "# my router, do not touch
config ddns 'global'
\toption upd_privateip '1' # yes
\toption ddns_dateformat  \"%d.%m.%Y\"
\toption 'ddns_rundir' '/tmp/run'

config service \"home\"   # the house
\toption enabled\t\"1\"
    option service_name 'no-ip.com'
\toption domain 'it.example'
\toption retry_max_count '3'
\toption password 'it'\\''s'
\toption lookup_host 'it.example'
\toption use_ipv6 '0'
\t# end of house

config service
\toption service_name 'custom'
\toption lookup_host 'x.example'
\toption use_ipv6 '1'
";

fn migrated(text: &str) -> (Vec<Change>, String) {
    let mut file = parse(text.as_bytes());
    let changes = migrate(&mut file);
    let after = rewrite(text.as_bytes(), &changes);
    let read = parse(&after);
    assert!(same(&read, &file), "{text}\n---\n{}", String::from_utf8_lossy(&after));
    assert_eq!(migrate(&mut file), [], "not idempotent: {text}");
    (changes, String::from_utf8_lossy(&after).into_owned())
}

#[test]
fn an_old_file_is_rewritten_and_keeps_all_that_is_not_old() {
    let (changes, after) = migrated(OLD);
    assert_eq!(after, NEW);
    assert_eq!(changes.len(), 7);
    assert_eq!(migrated(NEW), (Vec::new(), NEW.to_owned()));
}

#[test]
fn uci_is_told_with_its_own_commands() {
    let mut file = parse(
        b"config service 'a'\n\toption retry_count 3\n\toption domain d.example\n\toption service_name strato.de\n",
    );
    let commands = uci_commands(&migrate(&mut file));
    let lines: Vec<String> = commands.iter().map(|command| command.join(" ")).collect();
    let expected = [
        "-q set ddns.global=ddns",
        "-q rename ddns.a.retry_count=retry_max_count",
        "-q set ddns.a.service_name=strato.com",
        "-q set ddns.a.lookup_host=d.example",
        "-q set ddns.a.use_ipv6=0",
        "-q commit ddns",
    ];
    assert_eq!(lines, expected);
    assert!(uci_commands(&[]).is_empty());
}

#[test]
fn each_old_spelling_has_its_change() {
    let whole = "config ddns 'global'\nconfig service 'a'\n\toption use_ipv6 '0'\n\toption lookup_host 'h'\n";
    assert_eq!(migrated(whole).0, []);
    for (old, new) in [
        ("allow_local_ip", "upd_privateip"),
        ("date_format", "ddns_dateformat"),
        ("run_dir", "ddns_rundir"),
        ("log_dir", "ddns_logdir"),
        ("log_lines", "ddns_loglines"),
    ] {
        let text = whole.replacen('\n', &format!("\n\toption {old} '1'\n"), 1);
        assert!(migrated(&text).1.contains(&format!("\toption {new} '1'\n")), "{old}");
    }
    let both = format!("{whole}\toption retry_count '3'\n\toption retry_max_count '4'\n");
    let (changes, after) = migrated(&both);
    assert!(matches!(&changes[..], [Change::Delete { option, .. }] if option == "retry_count"));
    assert_eq!(after, both.replace("\toption retry_count '3'\n", ""));
    assert!(migrated("").1.contains("config ddns 'global'\n"));
    assert!(
        migrated("config service 'a'\n\toption domain 'a.example,b.example'\n").1.contains("lookup_host 'a.example'")
    );
}

#[test]
fn use_ipv6_is_written_as_it_holds() {
    let text = "config ddns 'global'\n\toption use_ipv6 'on'\nconfig service 'a'\n\toption lookup_host 'h'\n";
    assert!(migrated(text).1.ends_with("lookup_host 'h'\n\toption use_ipv6 '1'\n"));
}

#[test]
fn odd_lines_keep_their_shape() {
    let global = "config ddns global\n";
    let cases = [
        (
            "config service a\r\n\toption domain x\r\n",
            "config service a\r\n\toption domain x\r\n\toption lookup_host 'x'\r\n\toption use_ipv6 '0'\r\n",
        ),
        (
            "config service a\n  option domain x",
            "config service a\n  option domain x\n  option lookup_host 'x'\n  option use_ipv6 '0'\n",
        ),
        ("config service a", "config service a\n\toption use_ipv6 '0'\n"),
        (
            "config 'service' 'a';option domain 'x';option retry_count '1'\n",
            "config 'service' 'a';option domain 'x';option retry_max_count '1'\n\toption lookup_host 'x'\n\toption use_ipv6 '0'\n",
        ),
        (
            "config service 'a';config service 'b'\n\toption use_ipv6 1\n",
            "config service 'a'; option use_ipv6 '0';config service 'b'\n\toption use_ipv6 1\n",
        ),
        (
            "config service 'a'\n\toption use_ipv6 #1\n\toption retry_max_count 1\n\toption domain 'x';option retry_count '2'\n",
            "config service 'a'\n\toption use_ipv6 '0' #1\n\toption retry_max_count 1\n\toption domain 'x';option retry_count ''\n\toption lookup_host 'x'\n",
        ),
        (
            "config service 'a'\n\toption use_ipv6;\n\toption service_name dyndns.org;x\n",
            "config service 'a'\n\toption use_ipv6;\n\toption service_name dyndns.org;x\n\toption service_name 'dyn.com'\n\toption use_ipv6 '0'\n",
        ),
        (
            "config service 'a'\n\toption use_ipv6 1\nconfig service 'b'\n\toption use_ipv6 1\nconfig service a\n\toption domain x\n",
            "config service 'a'\n\toption use_ipv6 1\nconfig service 'b'\n\toption use_ipv6 1\nconfig service a\n\toption domain x\n\toption lookup_host 'x'\n",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(
            migrated(&format!("{global}{before}")).1.replace("\r\n", "\n"),
            format!("{global}{after}").replace("\r\n", "\n")
        );
    }
    let crlf = "config ddns global\r\nconfig service a\r\n\toption domain x\r\n";
    assert_eq!(migrated(crlf).1.matches("\r\n").count(), 5);
}

#[test]
fn a_damaged_file_is_left_alone() {
    for text in ["config service 'a'\n\toption retry_count 'x\n", "config service a-b\n\toption retry_count 1\n"] {
        assert_eq!(migrated(text), (Vec::new(), text.to_owned()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn rewritten_bytes_read_as_the_migrated_file(lines in proptest::collection::vec(proptest::sample::select(vec![
        "config ddns global", "config service a", "config service 'b' # x", "config service", "config 'service' 'c';option domain 'x'",
        "\toption retry_count 3", "\toption retry_max_count '4'", "  list retry_count 'x'", "\toption domain 'h.example'", "\toption domain *",
        "\toption service_name \"dyndns.org\"", "\toption service_name afraid.org;y", "\toption use_ipv6", "\toption use_ipv6 '1' # z",
        "\toption allow_local_ip 1", "\toption 'run_dir' /x;", "\toption lookup_host ''", "# option retry_count 3", "",
        "\toption password 'two\n\toption retry_count 9\nlines'", "\toption retry_count '1';option domain 'y'", "package ddns",
    ]), 0..25), crlf in any::<bool>(), ended in any::<bool>()) {
        // without a section in front most mixes are no configuration at all
        let mut text = String::from("config service 'first'\n") + &lines.join(if crlf { "\r\n" } else { "\n" });
        if ended {
            text.push('\n');
        }
        let mut file = parse(text.as_bytes());
        let changes = migrate(&mut file);
        let after = rewrite(text.as_bytes(), &changes);
        let read = parse(&after);
        prop_assert!(same(&read, &file), "{}\n---\n{}\n---\n{}", text, String::from_utf8_lossy(&after), String::from_utf8_lossy(&print(&file)));
        prop_assert_eq!(migrate(&mut file), []);
        let comments = |text: &[u8]| text.split(|b| *b == b'#').count();
        prop_assert_eq!(comments(&after), comments(text.as_bytes()));
    }
}
