//! What every test needs: a configuration, a server that runs, pushes in one line, dig.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::Arc;

use ddns_service::account::Name;
use ddns_service::config;
use ddns_service::pair::Pair;
use ddns_service::world::{Records, Set, Shelf, Zone, ZoneFault};
use ddns_service::zone::embedded::Embedded;

pub(crate) use crate::ports::free_port;
use crate::shelf::MemoryShelf;

pub(crate) const ZONE: &str = "dyn.example.org";

/// One zone on a free port of loopback, name server `ns1` inside it.
pub(crate) fn settings() -> config::Embedded {
    config::Embedded {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        zones: vec![ZONE.to_owned()],
        name_servers: vec!["ns1.dyn.example.org".to_owned(), "ns2.example.net".to_owned()],
        hostmaster: "host.master@example.org".to_owned(),
        addresses: BTreeMap::from([
            ("ns1.dyn.example.org".to_owned(), addresses(&["192.0.2.53", "2001:db8::53"])),
            (ZONE.to_owned(), addresses(&["192.0.2.80"])),
        ]),
        secondaries: Vec::new(),
        transfer_key_file: None,
        answers_per_second: 0,
    }
}

pub(crate) fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

pub(crate) struct Town {
    pub(crate) server: Arc<Embedded>,
    pub(crate) shelf: Arc<MemoryShelf>,
}

impl Town {
    pub(crate) async fn start(settings: &config::Embedded) -> Self {
        Self::with(settings, Arc::default()).await
    }

    pub(crate) async fn with(settings: &config::Embedded, shelf: Arc<MemoryShelf>) -> Self {
        let server = Embedded::start(settings, Arc::clone(&shelf) as Arc<dyn Shelf>).await.unwrap();
        Self { server: Arc::new(server), shelf }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.addresses()[0]
    }

    pub(crate) async fn push(&self, label: &str, v4: &str, v6: &str) -> Result<(), ZoneFault> {
        self.server.push(&records(label, ZONE, v4, v6)).await
    }

    /// dig's whole text.
    pub(crate) fn dig(&self, arguments: &str) -> String {
        dig(self.address(), arguments)
    }

    /// dig's answers, one in a line.
    pub(crate) fn short(&self, arguments: &str) -> String {
        dig(self.address(), &format!("{arguments} +short"))
    }
}

/// `""` removes, `"-"` keeps.
pub(crate) fn records(label: &str, zone: &str, v4: &str, v6: &str) -> Records {
    let set = |text: &str| match text {
        "" => Set::Remove,
        "-" => Set::Keep,
        text => Set::To(text.parse().unwrap()),
    };
    let name = Name { label: label.to_owned(), zone: zone.to_owned() };
    Records { name, ttl: 60, set: Pair { v4: set(v4), v6: set(v6) } }
}

pub(crate) fn dig(server: SocketAddr, arguments: &str) -> String {
    let output = tokio::task::block_in_place(|| {
        Command::new("dig")
            .args([format!("@{}", server.ip()), "-p".to_owned(), server.port().to_string()])
            .args(["+norecurse", "+tries=4", "+time=5"])
            .args(arguments.split_whitespace())
            .output()
            .expect("dig of bind9-dnsutils")
    });
    String::from_utf8(output.stdout).unwrap()
}

/// Another limit of answers.
pub(crate) fn limited(answers_per_second: u32) -> config::Embedded {
    config::Embedded { answers_per_second, ..settings() }
}
