//! The other three methods, the calls themselves, and what hostile values make of them.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::rpcd::{Root, SESSION, call, registered};
use crate::rules::{date, now};

fn log_of(root: &Root, name: &str) -> Value {
    call(root.dir(), "get_services_log", &json!({ "service_name": name }).to_string()).unwrap()["result"].clone()
}

#[test]
fn list_names_the_four_methods() {
    let root = Root::new("list");
    assert_eq!(registered(root.dir()), ["get_ddns_state", "get_env", "get_services_log", "get_services_status"]);
    let (code, text) = root.ddns(&["rpcd", "list"]);
    assert_eq!(code, Some(0));
    let list: Value = serde_json::from_str(&text).unwrap();
    assert!(list["get_services_log"]["service_name"].is_string());
}

#[test]
fn a_question_that_is_none_is_an_invalid_argument() {
    let root = Root::new("question");
    let long = format!("{{\"service_name\":\"{}\"}}", "x".repeat(100_000));
    for (method, question) in [
        ("get_env", "[]"),
        ("get_env", "{\"a\":1}"),
        ("get_env", "{\"service_name\":\"x\"}"),
        ("get_services_log", "{\"service_name\":1}"),
        ("get_services_log", "{\"service_name\":\"x\",\"more\":\"y\"}"),
        ("get_services_log", "{\"service_name\":"),
        ("get_services_log", "nonsense"),
        ("get_services_log", &long),
        ("get_services_status", "{\"ubus_rpc_session\":7}"),
    ] {
        assert_eq!(call(root.dir(), method, question), Err(2), "{method} {question:.60}");
    }
    assert_eq!(call(root.dir(), "get_everything", SESSION), Err(5));
    assert!(call(root.dir(), "get_env", "").is_ok());
}

#[test]
fn a_whole_question_is_answered_while_the_pipe_is_still_open() {
    use std::io::{Read, Write};
    use std::process::Stdio;
    let root = Root::new("open");
    let mut command = crate::rpcd::plugin(root.dir(), &["call", "get_env"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut question = child.stdin.take().unwrap();
    question.write_all(SESSION.as_bytes()).unwrap();
    let mut answer = String::new();
    child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    assert!(answer.contains("has_ssl"));
    drop(question);
    assert!(child.wait().unwrap().success());
}

#[test]
fn every_field_of_the_page_is_shown_without_curl_wget_or_bind_host() {
    let root = Root::new("env");
    let env = root.call("get_env");
    let shown = ["has_wget", "has_ssl", "has_proxy", "has_forceip", "has_bindnet", "has_bindhost", "has_dnsserver"];
    assert!(shown.iter().all(|key| env[key] == json!(true)), "{env}");
    let ipv6 = std::path::Path::new("/proc/net/ipv6_route").exists();
    assert_eq!((&env["has_curl"], &env["has_cacerts"], &env["has_ipv6"]), (&json!(false), &json!(false), &json!(ipv6)));
    assert_eq!(env.as_object().unwrap().len(), 10);
    root.put("etc/ssl/certs/readme", "");
    assert_eq!(root.call("get_env")["has_cacerts"], false);
    root.put("etc/ssl/certs/one.crt", "");
    assert_eq!(root.call("get_env")["has_cacerts"], true);
}

#[test]
fn the_state_shows_version_start_at_boot_and_the_age_of_the_list() {
    let root = Root::new("state");
    let state = root.call("get_ddns_state");
    assert_eq!((&state["_version"], &state["_enabled"]), (&Value::Null, &json!(false)));
    assert_eq!(state["_services_list"], "NO_LIST");
    root.put("usr/share/ddns/version", "3.0.0\n");
    let list = root.put("usr/share/ddns/list", "dyn.com");
    let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    std::fs::File::options().append(true).open(list).unwrap().set_modified(written).unwrap();
    let state = root.call("get_ddns_state");
    assert_eq!(
        (&state["_version"], &state["_services_list"]),
        (&json!("3.0.0\n"), &json!(date(1_700_000_000, "%F %R")))
    );
    let today = [now(), now() - 60].map(|at| date(at, "%F %R"));
    assert!(today.iter().any(|today| state["_curr_dateformat"] == *today), "{state}");
}

#[test]
fn start_at_boot_is_a_link_to_the_init_script_that_can_be_executed() {
    let root = Root::new("boot");
    let enabled = || root.call("get_ddns_state")["_enabled"] == json!(true);
    std::fs::create_dir_all(root.path("etc/rc.d")).unwrap();
    symlink("../init.d/ddns", root.path("etc/rc.d/S95ddns")).unwrap();
    assert!(!enabled(), "a link that leads nowhere");
    root.put("etc/init.d/ddns", "#!/bin/sh\n");
    assert!(!enabled(), "not executable");
    root.script("etc/init.d/ddns", "#!/bin/sh\n");
    assert!(enabled());
    std::fs::rename(root.path("etc/rc.d/S95ddns"), root.path("etc/rc.d/S95ddns2")).unwrap();
    assert!(!enabled(), "another service's name");
    root.script("etc/init.d/other", "#!/bin/sh\n");
    symlink("../init.d/other", root.path("etc/rc.d/S95ddns")).unwrap();
    assert!(!enabled(), "another script");
    symlink("../init.d/ddns", root.path("etc/rc.d/K10ddns")).unwrap();
    assert!(enabled());
}

#[test]
fn dates_have_the_owners_format_and_never_html_or_words_for_a_shell() {
    let root = Root::new("dates");
    let today = |format: &str| {
        root.put("etc/config/ddns", &format!("config ddns 'global'\n\toption ddns_dateformat '{format}'\n"));
        root.call("get_ddns_state")["_curr_dateformat"].as_str().unwrap().to_owned()
    };
    let wanted = |format: &str| [now(), now() - 1].map(|at| date(at, format));
    assert!(wanted("%d.%m.%Y").contains(&today("%d.%m.%Y")));
    assert_eq!(today("a%nb%tc"), "a<br />b    c");
    for hostile in ["<b>%F</b>", "$(touch x)", "%F;id", "%F`id`", "%F\n", "%F&", "", "ä%F", &"%F ".repeat(90)] {
        let shown = today(hostile);
        let usual = [now(), now() - 60].map(|at| date(at, "%F %R"));
        assert!(usual.contains(&shown), "{hostile:?} gives {shown:?}");
    }
}

#[test]
fn a_log_is_shown_whole_and_nothing_else_is() {
    let root = Root::new("log");
    root.put("var/log/ddns/home.log", " 120000       : <b>text</b> \u{fffd}\n");
    root.put("var/log/ddns/empty.log", "");
    root.put("var/log/secret.log", "secret");
    root.put("var/log/ddns/.log", "secret");
    root.put("var/log/ddns/a b.log", "secret");
    std::fs::create_dir_all(root.path("var/log/ddns/dir.log")).unwrap();
    assert_eq!(log_of(&root, "home"), " 120000       : <b>text</b> \u{fffd}\n");
    assert_eq!(log_of(&root, "empty"), "");
    for name in ["../secret", "none", "", "dir", "a b", "home.log", "../ddns/home", "ho*", "home\0", "$(id)"] {
        assert_eq!(log_of(&root, name), "File not found or empty", "{name:?}");
    }
    assert_eq!(root.call("get_services_log")["result"], "File not found or empty");
    root.put("etc/config/ddns", "config ddns 'global'\n\toption ddns_logdir '/var/log/ddns/../../log'\n");
    assert_eq!(log_of(&root, "secret"), "File not found or empty");
    assert!(log_of(&root, "home").is_string());
    root.put("etc/config/ddns", "config ddns 'global'\n\toption ddns_logdir '/var/log'\n");
    assert_eq!(log_of(&root, "secret"), "secret");
}

#[test]
fn of_a_log_too_large_for_rpcd_the_end_is_shown() {
    let root = Root::new("large");
    let line = |number: u32| format!(" 120000       : line {number} \u{1}\u{2}\u{3}\u{4}\u{5}\n");
    root.put("var/log/ddns/home.log", &(0..20_000).map(line).collect::<String>());
    let shown = log_of(&root, "home");
    let shown = shown.as_str().unwrap();
    assert!(shown.len() > 20_000 && shown.starts_with(" 120000") && shown.ends_with(&line(19_999)), "{}", shown.len());
}

/// The programs that are executed while a question is answered, by strace.
fn executed(root: &Root, method: &str, question: &str) -> Vec<String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let trace = root.path("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=execve", "-o"]).arg(&trace).arg(env!("CARGO_BIN_EXE_ddns"));
    command.args(["rpcd", "call", method]).env("DDNS_ROOT", root.dir());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(question.as_bytes()).unwrap();
    child.wait().unwrap();
    let trace = std::fs::read_to_string(trace).unwrap();
    trace.lines().filter(|line| line.contains("execve(")).map(str::to_owned).collect()
}

