//! A bed for the real program: a router, the Internet, BIND, a provider, all real, each test its own. When a test is over, everything the
//! program has said and left behind is searched for the secrets it was given.
//!
//! [`on`] takes care of where the test runs. Needs root, or a kernel that lets `unshare -rnm` make one.

pub(crate) mod named;
pub(crate) mod net;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod router;
mod secrets;
mod tls;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) use named::KEY;
use named::Named;
use net::Net;
pub(crate) use program::Ran;
pub(crate) use provider::{Asked, Provider, Says};
use router::Router;
use secrets::{Secrets, Watcher};

/// User and password of the account at the provider, hard to carry and easy to find.
pub(crate) const USER: &str = "anna@example.net";
/// The same.
pub(crate) const PASSWORD: &str = "pä/ss+w0rd &%41?";
/// A password that the provider does not take.
pub(crate) const WRONG_PASSWORD: &str = "pä/ss+w0rd &%41!";
/// Where the provider is asked for updates.
pub(crate) const URL: &str = "http://[USERNAME]:[PASSWORD]@provider.example/nic/update?hostname=[DOMAIN]&myip=[IP]";
/// For what must happen soon: on the slowest machine, and before a transfer is given up.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// All of it.
pub(crate) struct Bed {
    pub(crate) net: Net,
    pub(crate) named: RefCell<Named>,
    pub(crate) provider: RefCell<Provider>,
    pub(crate) router: Router,
    watcher: Watcher,
    syslog: UnixDatagram,
    said: RefCell<Vec<String>>,
    runs: RefCell<u32>,
}

