//! How a request came: by TLS, through a proxy that says so, or from this machine itself. Over anything else no password is asked for.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::cookie;
use crate::config::Proxy;
use crate::world::Request;

/// Longest name of a host with its port.
const LONGEST: usize = 262;

/// Why a request is not let in; the sentence is for whoever sits before it, who may be the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Everybody on the way can read it.
    Plain,
    /// A proxy that is not trusted passed it on.
    Stranger,
    /// A trusted proxy passed it on, and does not say that it was asked by HTTPS.
    ProxyPlain,
    /// It is asked for by a name that is not this machine's, or by none.
    Name,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => {
                "This page is shown over HTTPS only, because everybody on the way could read the password. Operators: set ssl = true, or put a \
                 reverse proxy with TLS in front."
            }
            Self::Stranger => {
                "A proxy passed this request on, and the service was not told to trust it. Operators: set proxy_header and trusted_proxies."
            }
            Self::ProxyPlain => {
                "This page is shown over HTTPS only. Operators: the proxy has to take requests by HTTPS, and to say so in the header \
                 X-Forwarded-Proto."
            }
            Self::Name => "This page was asked for by a name that is not its own.",
        })
    }
}

/// The page as its visitor sees it: scheme and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    secure: bool,
    /// Name or address, with the port if it is not the scheme's own.
    pub(super) host: String,
}

impl Site {
    pub(super) fn of(request: &Request, proxy: Option<&Proxy>, tls: bool) -> Result<Self, Unfit> {
        let peer = request.peer.ip().to_canonical();
        let trusted = proxy.is_some_and(|proxy| proxy.trusted.iter().any(|net| net.contains(&peer)));
        let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "via"]
            .iter()
            .any(|name| request.header(name).next().is_some())
            || proxy.is_some_and(|proxy| request.header(&proxy.header).next().is_some());
        let secure = tls || (trusted && asked_by_https(request));
        let host = name(request, trusted).ok_or(Unfit::Name)?;
        match (secure, forwarded, peer.is_loopback()) {
            (true, ..) => Ok(Self { secure, host }),
            (_, true, _) if trusted => Err(Unfit::ProxyPlain),
            (_, true, true) => Err(Unfit::Stranger),
            // another name that leads here may be a stranger's, who then could read what the page says (DNS rebinding)
            (_, false, true) if is_loopback(&host) => Ok(Self { secure, host }),
            (_, false, true) => Err(Unfit::Name),
            _ => Err(Unfit::Plain),
        }
    }

    /// What stands before a path.
    pub(super) fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.host)
    }

    pub(super) fn secure(&self) -> bool {
        self.secure
    }

    /// Whether a form was sent from one of these pages, as far as the browser says so; its seal has to be right in any case. Pages that send
    /// no referrer make some browsers say `null` for the origin (Fetch standard, "append a request Origin header").
    pub(super) fn own(&self, request: &Request) -> bool {
        if let Some(site) = request.header("sec-fetch-site").next() {
            return site == b"same-origin";
        }
        match request.header("origin").next() {
            None | Some(b"null") => true,
            Some(origin) => origin.eq_ignore_ascii_case(self.origin().as_bytes()),
        }
    }

    fn named(&self, secure: &'static str, plain: &'static str) -> &'static str {
        if self.secure { secure } else { plain }
    }

    fn session_name(&self) -> &'static str {
        self.named("__Host-ddns", "ddns")
    }

    fn entry_name(&self) -> &'static str {
        self.named("__Host-ddns-login", "ddns-login")
    }

    /// The session that the request names.
    pub(super) fn session(&self, request: &Request) -> Option<String> {
        cookie::value(request, self.session_name()).filter(|id| cookie::is_id(id))
    }

    /// The id that the form to log in by is bound to. It has a cookie of its own: whoever comes here by a link from elsewhere sends no
    /// cookies, and must not lose the session by that.
    pub(super) fn entry(&self, request: &Request) -> Option<String> {
        cookie::value(request, self.entry_name()).filter(|id| cookie::is_id(id))
    }

    pub(super) fn set_session(&self, id: &str) -> (&'static str, String) {
        cookie::set(self.session_name(), id, self.secure)
    }

    pub(super) fn end_session(&self) -> (&'static str, String) {
        cookie::end(self.session_name(), self.secure)
    }

    pub(super) fn set_entry(&self, id: &str) -> (&'static str, String) {
        cookie::set(self.entry_name(), id, self.secure)
    }

    pub(super) fn end_entry(&self) -> (&'static str, String) {
        cookie::end(self.entry_name(), self.secure)
    }
}

/// What every trusted proxy on the way says: one that was asked by plain HTTP spoils it.
fn asked_by_https(request: &Request) -> bool {
    let all = request.header("x-forwarded-proto").flat_map(|value| value.split(|&byte| byte == b','));
    let mut all = all.map(<[u8]>::trim_ascii).peekable();
    if all.peek().is_some() {
        return all.all(|proto| proto.eq_ignore_ascii_case(b"https"));
    }
    // RFC 7239 section 5.4; what the last hop added stands at the end
    let last = request.header("forwarded").next_back().and_then(|value| value.rsplit(|&byte| byte == b',').next());
    last.is_some_and(|hop| {
        hop.split(|&byte| byte == b';')
            .map(<[u8]>::trim_ascii)
            .any(|pair| pair.eq_ignore_ascii_case(b"proto=https") || pair.eq_ignore_ascii_case(b"proto=\"https\""))
    })
}

fn name(request: &Request, trusted: bool) -> Option<String> {
    let forwarded = request.header("x-forwarded-host").next().filter(|_| trusted);
    let host = std::str::from_utf8(forwarded.or_else(|| request.header("host").next())?).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (!host.is_empty() && host.len() <= LONGEST && host.bytes().all(plain)).then(|| host.to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    let bare = match host.parse::<SocketAddr>() {
        Ok(address) => return address.ip().is_loopback(),
        Err(_) => host.rsplit_once(':').filter(|_| !host.ends_with(']')).map_or(host, |(name, _)| name),
    };
    let address = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(bare);
    bare == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
