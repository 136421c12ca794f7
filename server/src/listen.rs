//! Sockets, TLS, HTTP, and their limits; knows no accounts. What comes in whole and within the limits is handed to a
//! [`Handler`](crate::world::Handler); everything else is answered or closed here.
//!
//! ```text
//! bind -> accept -> crowd (is there a place?) -> connection: TLS, HTTP/1 or HTTP/2 -> exchange: Request -> Handler -> Reply
//!                     ^ keeper: whoever is too slow, or idle when others need the place, goes
//! ```

mod accept;
mod bind;
mod certificate;
mod connection;
mod crowd;
mod exchange;
mod house;
mod keeper;
mod limits;
mod line;
mod pulse;
mod serving;
mod tls;

pub use bind::{BindFault, Listener, places};
pub use certificate::CertificateFault;
pub use crowd::Counts;
pub use limits::Limits;
pub use serving::Serving;
pub use tls::Tls;
