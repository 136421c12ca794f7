//! What a configuration becomes: the way to the DNS, the mail server, the templates. All of it or nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::warn;

use crate::account::{Host, User};
use crate::config::{DnsServer, Email, Settings};
use crate::letter::{Facts, Source, TemplateFault, Templates, Written};
use crate::listen::{CertificateFault, Tls};
use crate::mail::{MailFault, Smtp};
use crate::sweep;
use crate::world::{Clock, Letter, Mail, Shelf, Zone};
use crate::zone::embedded::{Embedded, EmbeddedFault};
use crate::zone::remote::{KeyFault, Remote};

/// What a configuration names and cannot be used.
#[derive(Debug)]
pub enum FittingFault {
    /// Key files.
    Keys(Vec<KeyFault>),
    /// The embedded name server.
    Embedded(EmbeddedFault),
    /// A template that cannot be read from its file.
    File(PathBuf, std::io::Error),
    /// A template that is none.
    Template(TemplateFault),
    /// The mail server's options.
    Mail(MailFault),
    /// Certificate or key.
    Certificate(CertificateFault),
}

impl fmt::Display for FittingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys(faults) => {
                let sentences: Vec<String> = faults.iter().map(ToString::to_string).collect();
                f.write_str(&sentences.join("; "))
            }
            Self::Embedded(fault) => fault.fmt(f),
            Self::File(path, fault) => write!(f, "template {}: {fault}", path.display()),
            Self::Template(fault) => fault.fmt(f),
            Self::Mail(fault) => fault.fmt(f),
            Self::Certificate(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for FittingFault {}

/// The way to the DNS.
#[derive(Clone)]
pub(super) enum Ways {
    Remote(Arc<Remote>, std::net::SocketAddr),
    Embedded(Arc<Embedded>),
}

impl Ways {
    pub(super) fn zone(&self) -> Arc<dyn Zone> {
        match self {
            Self::Remote(remote, _) => Arc::clone(remote) as _,
            Self::Embedded(embedded) => Arc::clone(embedded) as _,
        }
    }

    /// Whether the embedded server, if this is one, is the other's as well.
    pub(super) fn goes_on_in(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Embedded(ours), Self::Embedded(theirs)) => Arc::ptr_eq(ours, theirs),
            _ => false,
        }
    }

    pub(super) async fn stop(&self) {
        if let Self::Embedded(embedded) = self {
            embedded.stop().await;
        }
    }
}

impl fmt::Display for Ways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(_, at) => write!(f, "{at}"),
            Self::Embedded(embedded) => {
                let addresses: Vec<String> = embedded.addresses().iter().map(ToString::to_string).collect();
                write!(f, "embedded at {}", addresses.join(" "))
            }
        }
    }
}

/// A configuration made ready.
pub(super) struct Fittings {
    pub(super) settings: Settings,
    pub(super) ways: Ways,
    pub(super) mail: Option<Arc<dyn Mail>>,
    pub(super) templates: Arc<Templates>,
}

impl Fittings {
    /// The embedded server that runs already goes on with its new configuration.
    pub(super) async fn make(
        settings: Settings,
        running: Option<&Ways>,
        shelf: &Arc<dyn Shelf>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, FittingFault> {
        let templates = Arc::new(templates(settings.email.as_ref())?);
        let mail = match &settings.email {
            Some(email) => Some(Arc::new(Smtp::new(email).map_err(FittingFault::Mail)?) as Arc<dyn Mail>),
            None => None,
        };
        let ways = match (&settings.dns_service.server, running) {
            (DnsServer::Remote(remote), _) => {
                let made = Remote::new(remote, settings.dns_service.timeout, clock).map_err(FittingFault::Keys)?;
                Ways::Remote(Arc::new(made), remote.at)
            }
            (DnsServer::Embedded(wanted), Some(Ways::Embedded(embedded))) => {
                embedded.reload(wanted).await.map_err(FittingFault::Embedded)?;
                Ways::Embedded(Arc::clone(embedded))
            }
            (DnsServer::Embedded(wanted), _) => {
                let started = Embedded::start(wanted, Arc::clone(shelf)).await.map_err(FittingFault::Embedded)?;
                Ways::Embedded(Arc::new(started))
            }
        };
        Ok(Self { settings, ways, mail, templates })
    }

    /// The certificate of the configuration, if it has one.
    pub(super) fn tls(&self) -> Result<Option<Tls>, FittingFault> {
        self.settings.daemon.ssl.as_ref().map(|files| Tls::load(files).map_err(FittingFault::Certificate)).transpose()
    }
}

fn templates(email: Option<&Email>) -> Result<Templates, FittingFault> {
    let read = |path: Option<&PathBuf>| path.map(|path| source(path)).transpose();
    let change = read(email.and_then(|email| email.change_notification_template.as_ref()))?;
    let expiry = read(email.and_then(|email| email.expiry_notification_template.as_ref()))?;
    Templates::load(change.as_ref(), expiry.as_ref()).map_err(FittingFault::Template)
}

/// Writes letters about expiries by the templates of this configuration.
pub fn expiry_letters(email: Option<&Email>) -> Result<Box<sweep::Letters>, FittingFault> {
    let templates = templates(email)?;
    Ok(Box::new(move |user, before, after| expiry_letter(&templates, user, before, after)))
}

fn source(path: &Path) -> Result<Source, FittingFault> {
    let text = std::fs::read_to_string(path).map_err(|fault| FittingFault::File(path.to_owned(), fault))?;
    Ok(Source { name: path.display().to_string(), text })
}

pub(super) fn change_letter(templates: &Templates, user: &User, before: &Host, after: &Host) -> Option<Letter> {
    whole(templates.change(&Facts { user, before, after }))
}

pub(super) fn expiry_letter(templates: &Templates, user: &User, before: &Host, after: &Host) -> Option<Letter> {
    whole(templates.expiry(&Facts { user, before, after }))
}

fn whole(written: Option<Written>) -> Option<Letter> {
    let Written { letter, fault } = written?;
    if let Some(fault) = fault {
        warn!(%fault, "a plain letter goes in place of the template's");
    }
    Some(letter)
}
