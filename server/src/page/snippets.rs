//! What to write into each kind of router and program, filled in with this service's own address, the user's name and the host's.
//!
//! Sources: the requests that `tests/request/clients.rs` records, and each program's manual for the names of its options.

use ddns::secret::percent_encoded;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::site::Site;
use crate::account::Host;
use crate::config::{Endpoint, Settings};

/// Stands where the token goes, unless one was made just now.
const TOKEN: &str = "YOUR-TOKEN";

/// One field of a router's form.
#[derive(Serialize)]
struct Field {
    label: &'static str,
    value: String,
}

/// One kind of router or program.
#[derive(Serialize)]
struct Snippet {
    name: &'static str,
    place: &'static str,
    fields: Vec<Field>,
    text: Option<String>,
    hint: Option<&'static str>,
}

/// All of them.
pub(super) struct Snippets<'a> {
    site: &'a Site,
    endpoint: &'a Endpoint,
    user: &'a str,
    host: String,
    token: &'a str,
}

impl<'a> Snippets<'a> {
    /// For one host; nothing when no endpoint can be asked for a host.
    pub(super) fn of(
        site: &'a Site,
        settings: &'a Settings,
        user: &'a str,
        host: &Host,
        token: Option<&'a str>,
    ) -> Value {
        let Some(endpoint) = endpoint(&settings.endpoints) else { return Value::from(Serde([(); 0])) };
        let all = Self { site, endpoint, user, host: host.name.fqdn(), token: token.unwrap_or(TOKEN) };
        let mut snippets = vec![all.fritz_box(), all.unifi(), all.synology(), all.speedport(), all.openwrt()];
        snippets.extend(all.ddclient());
        snippets.extend([all.inadyn(), all.curl(), all.wget(), all.other()]);
        Value::from(Serde(snippets))
    }

    /// The path with these parameters; those that the endpoint has no name for are left out.
    fn target(&self, parameters: &[(&[String], &str)]) -> String {
        let named = parameters.iter().filter_map(|(names, value)| Some(format!("{}={value}", names.first()?)));
        format!("{}?{}", self.endpoint.path, named.collect::<Vec<_>>().join("&"))
    }

    fn url(&self, parameters: &[(&[String], &str)]) -> String {
        format!("{}{}", self.site.origin(), self.target(parameters))
    }

    /// Only the host is named: the address is where the request comes from.
    fn short_url(&self) -> String {
        self.url(&[(&self.endpoint.params.hostname, &percent_encoded(self.host.as_bytes()))])
    }

    fn field(label: &'static str, value: impl Into<String>) -> Field {
        Field { label, value: value.into() }
    }

    fn credentials(&self) -> [Field; 3] {
        [
            Self::field("Host name", self.host.as_str()),
            Self::field("User name", self.user),
            Self::field("Password", self.token),
        ]
    }

    fn form(name: &'static str, place: &'static str, fields: Vec<Field>, hint: Option<&'static str>) -> Snippet {
        Snippet { name, place, fields, text: None, hint }
    }

    fn text(name: &'static str, place: &'static str, text: String, hint: Option<&'static str>) -> Snippet {
        Snippet { name, place, fields: Vec::new(), text: Some(text), hint }
    }

    fn fritz_box(&self) -> Snippet {
        let params = &self.endpoint.params;
        let url = self.url(&[
            (&params.hostname, "<domain>"),
            (&params.ipv4, "<ipaddr>"),
            (&params.ipv6, "<ip6addr>"),
            (&params.username, "<username>"),
            (&params.password, "<pass>"),
        ]);
        let [host, user, password] = self.credentials();
        let fields = vec![
            Self::field("Provider", "User-defined"),
            Self::field("Update URL", url),
            Field { label: "Domain name", ..host },
            user,
            password,
        ];
        let hint = "Leave the signs < and > as they are: the FRITZ!Box puts its own values there.";
        Self::form("FRITZ!Box", "Internet, Permit Access, DynDNS", fields, Some(hint))
    }

    fn unifi(&self) -> Snippet {
        let params = &self.endpoint.params;
        let server = format!("{}{}", self.site.host, self.target(&[(&params.hostname, "%h"), (&params.ipv4, "%i")]));
        let [host, user, password] = self.credentials();
        let fields = vec![Self::field("Service", "custom"), host, user, password, Self::field("Server", server)];
        Self::form("UniFi", "Settings, Internet, your WAN, Dynamic DNS", fields, None)
    }

    fn synology(&self) -> Snippet {
        let params = &self.endpoint.params;
        let url = self.url(&[
            (&params.hostname, "__HOSTNAME__"),
            (&params.ipv4, "__MYIP__"),
            (&params.username, "__USERNAME__"),
            (&params.password, "__PASSWORD__"),
        ]);
        let mut fields = vec![Self::field("Query URL", url)];
        fields.extend(self.credentials());
        let hint = "Choose Customize Provider first and give the query URL there; then Add, and choose that provider.";
        Self::form("Synology", "Control Panel, External Access, DDNS", fields, Some(hint))
    }

    fn speedport(&self) -> Snippet {
        let (name, port) = self.name_and_port();
        let [host, user, password] = self.credentials();
        let fields = vec![
            Self::field("Provider", "Other provider"),
            Field { label: "Domain name", ..host },
            user,
            password,
            Self::field("Update server", format!("{name}{}", self.endpoint.path)),
            Self::field("Protocol", if self.site.secure() { "HTTPS" } else { "HTTP" }),
            Self::field("Port", port),
        ];
        Self::form("Speedport", "Internet, Dynamic DNS", fields, None)
    }

