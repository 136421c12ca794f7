//! What options mean, and how their faults are told.

use ddns::config::{Config, Section};
use ddns::send;

use crate::SECRET;

pub(crate) fn section(options: &[(&str, &str)]) -> Section {
    let usual = [("service_name", "bind-nsupdate"), ("domain", "home.example.test"), ("dns_server", "ns.example.test")];
    let lines: Vec<String> =
        usual.iter().chain(options).map(|(name, value)| format!("\toption {name} '{value}'\n")).collect();
    let text = format!("config service 'a'\n{}", lines.concat());
    Config::read(text.as_bytes(), b"").section("a").unwrap().0
}

/// All faults and warnings with these options, and with this key file.
fn told(options: &[(&str, &str)], file: Option<&str>) -> String {
    let section = section(options);
    let recipe = send::recipe(&section, &mut |path| {
        file.filter(|_| path.ends_with("home.key")).map(|text| text.as_bytes().to_vec())
    });
    let recipe = recipe.unwrap();
    let mut faults = send::faults(&section, &recipe, &mut |_| true);
    faults.extend(send::warnings(&section, &recipe));
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    assert!(!told.contains(SECRET) && !told.contains("Fk3Z"), "{told}");
    told
}

const KEY: (&str, &str) = ("username", "home-key");
const FILE: (&str, &str) = ("param_opt", "key_file=/etc/home.key");

#[test]
fn the_options_of_ddns_scripts_are_enough() {
    assert_eq!(told(&[KEY, ("password", SECRET)], None), "");
    for user in ["hmac-sha512:home-key", "HMAC-SHA1:home-key.", "hmac-sha224:home_key.example.test"] {
        assert_eq!(told(&[("username", user), ("password", SECRET)], None), "");
    }
    let md5 = told(&[("username", "hmac-md5:home-key"), ("password", SECRET)], None);
    assert_eq!(md5, "section 'a', option 'username': hmac-md5 is for old keys only: wanted a key of hmac-sha256");
}

#[test]
fn what_is_missing_is_named_with_what_goes_there() {
    let all = told(&[("domain", ""), ("lookup_host", "h.example.test")], None);
    for part in
        ["option 'domain': missing", "option 'username': missing", "the TSIG key's name", "option 'password': missing"]
    {
        assert!(all.contains(part), "{all}");
    }
    let password = told(&[KEY], None);
    assert!(password.contains("option 'password': missing") && password.contains("in base64"), "{password}");
    assert!(!password.contains("username"), "{password}");
    let username = told(&[("password", SECRET)], None);
    assert!(username.contains("option 'username': missing") && !username.contains("'password'"), "{username}");
}

#[test]
fn swapped_credentials_and_wrong_forms_are_told_without_the_secret() {
    let swapped = told(&[("username", SECRET), ("password", "home-key")], None);
    assert!(swapped.contains("option 'password': wanted the key's secret in base64"), "{swapped}");
    assert!(swapped.contains("its name goes into 'username'"), "{swapped}");
    let twice = told(&[("username", "home key"), ("password", SECRET)], None);
    assert!(twice.contains("option 'username': wanted the name of a key"), "{twice}");
    for unknown in ["hmac-sha3:home-key", "hmac-sha256-128:home-key", "sha256:home-key", ":home-key"] {
        let told = told(&[("username", unknown), ("password", SECRET)], None);
        assert!(told.contains("algorithm is not known: wanted hmac-sha256"), "{told}");
    }
    for kerberos in ["gss-tsig:host", "GSS.microsoft.com:host"] {
        let told = told(&[("username", kerberos), ("password", SECRET)], None);
        assert!(told.contains("GSS-TSIG (Kerberos) is not spoken here"), "{told}");
    }
    for empty in ["=", "A", "%20", "Fk3Z b0n9"] {
        assert!(told(&[KEY, ("password", empty)], None).contains("in base64"), "{empty}");
    }
    assert_eq!(told(&[KEY, ("password", SECRET), ("domain", "a.example.test,b@example.test")], None), "");
    let several = told(&[KEY, ("password", SECRET), ("domain", "a.example.test,b..example.test")], None);
    assert!(
        several.contains("option 'domain', value 'b..example.test': the name has nothing between two dots"),
        "{several}"
    );
    for ttl in ["0", "x", "-1", "2147483648", ""] {
        let told = told(&[KEY, ("password", SECRET), ("param_opt", &format!("ttl={ttl}"))], None);
        let wanted = format!("option 'param_opt', value 'ttl={ttl}': wanted ttl= and a number of seconds");
        assert!(told.contains(&wanted), "{told}");
    }
    let other = told(&[KEY, ("password", SECRET), ("param_opt", "keyfile=/x ttl=5")], None);
    assert!(other.contains("option 'param_opt': without effect: wanted key_file=PATH or ttl=SECONDS"), "{other}");
}

