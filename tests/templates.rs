//! One URL: how a template is filled, what is sent, and what is said when it cannot be.

#[cfg(test)]
mod telling;

use ddns::answer::{Answer, Refusal};
use ddns::config::Section;
use ddns::secret::base64;
use ddns::send;
use ddns::world::{Broken, Request};
use proptest::prelude::*;
use telling::{Ear, quoted, section, update};

const ALL: &str = "http://p.example/u?u=[USERNAME]&p=[PASSWORD]&e=[PARAMENC]&o=[PARAMOPT]&d=[DOMAIN]&ip=[IP]";

/// A section with this template and these further options, each with a value.
#[cfg(test)]
fn with(template: &str, options: &[(&str, &str)]) -> Section {
    let usual = [
        ("username", "joe"),
        ("password", "secret"),
        ("param_enc", "pe"),
        ("param_opt", "po"),
        ("domain", "h.example"),
    ];
    let kept = usual.iter().filter(|(name, _)| options.iter().all(|(other, _)| other != name));
    let all = kept.chain(options).filter(|(_, value)| !value.is_empty());
    let lines: String =
        all.flat_map(|(name, value)| ["\toption ".to_owned(), format!("{name} {}\n", quoted(value))]).collect();
    section(&format!("{lines}\toption update_url {}", quoted(template)))
}

#[cfg(test)]
fn asked(section: &Section) -> Request {
    asked_for(section, "203.0.113.7")
}

#[cfg(test)]
fn asked_for(section: &Section, address: &str) -> Request {
    let mut ear = Ear::default();
    let recipe = send::recipe(section, &mut |_| None).unwrap();
    let reply = update(section, &recipe, address, &mut ear);
    assert_eq!(ear.heard.len(), 1, "{}", reply.said);
    ear.heard.remove(0)
}

#[cfg(test)]
fn path(template: &str, options: &[(&str, &str)]) -> String {
    asked(&with(template, options)).url.path
}

#[test]
fn a_template_is_asked_for_once_by_get_and_stays_with_its_host() {
    let request = asked(&with(ALL, &[]));
    assert_eq!((request.method, &request.body), ("GET", &None));
    assert_eq!(request.url.path, "/u?u=joe&p=secret&e=pe&o=po&d=h.example&ip=203.0.113.7");
    assert!(request.confidential && request.headers.is_empty() && !request.url.secure);
}