    fn name_and_port(&self) -> (&str, String) {
        let standard = if self.site.secure() { "443" } else { "80" };
        match self.site.host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.to_owned()),
            _ => (&self.site.host, standard.to_owned()),
        }
    }

    fn openwrt(&self) -> Snippet {
        let params = &self.endpoint.params;
        let (scheme, https) = if self.site.secure() { ("https", "1") } else { ("http", "0") };
        let target = self.target(&[(&params.hostname, "[DOMAIN]"), (&params.ipv4, "[IP]")]);
        let url = format!("{scheme}://[USERNAME]:[PASSWORD]@{}{target}", self.site.host);
        let section = |name: &str, six: &str| {
            format!(
                "config service '{name}'\n\toption enabled '1'\n\toption use_ipv6 '{six}'\n\toption update_url '{url}'\n\toption lookup_host \
                 '{host}'\n\toption domain '{host}'\n\toption username {user}\n\toption password '{token}'\n\toption use_https \
                 '{https}'\n\toption ip_source 'network'\n\toption ip_network 'wan{suffix}'\n",
                host = self.host,
                user = single_quoted(self.user),
                token = self.token,
                suffix = if six == "1" { "6" } else { "" },
            )
        };
        let text = format!("{}\n{}", section("ddns_ipv4", "0"), section("ddns_ipv6", "1"));
        Self::text(
            "OpenWrt",
            "add to /etc/config/ddns, then run /etc/init.d/ddns restart",
            text,
            Some("One section for each family of addresses; leave out what your line does not have."),
        )
    }

    /// `None` where no endpoint takes the names that ddclient always sends.
    fn ddclient(&self) -> Option<Snippet> {
        let params = &self.endpoint.params;
        let takes = |names: &[String], name: &str| names.iter().any(|known| known == name);
        if !takes(&params.hostname, "hostname") || !takes(&params.ipv4, "myip") {
            return None;
        }
        let text = format!(
            "protocol=dyndns2\nserver={}\nscript={}\nssl={}\nusev4=webv4, webv4=ipify-ipv4\n#usev6=webv6, webv6=ipify-ipv6\nlogin={}\n\
             password='{}'\n{}\n",
            self.site.host,
            self.endpoint.path,
            if self.site.secure() { "yes" } else { "no" },
            single_quoted(self.user),
            self.token,
            self.host,
        );
        let hint = "For ddclient 3.11 and later. Take away the # where your line has IPv6.";
        Some(Self::text("ddclient", "/etc/ddclient.conf", text, Some(hint)))
    }

    fn inadyn(&self) -> Snippet {
        let params = &self.endpoint.params;
        let path = self.target(&[(&params.hostname, "%h"), (&params.ipv4, "%i")]);
        let text = format!(
            "custom own {{\n    hostname    = {}\n    username    = {}\n    password    = {}\n    ddns-server = {}\n    ddns-path   = {}\n    \
             ssl         = {}\n}}\n",
            double_quoted(&self.host),
            double_quoted(self.user),
            double_quoted(self.token),
            double_quoted(&self.site.host),
            double_quoted(&path),
            self.site.secure(),
        );
        Self::text("inadyn", "/etc/inadyn.conf", text, None)
    }

    fn curl(&self) -> Snippet {
        let login = shell_quoted(&format!("{}:{}", self.user, self.token));
        let text = format!("curl -u {login} {}\n", shell_quoted(&self.short_url()));
        Self::text("curl", "a command line", text, Some(SHARED))
    }

    fn wget(&self) -> Snippet {
        let text = format!(
            "wget -qO- --user={} --password={} {}\n",
            shell_quoted(self.user),
            shell_quoted(self.token),
            shell_quoted(&self.short_url()),
        );
        Self::text("wget", "a command line", text, Some(SHARED))
    }

    fn other(&self) -> Snippet {
        let params = &self.endpoint.params;
        let host = percent_encoded(self.host.as_bytes());
        let user = percent_encoded(self.user.as_bytes());
        let whole = self.url(&[(&params.hostname, &host), (&params.username, &user), (&params.password, self.token)]);
        let mut fields = vec![
            Self::field("Service", "DynDNS, dyndns2 or custom"),
            Self::field("Server", self.site.host.as_str()),
            Self::field("Path", self.endpoint.path.as_str()),
        ];
        fields.extend(self.credentials());
        fields.push(Self::field("All in one URL", whole));
        let hint = "A router whose form takes one URL only wants the last line. The address is then the one that the request comes from.";
        Self::form("Other router", "its page for dynamic DNS", fields, Some(hint))
    }
}

const SHARED: &str =
    "On a machine that others use as well, put user name and token into a file of yours instead of the command line.";

/// One that takes the names that most routers always send, else one that can be asked at all.
fn endpoint(endpoints: &[Endpoint]) -> Option<&Endpoint> {
    let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
    let common = endpoints.iter().find(|one| has(&one.params.hostname, "hostname") && has(&one.params.ipv4, "myip"));
    common.or_else(|| endpoints.iter().find(|one| !one.params.hostname.is_empty()))
}

/// As one word of a POSIX shell.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// As UCI reads it (the shell's way) and ddclient does.
fn single_quoted(text: &str) -> String {
    shell_quoted(text)
}

/// As libConfuse reads it.
fn double_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
