//! Files that the configuration names: whether they are there, and whether strangers can read a secret in them.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::config::{Database, DnsServer, LogTarget, Settings};

use super::Finding;

/// Others than owner and group may read.
const WORLD: u32 = 0o004;

/// The configuration itself: it holds passwords.
pub(super) fn configuration(file: &Path) -> Option<Finding> {
    if fs::metadata(file).is_err_and(|fault| fault.kind() == io::ErrorKind::NotFound) {
        let next = "name yours with --config, or make the file: config.example.toml has every setting";
        return Some(Finding::fault("configuration", format!("there is no {}", file.display()), next));
    }
    look(file, "configuration").or_else(|| open_to_all(file, "configuration"))
}

/// All others.
pub(super) fn named(settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for (option, file, secret) in files(settings) {
        let finding = look(file, &option).or_else(|| if secret { open_to_all(file, &option) } else { None });
        found.push(finding.unwrap_or_else(|| Finding::well(option, format!("{} can be read", file.display()))));
    }
    if let Database::Sqlite { path } = &settings.database {
        found.extend(directory(path, "database path"));
        found.extend(open_to_all(path, "database path"));
    }
    if let LogTarget::File { path, .. } = &settings.daemon.log_target {
        found.extend(directory(path, "log_file"));
    }
    found
}

/// Option, file, whether it holds a secret.
fn files(settings: &Settings) -> Vec<(String, &Path, bool)> {
    let mut files: Vec<(String, &Path, bool)> = Vec::new();
    if let Some(certificate) = &settings.daemon.ssl {
        files.push(("ssl_cert_file".to_owned(), &certificate.chain, false));
        files.push(("ssl_key_file".to_owned(), &certificate.key, true));
    }
    match &settings.dns_service.server {
        DnsServer::Remote(remote) => {
            let default =
                remote.default_key_file.iter().map(|file| ("ddns_default_key_file".to_owned(), file.as_path(), true));
            files.extend(default);
            files.extend(
                remote.zone_keys.iter().map(|(zone, file)| (format!("zone_keys of {zone}"), file.as_path(), true)),
            );
        }
        DnsServer::Embedded(own) => {
            files.extend(
                own.transfer_key_file.iter().map(|file| ("transfer_key_file".to_owned(), file.as_path(), true)),
            );
        }
    }
    if let Some(email) = &settings.email {
        let templates = [
            ("change_notification_template", &email.change_notification_template),
            ("expiry_notification_template", &email.expiry_notification_template),
        ];
        files.extend(
            templates.into_iter().filter_map(|(option, file)| Some((option.to_owned(), file.as_deref()?, false))),
        );
    }
    files
}

/// Whether this user can read it.
fn look(file: &Path, option: &str) -> Option<Finding> {
    let fault = fs::File::open(file).err()?;
    let next = match fault.kind() {
        io::ErrorKind::NotFound => "make the file, or mend its path in the configuration",
        io::ErrorKind::PermissionDenied => {
            "let the service's user read it (chown, chmod 640), and run this check as that user"
        }
        _ => "see what is there",
    };
    Some(Finding::fault(option, format!("{}: {fault}", file.display()), next))
}

fn open_to_all(file: &Path, option: &str) -> Option<Finding> {
    let mode = fs::metadata(file).ok()?.permissions().mode();
    (mode & WORLD != 0).then(|| {
        let said = format!("every user of this machine can read {}, and it holds secrets", file.display());
        Finding::fault(option, said, format!("chmod o-rwx {}", file.display()))
    })
}

/// The directory that a file is to be made in.
fn directory(file: &Path, option: &str) -> Option<Finding> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode = match fs::metadata(directory) {
        Ok(found) if found.is_dir() => found.permissions().mode(),
        Ok(_) => {
            return Some(Finding::fault(option, format!("{} is no directory", directory.display()), "mend the path"));
        }
        Err(fault) => {
            let next = format!("install -d -o ddns -g ddns -m 750 {}", directory.display());
            return Some(Finding::fault(option, format!("{}: {fault}", directory.display()), next));
        }
    };
    (mode & 0o002 != 0 && mode & 0o1000 == 0).then(|| {
        let said = format!("every user of this machine can put files into {}", directory.display());
        Finding::warning(option, said, format!("chmod o-w {}", directory.display()))
    })
}
