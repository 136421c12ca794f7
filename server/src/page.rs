//! The owners' page: own hosts, what the DNS has of them and since when, tokens made and revoked, the password changed, and for each kind of
//! router what to write into its form. HTML made here, without script; every change is a form that carries its session's seal.
//!
//! It makes no hosts and no users, and it never speaks to the DNS.

mod account;
mod cookie;
mod fault;
mod form;
mod host;
mod login;
mod paper;
mod session;
mod site;
mod snippets;
mod view;

use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use minijinja::context;
use tracing::{Instrument, debug, error, error_span, info};

use crate::account::{Host, User};
use crate::auth::Auth;
use crate::config::Settings;
use crate::desk::Desk;
use crate::request;
use crate::world::{Asked, Clock, Handler, HostFilter, Reply, Request, StoreFault, Wish};
use form::Form;
use paper::Paper;
use session::{Notice, Sessions};
use site::Site;

pub use fault::PageFault;

/// The page.
pub struct Page {
    desk: Arc<Desk>,
    auth: Arc<Auth>,
    clock: Arc<dyn Clock>,
    tls: bool,
    settings: ArcSwap<Settings>,
    sessions: Sessions,
    paper: Paper,
}

/// One request, as far as it is known who sent it and how.
struct Visit<'a> {
    request: &'a Request,
    settings: Arc<Settings>,
    client: IpAddr,
    site: Site,
}

/// Somebody who has logged in.
struct Member {
    /// The session's id, as the cookie has it.
    id: String,
    user: User,
    /// What every form of this session carries.
    seal: String,
}

/// What a path names.
enum Place<'a> {
    Home,
    Login,
    Logout,
    Password,
    Host(&'a str),
    Tokens(&'a str),
    Revoke(&'a str),
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let place = match (parts.next()?, parts.next(), parts.next()) {
            ("", None, _) => Self::Home,
            ("login", None, _) => Self::Login,
            ("logout", None, _) => Self::Logout,
            ("password", None, _) => Self::Password,
            ("host", Some(name), None) => Self::Host(name),
            ("host", Some(name), Some("tokens")) => Self::Tokens(name),
            ("host", Some(name), Some("revoke")) => Self::Revoke(name),
            _ => return None,
        };
        parts.next().is_none().then_some(place)
    }

    /// Which methods it takes.
    fn methods(&self) -> &'static str {
        match self {
            Self::Home | Self::Host(_) => "GET, HEAD",
            Self::Password => "GET, HEAD, POST",
            Self::Login | Self::Logout | Self::Tokens(_) | Self::Revoke(_) => "POST",
        }
    }

    fn takes(&self, method: &str) -> bool {
        self.methods().split(", ").any(|known| known == method)
    }
}

impl Page {
    /// By these settings, until they change; `tls` says whether the listener in front speaks TLS itself.
    pub fn new(
        desk: Arc<Desk>,
        auth: Arc<Auth>,
        clock: Arc<dyn Clock>,
        tls: bool,
        settings: Settings,
    ) -> Result<Self, PageFault> {
        let (sessions, paper) = (Sessions::new()?, Paper::new()?);
        Ok(Self { desk, auth, clock, tls, settings: ArcSwap::from_pointee(settings), sessions, paper })
    }

