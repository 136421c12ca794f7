//! What `--help` prints.

/// `ddns --help`.
pub(super) const GENERAL: &str = "\
ddns keeps DNS names pointed at this router. It reads /etc/config/ddns.

  ddns start [SECTION]     start one section, or all enabled ones, in the background
  ddns stop [SECTION]      stop
  ddns restart [SECTION]   stop and start; a provider that refused is asked again
  ddns reload [SECTION]    read the configuration again and check now
  ddns status [SECTION]    how sections are doing (--json for programs)
  ddns once SECTION        one check and update now, told line by line
  ddns run SECTION         the same for ever, in the foreground (what procd runs)
  ddns check [FILE]        what is wrong or foolish in a configuration
  ddns migrate [FILE]      rewrite options of old versions
  ddns providers [NAME]    which providers are known; what goes into which option for one
  ddns service ACTION      the list of providers, and recipes installed from it
  ddns rpcd on|off|status  who answers LuCI's page for this program

  for scripts: ddns sections, ddns forget

  ddns transfer | log | encode | expand | network | option | provider | curl
                           what update scripts ask, through /usr/lib/ddns/dynamic_dns_functions.sh

  --root DIR    everything below DIR instead of / (or DDNS_ROOT=DIR)
  --version     print the version
  COMMAND --help
";

/// `dynamic_dns_updater.sh -h`.
pub(super) const UPDATER: &str = "\
dynamic_dns_updater.sh [options] -S SECTION [-- start]

  -S SECTION    section of /etc/config/ddns to run
  -v LEVEL      0 nothing on the console (default), 1 console and log file,
                2 console and a new log file, one round, no retry on error
  -d            send nothing (dry run)
  -h            print this
  -V            print the version
  --root DIR    everything below DIR instead of /
";

/// `dynamic_dns_lucihelper.sh -h`.
pub(super) const HELPER: &str = "\
dynamic_dns_lucihelper.sh [options] -- COMMAND

  get_registered_ip    print the address DNS gives for -l; with -S keep it in SECTION.ip, and ask as SECTION is asked for
  get_local_ip         exit code 0 when an address is found by -n, -i, -u or -s within 3 seconds
  verify_dns           exit code 0 when -d can be reached, 2 not resolved, 3 no connection, 4 no address of the forced family
  verify_proxy         the same of -p, 5 without a port
  start                start -S, or stop it when it is disabled
  stop, restart, reload    -S, or all sections

  -S SECTION    section of /etc/config/ddns
  -l HOST       name to look up
  -d SERVER     name server: name, address, name:port, address:port, [IPv6 address]:port
  -g            believe glue records
  -t            ask by TCP
  -6            IPv6
  -f            no other IP version than that
  -n NETWORK    find the address of a network
  -i DEVICE     find the address of a device
  -u URL        find the address on a page
  -s SCRIPT     find the address by a script
  -p PROXY      [user:password@]host:port
  -L            write lucihelper.log
  -h            print this
  -V            print the version
  --root DIR    everything below DIR instead of /
";

const RUN: &str = "\
ddns run SECTION [-v] [-d]

Runs one section of /etc/config/ddns in the foreground until it is stopped.
  -v, --verbose   show the log on the console too
  -d, --dry-run   find out everything, send nothing, end
";

const ONCE: &str = "\
ddns once SECTION [-d]

One check, and an update if it is due, told line by line. A section that runs in the background goes on.
Exit code 0: the name is right, or the provider accepted the update. 1: not.
  -d, --dry-run   send nothing
";

const START: &str = "\
ddns start [SECTION]

Starts one section, or all enabled ones: through procd where there is one, else in the background.
";

const STOP: &str = "\
ddns stop [SECTION]

Stops one section, or all.
";

const RESTART: &str = "\
ddns restart [SECTION]

Stops and starts. What is remembered of a provider's refusal is forgotten: it is asked again.
";

const RELOAD: &str = "\
ddns reload [SECTION]

Running sections read their configuration again and check now.
";

const STATUS: &str = "\
ddns status [SECTION] [--json]

How sections are doing. Exit code 0 when every section shown runs or is disabled.
  --json   a list of objects, for programs
";

const SECTIONS: &str = "\
ddns sections [SECTION...] [--network NET] [--names]

