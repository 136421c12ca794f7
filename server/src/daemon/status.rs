//! The listener of `/healthz` and `/metrics`: begun, moved and ended beside the one for clients.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tracing::info;

use crate::listen::{BindFault, Limits, Listener, Serving};
use crate::status::Status;
use crate::world::Handler;

/// For a handful of programs of the operator's.
const CONNECTIONS: usize = 64;

/// Why nobody can ask how the service is.
#[derive(Debug)]
pub struct StatusFault(SocketAddr, BindFault);

impl fmt::Display for StatusFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(at, fault) = self;
        write!(f, "[daemon] status_listen = \"{at}\": ")?;
        match fault {
            BindFault::InUse(_) => f.write_str("another program listens there; ss -ltnp shows it"),
            BindFault::NotHere(_) => f.write_str("this machine has no such address; 'ip address' shows those it has"),
            BindFault::Forbidden(_) => f.write_str("not permitted; wanted a port of 1024 or above"),
            BindFault::Other(_, cause) => write!(f, "{cause}"),
            BindFault::Name { .. } => write!(f, "{fault}"),
        }
    }
}

impl std::error::Error for StatusFault {}

/// That listener, if there is one.
pub(super) struct StatusDoor {
    status: Arc<Status>,
    open: Option<(SocketAddr, Serving)>,
}

impl StatusDoor {
    /// Answers at `at` from now on.
    pub(super) async fn open(status: Arc<Status>, at: Option<SocketAddr>) -> Result<Self, StatusFault> {
        let mut door = Self { status, open: None };
        door.change(at).await?;
        Ok(door)
    }

    /// Answers there and nowhere else; where that cannot be, all stays as it was.
    pub(super) async fn change(&mut self, at: Option<SocketAddr>) -> Result<(), StatusFault> {
        if self.open.as_ref().map(|(at, _)| *at) == at {
            return Ok(());
        }
        let opened = match at {
            Some(at) => Some((at, self.serve(at).await.map_err(|fault| StatusFault(at, fault))?)),
            None => None,
        };
        if let Some((_, left)) = std::mem::replace(&mut self.open, opened) {
            tokio::spawn(left.stop());
        }
        Ok(())
    }

    async fn serve(&self, at: SocketAddr) -> Result<Serving, BindFault> {
        let listener = Listener::bind(&at.ip().to_string(), at.port()).await?;
        let limits = Limits {
            request_timeout: Duration::from_secs(10),
            max_connections: CONNECTIONS,
            max_connections_per_address: CONNECTIONS,
            trusted: Vec::new(),
        };
        let serving = listener.serve(None, limits, Arc::clone(&self.status) as Arc<dyn Handler>);
        for address in serving.addresses() {
            info!(%address, "status ready");
        }
        Ok(serving)
    }

    /// Closes it, whoever still asks.
    pub(super) async fn close(self) {
        if let Some((_, serving)) = self.open {
            serving.stop().await;
        }
    }
}
