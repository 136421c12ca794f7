//! Update scripts of every style that ddns-scripts' own and its samples show, run by the whole program below a root where the package lies:
//! by the machine's shell and by BusyBox's.

#![cfg(test)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

#[path = "support/http.rs"]
mod support;
#[path = "support/tls.rs"]
mod tls;
use support::{Server, dead_address, directory, ok};

/// Whether a root has a `/bin/sh` of its own, BusyBox, or takes the machine's.
const SHELLS: [bool; 2] = [false, true];
const BINARY: &str = env!("CARGO_BIN_EXE_ddns");
const OWN: &str = env!("CARGO_MANIFEST_DIR");
/// Nobody is asked for names here: every URL has an address.
const NO_NAMES: &str = "nameserver 127.0.0.1\n";

/// A root with the package in it.
struct Router {
    dir: PathBuf,
    busybox: bool,
}

impl Router {
    fn new(name: &str, busybox: bool) -> Self {
        let dir = directory(&format!("library-{name}-{busybox}"));
        let laid = Command::new("sh").args([&format!("{OWN}/openwrt/lay.sh"), BINARY]).arg(&dir).output().unwrap();
        assert!(laid.status.success(), "{}", String::from_utf8_lossy(&laid.stderr));
        fs::create_dir_all(dir.join("bin")).unwrap();
        fs::write(dir.join("etc/resolv.conf"), NO_NAMES).unwrap();
        if busybox {
            symlink("/bin/busybox", dir.join("bin/sh")).unwrap();
        }
        let router = Self { dir, busybox };
        router.program("ip.sh", "#!/bin/sh\necho 203.0.113.7\n");
        router
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.join(below)
    }

