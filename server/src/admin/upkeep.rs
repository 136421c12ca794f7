//! `cleanup`, `backup` and `restore`: what an operator does now and then.

use std::fs::File;
use std::path::Path;

use rustix::fs::{Access, access};

use super::Office;
use super::naming::shown;
use super::outcome::Fault;

impl Office<'_, '_> {
    pub(super) async fn cleanup(&mut self) -> Result<(), Fault> {
        let works = self.house.works(self.settings, &self.store).map_err(Fault::Setup)?;
        let swept = works.cleanup().await?;
        let mut printer = self.printer();
        for (fqdn, why) in &swept.failed {
            printer.warn(format!("{}: {why}", shown(fqdn)));
        }
        printer.line(&match swept.removed {
            0 => "no records had to be removed".to_owned(),
            1 => "the records of 1 expired hostname are removed".to_owned(),
            count => format!("the records of {count} expired hostnames are removed"),
        })?;
        if swept.failures == 0 { Ok(()) } else { Err(Fault::Sweep(swept.failures)) }
    }

    pub(super) async fn backup(&mut self, file: &Path) -> Result<(), Fault> {
        if file.symlink_metadata().is_ok() {
            return Err(Fault::FileExists(file.to_owned()));
        }
        let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        access(folder, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|fault| Fault::File(folder.to_owned(), fault.into()))?;
        self.store.backup(file).await?;
        self.printer().line(&format!("the database is copied to {}", file.display()))
    }

    pub(super) async fn restore(&mut self, file: &Path) -> Result<(), Fault> {
        File::open(file).map_err(|fault| Fault::File(file.to_owned(), fault))?;
        let restored = self.house.restore(file).await?;
        let mut printer = self.printer();
        printer.line(&format!(
            "{} and {} are back from {}; start the service, it pushes {} of them to the DNS again",
            counted(restored.users, "user"),
            counted(restored.hosts, "hostname"),
            file.display(),
            restored.due
        ))?;
        if restored.letters > 0 {
            let letters = counted(restored.letters, "letter");
            printer.line(&format!("{letters} that waited when the copy was made will not be sent"))?;
        }
        printer.line(
            "what came after the copy is not known: hostnames deleted since are back, records of hostnames made since stay at a name server \
             elsewhere, and addresses are those of the copy until the routers say others",
        )
    }
}

/// `1 user`, `2 users`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
