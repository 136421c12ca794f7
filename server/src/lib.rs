//! `ddns-service` takes dynamic DNS updates and puts them into the DNS. The house in one drawing:
//!
//! ```text
//! main.rs -> admin/ ............. the command line
//!    |
//!    +-----> daemon/: listen/ -> serve/: request -> [ look -> proof -> decide -> push ] -> reply
//!    |                machine    corridor  pure       store   pure    pure     store, zone
//!    |         beside it, in their own time: sweep (expiry), again (what is not known to be applied), post (mail)
//!    |
//!    +-- hands in --> store/ (rows), zone/ (RFC 2136, or the embedded name server), mail/, listen/ (sockets, TLS, HTTP)
//!                     behind the window world.rs; these four never meet
//! ```

pub mod account;
pub mod admin;
pub mod auth;
pub mod config;
pub mod daemon;
pub mod decide;
pub mod desk;
pub mod house;
pub mod letter;
pub mod limit;
pub mod listen;
pub mod log;
pub mod mail;
pub mod moment;
pub mod names;
pub mod page;
pub mod pair;
pub mod post;
pub mod proof;
pub mod push;
pub mod request;
pub mod serve;
pub mod status;
pub mod store;
pub mod sweep;
pub mod tally;
pub mod world;
pub mod zone;
