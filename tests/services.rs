//! The provider tables and the recipes that come of names: our rows, the owner's JSON files, and what is said about a name that is none.

#[cfg(test)]
mod telling;

use std::collections::BTreeSet;
use std::path::Path;

use ddns::address::Family;
use ddns::answer::{Answer, Refusal};
use ddns::config::Section;
use ddns::config::service::{self, Kind, Recipe, rows, table};
use ddns::secret::Secret;
use ddns::send;
use ddns::url::Url;
use telling::{Ear, section, update};

const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// Names whose provider is not known to speak https; everything else must.
const IN_CLEAR: &[&str] = &[
    "3322.org",
    "ddo.jp",
    "dhis.org",
    "dnsever.com",
    "dnsmax.com",
    "domopoli.de",
    "no-ip.pl",
    "thatip.com",
    // gone
    "able.or.kr",
    "ddns.com.br",
    "dtdns.com",
    "dyndnss.net",
    "dyns.net",
    "dynsip.org",
    "editdns.net",
    "myip.co.ua",
    "nettica.com",
    "nubem.com",
];

#[cfg(test)]
fn no_files(_: &Path) -> Option<Vec<u8>> {
    None
}

/// A loader that knows these files.
#[cfg(test)]
fn files<'a>(files: &'a [(&'a str, &'a str)]) -> impl FnMut(&Path) -> Option<Vec<u8>> + 'a {
    move |path| files.iter().find(|(name, _)| Path::new(name) == path).map(|(_, text)| text.as_bytes().to_vec())
}

