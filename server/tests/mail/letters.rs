//! Templates: every variable, Python's ways, faults, and what a template cannot do.

use std::net::IpAddr;

use ddns::secret::Secret;
use ddns_service::account::{Held, Host, Name, User};
use ddns_service::letter::{Facts, Source, TemplateFault, Templates, Written};
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;

/// 2026-11-21 09:05:03 UTC.
const LATE: Moment = Moment(1_795_251_903_000);
/// 2026-11-20 09:05:03 UTC.
const EARLY: Moment = Moment(1_795_165_503_000);

fn user(email: &str) -> User {
    User { id: 3, name: "anna".to_owned(), email: email.to_owned(), password: Secret::default(), host_limit: None }
}

fn held(address: Option<&str>, last: Option<&str>, seen: Option<Moment>) -> Held {
    let read = |text: &str| text.parse::<IpAddr>().unwrap();
    Held { address: address.map(read), last: last.map(read), changed: seen, seen, expires: None }
}

fn host(generation: i64, v4: Held, v6: Held) -> Host {
    Host {
        id: 12,
        user: 3,
        name: Name { label: "mypc".to_owned(), zone: "dyn.example.com".to_owned() },
        dns_ttl: 60,
        expiry_ttl: 3600,
        held: Pair { v4, v6 },
        generation,
        applied: 0,
        source: None,
        recent: Vec::new(),
        leaving: false,
    }
}

/// IPv4 changed, IPv6 did not.
fn changed() -> (Host, Host) {
    let v6 = held(Some("2001:db8::1"), Some("2001:db8::1"), Some(EARLY));
    let before = host(6, held(Some("192.0.2.1"), Some("192.0.2.1"), Some(EARLY)), v6);
    let after = host(7, held(Some("192.0.2.2"), Some("192.0.2.2"), Some(LATE)), v6);
    (before, after)
}

/// IPv4 expired, there never was an IPv6 address.
fn expired() -> (Host, Host) {
    let before = host(7, held(Some("192.0.2.2"), Some("192.0.2.2"), Some(EARLY)), Held::default());
    let after = host(8, held(None, Some("192.0.2.2"), Some(EARLY)), Held::default());
    (before, after)
}

fn source(text: &str) -> Source {
    Source { name: "mine.j2".to_owned(), text: text.to_owned() }
}

fn written(change: Option<&str>, expiry: Option<&str>, (before, after): &(Host, Host)) -> Option<Written> {
    let (change, expiry) = (change.map(source), expiry.map(source));
    let templates = Templates::load(change.as_ref(), expiry.as_ref()).unwrap();
    let user = user("anna@example.org");
    let facts = Facts { user: &user, before, after };
    if change.is_some() { templates.change(&facts) } else { templates.expiry(&facts) }
}

/// The body of a change letter by this template.
fn change(text: &str) -> String {
    let written = written(Some(text), None, &changed()).unwrap();
    assert_eq!(written.fault, None, "{text}");
    written.letter.body.trim_end().to_owned()
}

/// The body of an expiry letter by this template.
fn expiry(text: &str) -> String {
    let written = written(None, Some(text), &expired()).unwrap();
    assert_eq!(written.fault, None, "{text}");
    written.letter.body.trim_end().to_owned()
}

#[test]
fn every_variable_of_the_change_table_is_there_with_its_type() {
    for (text, wanted) in [
        ("{{ hostname }}", "mypc"),
        ("{{ zone }}", "dyn.example.com"),
        ("{{ fqdn }}", "mypc.dyn.example.com"),
        ("{{ ipv4_changed }} {{ ipv6_changed }}", "True False"),
        ("{{ ipv4 }}", "192.0.2.2"),
        ("{{ ipv6 }}", "2001:db8::1"),
        ("{{ last_ipv4_update }}", "2026-11-21 09:05:03"),
        ("{{ last_ipv6_update }}", "2026-11-20 09:05:03"),
        ("{{ expiry_ttl }}", "3600"),
        ("{{ expiry_ttl // 60 }} min", "60 min"),
        ("{% if ipv4_changed %}yes{% else %}no{% endif %}", "yes"),
        ("{% if ipv6_changed %}yes{% else %}no{% endif %}", "no"),
        ("{{ last_ipv4_update > last_ipv6_update }}", "True"),
    ] {
        assert_eq!(change(text), wanted, "{text}");
    }
}

