//! Secrets stay in the configuration and on the wire. Every other test is searched too; these go where it is hard.

use crate::bed::{PASSWORD, SOON, Says, USER, on};

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
fn the_search_finds_a_secret_that_lies_about() {
    on(|bed| {
        let login = format!("{USER}:{PASSWORD}");
        let upper = "p%C3%A4%2Fss%2Bw0rd%20%26%2541%3F";
        let spellings = [PASSWORD, upper, &upper.to_lowercase(), &ddns::secret::base64(login.as_bytes())];
        let file = bed.router.path("var/lies-about");
        for secret in spellings {
            std::fs::write(&file, format!("hello {secret} world")).unwrap();
            assert_eq!(bed.exposed().len(), 1, "{secret}");
        }
        std::fs::remove_file(&file).unwrap();
    });
}