#[cfg(test)]
fn template(recipe: Recipe) -> String {
    match recipe.kind {
        Kind::Template(template) => template,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_row_is_a_row_and_every_name_stands_once() {
    for family in FAMILIES {
        let mut names = BTreeSet::new();
        for row in rows(table(family)) {
            let row = row.unwrap();
            assert!(names.insert(row.name), "{} stands twice for {family}", row.name);
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
            assert!(row.name.chars().all(legal) && !row.name.starts_with('.'), "{}", row.name);
            assert_eq!(row.target.trim(), row.target);
        }
        assert!(names.len() > 70, "{family}: {}", names.len());
    }
}

#[test]
fn a_name_known_for_ipv6_is_known_for_ipv4_too() {
    let names = |family| rows(table(family)).map(|row| row.unwrap().name).collect::<BTreeSet<_>>();
    assert!(names(Family::V6).is_subset(&names(Family::V4)));
}

#[test]
fn every_template_becomes_a_valid_url_for_its_own_host() {
    let account = "\toption service_name x\n\toption username 'joe@example.org'\n\toption password 'p&ss#w/rd:@?%'\n\toption domain 'h.example'\n\toption param_enc 'e'\n\toption param_opt 'o'";
    for (family, ip) in [(Family::V4, "203.0.113.7"), (Family::V6, "2001:db8::7")] {
        for row in rows(table(family)).map(Result::unwrap).filter(|row| row.target != "native") {
            assert_eq!(send::unknown_placeholders(row.target), Vec::<String>::new(), "{}", row.name);
            let seen = sent(&section(account), row.name, family, ip);
            assert_eq!(seen.secure, !IN_CLEAR.contains(&row.name), "{}", row.name);
            let host = row.target.split("://").nth(1).unwrap().split('/').next().unwrap();
            let host = host.rsplit('@').next().unwrap();
            assert_eq!(seen.host, host, "{}", row.name);
            assert_eq!(seen.login.is_some(), row.target.split('/').nth(2).unwrap().contains('@'), "{}", row.name);
        }
    }
}

/// The URL that one update by this row asks for.
#[cfg(test)]
fn sent(section: &Section, name: &str, family: Family, address: &str) -> Url {
    let recipe = service::recipe(name, family, &mut no_files).unwrap();
    assert_eq!(send::faults(section, &recipe, &mut |_| false), [], "{name}");
    let mut ear = Ear::default();
    let reply = update(section, &recipe, address, &mut ear);
    ear.heard.pop().unwrap_or_else(|| panic!("{name}: {}", reply.said)).url
}

#[test]
fn a_row_whose_password_travels_in_clear_stands_under_that_heading() {
    for family in FAMILIES {
        // headings are comments, which are not in the program
        let text = match family {
            Family::V4 => include_str!("../services"),
            Family::V6 => include_str!("../services_ipv6"),
        };
        let clear = text.find("# ---- one URL, in clear").unwrap();
        let encrypted = &text[..clear];
        assert!(!encrypted.contains("\t\"http:"), "{family}");
        for row in rows(text).map(Result::unwrap).filter(|row| row.target.starts_with("http:")) {
            assert!(IN_CLEAR.contains(&row.name), "{}", row.name);
        }
    }
}

#[test]
fn a_provider_with_an_api_of_its_own_is_refused_clearly_until_it_is_spoken() {
    // a row that came before its file
    let section = section("\toption service_name 'api.example'\n\toption domain 'h.example'");
    let recipe = Recipe {
        kind: Kind::Native("api.example".to_owned()),
        answers: Vec::new(),
        rules: ddns::config::service::Rules::default(),
        missing: None,
        key_file: None,
    };
    let told = send::faults(&section, &recipe, &mut |_| true)[0].to_string();
    for part in ["section 'a'", "'service_name'", "'api.example'", "API of its own", "use update_script"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn a_provider_behind_a_captcha_is_refused_with_a_word_of_its_own() {
    let section = section("\toption service_name 'cnkuai.cn'\n\toption domain 'h.example'");
    let recipe = send::recipe(&section, &mut no_files).unwrap();
    let told = send::faults(&section, &recipe, &mut |_| true)[0].to_string();
    assert!(told.contains("captcha") && told.contains("'cnkuai.cn'"), "{told}");
}

#[test]
fn a_broken_line_is_told_with_its_number_and_the_others_still_count() {
    let text = "# head\n\n\"a\"\t\"http://a/\"\t\"\"\nnonsense\n\"b\"\t\"http://b/\"\n\"c\"\t\"http://c/\"\t\"OK\"\r\n";
    let read: Vec<_> = rows(text).collect();
    assert_eq!(read.len(), 4);
    assert_eq!(read[0].as_ref().unwrap().name, "a");
    assert!(read[1].as_ref().unwrap_err().contains("line 4"));
    assert!(read[2].as_ref().unwrap_err().contains("line 5"));
    assert_eq!(read[3].as_ref().unwrap().answers, "OK");
}

#[test]
fn the_owner_s_file_wins_over_our_table_and_our_table_over_what_came_with_luci() {
    let custom = ("/usr/share/ddns/custom/duckdns.org.json", r#"{"ipv4":{"url":"http://mine/","answer":"yes|no "}}"#);
    let default = ("/usr/share/ddns/default/duckdns.org.json", r#"{"ipv4":{"url":"http://theirs/"}}"#);
    let other =
        ("/usr/share/ddns/default/other.org.json", r#"{"name":"x","ipv4":{"url":"http://theirs/","more":1},"z":[]}"#);
    let of = |name: &str, all: &[(&str, &str)]| service::recipe(name, Family::V4, &mut files(all)).unwrap();
    let mine = of("duckdns.org", &[default, custom]);
    assert_eq!(mine.answers, ["yes", "no"]);
    assert_eq!(template(mine), "http://mine/");
    assert!(template(of("duckdns.org", &[default])).starts_with("https://www.duckdns.org/"));
    assert_eq!(template(of("other.org", &[other])), "http://theirs/");
}

#[test]
fn the_owner_s_file_stands_aside_as_long_as_its_script_is_not_there_and_our_table_knows_the_provider() {
    let custom = |name: &str| format!("/usr/share/ddns/custom/{name}.json");
    let script = ("/usr/lib/ddns/update_x.sh", "return 0");
    let of = |name: &str, all: &[(&str, &str)]| service::recipe(name, Family::V4, &mut files(all)).unwrap();
    let json = r#"{"ipv4":{"url":"update_x.sh"}}"#;
    for (name, known) in [("no-ip.com", true), ("cnkuai.cn", true), ("tp", false)] {
        let path = custom(name);
        let (alone, with) = (of(name, &[(&path, json)]), of(name, &[(&path, json), script]));
        assert_eq!((&with.kind, &with.missing), (&Kind::Script(script.0.into()), &None), "{name}");
        if known {
            let ours = of(name, &[]);
            assert_eq!((&alone.kind, &alone.answers), (&ours.kind, &ours.answers), "{name}");
            assert_eq!(alone.missing, Some(script.0.into()), "{name}");
        } else {
            assert_eq!(alone, with);
        }
    }
    let section = section("\toption service_name 'no-ip.com'");
    let path = custom("no-ip.com");
    let told = send::warnings(&section, &of("no-ip.com", &[(&path, json)]))[0].to_string();
    for part in ["section 'a'", "'service_name'", "'no-ip.com'", &path, "update_x.sh, which does not exist"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(send::warnings(&section, &of("no-ip.com", &[(&path, json), script])), []);
}

#[test]
fn a_json_file_that_says_no_url_names_a_script_by_its_plain_name() {
    let of = |target: &str| {
        let text = format!(r#"{{"ipv4":{{"url":{}}}}}"#, serde_json::to_string(target).unwrap());
        service::recipe("tp", Family::V4, &mut files(&[("/usr/share/ddns/custom/tp.json", &text)]))
    };
    assert_eq!(of("update_x.sh").unwrap().kind, Kind::Script("/usr/lib/ddns/update_x.sh".into()));
    for bad in ["../../tmp/x.sh", "/tmp/x.sh", "..", ".hidden", "a b", "a;b", ""] {
        let why = of(bad).unwrap_err();
        assert!(why.contains("/usr/share/ddns/custom/tp.json"), "{bad}: {why}");
    }
    let section = section("\toption service_name 'tp'");
    let recipe = of("update_x.sh").unwrap();
    let told = send::faults(&section, &recipe, &mut |_| false)[0].to_string();
    assert!(told.contains("/usr/lib/ddns/update_x.sh does not exist"), "{told}");
}

#[test]
fn a_json_file_that_cannot_be_used_is_named_with_the_reason() {
    let cases = [
        ("{\"ipv4\":{\"url\":", "is no JSON"),
        ("", "is no JSON"),
        ("\u{feff}{}", "JSON"),
        ("[]", "has no URL for IPv4"),
        ("{\"ipv6\":{\"url\":\"http://x/\"}}", "has no URL for IPv4"),
        ("{\"ipv4\":{\"url\":7}}", "has no URL for IPv4"),
    ];
    for (text, wanted) in cases {
        let why =
            service::recipe("tp", Family::V4, &mut files(&[("/usr/share/ddns/custom/tp.json", text)])).unwrap_err();
        assert!(why.contains("/usr/share/ddns/custom/tp.json") && why.contains(wanted), "{text:?}: {why}");
    }
}

#[test]
fn an_unknown_name_is_met_with_the_nearest_known_one() {
    let why = |name: &str, family| service::recipe(name, family, &mut no_files).unwrap_err();
    assert!(why("DuckDNS.org", Family::V4).contains("'duckdns.org'"), "case counts, as ever");
    assert!(why("dukdns.org", Family::V4).contains("'duckdns.org'"));
    assert!(why("namecheap.com", Family::V6).contains("IPv4 only"));
    let far = why("my-own-provider.example", Family::V4);
    assert!(far.contains("not known") && far.contains("update_url"), "{far}");
}

#[test]
fn a_name_that_would_lead_elsewhere_opens_no_file() {
    for name in ["../default/duckdns.org", "a/b", "..", ".", ".hidden", "", "a b", "a\0b", "a\nb"] {
        let why = service::recipe(name, Family::V4, &mut |path| panic!("{} was opened", path.display())).unwrap_err();
        assert!(why.contains("wanted the name of a provider"), "{name:?}: {why}");
    }
}

const KEY_FILE: &str = "-----BEGIN EC KEY-----\none line of a key\nanother one\n-----END EC KEY-----\n";

#[test]
fn a_key_file_takes_the_place_of_its_path_and_is_as_secret_as_a_password() {
    let path = "/etc/ddns/key.pem";
    let own = section(&format!(
        "\toption service_name 'transip.nl'\n\toption password '{path}'\n\toption username 'joe'\n\toption domain 'h.example.net'"
    ));
    let recipe = send::recipe(&own, &mut files(&[(path, KEY_FILE)])).unwrap();
    assert!(send::faults(&own, &recipe, &mut |_| true).is_empty());
    assert_eq!(send::mask(&own, &recipe).cover("it says: another one"), "it says: ***PW***");
    assert!(!format!("{recipe:?}").contains("another"));
    // what stands in the file is read as the key, not its path
    let reply = update(&own, &recipe, "192.0.2.2", &mut Ear::saying(200, "{}"));
    assert!(reply.answer == Answer::NotSent && reply.said.contains("no private key"), "{reply:?}");
}

#[test]
fn a_key_file_that_is_not_there_is_told_by_its_option_and_other_passwords_name_no_file() {
    let own = section(
        "\toption service_name 'transip.nl'\n\toption password '/etc/ddns/key.json'\n\toption username 'joe'\n\toption domain 'h.example.net'",
    );
    let recipe = send::recipe(&own, &mut no_files).unwrap();
    let told = send::faults(&own, &recipe, &mut |_| true)[0].to_string();
    for part in ["section 'a'", "'password'", "cannot be read", "wanted the path of a file .json or .pem"] {
        assert!(told.contains(part) && !told.contains("/etc/ddns"), "{told}");
    }
    for (service, password) in
        [("transip.nl", "/etc/passwd"), ("dyndns.org", "/etc/key.pem"), ("transip.nl", "key.pem")]
    {
        let own = section(&format!("\toption service_name '{service}'\n\toption password '{password}'"));
        let mut load = |path: &std::path::Path| {
            assert!(!path.ends_with("passwd") && !path.ends_with("key.pem"), "{password} is opened");
            None
        };
        assert_eq!(send::recipe(&own, &mut load).unwrap().key_file, None);
    }
}

/// <https://developer.noip.com/reference/nic_update> (November 2026); ddns-scripts sends 127.0.0.1 first, so that an unchanged address counts.
#[test]
fn no_ip_is_asked_once_with_the_address_and_never_with_a_false_one() {
    for (six, address, host) in [("0", "192.0.2.2", "dynupdate.noip.com"), ("1", "2001:db8::2", "dynupdate6.noip.com")]
    {
        let login = "\toption username 'me@example.net'\n\toption password 'p&w'\n\toption domain 'h.ddns.example'";
        let own = section(&format!("\toption service_name 'no-ip.com'\n\toption use_ipv6 '{six}'\n{login}"));
        let recipe = send::recipe(&own, &mut no_files).unwrap();
        let mut ear = Ear::saying(200, &format!("good {address}"));
        assert_eq!(update(&own, &recipe, address, &mut ear).answer, Answer::Accepted);
        let [request] = &ear.heard[..] else { panic!("{} requests", ear.heard.len()) };
        assert!(request.url.secure && request.url.host == host && !request.url.path.contains("127.0.0.1"));
        assert_eq!(request.url.login.as_ref().map(Secret::reveal), Some(&b"me@example.net:p&w"[..]));
        let other = update(&own, &recipe, address, &mut Ear::saying(200, "badagent")).answer;
        assert_eq!(other, Answer::Refused(Refusal::BadAgent));
    }
}