#[test]
fn every_variable_of_the_expiry_table_is_there_with_its_type() {
    for (text, wanted) in [
        ("{{ hostname }} {{ zone }} {{ fqdn }}", "mypc dyn.example.com mypc.dyn.example.com"),
        ("{{ ipv4_expired }} {{ ipv6_expired }}", "True False"),
        ("{{ last_ipv4 }}", "192.0.2.2"),
        ("{{ last_ipv6 }}", "None"),
        ("{{ last_ipv6 or '-' }}", "-"),
        ("{{ last_ipv4_update }}", "2026-11-20 09:05:03"),
        ("{{ last_ipv6_update }}", "None"),
        ("{{ last_ipv6_update | default('never', true) }}", "never"),
        ("{{ expiry_ttl }}", "3600"),
    ] {
        assert_eq!(expiry(text), wanted, "{text}");
    }
}

#[test]
fn times_are_formatted_as_python_does() {
    for (format, wanted) in [
        ("%d.%m.%Y", "21.11.2026"),
        ("%d.%m.%Y %H:%M", "21.11.2026 09:05"),
        ("%Y-%m-%dT%H:%M:%SZ", "2026-11-21T09:05:03Z"),
        ("%A, %d %B %Y", "Saturday, 21 November 2026"),
        ("%a %b %e", "Sat Nov 21"),
        ("%-H:%M %p %I", "9:05 AM 09"),
        ("%H Uhr %%", "09 Uhr %"),
        ("%j %U %w %y", "325 46 6 26"),
        ("%Z %z %f", "UTC +0000 000000"),
        ("%c", "Sat Nov 21 09:05:03 2026"),
        ("ümläut %F %T", "ümläut 2026-11-21 09:05:03"),
    ] {
        assert_eq!(change(&format!("{{{{ last_ipv4_update.strftime('{format}') }}}}")), wanted, "{format}");
    }
    assert_eq!(change("{{ last_ipv4_update.isoformat() }}"), "2026-11-21T09:05:03");
    assert_eq!(change("{{ last_ipv4_update.isoformat(' ') }}"), "2026-11-21 09:05:03");
    assert_eq!(change("{{ last_ipv4_update.date() }} {{ last_ipv4_update.time() }}"), "2026-11-21 09:05:03");
    assert_eq!(change("{{ last_ipv4_update.year }}-{{ last_ipv4_update.month }}"), "2026-11");
    assert_eq!(change("{{ last_ipv4_update.timestamp() }}"), "1795251903");
}

