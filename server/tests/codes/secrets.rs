//! Nothing secret is in any log at any level, in any answer, or in the list of processes: not as it is, not in base64, not percent-encoded.

use std::fmt::Write as _;

use crate::bed::dns::TRANSFER_SECRET;
use crate::bed::http::{Ask, base64, escaped};
use crate::bed::{Bed, HOST, PASSWORD, PLAIN, read};

const WRONG: &str = "WrongHorseBatteryStaple7";

/// All the ways in which a secret could be written.
fn forms(secret: &str) -> Vec<String> {
    let mut hex = String::new();
    for byte in secret.bytes() {
        write!(hex, "%{byte:02x}").unwrap();
    }
    let mut forms = vec![secret.to_owned(), escaped(secret), escaped(secret).replace('+', "%20"), hex];
    for user in ["", "ann:", "ben:", ":"] {
        forms.push(base64(format!("{user}{secret}").as_bytes()));
    }
    // inside other text in base64: the letters that all its bytes are in, at each of the three offsets
    for offset in 0..3 {
        let all = base64(&[&vec![b'x'; offset][..], secret.as_bytes()].concat());
        let (from, to) = ((offset * 8).div_ceil(6), (offset + secret.len()) * 8 / 6);
        forms.push(all[from..to].to_owned());
    }
    forms.extend(forms.clone().iter().map(|form| format!("{form:?}").trim_matches('"').to_owned()));
    forms.iter().map(|form| form.to_lowercase()).collect()
}

fn search(place: &str, text: &str, secrets: &[&str]) {
    let text = text.to_lowercase();
    for secret in secrets {
        for form in forms(secret) {
            let found = text.find(&form).map(|at| {
                let start = text.floor_char_boundary(at.saturating_sub(200));
                text[start..].chars().take(500).collect::<String>()
            });
            assert_eq!(found, None, "{place}: '{secret}' as '{form}'");
        }
    }
}

/// Requests with a secret wherever somebody may put one.
fn asks(secret: &str) -> Vec<Ask> {
    let plain = escaped(secret);
    let mut hex = String::new();
    for byte in secret.bytes() {
        write!(hex, "%{byte:02X}").unwrap();
    }
    let targets = [
        format!("/update?hostname={HOST}&user=ann&password={plain}&myip=192.0.2.1"),
        format!("/update?hostname={HOST}&user=ann&pass={hex}&pass={plain}&token={hex}"),
        format!("/update?hostname={HOST}&user=ann&p%61ssword={plain}&%74oken={hex}"),
        format!("/update?hostname={HOST}&PASSWORD={plain}&Passwd={plain}&pwd={plain}&api_key={plain}&apikey={plain}"),
        format!("/update?hostname={HOST};password={plain}"),
        format!("/update?hostname={HOST}%26password%3D{plain}"),
        format!("/update?hostname={HOST}&myip=192.0.2.1?password={plain}"),
        format!("/update?{plain}"),
        format!("/update?{plain}="),
        format!("/update?u=ann&p={plain}&s={plain}"),
        format!("/update/ann/{plain}"),
        format!("/{plain}"),
        format!("/{plain}/update?token={plain}"),
        format!("/nothing?token={plain}"),
        format!("http://ann:{plain}@ddns.example.com/update?hostname={HOST}"),
    ];
    let mut asks: Vec<Ask> = targets.iter().map(|target| Ask::get(target)).collect();
    asks.push(Ask::get(&format!("/update?hostname={HOST}")).user("ann", secret));
    asks.push(Ask::get(&format!("/update?hostname={HOST}")).user("nobody", secret).json());
    asks.push(Ask::get("/update").header("Authorization", &format!("Bearer {plain}")));
    asks.push(Ask::get("/update").header("Authorization", &format!("Digest {plain}")));
    asks.push(Ask::get("/update").header("Authorization", &format!("basic {plain}")));
    asks.push(Ask::get("/update").header("Cookie", &plain).header("X-Api-Key", &plain).header("Referer", &plain));
    asks.push(Ask::get("/update").header("User-Agent", &plain));
    asks.push(Ask::post("/update", &format!("hostname={HOST}&username=ann&password={plain}")));
    asks.push(Ask::post(&format!("/update?token={hex}"), &format!("pass={plain}")));
    asks
}

#[test]
fn no_secret_is_in_the_log_in_an_answer_or_in_the_list_of_processes() {
    let mail = crate::receiver::Receiver::start(&[]);
    let smtp = "MailServerSecret55";
    let mut bed = Bed::peopled(|plan| {
        plan.unlimited();
        "log_level = \"DEBUG\"\nlog_requests = true\n".clone_into(&mut plan.daemon);
        crate::letters::email(plan, mail.port);
        plan.rest += "smtp_user = \"ddns\"\n";
        plan.rest += &["smtp_password = \"", smtp, "\"\n"].concat();
    });
    let token = bed.token("mypc");
    let spare = bed.token("one");
    bed.run_with(&["--debug"]);
    let secrets = [PASSWORD, PLAIN, WRONG, smtp, TRANSFER_SECRET, &token, &spare];
    for secret in [PASSWORD, PLAIN, WRONG, &token, &spare] {
        for ask in asks(secret) {
            let answer = bed.ask(&ask);
            search("an answer", &format!("{answer:?}"), &secrets);
        }
    }
    assert_eq!(bed.ann("&myip=192.0.2.9&notify_change=1"), "good 192.0.2.9\n");
    bed.cli(&["user", "passwd", "ben", "--password-stdin"], PASSWORD).done();
    bed.reload();
    for args in [&["user", "list", "--json"][..], &["hostname", "show", HOST, "--json"], &["token", "list"], &["check"]]
    {
        let said = bed.cli(args, "");
        search(&format!("{args:?}"), &format!("{}{}", said.out, said.err), &secrets);
    }
    let process = format!("/proc/{}", bed.pid());
    for file in ["cmdline", "environ", "comm", "status"] {
        search(file, &read(&std::path::Path::new(&process).join(file)), &secrets);
    }
    bed.end("TERM");
    let log = bed.log();
    assert!(log.contains("INFO request ") && log.contains("stopped"), "{log}");
    search("the log", &log, &secrets);
}

#[test]
fn the_search_finds_what_is_there() {
    for text in [
        format!("x{PASSWORD}y"),
        base64(format!("ann:{PASSWORD}").as_bytes()),
        base64(format!("somebody:{PASSWORD}").as_bytes()),
        escaped(PASSWORD),
    ] {
        let found = std::panic::catch_unwind(|| search("here", &text, &[PASSWORD]));
        assert!(found.is_err(), "{text}");
    }
    search("here", "nothing of it", &[PASSWORD]);
}
