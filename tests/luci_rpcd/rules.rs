//! What the app's backend makes of a section's files, after its rules (newest generation), to be compared with ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// One section as the app sees it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) enabled: Option<&'static str>,
    pub(crate) force: Option<&'static str>,
    pub(crate) unit: Option<&'static str>,
}

/// Whole seconds since boot.
pub(crate) fn uptime() -> i64 {
    let text = fs::read_to_string("/proc/uptime").unwrap();
    text.split('.').next().unwrap().parse().unwrap()
}

/// Whole seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A date as the program `date` gives it, in the zone that the plug-in has without one.
pub(crate) fn date(at: i64, format: &str) -> String {
    let output =
        Command::new("date").env_remove("TZ").args(["-d", &format!("@{at}"), &format!("+{format}")]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().next().unwrap_or_default().to_owned()
}

fn leading(path: &Path) -> i64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn alive(pid: i64) -> bool {
    pid > 0 && Path::new(&format!("/proc/{pid}")).exists()
}

/// The row of a section, from the files in `run`.
pub(crate) fn row(run: &Path, name: &str, seen: &Seen) -> Value {
    let file = |ending: &str| run.join(format!("{name}.{ending}"));
    let ip = fs::read_to_string(file("ip")).unwrap_or_default().trim().replace('\n', "<br/>");
    let (up, now) = (uptime(), now());
    let (update, check) = (leading(&file("update")), leading(&file("nextcheck")));
    let pid = Some(leading(&file("pid"))).filter(|pid| alive(*pid));
    let number = seen.force.and_then(|text| text.parse().ok()).filter(|number| *number != 0).unwrap_or(72);
    let unit = match seen.unit.unwrap_or("hours") {
        "days" => 86400,
        "hours" => 3600,
        "minutes" => 60,
        "seconds" => 1,
        _ => 0,
    };
    let force: i64 = number * unit;
    let at = |moment: i64| (moment > 0).then(|| date(now - up + moment, "%F %R"));
    let mut next = if update > 0 { at(update + force) } else { None };
    if pid.is_some() && update + force - up <= 0 {
        next = Some("Verify".to_owned());
    } else if force == 0 {
        next = Some("Run once".to_owned());
    } else if pid.is_none() {
        next = Some(if seen.enabled == Some("0") { "Disabled" } else { "Stopped" }.to_owned());
    }
    json!({
        "ip": (!ip.is_empty()).then_some(ip),
        "last_update": at(update),
        "next_update": next,
        "next_check": at(check),
        "pid": pid,
    })
}

/// A moment `ago` seconds before now or a little earlier, whose date does not change within the test: dates are shown to the minute.
pub(crate) fn moment(ago: i64) -> i64 {
    let at = now() - ago;
    let wanted = at - at.rem_euclid(60) - 30;
    uptime() - (now() - wanted)
}