#[test]
fn the_ways_of_jinja_and_of_python_work() {
    for (text, wanted) in [
        ("{{ ipv4 or '-' }}", "192.0.2.2"),
        ("{{ fqdn | upper }}", "MYPC.DYN.EXAMPLE.COM"),
        ("{{ fqdn.upper() }}", "MYPC.DYN.EXAMPLE.COM"),
        ("{{ [ipv4, ipv6] | join(', ') }}", "192.0.2.2, 2001:db8::1"),
        ("{{ ', '.join([ipv4, ipv6]) }}", "192.0.2.2, 2001:db8::1"),
        ("{{ fqdn.split('.')[0] }}", "mypc"),
        ("{{ '%s is %s' | format(fqdn, ipv4) }}", "mypc.dyn.example.com is 192.0.2.2"),
        ("{{ ipv4 is none }} {{ ipv4 is not none }}", "False True"),
        ("{{ nothing }}|{{ nothing | default('x') }}", "|x"),
        ("{% if nothing %}a{% else %}b{% endif %}", "b"),
        ("{% set x = 'a<b>&\"c\"' %}{{ x }}", "a<b>&\"c\""),
        ("{% for x in [1, 2, 3] %}{{ loop.index }}{% if not loop.last %}-{% endif %}{% endfor %}", "1-2-3"),
        ("{% macro row(a) %}<{{ a }}>{% endmacro %}{{ row(ipv4) }}", "<192.0.2.2>"),
        ("{# a remark #}text", "text"),
        ("{%- if true -%}  x  {%- endif -%}", "x"),
        ("{{ 'a' ~ 1 }}", "a1"),
        ("{{ true if ipv4_changed else false }}", "True"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ] {
        assert_eq!(change(text), wanted, "{text}");
    }
}

#[test]
fn key_recipient_and_generation_come_from_the_facts() {
    let change = written(Some("x"), None, &changed()).unwrap().letter;
    assert_eq!((change.key.as_str(), change.host, change.generation), ("12-7-change", 12, 7));
    assert_eq!(change.to, "anna@example.org");
    let expiry = written(None, Some("x"), &expired()).unwrap().letter;
    assert_eq!((expiry.key.as_str(), expiry.host, expiry.generation), ("12-8-expiry", 12, 8));
}

#[test]
fn no_letter_is_written_about_nothing_or_to_nobody() {
    let (before, _) = changed();
    assert_eq!(written(Some("x"), None, &(before.clone(), before.clone())), None);
    assert_eq!(written(None, Some("x"), &changed()), None);
    assert_eq!(
        Templates::default().change(&Facts { user: &user("a@b.c"), before: &before, after: &changed().1 }),
        None
    );
    let templates = Templates::load(Some(&source("x")), None).unwrap();
    let (before, after) = changed();
    assert_eq!(templates.change(&Facts { user: &user(" "), before: &before, after: &after }), None);
}

#[test]
fn the_subject_is_the_templates_or_a_plain_one() {
    for (text, subject, body) in [
        ("Subject: Neu: {{ ipv4 }}\n\nHi\n", "Neu: 192.0.2.2", "Hi\n"),
        ("subject:x\nHi", "x", "Hi\n"),
        ("{# remark #}\n\n{% set a = 1 %}\nSubject: y\r\n\r\nHi\r\nyou\r\n", "y", "Hi\nyou\n"),
        ("Hi", "mypc.dyn.example.com: address changed", "Hi\n"),
        ("Subject:   \n\nHi", "mypc.dyn.example.com: address changed", "Hi\n"),
        ("The Subject: x\nHi", "mypc.dyn.example.com: address changed", "The Subject: x\nHi\n"),
        ("Subject: only", "only", "\n"),
    ] {
        let letter = written(Some(text), None, &changed()).unwrap().letter;
        assert_eq!((letter.subject.as_str(), letter.body.as_str()), (subject, body), "{text:?}");
    }
    assert_eq!(written(None, Some("x"), &expired()).unwrap().letter.subject, "mypc.dyn.example.com: address expired");
}

#[test]
fn a_subject_is_one_line_whatever_a_template_tries() {
    for (text, subject) in [
        ("Subject: a\rBcc: evil@example.com\n\nHi", "a"),
        ("Subject: a{{ '\\n' }}Bcc: evil@example.com\n\nHi", "a"),
        ("Subject: a{{ '\\r\\n' }}Bcc: evil@example.com\n\nHi", "a"),
        ("Subject: a\u{85}Bcc: b\n\nHi", "a Bcc: b"),
        ("Subject: a\u{2028}Bcc: b\u{0}c\u{b}d\n\nHi", "a Bcc: b c d"),
        ("Subject: a\u{202e}b\n\nHi", "a b"),
    ] {
        let letter = written(Some(text), None, &changed()).unwrap().letter;
        assert_eq!(letter.subject, subject, "{text:?}");
    }
    let long = format!("Subject: {}\n\nHi", "ü".repeat(5000));
    assert_eq!(written(Some(&long), None, &changed()).unwrap().letter.subject.chars().count(), 200);
}

#[test]
fn a_broken_template_is_named_with_its_line() {
    for (text, line, said) in [
        ("a\nb\n{% if ipv4 %}", 3, "syntax error"),
        ("a\n{{ ipv4", 2, "syntax error"),
        ("{% endfor %}", 1, "syntax error"),
        ("a\n{{ ipv4 | nosuch }}", 2, "nosuch"),
        ("\n\n{{ nosuch() }}", 3, "nosuch"),
        ("{{ fqdn.nosuch() }}", 1, "nosuch"),
        ("{{ nothing.at_all }}", 1, "undefined"),
        ("{{ last_ipv4_update.strftime('%Q') }}", 1, "%Q"),
        ("{{ last_ipv4_update.strftime() }}", 1, "strftime"),
        ("{% include 'other.j2' %}", 1, "other.j2"),
    ] {
        let fault = Templates::load(Some(&source(text)), None).unwrap_err();
        let sentence = fault.to_string();
        assert!(matches!(fault, TemplateFault::Broken { .. }));
        assert!(sentence.starts_with(&format!("template mine.j2, line {line}: ")), "{text:?}: {sentence}");
        assert!(sentence.contains(said), "{text:?}: {sentence}");
    }
}

#[test]
fn a_template_without_end_ends() {
    for text in [
        "{% for i in range(1000000) %}x{% endfor %}",
        "{% for i in range(99999) %}{% for i in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in range(3000) %}{{ 'x' * 1000 }}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    ] {
        let began = std::time::Instant::now();
        assert!(Templates::load(Some(&source(text)), None).is_err(), "{text}");
        assert!(began.elapsed().as_secs() < 30, "{text}");
    }
}

#[test]
fn a_template_that_fails_on_one_letter_does_not_lose_it() {
    let text = "Subject: x\n\n{{ last_ipv6_update.strftime('%Y') }}";
    let written = written(None, Some(text), &expired()).unwrap();
    let fault = written.fault.unwrap().to_string();
    assert!(fault.starts_with("template mine.j2, line 3: "), "{fault}");
    assert!(fault.ends_with("; the mail was written without it"), "{fault}");
    assert_eq!(written.letter.subject, "mypc.dyn.example.com: address expired");
    assert_eq!(
        written.letter.body,
        "mypc.dyn.example.com was not updated for 3600 seconds. Its records were removed; the next update brings them \
         back.\n\nIPv4: 192.0.2.2\n"
    );
}

#[test]
fn the_shipped_change_template_reads_well() {
    let text = include_str!("../../files/change_notification.j2");
    let letter = written(Some(text), None, &changed()).unwrap().letter;
    assert_eq!(letter.subject, "mypc.dyn.example.com: address changed");
    assert_eq!(
        letter.body,
        "Hello,\n\nthe address of mypc.dyn.example.com has changed.\n\nIPv4: 192.0.2.2 (since 2026-11-21 09:05:03 UTC)\n\
         IPv6: 2001:db8::1 (unchanged)\n\nWithout a further update within 3600 seconds the records will be removed.\n"
    );
}

#[test]
fn the_shipped_expiry_template_reads_well() {
    let text = include_str!("../../files/expiry_notification.j2");
    let letter = written(None, Some(text), &expired()).unwrap().letter;
    assert_eq!(letter.subject, "mypc.dyn.example.com: address expired");
    assert_eq!(
        letter.body,
        "Hello,\n\nmypc.dyn.example.com was not updated for more than 3600 seconds. These records were removed from the \
         DNS:\n\nIPv4: 192.0.2.2 (last update 2026-11-20 09:05:03 UTC)\n\nThe next update from mypc brings them back.\n"
    );
}