    fn program(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// One update by this script and these options.
    fn update(&self, script: &str, options: &[(&str, &str)]) -> Told {
        let out = self.dir.join("out");
        let _ = fs::remove_file(&out);
        // each update is the first one
        let _ = fs::remove_dir_all(self.path("var/run/ddns"));
        fs::write(self.path("u.sh"), format!("OUT={}\n{script}", out.display())).unwrap();
        let mut config = "config ddns 'global'\nconfig service 'a'\n\toption enabled 1\n\toption lookup_host 'h.example'\n\
            \toption ip_source script\n\toption ip_script /ip.sh\n\toption update_script /u.sh\n\toption force_interval 0\n"
            .to_owned();
        for (name, value) in options {
            config.extend(["\toption ", name, " '", &value.replace('\'', r"'\''"), "'\n"]);
        }
        fs::write(self.path("etc/config/ddns"), config).unwrap();
        let run = Command::new(BINARY).args(["once", "a", "--root"]).arg(&self.dir).output().unwrap();
        let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let log = self.path("var/log/ddns/a.log");
        let told = Told { log: text(&log), out: text(&out), run };
        let _ = fs::remove_file(log);
        told
    }

    /// A script of the owner, run by hand.
    fn by_hand(&self, text: &str) -> Output {
        let script = text.replace("/usr/lib/ddns/", &format!("{}/usr/lib/ddns/", self.dir.display()));
        let path = self.program("hand.sh", &script);
        self.hand(path.to_str().unwrap(), &[])
    }

    fn hand(&self, script: &str, words: &[&str]) -> Output {
        let mut command = if self.busybox { Command::new("busybox") } else { Command::new("sh") };
        if self.busybox {
            command.arg("ash");
        }
        command.arg(script).args(words).stdin(Stdio::null());
        command.env("DDNS_ROOT", &self.dir).env("DDNS_PROGRAM", self.path("usr/bin/ddns")).output().unwrap()
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// What one update left behind.
struct Told {
    log: String,
    /// What the script wrote into `$OUT`.
    out: String,
    run: Output,
}

impl Told {
    fn console(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.run.stdout), String::from_utf8_lossy(&self.run.stderr))
    }

    fn accepted(&self) -> bool {
        self.log.contains("update accepted")
    }
}

/// What a shell or program printed.
fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// `PATH` without a real curl in it: what scripts need of BusyBox is linked there.
fn without_curl(router: &Router) -> String {
    let bin = router.path("nocurl");
    fs::create_dir_all(&bin).unwrap();
    for name in ["cat", "grep", "sed", "head", "cut", "mktemp", "rm", "sh", "printf", "expr", "tr"] {
        symlink("/bin/busybox", bin.join(name)).unwrap();
    }
    format!(
        "PATH={}:{}\nCURL={}\nCURL_SSL=$CURL\n",
        bin.display(),
        standin(router),
        router.path("usr/lib/ddns/standin/curl").display()
    )
}

fn standin(router: &Router) -> String {
    router.path("usr/lib/ddns/standin").display().to_string()
}

#[test]
fn a_script_transfers_judges_and_returns() {
    let server = Server::saying(ok("good 203.0.113.7\n"));
    for busybox in SHELLS {
        let router = Router::new("transfer", busybox);
        let script = format!(
            "local URL=\"http://[USERNAME]:[PASSWORD]@{}/nic?h=[DOMAIN]&ip=[IP]\"\n\
            URL=$(echo $URL | sed -e \"s#\\[USERNAME\\]#$URL_USER#g\" -e \"s#\\[PASSWORD\\]#$URL_PASS#g\" \
            -e \"s#\\[DOMAIN\\]#$domain#g\" -e \"s#\\[IP\\]#$__IP#g\")\n\
            do_transfer \"$URL\" || return 1\nwrite_log 7 \"answered:\\n$(cat $DATFILE)${{N}}end\"\n\
            grep -E 'good|nochg' $DATFILE >/dev/null 2>&1\nreturn $?\n",
            server.address
        );
        let told = router.update(&script, &[("domain", "h.example"), ("username", "joe"), ("password", "s3cr&t1")]);
        assert!(told.accepted(), "{}", told.log);
        assert!(told.log.contains(" : answered: | good 203.0.113.7 | end\n"), "{}", told.log);
        let request = server.requests().pop().unwrap();
        assert!(request.starts_with("GET /nic?h=h.example&ip=203.0.113.7 HTTP/1.1\r\n"), "{request}");
        assert!(request.contains(&format!("Basic {}", ddns::secret::base64(b"joe:s3cr&t1"))), "{request}");
    }
}

#[test]
fn what_the_script_did_to_the_options_counts_for_its_transfer() {
    let proxy = Server::saying(ok("by proxy"));
    let server = tls::Server::start(&["-cert", "good.crt", "-key", "good.key"]);
    for busybox in SHELLS {
        let router = Router::new("options", busybox);
        let script =
            format!("proxy={}\ndo_transfer http://192.0.2.1/x || return 1\ncat $DATFILE >$OUT\n", proxy.address);
        let told = router.update(&script, &[("proxy", "127.0.0.1:1")]);
        assert_eq!(told.out, "by proxy", "{}", told.log);
        let url = server.url("localhost").replace("localhost", "127.0.0.1");
        let script =
            format!("do_transfer {url} && return 5\ncacert=IGNORE\ndo_transfer {url} || return 6\necho yes >$OUT\n");
        let told = router.update(&script, &[]);
        assert_eq!(told.out, "yes\n", "{}", told.log);
        assert!(told.log.contains("no https server can be believed"), "{}", told.log);
        let ca = tls::path("ca.crt");
        let told = router.update(&format!("do_transfer {url} && echo yes >$OUT"), &[("cacert", ca.to_str().unwrap())]);
        // a CA file is one below the root
        assert_eq!(told.out, "", "{}", told.log);
        fs::copy(&ca, router.path("ca.crt")).unwrap();
        let told = router.update(&format!("do_transfer {url} && echo yes >$OUT"), &[("cacert", "/ca.crt")]);
        assert_eq!(told.out, "yes\n", "{}", told.log);
    }
}

#[test]
fn a_transfer_that_finds_nobody_is_told_and_the_script_is_run_again_later() {
    for busybox in SHELLS {
        let router = Router::new("nobody", busybox);
        let script = format!(
            "echo old >$DATFILE\ndo_transfer http://{}/?secret=$URL_PASS || {{ cat $DATFILE $ERRFILE >$OUT; return 1; }}\n",
            dead_address()
        );
        let told = router.update(&script, &[("password", "geheim-1")]);
        assert!(told.out.starts_with("ddns: transfer from '127.0.0.1' failed: cannot connect"), "{}", told.out);
        assert!(told.log.contains("ERROR : transfer from '127.0.0.1' failed"), "{}", told.log);
        assert!(told.log.contains("provider not reached"), "{}", told.log);
        let told = router.update("do_transfer 'no url' || return 1\n", &[]);
        assert!(!told.log.contains("provider not reached") && !told.accepted(), "{}", told.log);
        // an answer is an answer, whatever its status
        let server = Server::saying("HTTP/1.1 401 No\r\nContent-Length: 7\r\n\r\nbadauth");
        let told =
            router.update(&format!("do_transfer {} || return 1\ncat $DATFILE >$OUT; return 1\n", server.url("/")), &[]);
        assert_eq!(told.out, "badauth");
    }
}

#[test]
fn no_password_is_ever_an_argument() {
    let seen = |_: &str, stream: &mut std::net::TcpStream| {
        let mut found = String::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            if line.contains("geheimnis-4711") {
                found.push_str(&line);
            }
        }
        stream.write_all(ok(&format!("found[{found}]")).as_bytes()).unwrap();
    };
    let server = Server::start(seen);
    for busybox in SHELLS {
        let router = Router::new("ps", busybox);
        let script = format!(
            "write_log 7 \"$password\"; urlencode V \"$password\"\n\
            do_transfer \"http://joe:$V@{}/$password\" || return 1\ncat $DATFILE >$OUT",
            server.address
        );
        let told = router.update(&script, &[("password", "geheimnis-4711")]);
        assert_eq!(told.out, "found[]");
        assert!(!told.log.contains("geheimnis") && !told.console().contains("geheimnis"), "{}", told.log);
        assert!(told.log.contains(" : ***PW***\n"), "{}", told.log);
    }
}

