//! The router's lines as the kernel and netifd have them: `wan` with an IPv4 address, `wan6` with a prefix of which `lan` has a part.

use serde_json::{Value, json};

use crate::bed::net::talk;
use crate::router::Router;

/// What comes and goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// Last number of 203.0.113.x on `wan`.
    v4: Option<u8>,
    /// The prefix `2001:db8:x::/56` delegated to `wan6`.
    prefix: Option<u16>,
}

impl Line {
    /// Everything down, as after a boot.
    pub(crate) fn down(router: &Router) -> Self {
        router.bed.ip("addr flush dev wan0 scope global");
        // the provider of the line sends what it delegates our way
        let route = ["-6", "route", "replace", "2001:db8::/45", "via", "fe80::2", "dev", "isp0"];
        talk(router.bed.net.there("ip").args(route), "").unwrap();
        let line = Self::default();
        line.tell(router);
        line
    }

    /// netifd says what it has; after a boot it has forgotten.
    pub(crate) fn tell(&self, router: &Router) {
        let wan = json!({"interface": "wan", "up": self.v4.is_some(), "device": "wan0", "proto": "dhcp"});
        let mut all = [
            wan,
            json!({"interface": "wan6", "up": self.prefix.is_some(), "device": "wan0", "proto": "dhcpv6"}),
            json!({"interface": "lan", "up": true, "device": "lan0", "l3_device": "lan0", "proto": "static",
                "ipv4-address": [{"address": "192.168.1.1", "mask": 24}]}),
        ];
        if let Some(last) = self.v4 {
            add(
                &mut all[0],
                json!({"l3_device": "wan0", "ipv4-address": [{"address": format!("203.0.113.{last}"), "mask": 24}]}),
            );
        }
        if let Some(prefix) = self.prefix {
            let part = format!("2001:db8:{prefix:x}::");
            let assigned = json!({"lan": {"address": part, "mask": 64}});
            let delegated = json!({"address": part, "mask": 56, "preferred": 1800, "valid": 3600, "class": "wan6", "assigned": assigned});
            add(&mut all[1], json!({"l3_device": "wan0", "ipv6-address": [], "ipv6-prefix": [delegated]}));
            let local = json!({"address": format!("{part}1"), "mask": 64});
            let assignment =
                json!({"address": part, "mask": 64, "preferred": 1800, "valid": 3600, "local-address": local});
            add(&mut all[2], json!({"ipv6-prefix-assignment": [assignment]}));
        }
        router.netifd(&all);
    }

    /// Another address for `wan`; netifd says nothing more than its dump.
    pub(crate) fn renumber(&mut self, router: &Router, last: u8) {
        let before = self.v4.replace(last).filter(|before| *before != last);
        if let Some(before) = before {
            router.bed.ip(&format!("addr del 203.0.113.{before}/24 dev wan0"));
        }
        router
            .bed
            .ip(&format!("addr replace 203.0.113.{last}/24 dev wan0\nroute replace default via 203.0.113.1 dev wan0"));
        self.tell(router);
    }

    /// `ifup wan`: address first, then netifd's word.
    pub(crate) fn ifup(&mut self, router: &Router, last: u8) {
        self.renumber(router, last);
        router.hotplug("ifup", "wan");
    }

    /// `ifdown wan`.
    pub(crate) fn ifdown(&mut self, router: &Router) {
        if let Some(last) = self.v4.take() {
            router.bed.ip(&format!("addr del 203.0.113.{last}/24 dev wan0"));
        }
        self.tell(router);
        router.hotplug("ifdown", "wan");
    }

    /// A first or another prefix for `wan6`: `ifup` or `ifupdate`.
    pub(crate) fn delegate(&mut self, router: &Router, prefix: u16) {
        let before = self.prefix.replace(prefix);
        if let Some(before) = before {
            router.bed.ip(&format!("addr del 2001:db8:{before:x}::1/64 dev lan0"));
        }
        router.bed.ip(&format!("addr add 2001:db8:{prefix:x}::1/64 dev lan0 nodad"));
        self.tell(router);
        router.hotplug(if before.is_some() { "ifupdate" } else { "ifup" }, "wan6");
    }
}

fn add(to: &mut Value, more: Value) {
    let (Value::Object(to), Value::Object(more)) = (to, more) else { return };
    to.extend(more);
}
