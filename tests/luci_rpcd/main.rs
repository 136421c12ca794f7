//! The program as rpcd's plug-in for `luci.ddns`: called as rpcd calls it, compared with what the app's own backend would say of the same
//! files, on a real bed where sections run.
#![cfg(test)]

#[path = "../bed/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test program uses its part")]
mod bed;

mod answers;
mod backend;
mod lookup;
mod page;
mod rpcd;
mod rules;
mod status;