#[test]
fn write_log_reaches_log_and_console_and_ends_the_script() {
    for busybox in SHELLS {
        let router = Router::new("log", busybox);
        let script = "for l in 0 1 2 3 4 5 6 7; do write_log $l \"level $l\" of it; done\nwrite_log 9 no; write_log x no\n\
            V=$(write_log 7 quiet; echo value)\necho \"[$V]\" >$OUT\nwrite_log 14 'giving up'\necho no >>$OUT\n";
        let told = router.update(script, &[]);
        assert_eq!(told.out, "[value]\n");
        let told_too = router.update("ls -l $DATFILE $ERRFILE >$OUT; umask >>$OUT", &[]).out;
        assert_eq!(told_too.matches("-rw-------").count(), 2, "{told_too}");
        for line in ["EMERG : level 0 of it", " CRIT : level 2 of it", " note : level 5 of it", "      : level 7 of it"]
        {
            assert!(told.log.contains(line), "{line}: {}", told.log);
            assert_eq!(told.console().matches(line).count(), 1, "{line}: {}", told.console());
        }
        assert!(told.log.contains(" WARN : giving up - TERMINATE\n") && !told.log.contains(" no\n"), "{}", told.log);
        assert!(!told.accepted());
        // a section without a log file gets none
        let told = router.update("write_log 4 hello\n", &[("use_logfile", "0")]);
        assert!(told.log.is_empty() && told.console().contains("hello"), "{}", told.log);
    }
}

#[test]
fn small_functions_give_what_ddns_scripts_gave() {
    let script = "urlencode V 'a b&c/d~_.-\u{e9}\\n$x'; echo \"$V\" >$OUT\n\
        urlencode V \"two\nlines\"; echo \"$V\" >>$OUT\nurlencode V ''; echo \"[$V]\" >>$OUT\n\
        expand_ipv6 2001:DB8::1 E; echo \"$E $?\" >>$OUT\nexpand_ipv6 :: E; echo $E >>$OUT\n\
        for bad in zzz '' 203.0.113.7 '1::2::3' -h; do expand_ipv6 \"$bad\" E; echo \"$E $?\" >>$OUT; done\n\
        get_seconds S 2 hours; echo $S >>$OUT; get_seconds S 90 seconds; echo $S >>$OUT\n\
        get_uptime U; [ \"$U\" -gt 0 ] && echo up >>$OUT\n\
        get_service_data duckdns.org \"${DDNS_ROOT}/usr/share/ddns/default\" A B C; echo \"$? ${A%%\\?*} [$B] $C\" >>$OUT\n\
        get_service_data none /nowhere A B C; echo \"$? [$A] [$B] [$C]\" >>$OUT\n\
        timeout 1 sleep 9; echo $? >>$OUT; timeout 60 -- sh -c 'exit 3'; echo $? >>$OUT\n\
        (urlencode 'V;touch PWNED' x); echo $? >>$OUT\n";
    let wanted = "a%20b%26c%2fd~_.-%c3%a9%5cn%24x\ntwo%0alines\n[]\n2001:0db8:0000:0000:0000:0000:0000:0001 0\n\
        0000:0000:0000:0000:0000:0000:0000:0000\ninvalid 1\ninvalid 1\ninvalid 1\ninvalid 1\ninvalid 1\n7200\n90\nup\n\
        0 https://www.duckdns.org/update [] OK\n1 [] [] []\n143\n3\n1\n";
    for busybox in SHELLS {
        let router = Router::new("small", busybox);
        assert_eq!(router.update(script, &[]).out, wanted, "busybox: {busybox}");
    }
}

