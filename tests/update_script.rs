//! Scripts of the owner, sourced by real shells: what they see, what their end means, and that no byte of the configuration is code.

#[cfg(test)]
mod telling;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ddns::address::Known;
use ddns::answer::{Answer, Reply};
use ddns::secret::Secret;
use ddns::send::{self, Job, Place};
use ddns::system::host::Machine;
use ddns::world::{Host, Interface, Network, Route, Script, ScriptEnd};
use telling::{Ear, Idle, quoted, section};

/// The machine's own shell, and the one of routers.
const SHELLS: [&[&str]; 2] = [&["/bin/sh"], &["busybox", "ash"]];

/// The real machine with another shell and another patience.
struct Shell {
    machine: Machine,
    words: &'static [&'static str],
    limit: Option<Duration>,
}

impl Host for Shell {
    fn networks(&mut self) -> Result<Option<Vec<Network>>, String> {
        unreachable!("a script is no question for networks")
    }
    fn interfaces(&mut self) -> io::Result<Vec<Interface>> {
        unreachable!("a script is no question for interfaces")
    }
    fn run(&mut self, script: &Script) -> io::Result<ScriptEnd> {
        assert_eq!(script.argv[0], "/bin/sh");
        assert_eq!(script.limit, Duration::from_secs(120));
        let mut argv: Vec<String> = self.words.iter().map(ToString::to_string).collect();
        argv.extend_from_slice(&script.argv[1..]);
        let mut env = script.env.clone();
        // what procd may have given us stays exported unless the loader sees to it
        env.push(("http_proxy".to_owned(), Secret::new("http://outer.example/")));
        self.machine.run(&Script { argv, env, limit: self.limit.unwrap_or(script.limit) })
    }
}

/// A directory of one test with `u.sh` in it.
struct Bench {
    dir: PathBuf,
    options: String,
    limit: Option<Duration>,
}

#[cfg(test)]
impl Bench {
    fn new(name: &str, text: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("update-script-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("u.sh"), text).unwrap();
        Self { dir, options: String::new(), limit: None }
    }

    fn with(mut self, option: &str, value: &str) -> Self {
        self.options.extend(["\toption ", option, " ", &quoted(value), "\n"]);
        self
    }

    fn told<T>(&self, shell: &'static [&'static str], ask: impl Fn(&Job<'_>, &mut dyn Host) -> T) -> T {
        let path = self.dir.join("u.sh");
        let section = section(&format!("\toption update_script {}\n{}", quoted(path.to_str().unwrap()), self.options));
        let recipe = send::recipe(&section, &mut |_| None).unwrap();
        let place = Place {
            files: ["a.dat", "a.err", "a.log"].map(|name| self.dir.join(name)),
            script: path,
            library: self.dir.join("functions.sh"),
            verbose: 2,
        };
        let address = Some(if self.options.contains("use_ipv6") { "2001:db8::7" } else { "203.0.113.7" });
        let route = Route::default();
        let job = Job {
            section: &section,
            recipe: &recipe,
            route: &route,
            address: address.map(|text| text.parse().unwrap()),
            other: None,
            registered: Some("203.0.113.9".parse().unwrap()),
            place: &place,
            moment: std::time::SystemTime::UNIX_EPOCH,
            dice: 0,
            guessed: None,
        };
        ask(&job, &mut Shell { machine: Machine::new("/".into(), None), words: shell, limit: self.limit })
    }

    fn update(&self, shell: &'static [&'static str]) -> Reply {
        self.told(shell, |job, host| send::update(job, &mut Ear::default(), &mut Idle, host))
    }

