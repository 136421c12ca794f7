//! `import`: users and hostnames from a table, for those who come from another server. All lines are judged before the first is written;
//! what is there already is left as it is, so a file can be imported again after a stop in the middle.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::proof;
use crate::world::{HostFilter, NewHost, NewUser};

use super::Office;
use super::outcome::Fault;
use super::password;
use super::upkeep::counted;

mod plan;
mod sheet;

use plan::{Plan, Present};
use sheet::LineFault;

impl Office<'_, '_> {
    pub(super) async fn import(&mut self, file: &Path, dry_run: bool) -> Result<(), Fault> {
        let bytes = self.bytes(file).map_err(|fault| Fault::File(file.to_owned(), fault))?;
        let (lines, mut faults) = sheet::read(&bytes);
        let mut plan = Plan::new(self.present().await?, &self.settings.defaults);
        for line in lines {
            if let Err(wrong) = plan.take(&line) {
                faults.push(LineFault { number: line.number, wrong });
            }
        }
        if !faults.is_empty() {
            faults.sort_by_key(|fault| fault.number);
            let mut printer = self.printer();
            for fault in &faults {
                printer.aside_line(&format!("{}:{}: {}", file.display(), fault.number, fault.wrong));
            }
            return Err(Fault::Import(file.to_owned(), faults.len()));
        }
        if !dry_run {
            self.carried_out(&plan).await?;
        }
        self.counted(&plan, dry_run)
    }

    fn bytes(&mut self, file: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if file == Path::new("-") {
            self.desk.input.read_to_end(&mut bytes)?;
        } else {
            File::open(file)?.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    async fn present(&self) -> Result<Present, Fault> {
        let users = self.store.users().await?;
        let hosts = self.store.hosts(&HostFilter::All).await?;
        Ok(Present {
            users: users.into_iter().map(|(user, hosts)| (user.name, (user.host_limit, hosts))).collect(),
            hosts: hosts.into_iter().map(|(host, user)| (host.name.fqdn(), user)).collect::<BTreeMap<_, _>>(),
        })
    }

    async fn carried_out(&mut self, plan: &Plan<'_>) -> Result<(), Fault> {
        for user in &plan.users {
            let kept = if user.hashed { user.password.clone() } else { proof::hash(&user.password)? };
            let row = NewUser {
                name: user.name.clone(),
                email: user.email.clone(),
                password: kept,
                host_limit: user.host_limit,
            };
            self.store.add_user(&row).await.map_err(|fault| super::user::of_user(fault, &user.name))?;
        }
        for host in &plan.hosts {
            self.added(host).await?;
        }
        Ok(())
    }

    async fn added(&self, host: &NewHost) -> Result<(), Fault> {
        self.store.add_host(host).await.map_err(|fault| super::user::of_user(fault, &host.user))
    }

    fn counted(&mut self, plan: &Plan<'_>, dry_run: bool) -> Result<(), Fault> {
        let said = format!(
            "{}: {} and {}{}",
            if dry_run { "would be made" } else { "made" },
            counted(plan.users.len() as u64, "user"),
            counted(plan.hosts.len() as u64, "hostname"),
            if plan.skipped == 0 { String::new() } else { format!("; there already: {}", plan.skipped) }
        );
        let weak = plan.users.iter().filter(|user| !user.hashed && password::weak(&user.password).is_some()).count();
        if weak > 0 {
            self.printer()
                .warn(format!("{weak} of the passwords are shorter than 8 bytes or hold letters beyond ASCII"));
        }
        self.printer().line(&said)
    }
}