/// Runs a test on a bed, and the search for secrets after it. Where we are not root, the test runs once more below `unshare -rnm`.
pub(crate) fn on(test: impl FnOnce(&Bed) + Send) {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    if !nix::unistd::geteuid().is_root() {
        return again_as_root(&name);
    }
    std::thread::scope(|scope| {
        // a thread of its own: the harness may use its threads for several tests
        let result = scope.spawn(|| Bed::make().run(test)).join();
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
}

fn again_as_root(name: &str) {
    let output = Command::new("unshare")
        .args(["-rnm", "--", &std::env::current_exe().unwrap().to_string_lossy()])
        .args(["--exact", name, "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if said.contains("unshare failed") {
        eprintln!("SKIPPED {name}: not root, and {said}");
        return;
    }
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

impl Bed {
    fn make() -> Self {
        let net = Net::lay().unwrap();
        let router = Router::new("bed").unwrap();
        let named = Named::start(&net, &router.dir().join("named")).unwrap();
        let provider = Provider::open(&net).unwrap();
        let syslog = UnixDatagram::bind(router.path("dev/log")).unwrap();
        syslog.set_nonblocking(true).unwrap();
        provider.account(format!("{USER}:{PASSWORD}").as_bytes());
        Self {
            watcher: Watcher::start(),
            named: RefCell::new(named),
            provider: RefCell::new(provider),
            net,
            router,
            syslog,
            said: RefCell::default(),
            runs: RefCell::default(),
        }
    }

    fn run(self, test: impl FnOnce(&Self)) {
        test(&self);
        self.search();
    }

    /// Fails when a secret is to be seen anywhere; comes by itself after each test, and sees more while a process runs.
    pub(crate) fn search(&self) {
        let found = self.exposed();
        assert!(found.is_empty(), "secrets in the open:\n{}", found.join("\n"));
    }

    /// The places at which a secret is to be seen.
    pub(crate) fn exposed(&self) -> Vec<String> {
        self.syslog();
        let seen = self.watcher.seen();
        let search = |password| Secrets::of(USER, password).search(&self.router, &self.said.borrow(), &seen);
        [PASSWORD, WRONG_PASSWORD, KEY].into_iter().flat_map(search).collect()
    }

    /// Makes section `home` with these options the configuration.
    pub(crate) fn configure(&self, options: &[(&str, &str)]) {
        self.router.configure(section("home", options)).unwrap();
    }

    /// Changes the router's addresses and devices.
    pub(crate) fn ip(&self, lines: &str) {
        self.net.ip(&format!("{lines}\n")).unwrap();
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.provider.borrow().asked()
    }

    /// The addresses the provider was asked to publish, in turn.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.query("myip").unwrap_or_default().to_owned()).collect()
    }

    /// Tells the provider how to answer from now on.
    pub(crate) fn provider_says(&self, says: Says) {
        self.provider.borrow().usually(says);
    }

    /// What DNS says of `home.example.net`.
    pub(crate) fn dns(&self) -> Vec<String> {
        self.named.borrow().lookup("home.example.net", "A").unwrap()
    }

    /// A status file of section `home`.
    pub(crate) fn status(&self, ending: &str) -> Option<String> {
        std::fs::read_to_string(self.router.path(&format!("var/run/ddns/home.{ending}"))).ok()
    }

    /// The log of section `home`.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.router.path("var/log/ddns/home.log")).unwrap_or_default()
    }

    /// How often the log has a line with `text`.
    pub(crate) fn logged(&self, text: &str) -> usize {
        self.log().lines().filter(|line| line.contains(text)).count()
    }

    /// What reached syslog so far.
    pub(crate) fn syslog(&self) -> String {
        let mut datagram = vec![0; 65536];
        while let Ok(count) = self.syslog.recv(&mut datagram) {
            self.said.borrow_mut().push(format!("syslog: {}", String::from_utf8_lossy(&datagram[..count])));
        }
        let said = self.said.borrow();
        said.iter().filter_map(|text| text.strip_prefix("syslog: ")).collect::<Vec<_>>().join("\n")
    }

    /// Waits until something is so, and fails with all there is to know when it does not get so.
    pub(crate) fn until(&self, what: &str, limit: Duration, mut so: impl FnMut() -> bool) -> Duration {
        let start = Instant::now();
        while !so() {
            assert!(start.elapsed() < limit, "not within {limit:?}: {what}\n{}", self.story());
            std::thread::sleep(Duration::from_millis(3));
        }
        start.elapsed()
    }

    /// One of five tries is over in this time, which it is told: a busy machine spoils some, a fault of ours would spoil all.
    pub(crate) fn within(&self, limit: Duration, mut attempt: impl FnMut()) -> Duration {
        let mut quickest = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            attempt();
            quickest = quickest.min(start.elapsed());
            if quickest < limit {
                return quickest;
            }
        }
        panic!("not within {limit:?}, the quickest of five takes {quickest:?}\n{}", self.story());
    }

    /// Waits for this many requests.
    pub(crate) fn until_asked(&self, count: usize) {
        self.until(&format!("{count} requests"), SOON, || self.asked().len() >= count);
    }

    /// For a while nothing more is asked of the provider.
    pub(crate) fn quiet_for(&self, wait: Duration) {
        let before = self.asked().len();
        std::thread::sleep(wait);
        assert_eq!(self.asked().len(), before, "{}", self.story());
    }

    /// Waits until a round is over: the moment of the next check is another one.
    pub(crate) fn until_next_check_changes(&self) {
        let before = self.status("nextcheck");
        self.until("another check", SOON, || self.status("nextcheck") != before);
    }

    /// All there is to know when a test fails.
    pub(crate) fn story(&self) -> String {
        let asked: Vec<String> =
            self.asked().iter().map(|a| format!("{} {} from {}", a.method, a.target, a.peer)).collect();
        format!("requests: {asked:#?}\nlog:\n{}\nsaid:\n{}", self.log(), self.said.borrow().join("\n"))
    }
}

/// A section of a configuration: checks each second, further options last (the last one of a name counts).
pub(crate) fn section(name: &str, options: &[(&str, &str)]) -> String {
    let usual = [
        ("enabled", "1"),
        ("use_ipv6", "0"),
        ("domain", "home.example.net"),
        ("lookup_host", "home.example.net"),
        ("update_url", URL),
        ("username", USER),
        ("password", PASSWORD),
        ("ip_source", "interface"),
        ("ip_interface", "wan0"),
        ("check_interval", "1"),
        ("check_interval_min", "1"),
        ("check_unit", "seconds"),
        ("retry_interval", "1"),
        ("use_syslog", "1"),
    ];
    let mut text = format!("config service '{name}'\n");
    for (option, value) in usual.iter().chain(options) {
        let _ = writeln!(text, "\toption {option} '{value}'");
    }
    text
}