#[test]
fn a_key_file_is_instead_of_name_and_secret() {
    let one =
        |algorithm: &str, name: &str| format!("key \"{name}\" {{ algorithm {algorithm}; secret \"{SECRET}\"; }};\n");
    let home = one("hmac-sha256", "home-key.");
    assert_eq!(told(&[FILE], Some(&home)), "");
    assert_eq!(told(&[FILE, KEY], Some(&home)), "");
    let password = told(&[FILE, ("password", "x")], Some(&home));
    assert_eq!(password, "section 'a', option 'password': without effect, because 'param_opt' names a key file");
    let at = "section 'a', option 'param_opt', value '/etc/home.key': ";
    assert_eq!(told(&[FILE], None), format!("{at}this key file cannot be read"));
    let broken = format!("key \"a\" {{\n{SECRET};\n}};");
    assert_eq!(
        told(&[FILE], Some(&broken)),
        format!("{at}in this key file, line 2: wanted 'algorithm', 'secret' or '}}' inside the key")
    );
    let both = home.clone() + &one("hmac-sha1", "other");
    assert_eq!(told(&[FILE, ("username", "OTHER")], Some(&both)), "");
    assert!(told(&[FILE], Some(&both)).contains("several keys: wanted the name of one in 'username'"));
    assert!(told(&[FILE, ("username", "none")], Some(&both)).contains("no key of the name in 'username'"));
    assert!(told(&[FILE, ("username", "hmac-sha512:other")], Some(&both)).contains("of another algorithm"));
    assert!(told(&[FILE], Some(&one("hmac-sha3", "a"))).contains("algorithm is not known"));
    assert!(told(&[FILE], Some(&home.replace(SECRET, "???"))).contains("in base64"));
    // the other spelling, as other providers have it
    let by_password = ("password", "/etc/home.key");
    assert_eq!(told(&[by_password], Some(&home)), "");
    assert_eq!(told(&[by_password], None), "section 'a', option 'password': this key file cannot be read");
    let md5 = one("hmac-md5", "old");
    assert!(told(&[FILE], Some(&md5)).contains("'username' hmac-md5:NAME takes it all the same"));
    let asked_for = told(&[FILE, ("username", "hmac-md5:old")], Some(&md5));
    assert!(asked_for.starts_with("section 'a', option 'username': hmac-md5 is for old keys only"), "{asked_for}");
}

#[test]
fn the_secrets_of_a_key_file_are_covered_like_a_password() {
    let section = section(&[FILE]);
    let file = format!("key a {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};");
    let recipe =
        send::recipe(&section, &mut |path| path.ends_with("home.key").then(|| file.clone().into_bytes())).unwrap();
    let covered = send::mask(&section, &recipe).cover(&format!("it says {SECRET} here"));
    assert_eq!(covered, "it says ***PW*** here");
    assert!(!format!("{recipe:?}").contains(SECRET));
}

#[test]
fn the_owner_reads_what_goes_into_which_option() {
    let options = send::options("bind-nsupdate").unwrap();
    let holds = |name| options.iter().find(|field| field.option == name).unwrap().holds;
    assert!(holds("username").contains("ALGORITHM:NAME") && holds("param_opt").contains("key_file=PATH"));
    assert!(holds("password").contains("base64") && holds("dns_server").contains("SOA"));
}