    fn registered(&self, shell: &'static [&'static str]) -> Known<Vec<std::net::IpAddr>> {
        self.told(shell, |job, host| send::registered(job, &mut Ear::default(), &mut Idle, host).unwrap())
    }

    /// What the script wrote into `$OUT`, which is `DATFILE`.
    fn written(&self) -> String {
        fs::read_to_string(self.dir.join("a.dat")).unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn the_end_of_a_script_says_what_became_of_the_update() {
    let cases = [
        ("return 0\n", Answer::Accepted),
        ("true\n", Answer::Accepted),
        ("", Answer::Accepted),
        ("return 1\n", Answer::Unclear),
        ("return 5\n", Answer::Unclear),
        ("false\n", Answer::Unclear),
        ("return 127\n", Answer::NotSent),
        ("exit 0\nreturn 1\n", Answer::Accepted),
        ("exit 3\n", Answer::Unclear),
        ("( exit 0 )\nreturn 4", Answer::Unclear),
        ("kill -9 $$\n", Answer::Unclear),
        ("if ; then\n", Answer::Unclear),
        ("${nothing?}\n", Answer::Unclear),
    ];
    for (at, (text, wanted)) in cases.into_iter().enumerate() {
        for shell in SHELLS {
            let reply = Bench::new(&format!("end{at}{}", shell.len()), text).update(shell);
            assert_eq!(reply.answer, wanted, "{text:?} in {shell:?}: {}", reply.said);
            assert_eq!(reply.body, b"", "SECTION.dat is the script's own");
        }
    }
}

#[test]
fn a_script_sees_what_ddns_scripts_showed_it() {
    let text = "for v in __IP domain username password lookup_host use_ipv6 URL_USER URL_PASS URL_PENC param_opt DATFILE ERRFILE \
        LOGFILE SECTION_ID VERBOSE WGET CURRENT_IP REGISTERED_IP DRY_RUN GET_REGISTERED_IP UPD_ANSWER MYPROG retry_max_count own_opt myOpt; do\n\
        eval \"echo \\\"$v=\\$$v\\\"\"\ndone >$DATFILE\necho \"0=$0 n=$#\" >>$DATFILE\n";
    for shell in SHELLS {
        let bench = Bench::new(&format!("vars{}", shell.len()), text)
            .with("domain", "h.example")
            .with("username", "joe@x")
            .with("password", "a b&c")
            .with("param_enc", "p e")
            .with("param_opt", "po")
            .with("own_opt", "mine")
            .with("myOpt", "too");
        assert_eq!(bench.update(shell).answer, Answer::Accepted);
        let dir = bench.dir.display();
        let wanted = format!(
            "__IP=203.0.113.7\ndomain=h.example\nusername=joe@x\npassword=a b&c\nlookup_host=h.example\nuse_ipv6=0\n\
            URL_USER=joe%40x\nURL_PASS=a%20b%26c\nURL_PENC=p%20e\nparam_opt=po\nDATFILE={dir}/a.dat\nERRFILE={dir}/a.err\n\
            LOGFILE={dir}/a.log\nSECTION_ID=a\nVERBOSE=2\nWGET=\nCURRENT_IP=203.0.113.7\nREGISTERED_IP=203.0.113.9\nDRY_RUN=0\n\
            GET_REGISTERED_IP=\nUPD_ANSWER=\nMYPROG=dynamic_dns_updater.sh\nretry_max_count=0\nown_opt=mine\nmyOpt=too\n\
            0=/usr/lib/ddns/dynamic_dns_updater.sh n=1\n"
        );
        assert_eq!(bench.written(), wanted, "{shell:?}");
    }
}

#[test]
fn an_ipv6_address_is_given_in_full() {
    for shell in SHELLS {
        let bench = Bench::new(&format!("v6{}", shell.len()), "echo $__IP >$DATFILE").with("use_ipv6", "1");
        assert_eq!(bench.update(shell).answer, Answer::Accepted);
        assert_eq!(bench.written(), "2001:0db8:0000:0000:0000:0000:0000:0007\n");
    }
}

#[test]
fn curl_and_host_are_named_where_the_machine_has_them() {
    let text = "[ \"$CURL\" = \"$(command -v curl)\" ] && [ \"$BIND_HOST\" = \"$(command -v host)\" ] || return 1\n\
        case \"$CURL,$CURL_SSL\" in ,) ;; ,*) return 2 ;; *,Protocols:*https*) ;; *) return 3 ;; esac\n";
    for shell in SHELLS {
        let bench = Bench::new(&format!("curl{}", shell.len()), text);
        let library = concat!(env!("CARGO_MANIFEST_DIR"), "/files/usr/lib/ddns/dynamic_dns_functions.sh");
        fs::copy(library, bench.dir.join("functions.sh")).unwrap();
        let reply = bench.update(shell);
        assert_eq!(reply.answer, Answer::Accepted, "{}", reply.said);
    }
}

#[test]
fn the_patterns_find_addresses_and_no_words() {
    let text = "for t in 'is 203.0.113.44 ok' 'v 1.2.3'; do echo \"$t\" | grep -o \"$IPV4_REGEX\"; done >$DATFILE\n\
        for t in 'is 2001:db8::1 ok' 'at 2001:0db8:0001:0000:0000:0000:0000:0007.' 'fe80::1%eth0' 'Date: x' 'face: a'; do\n\
        echo \"$t\" | grep -o \"$IPV6_REGEX\"; done >>$DATFILE; return 0\n";
    for shell in SHELLS {
        let bench = Bench::new(&format!("regex{}", shell.len()), text);
        assert_eq!(bench.update(shell).answer, Answer::Accepted);
        let wanted = "203.0.113.44\n2001:db8::1\n2001:0db8:0001:0000:0000:0000:0000:0007\nfe80::1\n";
        assert_eq!(bench.written(), wanted);
    }
}

#[test]
fn no_value_is_ever_code() {
    let values = [
        "$(touch PWNED)`touch PWNED`",
        "'; touch PWNED; '",
        "\"; touch PWNED; \"",
        "a\nb\n\ttouch PWNED\n",
        "\\n\\x41 $HOME ${IFS} * ? [a] ~ !x",
        "äöü€ \u{1f600}",
        "-n",
    ];
    for (at, value) in values.into_iter().enumerate() {
        for shell in SHELLS {
            let text = "cd \"${DATFILE%/*}\" && printf '%s' \"$password|$own\" >\"$DATFILE\"";
            let bench =
                Bench::new(&format!("data{at}{}", shell.len()), text).with("password", value).with("own", value);
            assert_eq!(bench.update(shell).answer, Answer::Accepted);
            assert_eq!(bench.written(), format!("{value}|{value}"), "{shell:?}");
            assert!(!bench.dir.join("PWNED").exists());
        }
    }
}

#[test]
fn an_option_named_like_a_variable_of_the_shell_has_no_effect() {
    let names = [
        "PATH",
        "IFS",
        "ENV",
        "HOME",
        "PS4",
        "LD_PRELOAD",
        "LOGFILE",
        "DATFILE",
        "__IP",
        "DDNS_SCRIPT",
        "DDNS_NAMES",
        "_",
    ];
    for shell in SHELLS {
        let mut bench = Bench::new(
            &format!("shell{}", shell.len()),
            "echo \"$__IP,$HOME,${LOGFILE##*/}\" >$DATFILE; set -- a,b; echo $1 >>$DATFILE; ls / >/dev/null",
        );
        for name in names {
            bench = bench.with(name, "/nowhere,x");
        }
        // and names of ours in small letters are only names
        bench = bench.with("ddns_name", "x").with("name", "y");
        let reply = bench.update(shell);
        assert_eq!(reply.answer, Answer::Accepted, "{}", reply.said);
        let home = std::env::var("HOME").unwrap_or_default();
        assert_eq!(bench.written(), format!("203.0.113.7,{home},a.log\na,b\n"));
    }
}

#[test]
fn programs_a_script_starts_find_no_option_in_their_environment() {
    for shell in SHELLS {
        let bench = Bench::new(&format!("env{}", shell.len()), "env >$DATFILE; [ \"$password\" = geheim1 ]")
            .with("password", "geheim1")
            .with("http_proxy", "http://geheim2/");
        assert_eq!(bench.update(shell).answer, Answer::Accepted);
        let seen = bench.written();
        assert!(!seen.contains("geheim") && !seen.contains("DDNS_V_") && !seen.contains("DDNS_NAMES"), "{seen}");
    }
}

#[test]
fn what_a_script_changes_ends_with_it() {
    for shell in SHELLS {
        let bench =
            Bench::new(&format!("change{}", shell.len()), "echo \"$lookup_host\" >>$DATFILE; lookup_host=other; cd /");
        assert_eq!((bench.update(shell).answer, bench.update(shell).answer), (Answer::Accepted, Answer::Accepted));
        assert_eq!(bench.written(), "h.example\nh.example\n");
    }
}

#[test]
fn what_a_script_prints_is_told_with_its_secrets_covered() {
    let text = "echo \"sent to provider\"; echo \"pw is $password, $URL_PASS\" >&2; return 7\n";
    for shell in SHELLS {
        let bench = Bench::new(&format!("told{}", shell.len()), text).with("password", "sEcr&t'1");
        let said = bench.update(shell).said;
        assert!(said.ends_with("u.sh returned 7 \"pw is ***PW***, ***PW***\" \"sent to provider\""), "{said}");
    }
}

#[test]
fn the_line_ends_of_windows_are_recognised() {
    for shell in SHELLS {
        let reply = Bench::new(&format!("crlf{}", shell.len()), "#!/bin/sh\r\nif true; then\r\n\treturn 0\r\nfi\r\n")
            .update(shell);
        assert_ne!(reply.answer, Answer::Accepted);
        assert!(reply.said.contains("line ends of Windows"), "{shell:?}: {}", reply.said);
    }
}

#[test]
fn a_script_that_takes_too_long_is_ended() {
    for shell in SHELLS {
        let mut bench = Bench::new(&format!("slow{}", shell.len()), "sleep 30\nreturn 0\n");
        bench.limit = Some(Duration::from_millis(300));
        let start = Instant::now();
        let reply = bench.update(shell);
        assert_eq!(reply.answer, Answer::Unreachable);
        assert!(reply.said.contains("took longer than 120 seconds"), "{}", reply.said);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[test]
fn a_script_that_is_not_there_is_named_before_anything_is_run() {
    let section = section("\toption update_script /nowhere/u.sh");
    let recipe = send::recipe(&section, &mut |_| None).unwrap();
    let told = send::faults(&section, &recipe, &mut |path| path.exists())[0].to_string();
    for part in ["section 'a'", "option 'update_script'", "/nowhere/u.sh", "does not exist"] {
        assert!(told.contains(part), "{told}");
    }
    for shell in SHELLS {
        // it went away since then
        let bench = Bench::new(&format!("gone{}", shell.len()), "");
        fs::remove_file(bench.dir.join("u.sh")).unwrap();
        let reply = bench.update(shell);
        assert_ne!(reply.answer, Answer::Accepted);
        assert!(reply.said.contains("u.sh"), "{}", reply.said);
    }
}

#[test]
fn the_shell_library_is_there_before_the_script() {
    for shell in SHELLS {
        let bench = Bench::new(&format!("lib{}", shell.len()), "write_log 7 \"for $domain\" >$DATFILE")
            .with("domain", "h.example");
        fs::write(bench.dir.join("functions.sh"), "write_log() { echo \"$1 $2 $SECTION_ID\"; }\n").unwrap();
        assert_eq!(bench.update(shell).answer, Answer::Accepted);
        assert_eq!(bench.written(), "7 for h.example a\n");
    }
}

#[test]
fn a_script_can_be_asked_for_the_registered_address() {
    let cases = [
        (
            "[ -n \"$GET_REGISTERED_IP\" ] && { REGISTERED_IP=203.0.113.44; return 0; }\nreturn 9\n",
            Some("203.0.113.44"),
        ),
        ("echo noise; REGISTERED_IP=203.0.113.44\n", Some("203.0.113.44")),
        ("REGISTERED_IP=\n", None),
        ("REGISTERED_IP=203.0.113.999\n", None),
        ("REGISTERED_IP=2001:db8::1\n", None),
        ("REGISTERED_IP=203.0.113.44; return 1\n", None),
        ("REGISTERED_IP=203.0.113.44; exit 0\n", None),
    ];
    for (at, (text, wanted)) in cases.into_iter().enumerate() {
        for shell in SHELLS {
            let found = Bench::new(&format!("ask{at}{}", shell.len()), text).registered(shell);
            match (wanted, &found) {
                (Some(address), Known::Is(found)) => assert_eq!(found[0].to_string(), address),
                (None, Known::Unclear(why)) => assert!(why.contains("u.sh"), "{why}"),
                _ => panic!("{text:?}: {found:?}"),
            }
        }
    }
}
