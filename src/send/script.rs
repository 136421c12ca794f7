//! A provider that is told by a shell script: `update_script`, or a script that a table or a JSON file names.
//!
//! Such scripts are *sourced*, not executed: they expect the section's options as shell variables, set `return` codes and call functions of
//! a shell library. Values travel in the environment and are assigned as data; no byte of the configuration is ever read by the shell as code.

use std::net::IpAddr;
use std::time::Duration;

use super::{Job, not_sent, quoted};
use crate::address::{Family, Known, expanded};
use crate::answer::{Answer, Reply};
use crate::secret::{Secret, percent_encoded};
use crate::world::{CONSOLE, Host, OWN_CONSOLE, Script, ScriptEnd};

/// An update script that takes longer is ended with all its children.
const LIMIT: Duration = Duration::from_secs(120);
/// Stands before the name of a variable on its way through the environment, where no name may mean anything to the shell.
const CARRIER: &str = "DDNS_V_";
/// What scripts see as `$0`: upstream's updater sources them itself.
const ZERO: &str = "/usr/lib/ddns/dynamic_dns_updater.sh";
/// Mark before the address a script gives for `GET_REGISTERED_IP`.
const MARK: &str = "REGISTERED_IP=";

/// Exit code of a script that failed behind a transfer that found nobody (`EX_TEMPFAIL` of sysexits).
const UNREACHABLE: i32 = 75;

/// Turns the carried variables into shell variables (names are checked before, values are only ever assigned), sources library and script.
/// They are unset first, so that none of them stays exported: programs that the script starts must not find passwords in their environment.
/// The script is sourced inside a function, because scripts declare `local` names. What it fetches is nobody else's business: its files are
/// there before it, with mode 600.
const LOADER: &str = r#"
for DDNS_NAME in $DDNS_NAMES; do
	unset "$DDNS_NAME"
	eval "$DDNS_NAME=\$DDNS_V_$DDNS_NAME"
	unset "DDNS_V_$DDNS_NAME"
