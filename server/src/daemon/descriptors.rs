//! File descriptors: each connection takes one, and the limit that a process begins with is lower than the one that it may set itself.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{debug, warn};

/// Kept for the database, the log, the name server and the mail server.
const OWN: u64 = 64;

/// Raises the soft limit to the hard one, and says so when that is still too low for so many connections.
pub(super) fn raise(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum
        && let Err(fault) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
    {
        debug!(%fault, "the limit of file descriptors stays as it is");
    }
    let wanted = connections as u64 + OWN;
    if let Some(most) = getrlimit(Resource::Nofile).current.filter(|most| *most < wanted) {
        warn!(
            most,
            wanted,
            "max_connections is more than the system's limit of file descriptors allows (ulimit -Hn; LimitNOFILE in a unit)"
        );
    }
}
