//! A real package manager with our package. opkg is in no distribution; dpkg, of whose kind it is, reads the same parts in another wrapping.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use crate::place::{Place, output, run, tree};

/// A root directory with a package manager's state, and a `functions.sh` that writes down what it is asked.
struct Root<'p>(&'p Place);

impl<'p> Root<'p> {
    fn new(place: &'p Place) -> Self {
        fs::create_dir_all(place.path("root/var/lib/dpkg")).unwrap();
        fs::create_dir_all(place.path("root/lib")).unwrap();
        fs::write(place.path("root/var/lib/dpkg/status"), "").unwrap();
        let functions = "default_postinst() { echo postinst $2 >>\"$IPKG_INSTROOT/asked\"; }\n\
                         default_prerm() { echo prerm $2 >>\"$IPKG_INSTROOT/asked\"; }\n";
        fs::write(place.path("root/lib/functions.sh"), functions).unwrap();
        Self(place)
    }

    fn dpkg(&self, args: &[&str]) -> Command {
        let root = self.0.path("root");
        // who is not root gets to be it in a name space of his own
        let user = if fs::metadata("/proc/self").unwrap().uid() == 0 { "dpkg" } else { "unshare" };
        let mut command = Command::new(user);
        if user == "unshare" {
            command.args(["-r", "dpkg"]);
        }
        command.arg(format!("--root={}", root.display()));
        command.args(["--force-script-chrootless", "--force-depends", "--force-confold", "--force-not-root"]);
        command.env("IPKG_INSTROOT", &root).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").args(args);
        command
    }

    /// Our package, in dpkg's wrapping.
    fn ours(&self) -> String {
        self.0.packed("all");
        let deb = self.0.path("ddns.deb");
        let parts = ["debian-binary", "control.tar.gz", "data.tar.gz"].map(|part| self.0.path("parts").join(part));
        run(Command::new("ar").arg("rcs").arg(&deb).args(parts));
        deb.to_string_lossy().into_owned()
    }

    /// Another package, with these files.
    fn other(&self, name: &str, depends: &str, files: &[&str]) -> String {
        let dir = self.0.path(name);
        fs::create_dir_all(dir.join("DEBIAN")).unwrap();
        let depends = if depends.is_empty() { String::new() } else { format!("Depends: {depends}\n") };
        let head = format!("Package: {name}\nVersion: 2.8.2-85\nArchitecture: all\nMaintainer: x\nDescription: x\n");
        fs::write(dir.join("DEBIAN/control"), head + &depends).unwrap();
        for file in files {
            fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
            fs::write(dir.join(file), format!("of {name}\n")).unwrap();
        }
        if files.contains(&"etc/config/ddns") {
            fs::write(dir.join("DEBIAN/conffiles"), "/etc/config/ddns\n").unwrap();
        }
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(dir.join("DEBIAN"), fs::Permissions::from_mode(0o755)).unwrap();
        let deb = self.0.path(&format!("{name}.deb"));
        run(Command::new("dpkg-deb").args(["--root-owner-group", "-Znone", "-b"]).arg(&dir).arg(&deb));
        deb.to_string_lossy().into_owned()
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.0.path("root").join(path)).ok()
    }

    /// Names of what is installed.
    fn installed(&self) -> Vec<String> {
        let listed = run(&mut self.dpkg(&["-l"]));
        let names = listed.lines().filter_map(|line| line.strip_prefix("ii  "));
        names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_package_manager_installs_upgrades_and_removes_it_and_keeps_the_owner_s_configuration() {
    let place = Place::new("life");
    let root = Root::new(&place);
    let ours = root.ours();
    run(&mut root.dpkg(&["-i", &ours]));
    assert_eq!(root.installed(), ["ddns"]);
    assert!(root.read("etc/config/ddns").is_some_and(|text| text.contains("config ddns 'global'")));
    assert_eq!(root.read("asked").as_deref(), Some("postinst configure\n"));

    fs::write(place.path("root/etc/config/ddns"), "config ddns 'global'\n# mine\n").unwrap();
    run(&mut root.dpkg(&["-i", &ours]));
    assert!(root.read("etc/config/ddns").unwrap().contains("# mine"));
    run(&mut root.dpkg(&["-r", "ddns"]));
    assert!(root.read("etc/config/ddns").unwrap().contains("# mine"));
    let asked = root.read("asked").unwrap();
    assert_eq!(asked, "postinst configure\nprerm upgrade\npostinst configure\nprerm remove\n");
    let left: Vec<String> = tree(&place.path("root")).into_keys().filter(|path| path.contains("/usr/")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn it_takes_the_place_of_ddns_scripts_and_its_extensions_under_luci_s_page() {
    let place = Place::new("over");
    let root = Root::new(&place);
    let scripts = root.other("ddns-scripts", "ddns-scripts-services", &["etc/config/ddns", "usr/bin/ddns"]);
    let services = root.other("ddns-scripts-services", "", &["usr/share/ddns/default/duckdns.org.json"]);
    let extension = ["usr/share/ddns/default/cloudflare.com-v4.json", "usr/lib/ddns/update_cloudflare_com_v4.sh"];
    let cloudflare = root.other("ddns-scripts-cloudflare", "ddns-scripts, curl", &extension);
    let luci = root.other("luci-app-ddns", "ddns-scripts", &["usr/share/luci/menu.d/luci-app-ddns.json"]);
    run(&mut root.dpkg(&["-i", &services, &scripts, &cloudflare, &luci]));
    fs::write(place.path("root/etc/config/ddns"), "config ddns 'global'\n# mine\n").unwrap();

    run(&mut root.dpkg(&["-i", &root.ours()]));
    assert_eq!(root.installed(), ["ddns", "luci-app-ddns"]);
    assert!(root.read("etc/config/ddns").unwrap().contains("# mine"));
    assert!(root.read("usr/share/ddns/default/cloudflare.com-v4.json").unwrap().contains("\"name\""));
    // nothing that is needed is missing, but for the certificates that this root does not have
    let audit = run(&mut root.dpkg(&["--audit"]));
    assert_eq!(audit, "");
    let refused = output(&mut root.dpkg(&["-i", &scripts]));
    let said = String::from_utf8_lossy(&refused.stdout).into_owned() + &String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("conflicting packages") || said.contains("conflicts with ddns"), "{said}");
    assert_eq!(root.installed(), ["ddns", "luci-app-ddns"]);
}