Enabled sections, one line each, for the init script: name, life, fingerprint. Life is 'stay', 'once' (force_interval 0)
or 'broken' (cannot run, 'ddns check' says why); the fingerprint changes with the section's configuration.
Exit code 1 when the file is broken, so that there may be more sections.
  --network NET   only sections of this network (option interface)
  --names         names alone
";

const PROVIDERS: &str = "\
ddns providers [NAME]

Lists the providers that option service_name knows, with the IP versions they take and how they are reached; with NAME, says
what goes into which option for that one.
";

const FORGET: &str = "\
ddns forget [SECTION]

What a provider refused is forgotten at the next start of the section, or of all: it is asked again. The init script does this
when a section is stopped or restarted by hand.
";

const CHECK: &str = "\
ddns check [FILE]

Says what is wrong or foolish in FILE (default /etc/config/ddns). Exit code 1 when a section cannot run.
";

const MIGRATE: &str = "\
ddns migrate [FILE]

Rewrites options of old versions in FILE (default /etc/config/ddns): through uci where there is one, else as
one atomic change that keeps everything else as it is. Nothing to do changes nothing.
";

pub(super) const SERVICE: &str = "\
ddns service update           fetch the list of providers that LuCI offers
ddns service list-available   print it
ddns service list-installed   print the files of installed recipes
ddns service install NAME     fetch the recipe of a provider; it takes the place of the built-in one
ddns service remove NAME      remove it
ddns service purge            remove the list and all installed recipes

Fetched from the OpenWrt package feed, or from option url (URL/list, URL/NAME.json) or services_url (LuCI's) of section
'global', checked by its option cacert. What cannot be used replaces nothing.
Exit code 2: no such action. 3: no list. 4: no NAME, nothing installed. 5: option cacert names no file. 6: an option of
'global' cannot be used. 7: no transfer. 8: the answer cannot be used. 9: cannot be written.
";

const AID: &str = "\
What the functions of /usr/lib/ddns/dynamic_dns_functions.sh ask. The section is the variable SECTION_ID; other
options of it in the environment win over /etc/config/ddns. A text or URL of - is read from standard input, so
that ps does not show it.

  ddns transfer URL|-          a GET by the section's way: body to stdout, trouble to stderr and the log
  ddns log LEVEL TEXT|-        a line for the section's log; LEVEL 0 to 7, 10 more for the last word
  ddns encode                  standard input, percent-encoded
  ddns expand ADDRESS          an IPv6 address as eight groups of four digits
  ddns network WHAT NETWORK    ipaddr, ipaddr6, ipaddrs, ipaddrs6, device or up
  ddns option SECTION [NAME]   names of the options, or the value of one
  ddns provider FILE           URL, script and words of success of a provider's JSON file
  ddns curl ...                one HTTP request as curl does it; what curl is called with by update scripts
";

/// `ddns rpcd --help`.
pub(super) const RPCD: &str = "\
ddns rpcd on|off|status
ddns rpcd list
ddns rpcd call METHOD

LuCI's DDNS page asks rpcd for object luci.ddns. Its app brings a backend for it; this program is another one.
  on            answer in its place: its file is kept in /usr/share/ddns/luci-app-ddns, rpcd reads its plug-ins anew
  off           give the place back
  status        say who answers; exit code 0 when it is this program
  list, call    what rpcd calls, as /usr/libexec/rpcd/luci.ddns; arguments are a JSON object on standard input
METHOD is get_services_status, get_services_log, get_ddns_state or get_env.
";

/// The help of a command; `None` when there is no such command.
pub(super) fn of(command: &str) -> Option<&'static str> {
    Some(match command {
        "help" => GENERAL,
        "run" => RUN,
        "once" => ONCE,
        "start" => START,
        "stop" => STOP,
        "restart" => RESTART,
        "reload" => RELOAD,
        "status" => STATUS,
        "sections" => SECTIONS,
        "forget" => FORGET,
        "providers" => PROVIDERS,
        "check" => CHECK,
        "migrate" => MIGRATE,
        "service" => SERVICE,
        "rpcd" => RPCD,
        word if super::aid::COMMANDS.contains(&word) => AID,
        _ => return None,
    })
}

/// One line; its first word is what LuCI's older backend looks for.
pub(super) fn version() -> String {
    format!("ddns-scripts {}\n", env!("CARGO_PKG_VERSION"))
}
