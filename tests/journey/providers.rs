//! What an owner reads of providers.

use crate::bed::on;

#[test]
fn every_provider_is_listed_and_each_says_what_goes_into_which_option() {
    on(|bed| {
        let listed = bed.ddns(&["providers"]);
        assert_eq!(listed.code, Some(0), "{listed:?}");
        let names: Vec<&str> = listed.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert!(names.len() >= 112 && names.is_sorted(), "{}", names.len());
        for name in names {
            let told = bed.ddns(&["providers", name]);
            let word = if name == "cnkuai.cn" { "captcha".to_owned() } else { format!("option service_name '{name}'") };
            assert!(told.code == Some(0) && told.out.contains(&word), "{told:?}");
        }
        let told = bed.ddns(&["providers", "duckdns.org"]).out;
        assert!(told.contains("option domain") && told.contains("option password") && !told.contains("username"));
        let told = bed.ddns(&["providers", "cloudflare.com-v4"]).out;
        assert!(told.contains("API token") && told.contains("optional: zone_id=ID"), "{told}");
        let wrong = bed.ddns(&["providers", "nobody.example"]);
        assert!(wrong.code == Some(1) && wrong.err.contains("nobody.example"), "{wrong:?}");
    });
}
