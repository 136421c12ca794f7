//! `cleanup` and `backup`: what an operator does now and then.

use std::path::Path;

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
        self.store.backup(file).await?;
        self.printer().line(&format!("the database is copied to {}", file.display()))
    }
}