#[test]
fn networks_are_told_where_openwrt_does_not_and_openwrts_own_functions_stay() {
    for busybox in SHELLS {
        let router = Router::new("network", busybox);
        let script = "network_get_device D lo && echo $D >$OUT\nnetwork_get_physdev D lo && echo $D >>$OUT\n\
            network_get_ipaddr A nonet || echo none $? \"[$A]\" >>$OUT\nnetwork_flush_cache\n";
        assert_eq!(router.update(script, &[]).out, "lo\nlo\nnone 1 []\n");
        let own = "network_get_ipaddr() { eval \"$1=own\"; }\n. $DDNS_ROOT/usr/lib/ddns/dynamic_dns_functions.sh\n\
            network_get_ipaddr A x; echo $A $SECTION_ID ${DATFILE##*/} >$OUT\n";
        assert_eq!(router.update(own, &[]).out, "own a a.dat\n", "sourced once more, nothing is lost");
    }
}

/// A curl command line as scripts build it, with and without a real curl on the machine.
#[test]
fn scripts_that_build_a_curl_command_line_need_no_curl() {
    let server = Server::start(|request, stream| {
        let status = if request.contains("/refused") { "403 No" } else { "200 OK" };
        let body = format!("{{\"success\": true, \"saw\": {}}}\n", request.len());
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
    });
    let base = format!("http://{}", server.address);
    for busybox in SHELLS {
        let router = Router::new("curl", busybox);
        let script = without_curl(&router)
            + "[ \"$(command -v curl)\" = \"$CURL\" ] || return 9\n\
            local BASE=\"$CURL -RsS -o $DATFILE --stderr $ERRFILE -w '%{http_code}' --noproxy '*' -4\"\n\
            BASE=\"$BASE --header 'Authorization: Bearer $password' --header 'Content-Type: application/json' \"\n\
            RUN=\"$BASE --request GET '$base/zones?name=x&y=z'\"\nS=$(eval \"$RUN\"); echo \"$? $S\" >$OUT\n\
            grep -q '\"success\":\\s*true' $DATFILE || return 8\n\
            cat >$DATFILE <<EOF\n{\"content\":\"$__IP\"}\nEOF\n\
            RUN=\"$BASE --request PATCH --data @$DATFILE '$base/refused'\"\nS=$(eval \"$RUN\"); echo \"$? $S\" >>$OUT\n\
            S=$(curl -Ss -X POST \"$base/form\" -d a=1 --data-urlencode \"p=$password&x\" -u joe:$password -w '%{http_code}\\n' -o $DATFILE 2>$ERRFILE)\n\
            echo \"$? $S\" >>$OUT\n\
            $CURL -sSf -o $DATFILE --stderr $ERRFILE $base/refused; echo \"$? $(cat $ERRFILE)\" >>$OUT\n\
            curl -s http://127.0.0.1:1/ -w '%{http_code}'>>$OUT; echo \" $?\" >>$OUT\n\
            curl -c jar $base/ 2>>$OUT; echo $? >>$OUT\n\
            printf 'silent\\nurl = \"%s\"\\nrequest = PUT\\ndata = \"%s\"\\noutput = \"%s\"\\n' \"$base/file\" '{\"a\":\"b\"}' $DATFILE >$ERRFILE\n\
            curl --config $ERRFILE; echo $? >>$OUT\nreturn 0\n";
        let told = router.update(&script, &[("password", "t ok'en"), ("base", &base)]);
        // a quote in the password ends the quotes of a script that does not think of it: here it is the script's own fault
        assert!(told.out.is_empty() || !told.accepted());
        let told = router.update(&script, &[("password", "t:ok+en"), ("base", &base)]);
        assert_eq!(
            told.out,
            "0 200\n0 403\n0 200\n22 curl: (22) the requested URL returned error: 403\n000 7\n\
            curl: (2) option -c: is unknown to the small curl of ddns; install curl for it\n2\n0\n",
            "{}",
            told.log
        );
        let requests = server.requests();
        let last =
            |start: &str| requests.iter().rev().find(|r| r.starts_with(start)).unwrap_or_else(|| panic!("{start}"));
        assert!(last("GET /zones?name=x&y=z ").contains("Authorization: Bearer t:ok+en\r\n"));
        assert!(last("PATCH /refused ").ends_with("\r\n\r\n{\"content\":\"203.0.113.7\"}"));
        let form = last("POST /form ");
        assert!(
            form.contains("Content-Type: application/x-www-form-urlencoded\r\n")
                && form.ends_with("a=1&p=t%3Aok%2Ben%26x"),
            "{form}"
        );
        assert!(form.contains(&format!("Basic {}", ddns::secret::base64(b"joe:t:ok+en"))));
        assert!(last("PUT /file ").ends_with("{\"a\":\"b\"}"));
    }
}