    /// By these from the next request on; sessions go on.
    pub fn change_settings(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// Whether a request to this path is the page's to answer: the page is on, and no endpoint has the path.
    pub fn takes(&self, path: &str) -> bool {
        let settings = self.settings.load();
        settings.daemon.page && settings.endpoints.iter().all(|endpoint| endpoint.path != path)
    }

    async fn answered(&self, request: &Request) -> Reply {
        if let Some(style) = self.paper.style(request) {
            return style;
        }
        let settings = self.settings.load_full();
        let proxy = settings.daemon.proxy.as_ref();
        let client = request::client(request, proxy);
        let Some(place) = Place::of(&request.path) else {
            return self.message(404, "Not found", "There is no such page.");
        };
        if settings.daemon.log_requests {
            // what may be in a query was not asked for, and is nobody's business
            info!(%client, method = request.method, path = request.path, "request");
        }
        if !place.takes(&request.method) {
            let mut reply = self.message(405, "Not allowed", "This page cannot be asked for in that way.");
            reply.headers.push(("allow", place.methods().to_owned()));
            return reply;
        }
        let site = match Site::of(request, proxy, self.tls) {
            Ok(site) => site,
            Err(unfit) => return self.message(403, "Not over this connection", &unfit.to_string()),
        };
        if request.method == "POST" && !site.own(request) {
            return self.message(403, "Refused", "The form was not sent from this page.");
        }
        let visit = Visit { client, site, settings: Arc::clone(&settings), request };
        self.placed(&place, &visit).await
    }

    async fn placed(&self, place: &Place<'_>, visit: &Visit<'_>) -> Reply {
        let post = visit.request.method == "POST";
        let done = match place {
            Place::Home => self.home(visit).await,
            Place::Login => self.login(visit).await,
            Place::Logout => self.logout(visit).await,
            Place::Password if post => self.change_password(visit).await,
            Place::Password => self.password(visit).await,
            Place::Host(name) => self.host(visit, name).await,
            Place::Tokens(name) => self.add_token(visit, name).await,
            Place::Revoke(name) => self.revoke_token(visit, name).await,
        };
        done.unwrap_or_else(|fault| {
            error!(%fault, "the page cannot be served");
            self.message(503, "Not now", "The service has trouble. Please try again in a minute.")
        })
    }

    /// Own hosts, or the form to log in by.
    async fn home(&self, visit: &Visit<'_>) -> Result<Reply, PageFault> {
        let Some((member, _)) = self.member(visit, Vec::new()).await? else {
            return self.login_form(visit, 200, login::Entry::default());
        };
        let hosts = self.desk.store().hosts(&HostFilter::Of(member.user.name.clone())).await?;
        let now = self.clock.now();
        let part = view::Part::of(visit.request.query.as_deref(), hosts.len());
        let (all, hosts) = (hosts.len(), hosts.iter().skip(part.first()).take(view::PART));
        let hosts: Vec<_> = hosts.map(|(host, _)| view::host(host, now)).collect();
        let notice = self.sessions.take_notice(&member.id).map(Notice::sentence);
        Ok(self.paper.page(
            200,
            "hosts.html",
            context! {
                hosts, all, before => part.before(), after => part.after(), notice, user => &member.user.name, seal => &member.seal, here => "hosts" },
        ))
    }

    /// Who has logged in, if the session is still good, and the user's hosts of these names. Whoever was deleted, or got another password at
    /// the command line, has no session any more.
    async fn member(
        &self,
        visit: &Visit<'_>,
        names: Vec<String>,
    ) -> Result<Option<(Member, Vec<Option<Host>>)>, StoreFault> {
        let Some(id) = visit.site.session(visit.request) else { return Ok(None) };
        let Some(session) = self.sessions.find(&id, self.clock.now()) else { return Ok(None) };
        let asked = Asked { user: Some(session.name.clone()), token: None, hosts: Wish::Named(names) };
        let found = self.desk.look(asked).await?;
        let Some(user) = found.user.filter(|user| session.holds(user)) else {
            self.sessions.close(&id);
            return Ok(None);
        };
        let own = |host: Option<Host>| host.filter(|host| host.user == user.id);
        let hosts = found.hosts.into_iter().map(own).collect();
        let seal = self.sessions.seal(&id);
        Ok(Some((Member { id, user, seal }, hosts)))
    }

    /// The form of a session, if it carries the session's seal.
    fn sealed_form(&self, visit: &Visit<'_>, member: &Member) -> Result<Form, Reply> {
        let form = Form::of(visit.request);
        match form {
            Some(form) if self.sessions.sealed(&member.id, form.value("seal")) => Ok(form),
            _ => Err(self.message(
                403,
                "Refused",
                "The form was too old. Go back, load the page again and try once more.",
            )),
        }
    }

    /// A page that says one thing.
    fn message(&self, status: u16, title: &str, sentence: &str) -> Reply {
        self.paper.page(status, "message.html", context! { title, sentence })
    }
}

/// The page of a fixed path, asked for by GET; never one that a request named.
fn see_other(path: String) -> Reply {
    let mut headers = paper::headers();
    headers.push(("location", path));
    Reply { status: 303, headers, body: Vec::new() }
}

#[async_trait::async_trait]
impl Handler for Page {
    async fn answer(&self, request: Request) -> Reply {
        let span = error_span!("request", id = %request.mark());
        let reply = self.answered(&request).instrument(span.clone()).await;
        span.in_scope(|| debug!(status = reply.status, "answered"));
        reply
    }
}
