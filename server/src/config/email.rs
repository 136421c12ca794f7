//! `[email]`: which mail server, who writes, what.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use ddns::secret::Secret;

use super::keys::email as k;
use super::settings::Email;
use super::sheet::Sheet;

/// `None` when mail is not enabled; its keys are checked all the same.
pub(super) fn read(sheet: &Sheet<'_>) -> Option<Email> {
    let enabled = sheet.flag(&k::ENABLED);
    if !enabled {
        let idle = [&k::CHANGE_NOTIFICATION_TEMPLATE, &k::EXPIRY_NOTIFICATION_TEMPLATE];
        sheet.idle(&idle, "without enabled = true: no mail is sent");
    }
    let (smtp_host, from_address) = (sheet.text(&k::SMTP_HOST), sheet.text(&k::FROM_ADDRESS));
    for (found, key) in [(&smtp_host, &k::SMTP_HOST), (&from_address, &k::FROM_ADDRESS)] {
        if enabled && found.is_none() {
            sheet.missing(key, "with enabled = true");
        }
    }
    if let Some(from) = from_address.as_ref().filter(|from| !is_mailbox(&from.text)) {
        sheet.unfit(from, "wanted a mail address, such as \"ddns@example.com\"".to_owned());
    }
    let email = Email {
        smtp_host: smtp_host.map(|text| text.text).unwrap_or_default(),
        smtp_port: sheet.number(&k::SMTP_PORT),
        smtp_starttls: sheet.flag(&k::SMTP_STARTTLS),
        login: login(sheet),
        from_address: from_address.map(|text| text.text).unwrap_or_default(),
        change_notification_template: sheet.path(&k::CHANGE_NOTIFICATION_TEMPLATE),
        expiry_notification_template: sheet.path(&k::EXPIRY_NOTIFICATION_TEMPLATE),
    };
    in_clear(sheet, &email);
    enabled.then_some(email)
}

fn login(sheet: &Sheet<'_>) -> Option<(String, Secret)> {
    match (sheet.text(&k::SMTP_USER), sheet.secret(&k::SMTP_PASSWORD)) {
        (Some(user), Some(password)) => Some((user.text, password)),
        (Some(_), None) => {
            sheet.missing(&k::SMTP_PASSWORD, "beside smtp_user");
            None
        }
        (None, Some(_)) => {
            sheet.missing(&k::SMTP_USER, "beside smtp_password");
            None
        }
        (None, None) => None,
    }
}

fn in_clear(sheet: &Sheet<'_>, email: &Email) {
    let host = email.smtp_host.as_str();
    let here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    // port 465 is TLS from the first byte (RFC 8314 section 3.3)
    if email.login.is_some()
        && !email.smtp_starttls
        && email.smtp_port != 465
        && !here
        && let Some(entry) = sheet.entry(&k::SMTP_PASSWORD)
    {
        sheet.odd(entry, "travels in clear text: wanted smtp_starttls = true".to_owned());
    }
}

/// With or without a name before it; the mail room reads it to the letter.
fn is_mailbox(text: &str) -> bool {
    let bare = text.rsplit_once('<').map_or(text, |(_, rest)| rest.strip_suffix('>').unwrap_or(""));
    let parts = bare.rsplit_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !bare.contains(' '))
}
