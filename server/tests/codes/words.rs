//! Every word of the protocol, as text and as JSON.

use crate::bed::http::{Answer, Ask, escaped};
use crate::bed::plan::Plan;
use crate::bed::{Bed, HOST, PASSWORD, PLAIN};

/// A request of ben's, who has two hosts, and what is answered in both forms.
struct Row {
    why: &'static str,
    target: &'static str,
    body: &'static str,
    status: u16,
    word: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        why: "new",
        target: "hostname=one.dyn.example.com&myip=192.0.2.1",
        body: "good 192.0.2.1\n",
        status: 200,
        word: "good",
    },
    Row {
        why: "same",
        target: "hostname=one.dyn.example.com&myip=192.0.2.1",
        body: "nochg 192.0.2.1\n",
        status: 200,
        word: "nochg",
    },
    Row {
        why: "both families",
        target: "hostname=one.dyn.example.com&myip=192.0.2.2&myip6=2001:db8::2",
        body: "good 192.0.2.2 2001:db8::2\n",
        status: 200,
        word: "good",
    },
    Row {
        why: "unknown",
        target: "hostname=none.dyn.example.com&myip=192.0.2.1",
        body: "nohost\n",
        status: 404,
        word: "nohost",
    },
    Row {
        why: "ann's",
        target: "hostname=mypc.dyn.example.com&myip=192.0.2.1",
        body: "nohost\n",
        status: 404,
        word: "nohost",
    },
    Row {
        why: "elsewhere",
        target: "hostname=one.example.net&myip=192.0.2.1",
        body: "nohost\n",
        status: 404,
        word: "nohost",
    },
    Row { why: "no dot", target: "hostname=one&myip=192.0.2.1", body: "notfqdn\n", status: 400, word: "notfqdn" },
    Row {
        why: "out of the zone",
        target: "hostname=one..dyn.example.com&myip=192.0.2.1",
        body: "notfqdn\n",
        status: 400,
        word: "notfqdn",
    },
    Row { why: "which of two", target: "hostname=YES&myip=192.0.2.1", body: "notfqdn\n", status: 400, word: "notfqdn" },
    Row {
        why: "21 names",
        target: "hostname=a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b&myip=192.0.2.1",
        body: "numhost\n",
        status: 400,
        word: "numhost",
    },
    Row {
        why: "no address",
        target: "hostname=one.dyn.example.com&myip=192.0.2",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "a name",
        target: "hostname=one.dyn.example.com&myip=localhost",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "bad v6",
        target: "hostname=one.dyn.example.com&myip=192.0.2.9&myip6=2001:db8::g",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "loopback",
        target: "hostname=one.dyn.example.com&myip=127.0.0.1",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "unspecified",
        target: "hostname=one.dyn.example.com&myip6=::",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "multicast",
        target: "hostname=one.dyn.example.com&myip=224.0.0.1",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "link-local",
        target: "hostname=one.dyn.example.com&myip6=fe80::1",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "private",
        target: "hostname=one.dyn.example.com&myip=192.168.1.1",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "our own loopback",
        target: "hostname=one.dyn.example.com",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
    Row {
        why: "nine addresses",
        target: "hostname=one.dyn.example.com&myip=192.0.2.1,192.0.2.1,192.0.2.1,192.0.2.1,192.0.2.1,192.0.2.1,192.0.2.1,192.0.2.1,192.0.2.1",
        body: "dnserr\n",
        status: 502,
        word: "dnserr",
    },
];

fn text(answer: &Answer) -> (u16, &str) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    (answer.status, &answer.body)
}

#[test]
fn every_word_has_its_text_its_json_and_its_status() {
    let bed = Bed::running(Plan::unlimited);
    for row in ROWS {
        let ask = Ask::get(&format!("/update?{}", row.target)).user("ben", PLAIN);
        let plain = bed.ask(&ask);
        assert_eq!(text(&plain), (200, row.body), "{}", row.why);
        assert_eq!(plain.header("content-type"), Some("text/plain; charset=utf-8"));
        let json = bed.ask(&ask.json());
        // the same request a second time changes nothing any more
        let word = if row.word == "good" { "nochg" } else { row.word };
        assert_eq!((json.status, json.json()["status"].as_str()), (row.status, Some(word)), "{}", row.why);
        assert_eq!(json.header("www-authenticate"), None);
    }
    assert_eq!(bed.dig("one.dyn.example.com", "A"), ["60 192.0.2.2"]);
    assert_eq!(bed.dig("one.dyn.example.com", "AAAA"), ["60 2001:db8::2"]);
}

