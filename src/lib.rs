//! `ddns` keeps a DNS name pointed at this router. The house in one drawing:
//!
//! ```text
//! main.rs -> run/:  config -> [ detect -> decide -> send -> decide -> record ] loop
//!    |               noun      verb       verb      verb              verb
//!    +--- hands in ---> system/ (the only room that touches the machine) behind the window world.rs
//! ```
//!
//! Nouns know only nouns, verbs know nouns and never another verb, the corridors `run`, `control` and `luci` know verbs, and only `main`
//! knows `system`. `tests/rooms.rs` keeps the rule; `ARCHITECTURE.md` tells the way of one check through the code.

pub mod address;
pub mod aid;
pub mod answer;
pub mod cli;
pub mod config;
pub mod control;
pub mod decide;
pub mod detect;
pub mod dns;
pub mod luci;
pub mod memory;
pub mod record;
pub mod run;
pub mod secret;
pub mod send;
pub mod system;
pub mod url;
pub mod world;
