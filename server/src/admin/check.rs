//! `check`: looks at everything the daemon needs and changes nothing. Each finding says what to do. What one look finds out (no
//! configuration, no database) decides which others can be had.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::config::{DnsServer, Settings};
use crate::world::Store;

use super::Desk;
use super::house::House;
use super::outcome::{Code, Fault};

mod files;
mod ports;
mod services;

/// How a finding is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    Well,
    Warning,
    Fault,
}

impl Grade {
    fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
struct Finding {
    about: String,
    grade: Grade,
    said: String,
    next: Option<String>,
}

impl Finding {
    fn well(about: impl Into<String>, said: impl Into<String>) -> Self {
        Self { about: about.into(), grade: Grade::Well, said: said.into(), next: None }
    }

    fn warning(about: impl Into<String>, said: impl Into<String>, next: impl Into<String>) -> Self {
        Self { about: about.into(), grade: Grade::Warning, said: said.into(), next: Some(next.into()) }
    }

    fn fault(about: impl Into<String>, said: impl Into<String>, next: impl Into<String>) -> Self {
        Self { about: about.into(), grade: Grade::Fault, said: said.into(), next: Some(next.into()) }
    }

    fn value(&self) -> Value {
        json!({ "about": self.about, "grade": self.grade.word(), "said": self.said, "do": self.next })
    }
}

/// Tells findings as they come; for JSON, all at the end.
struct Report<'a, 'b> {
    desk: &'a mut Desk<'b>,
    json: bool,
    findings: Vec<Finding>,
}

impl Report<'_, '_> {
    fn tell(&mut self, findings: Vec<Finding>) -> Result<(), Fault> {
        for finding in findings {
            if !self.json {
                let mut printer = self.desk.printer();
                printer.line(&format!("{:<8} {}: {}", finding.grade.word(), finding.about, finding.said))?;
                if let Some(next) = &finding.next {
                    printer.line(&format!("         do: {next}"))?;
                }
            }
            self.findings.push(finding);
        }
        Ok(())
    }

    fn end(self) -> Result<Code, Fault> {
        if self.json {
            self.desk.printer().json(&self.findings.iter().map(Finding::value).collect())?;
        }
        if self.findings.iter().any(|finding| finding.grade == Grade::Fault) {
            Err(Fault::Check)
        } else {
            Ok(Code::Done)
        }
    }
}

/// The whole check.
pub(super) async fn run(file: &Path, json: bool, desk: &mut Desk<'_>, house: &dyn House) -> Result<Code, Fault> {
    let mut report = Report { desk, json, findings: Vec::new() };
    let seen = files::configuration(file);
    let settings = match (house.settings(file), seen) {
        (Ok(settings), None) => settings,
        // it cannot be read, or is not to be: what else is said of it would say the same
        (_, Some(seen)) => {
            report.tell(vec![seen])?;
            return report.end();
        }
        (Err(faults), None) => {
            let next = format!("mend {} and check again; the rest is looked at then", file.display());
            report
                .tell(faults.into_iter().map(|said| Finding::fault("configuration", said, next.clone())).collect())?;
            return report.end();
        }
    };
    report.tell(vec![Finding::well("configuration", format!("{} is well formed", file.display()))])?;
    report.tell(files::named(&settings))?;
    let store = database(&mut report, &settings, house).await?;
    report.tell(services::clock(house.now(), store.as_ref()).await)?;
    let (found, running) = ports::look(&settings).await;
    report.tell(found)?;
    match &store {
        Some(_) if !running && matches!(settings.dns_service.server, DnsServer::Embedded(_)) => {
            let said = "its own name server answers while the daemon runs, and it does not";
            report.tell(vec![Finding::warning("name server", said, "start the daemon and check again")])?;
        }
        Some(store) => report.tell(services::zones(&settings, store, house).await)?,
        None => {}
    }
    report.tell(vec![services::mail(&settings, house).await])?;
    report.end()
}

async fn database(
    report: &mut Report<'_, '_>,
    settings: &Settings,
    house: &dyn House,
) -> Result<Option<Arc<dyn Store>>, Fault> {
    let (finding, store) = services::database(settings, house).await;
    report.tell(vec![finding])?;
    Ok(store)
}
