//! Letters about changes and expiries, as a real mail server takes them.

use crate::bed::http::Ask;
use crate::bed::plan::Plan;
use crate::bed::{Bed, HOST, PASSWORD, PLAIN, ZONE, until};
use crate::receiver::{Receiver, Taken};

/// `[email]` with this crate's own templates.
pub(crate) fn email(plan: &mut Plan, port: u16) {
    let files = format!("{}/files", env!("CARGO_MANIFEST_DIR"));
    let table = format!(
        "[email]\nenabled = true\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {port}\nfrom_address = \"ddns@example.com\"\n\
         change_notification_template = \"{files}/change_notification.j2\"\n\
         expiry_notification_template = \"{files}/expiry_notification.j2\"\n"
    );
    plan.rest += &table;
}

fn letters(mail: &Receiver, bed: &Bed, count: usize) -> Vec<Taken> {
    until("the mail", || Some(mail.taken()).filter(|taken| taken.len() >= count), || bed.log())
}

#[test]
fn a_change_is_written_of_when_the_client_asks_for_it_and_there_is_one() {
    let mail = Receiver::start(&[]);
    let bed = Bed::running(|plan| {
        plan.unlimited();
        email(plan, mail.port);
    });
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    assert_eq!(bed.ann("&myip=192.0.2.1&notify_change=1"), "nochg 192.0.2.1\n");
    assert_eq!(bed.ann("&myip=192.0.2.2&notify_change=0"), "good 192.0.2.2\n");
    assert_eq!(bed.ann("&myip=192.0.2.3&notify_change=1"), "good 192.0.2.3\n");
    let taken = letters(&mail, &bed, 1);
    assert_eq!((taken[0].from.as_str(), &taken[0].to), ("ddns@example.com", &vec!["ann@example.com".to_owned()]));
    assert_eq!(taken[0].header("Subject").as_deref(), Some("mypc.dyn.example.com: address changed"));
    assert!(taken[0].body().contains("IPv4: 192.0.2.3") && !taken[0].text.contains("IPv6"), "{:?}", taken[0]);
    assert_eq!(bed.ann("&myip6=2001:db8::3&notify_change=1"), "good 2001:db8::3\n");
    let taken = letters(&mail, &bed, 2);
    assert_eq!(taken.len(), 2, "one for each change that was asked about");
    assert!(taken[1].body().contains("IPv6: 2001:db8::3") && taken[1].body().contains("192.0.2.3 (unchanged)"));
}

#[test]
fn what_is_not_confirmed_in_time_goes_with_a_letter_and_comes_back_with_the_next_update() {
    let mail = Receiver::start(&[]);
    let mut bed = Bed::peopled(|plan| {
        plan.unlimited();
        plan.dns = plan.dns.replacen('\n', "\ncleanup_interval = 1\n", 1);
        email(plan, mail.port);
    });
    bed.done(&["hostname", "modify", "one", ZONE, "--expiry-ttl", "8"]);
    bed.run();
    let ben = |host: &str| {
        bed.ask(&Ask::get(&format!("/update?hostname={host}.{ZONE}&myip=192.0.2.7")).user("ben", PLAIN)).body
    };
    assert_eq!((ben("one"), ben("two")), ("good 192.0.2.7\n".to_owned(), "good 192.0.2.7\n".to_owned()));
    assert_eq!(bed.dig("one.dyn.example.com", "A"), ["60 192.0.2.7"]);
    let taken = letters(&mail, &bed, 1);
    assert_eq!(taken[0].header("Subject").as_deref(), Some("one.dyn.example.com: address expired"));
    assert_eq!(taken[0].to, ["ben@example.com"]);
    assert!(taken[0].body().contains("IPv4: 192.0.2.7"), "{:?}", taken[0]);
    assert_eq!(bed.dig("one.dyn.example.com", "A"), Vec::<String>::new());
    assert_eq!(bed.dig("two.dyn.example.com", "A"), ["60 192.0.2.7"], "in time");
    assert_eq!(ben("one"), "good 192.0.2.7\n", "no nochg: it is not in the DNS");
    assert_eq!(bed.dig("one.dyn.example.com", "A"), ["60 192.0.2.7"]);
    assert_eq!(mail.taken().len(), 1);
}

#[test]
fn a_mail_server_that_is_away_delays_the_letter_and_nothing_else() {
    let port = crate::bed::free_port();
    let bed = Bed::running(|plan| {
        plan.unlimited();
        email(plan, port);
    });
    let begun = std::time::Instant::now();
    let ask = Ask::get(&format!("/update?hostname={HOST}&myip=192.0.2.1&notify_change=1")).user("ann", PASSWORD);
    assert_eq!(bed.ask(&ask).body, "good 192.0.2.1\n");
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    bed.log_until(|log| log.contains("WARNING") && log.to_lowercase().contains("mail"));
}