#[test]
fn no_value_of_the_configuration_makes_anything_run() {
    let root = Root::new("run");
    let hostile = "$(touch pwned)`touch pwned`;touch pwned|touch pwned";
    let option = |name: &str| format!("\toption {name} '{hostile}'\n");
    let global: String = ["ddns_dateformat", "ddns_rundir", "ddns_logdir"].map(option).concat();
    let names = ["lookup_host", "domain", "dns_server", "service_name", "ip_script", "force_unit", "enabled"];
    let service = names.map(option).concat();
    root.put(
        "etc/config/ddns",
        &format!("config ddns 'global'\n{global}config service 's'\n{service}config service '{hostile}'\n"),
    );
    let question = json!({ "service_name": hostile }).to_string();
    for (method, question) in [
        ("get_services_status", SESSION),
        ("get_ddns_state", SESSION),
        ("get_env", SESSION),
        ("get_services_log", question.as_str()),
    ] {
        let run = executed(&root, method, question);
        assert_eq!(run.len(), 1, "{method}: {run:#?}");
    }
    let all = root.call("get_services_status");
    assert_eq!(all.as_object().unwrap().keys().collect::<Vec<_>>(), ["s"], "{all}");
}

#[test]
fn words_that_mean_nothing_are_said_to_and_reach_no_json_reader() {
    let root = Root::new("words");
    for words in [&["rpcd"][..], &["rpcd", "onn"], &["rpcd", "call"], &["rpcd", "call", "x"], &["rpcd", "on", "now"]] {
        let (code, said) = root.ddns(words);
        assert!(
            code == Some(1) && said.contains("ddns rpcd on|off|status") && !said.contains('{'),
            "{words:?}: {said}"
        );
    }
    assert!(!root.path("usr/libexec").exists());
}