#[test]
fn encoded_values_keep_letters_digits_and_four_marks_only() {
    let cases = [
        ("a&b", "a%26b"),
        ("a b  c", "a%20b%20%20c"),
        ("a+b/c#d%e?f=g:h@i", "a%2bb%2fc%23d%25e%3ff%3dg%3ah%40i"),
        ("a$HOME$(id)`id`", "a%24HOME%24%28id%29%60id%60"),
        (r"a\n\x41\", "a%5cn%5cx41%5c"),
        ("it's \"q\"", "it%27s%20%22q%22"),
        ("-._~", "-._~"),
        ("jürgen€", "j%c3%bcrgen%e2%82%ac"),
        ("[PASSWORD][IP]", "%5bPASSWORD%5d%5bIP%5d"),
    ];
    for (value, wanted) in cases {
        for (option, name) in [("username", "[USERNAME]"), ("password", "[PASSWORD]"), ("param_enc", "[PARAMENC]")] {
            assert_eq!(path(&format!("http://p.example/?x={name}"), &[(option, value)]), format!("/?x={wanted}"));
        }
    }
    let long = "x&".repeat(2048);
    assert_eq!(path("http://p.example/[PASSWORD]", &[("password", &long)]), format!("/{}", "x%26".repeat(2048)));
}

#[test]
fn param_opt_goes_in_as_it_is_and_cannot_end_the_url() {
    let cases = [
        ("a=1&b=2", "a=1&b=2"),
        ("x y", "x%20y"),
        ("a$b(c)*d|e;f", "a$b(c)*d|e;f"),
        ("it's", "it's"),
        ("50%25", "50%25"),
        ("a#b", "a%23b"),
        ("ü", "%c3%bc"),
        ("[DOMAIN]", "[DOMAIN]"),
    ];
    for (value, wanted) in cases {
        let path = path("http://p.example/?o=[PARAMOPT]&ip=[IP]", &[("param_opt", value)]);
        assert_eq!(path, format!("/?o={wanted}&ip=203.0.113.7"));
    }
}

#[test]
fn every_occurrence_is_filled_and_what_is_no_placeholder_stays() {
    let cases = [
        (
            "http://p.example/[DOMAIN]/[DOMAIN]?ip=[IP]&again=[IP]",
            "/h.example/h.example?ip=203.0.113.7&again=203.0.113.7",
        ),
        ("http://p.example/?host[[DOMAIN]]", "/?host[h.example]"),
        ("http://p.example/?h=[domain]&x=[FOO]&[", "/?h=[domain]&x=[FOO]&["),
        ("http://p.example/?ip=[IP]#frag", "/?ip=203.0.113.7"),
        ("http://p.example?ip=[IP]", "/?ip=203.0.113.7"),
        ("http://p.example/?h={a,b}[1-2]'$(id)`;x", "/?h={a,b}[1-2]'$(id)`;x"),
    ];
    for (template, wanted) in cases {
        assert_eq!(path(template, &[]), wanted);
    }
    let none = Vec::<String>::new();
    assert_eq!(send::unknown_placeholders(ALL), none);
    assert_eq!(send::unknown_placeholders("http://[2001:db8::1]/?host[[DOMAIN]]&a[0]"), none);
    assert_eq!(send::unknown_placeholders("http://x/?a=[domain]&b=[FOO][IP]"), ["[domain]", "[FOO]"]);
}

#[test]
fn an_ipv6_address_is_sent_in_full() {
    let section = with("http://p.example/?ip=[IP]", &[("use_ipv6", "1")]);
    let path = asked_for(&section, "2001:db8:1::7").url.path;
    assert_eq!(path, "/?ip=2001:0db8:0001:0000:0000:0000:0000:0007");
}

#[test]
fn a_login_in_the_template_becomes_basic_authentication_of_the_raw_values() {
    let section = with("http://[USERNAME]:[PASSWORD]@p.example/", &[("username", "joe@x"), ("password", "ü:/@#")]);
    let url = asked(&section).url;
    assert_eq!(url.login.unwrap().reveal(), "joe@x:ü:/@#".as_bytes());
    assert_eq!((url.host.as_str(), url.path.as_str()), ("p.example", "/"));
}

#[test]
fn use_https_turns_http_into_https_and_keeps_a_written_port() {
    let cases = [
        ("http://p.example/", "0", (false, 80)),
        ("http://p.example/", "1", (true, 443)),
        ("HTTP://p.example/", "1", (true, 443)),
        ("http://p.example:8080/", "1", (true, 8080)),
        ("http://p.example:80/", "1", (true, 80)),
        ("https://p.example/", "0", (true, 443)),
        (" http://p.example/ ", "1", (true, 443)),
    ];
    for (template, https, wanted) in cases {
        let url = asked(&with(template, &[("use_https", https)])).url;
        assert_eq!((url.secure, url.port), wanted, "{template} {https}");
    }
}

#[test]
fn an_option_the_template_needs_is_missed_before_anything_is_sent() {
    let names = ["username", "password", "param_enc", "param_opt", "domain"];
    for name in names {
        let section = with(ALL, &[(name, "")]);
        let recipe = send::recipe(&section, &mut |_| None).unwrap();
        let faults = send::faults(&section, &recipe, &mut |_| true);
        assert_eq!(faults.len(), 1, "{name}");
        let told = faults[0].to_string();
        assert!(told.contains("section 'a'") && told.contains(&format!("option '{name}'")), "{told}");
    }
    let content = with("http://p.example/?ip=[IP]", &names.map(|name| (name, "")));
    let recipe = send::recipe(&content, &mut |_| None).unwrap();
    assert_eq!(send::faults(&content, &recipe, &mut |_| true), []);
}

#[test]
fn a_template_that_is_no_web_address_is_refused_and_nothing_is_sent() {
    for template in
        ["ftp://p.example/?ip=[IP]", "p.example/?ip=[IP]", "file:///etc/passwd", "http:/p.example/", "httpx://p/"]
    {
        let section = with(template, &[]);
        let recipe = send::recipe(&section, &mut |_| None).unwrap();
        let told = send::faults(&section, &recipe, &mut |_| true)[0].to_string();
        assert!(told.contains("http://") && told.contains("update_url"), "{told}");
    }
    for template in ["http:///?ip=[IP]", "http://p.example:99999/", "http://[DOMAIN]:[PASSWORD]/", "http://ä.example/"]
    {
        let mut ear = Ear::default();
        let section = with(template, &[]);
        let recipe = send::recipe(&section, &mut |_| None).unwrap();
        let reply = update(&section, &recipe, "203.0.113.7", &mut ear);
        assert_eq!((reply.answer, ear.heard.len()), (Answer::NotSent, 0), "{template}");
        assert!(reply.said.contains("wanted") && !reply.said.contains("secret"), "{}", reply.said);
    }
}

#[cfg(test)]
fn reply(ear: &mut Ear) -> ddns::answer::Reply {
    let section = with("http://p.example/?p=[PASSWORD]", &[("password", "geheim&1")]);
    let recipe = send::recipe(&section, &mut |_| None).unwrap();
    update(&section, &recipe, "203.0.113.7", ear)
}

#[test]
fn what_the_provider_says_is_judged_kept_and_quoted_in_one_line() {
    let good = reply(&mut Ear::saying(200, "good 203.0.113.7\r\n"));
    assert_eq!(good.answer, Answer::Accepted);
    assert_eq!((good.said.as_str(), good.body.as_slice()), ("\"good 203.0.113.7\"", &b"good 203.0.113.7\r\n"[..]));
    let bad = reply(&mut Ear::saying(401, "<h1>\n no\x1b[31m\t</h1>"));
    assert_eq!(bad.answer, Answer::Refused(Refusal::BadAuth));
    assert_eq!(bad.said, "HTTP status 401 \"<h1> no[31m </h1>\"");
    let long = reply(&mut Ear::saying(200, &"word ".repeat(100_000)));
    assert!(long.said.len() < 220 && long.said.ends_with(" ...\""), "{}", long.said);
}

#[test]
fn a_quotation_is_cut_only_after_its_secrets_are_covered() {
    for before in 185..200 {
        for form in ["geheim&1", "geheim%261", "geheim&amp;1"] {
            let told = reply(&mut Ear::saying(200, &format!("{}{form} behind", "x".repeat(before)))).said;
            assert!(!told.contains("geh"), "{told}");
        }
    }
}

#[test]
fn no_connection_and_a_signal_are_two_things() {
    let mut ear = Ear { answer: Some(Err(Broken::Connect("p.example:80".into(), "refused".into()))), ..Ear::default() };
    let down = reply(&mut ear);
    assert_eq!((down.answer, down.said.as_str()), (Answer::Unreachable, "cannot connect to p.example:80: refused"));
    let mut ear = Ear { answer: Some(Err(Broken::Interrupted)), ..Ear::default() };
    assert_eq!(reply(&mut ear).answer, Answer::Interrupted);
}

#[test]
fn the_mask_of_a_section_knows_its_logins() {
    let section = with(
        "https://[DOMAIN]:[PASSWORD]@p.example/?k=[PARAMENC]",
        &[
            ("password", "pass word"),
            ("param_enc", "token/1"),
            ("proxy", "me:proxypw@px.example:3128"),
            ("ip_source", "web"),
            ("ip_url", "http://x:pagepw@page.example/"),
        ],
    );
    let mask = send::mask(&section, &send::recipe(&section, &mut |_| None).unwrap());
    let secrets = [
        "pass word".to_owned(),
        "pass%20word".to_owned(),
        "token%2f1".to_owned(),
        "proxypw".to_owned(),
        "pagepw".to_owned(),
        base64(b"h.example:pass word"),
        base64(b"joe:pass word"),
        base64(b"me:proxypw"),
    ];
    for secret in secrets {
        let bare = secret.trim_end_matches('=');
        assert!(!mask.cover(&format!("<{secret}>")).contains(bare), "{secret}");
    }
    assert_eq!(mask.cover("joe at h.example via px.example"), "joe at h.example via px.example");
    let own = with("http://owner:literal-pw@p.example/", &[]);
    let mask = send::mask(&own, &send::recipe(&own, &mut |_| None).unwrap());
    assert_eq!(mask.cover("owner literal-pw"), "owner ***PW***");
}

proptest! {
    #[test]
    fn no_value_ever_breaks_out_of_its_place(password in "[^\\x00\\r\\n]{1,40}", username in "\\PC{1,20}") {
        let section = with("http://[USERNAME]:[PASSWORD]@p.example/a?u=[USERNAME]&p=[PASSWORD]&z=[IP]", &[
            ("password", &password),
            ("username", &username),
        ]);
        // libuci takes blanks at the ends of a value as they are, and so do we
        let url = asked(&section).url;
        prop_assert_eq!(&url.host, "p.example");
        let query = url.path.strip_prefix("/a?").unwrap();
        let fields: Vec<&str> = query.split('&').collect();
        prop_assert_eq!(fields.len(), 3);
        let plain = |text: &str| ddns::url::percent_decoded(text.as_bytes());
        prop_assert_eq!(plain(&fields[0][2..]), username.as_bytes());
        prop_assert_eq!(plain(&fields[1][2..]), password.as_bytes());
        prop_assert_eq!(fields[2], "z=203.0.113.7");
        prop_assert!(url.path.is_ascii() && !url.path.contains(' '));
        let login = url.login.map(|login| login.reveal().to_vec());
        prop_assert_eq!(login, Some(format!("{username}:{password}").into_bytes()));
    }
}