#[test]
fn who_brings_no_credentials_is_asked_for_them_and_not_counted() {
    let bed = Bed::running(|plan| plan.limits = "bad_max_requests = 2\n".to_owned());
    let bare = Ask::get(&format!("/update?hostname={HOST}&myip=192.0.2.1"));
    for _ in 0..5 {
        let answer = bed.ask(&bare);
        assert_eq!(text(&answer), (401, "badauth\n"));
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic realm="), "{answer:?}");
    }
    let json = bed.ask(&bare.clone().json());
    assert_eq!((json.status, &json.json()["status"]), (401, &"badauth".into()));
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n", "{}", bed.log());
}

#[test]
fn wrong_passwords_are_counted_and_then_refused_unlooked_at() {
    let bed = Bed::running(|plan| plan.limits = "bad_max_requests = 3\n".to_owned());
    let ask = Ask::get(&format!("/update?hostname={HOST}&myip=192.0.2.1"));
    for user in ["ann", "nobody", "ann"] {
        let answer = bed.ask(&ask.clone().user(user, "wrong"));
        assert_eq!(text(&answer), (401, "badauth\n"), "{user}");
        assert!(answer.header("www-authenticate").is_some());
    }
    assert_eq!(text(&bed.ask(&ask.clone().user("ann", PASSWORD))), (200, "abuse\n"));
    let json = bed.ask(&ask.clone().user("ann", PASSWORD).json());
    assert_eq!((json.status, &json.json()["status"]), (429, &"abuse".into()));
    let seconds: u32 = json.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds > 0 && seconds <= 60);
    assert_eq!(bed.dig(HOST, "A"), Vec::<String>::new());
    let log = bed.log_until(|log| log.contains("wrong user name or password"));
    let line = log.lines().find(|line| line.contains("wrong user name or password")).unwrap();
    assert!(line.contains("client=127.0.0.1") && line.find("client=") < line.find("user="), "{line}");
}

#[test]
fn five_accepted_requests_of_a_host_in_a_minute_are_all() {
    let bed = Bed::running(|_| ());
    let one = |address: &str, host: &str| {
        let ask = Ask::get(&format!("/update?hostname={host}.dyn.example.com&myip={address}")).user("ben", PLAIN);
        bed.ask(&ask).body
    };
    for number in 1..=3 {
        assert_eq!(one(&format!("192.0.2.{number}"), "one"), format!("good 192.0.2.{number}\n"));
    }
    assert_eq!(one("192.0.2.3", "one"), "nochg 192.0.2.3\n");
    assert_eq!(one("192.0.2.3", "one"), "nochg 192.0.2.3\n");
    assert_eq!(one("192.0.2.4", "one"), "abuse\n");
    assert_eq!(one("192.0.2.3", "one"), "abuse\n");
    assert_eq!(one("192.0.2.4", "two"), "good 192.0.2.4\n", "another host of the same user");
    assert_eq!(bed.dig("one.dyn.example.com", "A"), ["60 192.0.2.3"]);
    let said = "too many requests for one host";
    let log = bed.log_until(|log| log.contains("new=192.0.2.4"));
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(said)).collect();
    assert!(lines.len() == 1 && lines[0].contains("client=127.0.0.1 host=one.dyn.example.com"), "{lines:?}");
}