#[test]
fn numbers_and_names_that_scripts_ask_for_are_there() {
    let script = "[ $use_ipv6 -eq 1 ] && [ $use_https -eq 1 ] && [ $force_ipversion -eq 0 ] && [ $is_glue -eq 0 ] || return 1\n\
        [ $VERBOSE_MODE -gt 0 ] && [ $retry_count -eq 3 ] && [ $retry_max_count -eq 3 ] && [ $RETRY_SECONDS -eq 120 ] || return 2\n\
        [ -n \"$CURL_PROXY$WGET_SSL\" ] || return 3\n[ \"$LOCAL_IP\" = \"$__IP\" ] && [ \"$1\" = \"$__IP\" ] || return 4\n\
        http=${https_proxy#http://joe:}; [ \"$http\" = \"pw@127.0.0.1:1\" ] || return 5\n";
    for busybox in SHELLS {
        let router = Router::new("names", busybox);
        router.program("ip.sh", "#!/bin/sh\necho 2001:db8::7\n");
        let options = [
            ("use_ipv6", "true"),
            ("use_https", "on"),
            ("retry_max_count", "3"),
            ("retry_interval", "2"),
            ("retry_unit", "minutes"),
            ("proxy", "joe:pw@127.0.0.1:1"),
        ];
        let told = router.update(script, &options);
        assert!(told.accepted(), "{}", told.log);
    }
}

#[test]
fn the_library_serves_a_script_run_by_hand() {
    let server = Server::saying(ok("hello\n"));
    for busybox in SHELLS {
        let router = Router::new("hand", busybox);
        router
            .update("return 0\n", &[("domain", "h.example"), ("PATH", "/nowhere"), ("own", "a 'b' $(touch PWNED)\n")]);
        let text = format!(
            ". /usr/lib/ddns/dynamic_dns_functions.sh\nSECTION_ID=a\nload_all_config_options ddns a || exit 9\n\
            echo \"$domain|$own|\"\nload_all_config_options ddns nothing; echo $?\n\
            do_transfer {} && cat \"$DATFILE\"; rm -f \"$DATFILE\" \"$ERRFILE\"\nwrite_log 13 'by hand'\necho no\n",
            server.url("/")
        );
        let end = router.by_hand(&text);
        assert_eq!(printed(&end), "h.example|a 'b' $(touch PWNED)\n|\n1\nhello\n");
        assert_eq!(end.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&end.stderr).contains("ERROR : by hand - TERMINATE"), "{end:?}");
        let log = fs::read_to_string(router.path("var/log/ddns/a.log")).unwrap();
        assert!(log.contains("ERROR : by hand - TERMINATE"), "{log}");
    }
}

#[test]
fn log_lines_of_many_processes_stay_whole_and_the_file_stays_short() {
    for busybox in SHELLS {
        let router = Router::new("many", busybox);
        let script = "for i in 1 2 3 4 5 6 7 8; do (write_log 6 \"first $i of it\"; write_log 6 \"second $i of it\") & done; wait\n";
        let told = router.update(script, &[]);
        for i in 1..=8 {
            for which in ["first", "second"] {
                let line = format!(" info : {which} {i} of it");
                assert_eq!(told.log.lines().filter(|l| l.ends_with(&line)).count(), 1, "{line}: {}", told.log);
            }
        }
    }
}

