//! Secrets stay in the configuration and on the wire. Every other test is searched too; these go where it is hard.

use crate::bed::{SOON, Says, on};

#[test]
fn an_answer_that_repeats_the_login_is_masked_wherever_it_goes() {
    on(|bed| {
        bed.provider_says(Says::Echo);
        bed.configure(&[("check_interval", "600")]);
        let running = bed.start(&["run", "home", "-v"]);
        bed.until("a round", SOON, || bed.status("nextcheck").is_some());
        bed.until("an answer in the files", SOON, || bed.status("dat").is_some());
        bed.search();
        running.terminate();
        bed.ddns(&["once", "home"]);
        bed.ddns(&["-v", "1", "-d", "-S", "home"]);
        bed.ddns(&["status"]);
    });
}

#[test]
fn a_password_in_the_path_is_masked_when_the_provider_is_not_reached() {
    on(|bed| {
        bed.provider_says(Says::Close);
        let url = "http://provider.example/u/[USERNAME]/[PASSWORD]/[DOMAIN]/[IP]";
        bed.configure(&[("update_url", url), ("check_interval", "600"), ("retry_interval", "600")]);
        bed.ddns(&["once", "home"]);
        bed.configure(&[("update_url", &url.replace("provider.", "nobody.")), ("use_https", "1")]);
        bed.ddns(&["once", "home"]);
        assert_eq!(bed.asked().len(), 1, "{}", bed.story());
        let running = bed.start_home();
        bed.until("the error in its file", SOON, || bed.status("err").is_some());
        bed.search();
        running.terminate();
    });
}

#[test]
#[should_panic(expected = "secrets in the open")]
fn the_search_finds_a_secret_that_lies_about() {
    on(|bed| {
        let text = format!("hello {} world", ddns::secret::percent_encoded(crate::bed::PASSWORD.as_bytes()));
        std::fs::write(bed.router.path("var/lies-about"), text).unwrap();
    });
}