#[test]
fn who_asks_for_what_cannot_be_done_is_told_abuse_and_a_line_of_the_log_says_so_once() {
    let bed = Bed::running(|_| ());
    let one = |host: &str| {
        let ask = Ask::get(&format!("/update?hostname={host}&myip=192.0.2.1")).user("ben", PLAIN);
        bed.ask(&ask).body
    };
    for host in ["none.dyn.example.com", "no-name%0aWARNING"] {
        let first = one(host);
        assert!(first == "nohost\n" || first == "notfqdn\n", "{first}");
        let said: Vec<String> = (0..5).map(|_| one(host)).collect();
        assert!(
            said[..2].iter().all(|said| *said == first) && said[2..].iter().all(|said| said == "abuse\n"),
            "{said:?}"
        );
    }
    assert_eq!(one("two.dyn.example.com"), "good 192.0.2.1\n", "the user's other hosts go on");
    let log = bed.log_until(|log| log.contains("updated"));
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("too many requests that cannot be done")).collect();
    let [line] = lines[..] else { panic!("{lines:?}") };
    assert!(line.contains("client=127.0.0.1 user=ben host=none.dyn.example.com word=nohost"), "{line}");
    let told = |word: &str| log.lines().filter(|line| line.contains(" cannot be done ") && line.contains(word)).count();
    assert_eq!(
        (told("host=none.dyn.example.com word=nohost why="), told("host=\"\" word=notfqdn why=")),
        (3, 3),
        "{log}"
    );
}

#[test]
fn several_hosts_have_a_line_each_in_their_order() {
    let bed = Bed::running(Plan::unlimited);
    let names = "two.dyn.example.com,none.dyn.example.com,one.dyn.example.com,bad,TWO.Dyn.Example.Com.";
    let ask = Ask::get(&format!("/update?hostname={names}&myip=192.0.2.1")).user("ben", PLAIN);
    let answer = bed.ask(&ask);
    let lines: Vec<&str> = answer.body.lines().collect();
    assert_eq!(&lines[..4], ["good 192.0.2.1", "nohost", "good 192.0.2.1", "notfqdn"]);
    assert!(["good 192.0.2.1", "nochg 192.0.2.1"].contains(&lines[4]), "{lines:?}");
    let json = bed.ask(&ask.json());
    let hosts = json.json()["hosts"].as_array().unwrap().clone();
    let told: Vec<(&str, &str)> =
        hosts.iter().map(|host| (host["hostname"].as_str().unwrap(), host["status"].as_str().unwrap())).collect();
    let wanted = ["nochg", "nohost", "nochg", "notfqdn", "nochg"];
    assert_eq!(told, names.split(',').zip(wanted).collect::<Vec<_>>());
}

#[test]
fn the_only_host_needs_no_name() {
    let bed = Bed::running(Plan::unlimited);
    for (number, name) in ["hostname=YES&", "hostname=yes&", "hostname=&", ""].into_iter().enumerate() {
        let ask = Ask::get(&format!("/update?{name}myip=192.0.2.1{number}")).user("ann", PASSWORD);
        assert_eq!(bed.ask(&ask).body, format!("good 192.0.2.1{number}\n"));
        assert_eq!(bed.dig(HOST, "A"), [format!("60 192.0.2.1{number}")]);
    }
}

#[test]
fn only_get_and_post_update() {
    let bed = Bed::running(Plan::unlimited);
    let target = format!("/update?hostname={HOST}&myip=192.0.2.1");
    for method in ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = bed.ask(&Ask::get(&target).user("ann", PASSWORD).method(method));
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, POST")), "{method}");
        assert_eq!(bed.dig(HOST, "A"), Vec::<String>::new(), "{method}");
    }
    let form = format!("hostname={HOST}&myip=192.0.2.1&username=ann&password={}", escaped(PASSWORD));
    assert_eq!(text(&bed.ask(&Ask::post("/update", &form))), (200, "good 192.0.2.1\n"));
    let typed = format!("hostname={HOST}&myip=192.0.2.2&username=ann&password={}", escaped(PASSWORD));
    let no_form = Ask::get("/update").method("POST").header("Content-Type", "text/plain");
    let no_form = no_form.header("Content-Length", &typed.len().to_string());
    assert_eq!(bed.ask(&no_form.with_body(&typed)).status, 401, "a body of another kind is no form");
    assert_eq!(text(&bed.ask(&Ask::get("/elsewhere"))), (404, "not found\n"));
}