// ------------------------------------------------------------------ samples

fn sample(router: &Router, name: &str) -> String {
    let text = fs::read_to_string(Path::new(OWN).join("samples").join(name)).unwrap();
    let text = text.replace("/usr/lib/ddns/", &format!("{}/usr/lib/ddns/", router.dir.display()));
    router.program(name, &text).display().to_string()
}

#[test]
fn the_sample_of_an_update_script_updates() {
    let server = tls::Server::start(&["-cert", "good.crt", "-key", "good.key"]);
    for busybox in SHELLS {
        let router = Router::new("sample-update", busybox);
        let text = fs::read_to_string(Path::new(OWN).join("samples/update_script.sh")).unwrap();
        let name = server.url("localhost").replace("localhost", "127.0.0.1");
        let host = name.trim_start_matches("https://").trim_end_matches('/');
        let options = [
            ("domain", "h.example"),
            ("username", "joe"),
            ("password", "pw"),
            ("update_server", host),
            ("cacert", "IGNORE"),
        ];
        let told = router.update(&text, &options);
        // s_server answers any request with a page of its own, which is no `good`
        assert!(told.log.contains(" : the provider said: "), "{}", told.log);
        assert!(!told.accepted());
        let told = router.update(&text, &options[..1]);
        assert!(told.log.contains("username and password are needed - TERMINATE"), "{}", told.log);
    }
}

#[test]
fn the_samples_of_address_scripts_print_an_address() {
    let page = ok("<tr><td>LAN 192.168.0.1</td></tr>\n<tr><td>WAN address</td><td>203.0.113.99</td></tr>\n");
    let modem = Server::start(move |request, stream| {
        let login = format!("Basic {}", ddns::secret::base64(b"admin:p w"));
        let answer =
            if request.contains(&login) { page.clone() } else { "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n".into() };
        stream.write_all(answer.as_bytes()).unwrap();
    });
    for busybox in SHELLS {
        let router = Router::new("sample-ip", busybox);
        let script = sample(&router, "modem_page.sh");
        let login = router.path("login");
        fs::write(&login, "admin:p%20w\n").unwrap();
        let end = router.hand(&script, &[&modem.url("/status.html"), login.to_str().unwrap()]);
        assert_eq!(printed(&end), "203.0.113.99\n", "{end:?}");
        fs::write(&login, "admin:wrong\n").unwrap();
        let end = router.hand(&script, &[&modem.url("/status.html"), login.to_str().unwrap()]);
        assert!(!end.status.success() && end.stdout.is_empty(), "{end:?}");

        let script = sample(&router, "ip_script.sh");
        assert!(!router.hand(&script, &["nonet"]).status.success());

        // OpenWrt's own functions answer for networks
        let slaac = sample(&router, "slaac_host.sh");
        let text = fs::read_to_string(&slaac).unwrap();
        let with = |text: &str, function: &str| text.replace("network_flush_cache\n", &format!("{function}\n"));
        let own = "network_get_ipaddr6() { eval \"$1=2001:db8:1:2::1\"; }";
        let slaac = router.program("slaac.sh", &with(&text, own));
        let end = router.hand(slaac.to_str().unwrap(), &["lan", "02:00:5e:10:00:ff"]);
        assert_eq!(printed(&end), "2001:0db8:0001:0002:0000:5eff:fe10:00ff\n", "{end:?}");
        let end = router.hand(slaac.to_str().unwrap(), &["lan", "::a:b:c:d"]);
        assert_eq!(printed(&end), "2001:0db8:0001:0002:000a:000b:000c:000d\n", "{end:?}");
        assert!(!router.hand(slaac.to_str().unwrap(), &["lan", "::nonsense"]).status.success());
        let own = "network_get_ipaddr() { eval \"$1=203.0.113.5\"; }";
        let text = fs::read_to_string(&script).unwrap();
        let script = router.program("ip_own.sh", &with(&text, own));
        assert_eq!(printed(&router.hand(script.to_str().unwrap(), &[])), "203.0.113.5\n");
    }
}
