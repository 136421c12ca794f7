//! The show: a first update, an address that changes, a password that is wrong.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::say;
use crate::stage::Stage;

/// The router's first address on the line.
const ROUTER_V4: &str = "203.0.113.7";
const PASSWORD: &str = "correct horse";
/// Checks of the last part, far more often than anybody should.
const CHECK_SECS: u32 = 2;

/// All of it.
pub(crate) fn tell(program: &Path, server: &Path) -> io::Result<()> {
    say("ddns keeps a DNS name pointed at a router whose address changes; ddns-service is the server that it tells.");
    say("This shows both at work.");
    say("Nothing on this machine is changed: all of it lives in a throw-away directory and in networks of its own.");
    let mut stage = Stage::build(program, server)?;
    parts(&mut stage)?;
    let mut updater = first_update(&stage)?;
    other_address(&stage)?;
    updater.end();
    wrong_password(&stage)?;
    say("\n5. What the operator sees");
    stage.service.run(&["hostname", "show", "home", "example.net"], "")?;
    say("\nThat was all. Everything that was started has ended, the directory is gone.");
    say("Your own configuration: make run CONFIG=/path/to/ddns says what is wrong in it and what would be sent.");
    Ok(())
}

fn parts(stage: &mut Stage<'_>) -> io::Result<()> {
    say("\n1. The parts\n");
    say(&format!("   - a router; its line to the Internet, wan0, has the address {ROUTER_V4}"));
    say(
        "   - in the Internet a server, ddns-service. It takes updates at provider.example, and with its own name server it tells",
    );
    say("     the world where home.example.net is. One program, one file; its operator lets anna in:");
    stage.service.run(&["user", "add", "anna", "anna@example.net", "--password-stdin"], PASSWORD)?;
    stage.service.run(&["hostname", "add", "anna", "home", "example.net"], "")?;
    stage.service.start()?;
    say("\n   The router's /etc/config/ddns says whom to tell what:\n");
    show(&configure(stage, PASSWORD, None)?, &[""]);
    Ok(())
}

/// Writes the configuration.
fn configure(stage: &Stage<'_>, password: &str, check_secs: Option<u32>) -> io::Result<String> {
    let often = check_secs.map_or_else(String::new, |secs| {
        format!("\toption check_interval '{secs}'\n\toption check_unit 'seconds'\n\toption check_interval_min '1'\n")
    });
    let text = format!(
        "config service 'demo'\n\toption enabled '1'\n\toption use_ipv6 '0'\n\toption domain 'home.example.net'\n\
         \toption lookup_host 'home.example.net'\n\toption ip_source 'interface'\n\toption ip_interface 'wan0'\n\
         \toption update_url 'http://[USERNAME]:[PASSWORD]@provider.example/nic/update?hostname=[DOMAIN]&myip=[IP]'\n\
         \toption username 'anna'\n\toption password '{password}'\n{often}"
    );
    stage.router.configure(&text)?;
    Ok(text)
}

/// Shows the lines of a configuration that hold one of these words.
fn show(text: &str, words: &[&str]) {
    for line in text.lines().filter(|line| words.iter().any(|word| line.contains(word))) {
        say(&format!("       {}", line.replace('\t', "    ")));
    }
}

fn first_update(stage: &Stage<'_>) -> io::Result<crate::stage::Actor> {
    say("\n2. The first update\n");
    say(&format!("   DNS says of home.example.net: {}. Nobody has told it yet.", Stage::dns()));
    say(
        "   Now the updater starts, in the foreground as the router starts it; -v shows its log here (lines with a bar):",
    );
    let updater = stage.start(&["run", "-v", "demo"])?;
    stage.until_asked(1)?;
    stage.until("DNS to follow", |_| Stage::dns() == ROUTER_V4)?;
    say(&format!("\n   DNS says home.example.net is at {}: the router. It is found again.", Stage::dns()));
    Ok(updater)
}

/// The line comes back with another address; the moment at which it had it.
fn renumber(stage: &Stage<'_>, new: &str) -> io::Result<Instant> {
    stage.net.ip("addr flush dev wan0\n")?;
    thread::sleep(Duration::from_millis(700));
    let lines = format!("addr add {new}/24 dev wan0\nroute replace default via 203.0.113.1 dev wan0\n");
    let moment = Instant::now();
    stage.net.ip(&lines)?;
    Ok(moment)
}

fn other_address(stage: &Stage<'_>) -> io::Result<()> {
    let new = "203.0.113.42";
    say("\n3. Another address\n");
    say("   The next check is ten minutes away. Now the line drops, and comes back with another address:");
    say(&format!("   {ROUTER_V4} is gone, wan0 has {new}.\n"));
    let moment = renumber(stage, new)?;
    stage.until_asked(2)?;
    stage.until("DNS to follow", |_| Stage::dns() == new)?;
    let took = moment.elapsed();
    say(&format!(
        "\n   Less than {} milliseconds after the change the world knew: no polling, the kernel tells.",
        took.as_millis()
    ));
    say(&format!("   DNS says home.example.net is at {}.\n   The updater is told to end:\n", Stage::dns()));
    Ok(())
}

fn wrong_password(stage: &Stage<'_>) -> io::Result<()> {
    say("\n4. A wrong password\n");
    say("   Somebody mistypes the password in the configuration. And only for this show, checks are seconds apart:\n");
    let changed = ["password", "check_interval '", "check_unit"];
    show(&configure(stage, "correct hose", Some(CHECK_SECS))?, &changed);
    say("\n   The line comes back with another address once more, so there is something to tell the server:");
    renumber(stage, "203.0.113.77")?;
    let before = stage.service.asked();
    let mut updater = stage.start(&["run", "-v", "demo"])?;
    stage.until_asked(before + 1)?;
    stage.until_checks(2)?;
    let times = match stage.service.asked() - before {
        1 => "once".to_owned(),
        more => format!("{more} times"),
    };
    say(&format!(
        "\n   Two checks later the server was asked {times}. Who knocks on and on with a wrong password is locked out,"
    ));
    say("   so it is left alone until the owner acts. This is what the owner sees:");
    stage.run(&["status"])?;
    say("\n   The password is put right, and the running updater told to look:\n");
    show(&configure(stage, PASSWORD, Some(CHECK_SECS))?, &["password"]);
    stage.run(&["reload", "demo"])?;
    stage.until("DNS to follow", |_| Stage::dns() == "203.0.113.77")?;
    stage.until("the next check", |stage| stage.registered() == "203.0.113.77")?;
    say(&format!("\n   DNS says home.example.net is at {}, and the next check sees it too:", Stage::dns()));
    stage.run(&["status"])?;
    say("\n   The updater is told to end:\n");
    updater.end();
    Ok(())
}
