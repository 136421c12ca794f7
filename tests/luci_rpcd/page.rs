//! What the page may do: the package's own ACL file.

use std::fs;
use std::path::Path;

use serde_json::Value;

fn acl() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("files/usr/share/rpcd/acl.d/ddns.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_second_acl_file_adds_rights_to_the_apps_group_and_to_no_other() {
    let acl = acl();
    let groups: Vec<&String> = acl.as_object().unwrap().keys().collect();
    assert_eq!(groups, ["luci-app-ddns"]);
    let files = &acl["luci-app-ddns"]["read"]["file"];
    let may = |path: &str, what: &str| files[path].as_array().is_some_and(|list| list.iter().any(|word| word == what));
    for program in ["/etc/init.d/ddns", "/usr/bin/ddns", "/usr/lib/ddns/dynamic_dns_lucihelper.sh"] {
        assert!(may(program, "exec"), "{program}");
    }
    for dir in ["/usr/share/ddns/default", "/usr/share/ddns/custom"] {
        assert!(may(dir, "list") && may(&format!("{dir}/*"), "read"), "{dir}");
    }
    assert!(may("/usr/share/ddns/list", "read"));
}

#[test]
fn the_second_acl_file_lets_nobody_write_what_a_shell_would_run() {
    let text = acl().to_string();
    assert!(!text.contains("\"write\""), "{text}");
}