done
unset DDNS_NAME DDNS_NAMES DDNS_UNREACHABLE
DDNS_ROOT=
case $DDNS_LIBRARY in */usr/lib/ddns/*) DDNS_ROOT=${DDNS_LIBRARY%/usr/lib/ddns/*} ;; esac
DDNS_PROGRAM=$DDNS_ROOT/usr/bin/ddns
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
if [ -n "$proxy" ]; then
	http_proxy=http://${proxy#http://}
	https_proxy=$http_proxy
	HTTP_PROXY=$http_proxy
	HTTPS_PROXY=$http_proxy
	export http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
fi
[ -z "$DDNS_ROOT" ] || export DDNS_ROOT
[ -r "$DDNS_LIBRARY" ] && . "$DDNS_LIBRARY"
[ -r "$DDNS_SCRIPT" ] && IFS= read -r DDNS_LINE <"$DDNS_SCRIPT"
case "$DDNS_LINE" in *"$DDNS_CR") echo "the script has the line ends of Windows" >&2 ;; esac
unset DDNS_CR DDNS_LINE DDNS_LIBRARY
DDNS_CODE=$(umask)
umask 077
{
	[ -e "$DATFILE" ] || true >"$DATFILE"
	[ -e "$ERRFILE" ] || true >"$ERRFILE"
} 2>/dev/null
umask "$DDNS_CODE"
send_update() {
	. "$DDNS_SCRIPT"
}
send_update "$__IP"
DDNS_CODE=$?
[ "$GET_REGISTERED_IP" = 1 ] && printf '\nREGISTERED_IP=%s\n' "$REGISTERED_IP"
case $DDNS_CODE in
0 | 127) exit $DDNS_CODE ;;
*) exit ${DDNS_UNREACHABLE:-$DDNS_CODE} ;;
esac
"#;

/// Patterns for grep that scripts use to find addresses.
const IPV4_REGEX: &str = r"[0-9]\{1,3\}[.][0-9]\{1,3\}[.][0-9]\{1,3\}[.][0-9]\{1,3\}";
const IPV6_REGEX: &str = r"\([0-9A-Fa-f]\{1,4\}:\)\{1,7\}[0-9A-Fa-f]\{0,4\}\(:[0-9A-Fa-f]\{1,4\}\)\{1,7\}";

/// Sources the script. Return code 0 = accepted, 127 = not sent, anything else = not accepted (contract section 2).
pub(super) fn update(job: &Job<'_>, host: &mut dyn Host) -> Reply {
    let end = match host.run(&sourced(job, false)) {
        Ok(end) => end,
        Err(error) => return *not_sent(format!("cannot start a shell for {}: {error}", job.place.script.display())),
    };
    let answer = match end {
        ScriptEnd { interrupted: true, .. } => Answer::Interrupted,
        ScriptEnd { timed_out: true, .. } => Answer::Unreachable,
        ScriptEnd { code: 0, .. } => Answer::Accepted,
        ScriptEnd { code: 127, .. } => Answer::NotSent,
        ScriptEnd { code: UNREACHABLE, .. } => Answer::Unreachable,
        ScriptEnd { .. } => Answer::Unclear,
    };
    // `SECTION.dat` is the script's own: its do_transfer writes there
    Reply { answer, said: told(job, &end), body: Vec::new() }
}

fn told(job: &Job<'_>, end: &ScriptEnd) -> String {
    let script = job.place.script.display();
    let printed = [quoted(job, &end.stderr), quoted(job, &end.stdout)].join(" ");
    let printed = printed.trim();
    if end.timed_out {
        return format!("{script} took longer than {} seconds and was ended {printed}", LIMIT.as_secs());
    }
    match end.code {
        0 => printed.to_owned(),
        code => format!("{script} returned {code} {printed}").trim_end().to_owned(),
    }
}

/// Asks the script what is registered (`GET_REGISTERED_IP`).
pub(super) fn registered(job: &Job<'_>, host: &mut dyn Host) -> Known<IpAddr> {
    let script = job.place.script.display();
    match host.run(&sourced(job, true)) {
        Err(error) => Known::Unclear(format!("cannot start a shell for {script}: {error}")),
        Ok(ScriptEnd { code: 0, stdout, .. }) => {
            let text = String::from_utf8_lossy(&stdout);
            let last = text.lines().rev().find_map(|line| line.strip_prefix(MARK));
            last.and_then(|address| address.trim().parse().ok())
                .filter(|address| Family::of(*address) == job.section.family)
                .map_or_else(
                    || Known::Unclear(format!("{script} gave no registered {} address", job.section.family)),
                    Known::Is,
                )
        }
        Ok(end) => Known::Unclear(format!("{script} could not say what is registered: {}", told(job, &end))),
    }
}

fn sourced(job: &Job<'_>, ask: bool) -> Script {
    let mut variables = surroundings(job, ask);
    let own = |name: &str| variables.iter().any(|(known, _)| known == name);
    let options: Vec<_> = options(job).into_iter().filter(|(name, _)| !own(name)).collect();
    variables.extend(options);
    let names = variables.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ");
    let path = |path: &std::path::Path| Secret::new(path.as_os_str().as_encoded_bytes());
    let mut env: Vec<(String, Secret)> =
        variables.into_iter().map(|(name, value)| (format!("{CARRIER}{name}"), value)).collect();
    env.push(("DDNS_NAMES".to_owned(), Secret::new(names)));
    env.push(("DDNS_SCRIPT".to_owned(), path(&job.place.script)));
    env.push(("DDNS_LIBRARY".to_owned(), path(&job.place.library)));
    env.push(("DDNS_CR".to_owned(), Secret::new("\r")));
    // its log lines go to the log by themselves; to the console only where it is wanted
    let console = if job.place.verbose > 0 { OWN_CONSOLE } else { "" };
    env.push((CONSOLE.to_owned(), Secret::new(console)));
    let argv = ["/bin/sh", "-c", LOADER, ZERO, "start"].map(str::to_owned).to_vec();
    Script { argv, env, limit: LIMIT }
}

/// The section's options under their own names. Names without a small letter are left out: a shell gives them meanings (`PATH`, `IFS`,
/// `ENV`), as do we (`LOGFILE`), and no option of ours has one.
fn options(job: &Job<'_>) -> Vec<(String, Secret)> {
    let harmless = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.chars().any(|c| c.is_ascii_lowercase())
    };
    let no_nul = |value: &Secret| !value.reveal().contains(&0);
    let all = job.section.raw.iter().filter(|(name, value)| harmless(name) && no_nul(value));
    all.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What ddns-scripts sets beside the options.
fn surroundings(job: &Job<'_>, ask: bool) -> Vec<(String, Secret)> {
    let section = job.section;
    let encoded = |secret: &Option<Secret>| secret.as_ref().map_or_else(String::new, |s| percent_encoded(s.reveal()));
    let address = |address: Option<IpAddr>| address.map_or_else(String::new, expanded);
    let file = |place: usize| job.place.files[place].to_string_lossy().into_owned();
    let switch = |on: bool| if on { "1" } else { "0" }.to_owned();
    let seconds = |time: Duration| time.as_secs().to_string();
    let ours = [
        // scripts compare them as numbers, whatever word the configuration has
        ("use_ipv6", switch(section.family == Family::V6)),
        ("use_https", switch(section.https)),
        ("force_ipversion", switch(section.transport.only_family)),
        ("force_dnstcp", switch(section.via.tcp)),
        ("is_glue", switch(section.via.glue)),
        ("use_logfile", switch(section.logfile)),
        ("upd_privateip", switch(section.allow_private)),
        ("retry_max_count", section.timing.retry_max.to_string()),
        // its old name, which scripts still ask for
        ("retry_count", section.timing.retry_max.to_string()),
        ("RETRY_SECONDS", seconds(section.timing.retry)),
        ("CHECK_SECONDS", seconds(section.timing.check)),
        ("FORCE_SECONDS", section.timing.force.map_or_else(|| "0".to_owned(), seconds)),
        ("__IP", address(job.address)),
        ("CURRENT_IP", address(job.address)),
        ("REGISTERED_IP", job.registered.map_or_else(String::new, |a| a.to_string())),
        ("GET_REGISTERED_IP", if ask { "1" } else { "" }.to_owned()),
        ("URL_USER", encoded(&section.username)),
        ("URL_PASS", encoded(&section.password)),
        ("URL_PENC", encoded(&section.param_enc)),
        ("UPD_ANSWER", job.recipe.answers.join("|")),
        ("DATFILE", file(0)),
        ("ERRFILE", file(1)),
        ("LOGFILE", file(2)),
        ("SECTION_ID", section.name.clone()),
        ("VERBOSE", job.place.verbose.to_string()),
        ("DRY_RUN", "0".to_owned()),
        ("MYPROG", "dynamic_dns_updater.sh".to_owned()),
        ("VERSION", env!("CARGO_PKG_VERSION").to_owned()),
        ("IPV4_REGEX", IPV4_REGEX.to_owned()),
        ("IPV6_REGEX", IPV6_REGEX.to_owned()),
    ];
    ours.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect()
}
