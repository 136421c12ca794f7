//! Our package as a router gets it, and a stand-in for opkg: it unpacks, keeps what the owner wrote, runs the control scripts, upgrades, and
//! removes, in opkg's order.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bed::Bed;
use crate::bed::net::talk;
use crate::root::{Form, program};
use crate::router::Router;

/// What is installed is written down here, below the root.
const INFO: &str = "usr/lib/opkg/info";

/// A package, unpacked.
pub(crate) struct Package {
    name: String,
    data: PathBuf,
    control: PathBuf,
}

impl Package {
    /// Built as `make ipk` does it; `edition` tells one upgrade from the next.
    pub(crate) fn build(bed: &Bed, form: &Form, edition: u32) -> Self {
        let program = program(bed, form, edition);
        let folder = bed.router.dir().join(format!("package-{edition}"));
        let (data, control) = (folder.join("data"), folder.join("control"));
        fs::create_dir_all(&data).unwrap();
        fs::create_dir_all(&control).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("openwrt");
        let mut command = Command::new("sh");
        command.env("SQUEEZE", "gzip -nk");
        talk(command.arg(script.join("ipk.sh")).arg(program).arg("any").arg(&folder), "").unwrap();
        let unpack = "set -e; tar -xzf ./*.ipk; tar -xzf data.tar.gz -C data; tar -xzf control.tar.gz -C control";
        talk(Command::new("sh").args(["-c", unpack]).current_dir(&folder), "").unwrap();
        let text = fs::read_to_string(control.join("control")).unwrap();
        let name = text.lines().find_map(|line| line.strip_prefix("Package: ")).unwrap().to_owned();
        Self { name, data, control }
    }

    /// The fields of its control file.
    fn field(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.control.join("control")).unwrap();
        text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::to_owned)
    }

    fn files(&self) -> Vec<String> {
        let found = Command::new("find").arg(".").args(["!", "-type", "d"]).current_dir(&self.data).output().unwrap();
        let mut files: Vec<String> =
            String::from_utf8(found.stdout).unwrap().lines().map(|l| l[1..].to_owned()).collect();
        files.sort();
        files
    }

    fn conffiles(&self) -> Vec<String> {
        let text = fs::read_to_string(self.control.join("conffiles")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// A control script, with opkg's variables; what it said.
    fn script(&self, router: &Router, kind: &str, arguments: &str, upgrade: bool) -> String {
        let file = format!("/{INFO}/{}.{kind}", self.name);
        if !router.path(&file[1..]).exists() {
            return String::new();
        }
        router.does(&format!("PKG_ROOT=/ PKG_UPGRADE={} {file} {arguments}", u8::from(upgrade)))
    }

    /// Packages that this one takes the place of: opkg removes them first, and leaves what the owner changed.
    fn replace_others(&self, router: &Router) {
        for name in self.field("Replaces").unwrap_or_default().split(", ") {
            let list = format!("{INFO}/{name}.list");
            if !router.path(&list).exists() {
                continue;
            }
            router.does(&format!("/{INFO}/{name}.prerm remove"));
            for file in router.text(&list).lines() {
                fs::remove_file(router.path(&file[1..])).unwrap();
            }
            router.does(&format!("rm -f /{INFO}/{name}.*"));
        }
    }

    /// `opkg install`, in place of `old` when that is there.
    pub(crate) fn install(&self, router: &Router, old: Option<&Self>) -> String {
        let mut said = String::new();
        self.replace_others(router);
        if let Some(old) = old {
            said += &old.script(router, "prerm", "upgrade 3.0.0-2", true);
        }
        for file in self.files() {
            let (from, to) = (self.data.join(&file[1..]), router.path(&file[1..]));
            let kept =
                self.conffiles().contains(&file) && to.exists() && fs::read(&from).unwrap() != fs::read(&to).unwrap();
            let to = if kept { router.path(&format!("{}-opkg", &file[1..])) } else { to };
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            let _ = fs::remove_file(&to);
            talk(Command::new("cp").args(["-P", "-p"]).arg(from).arg(to), "").unwrap();
        }
        fs::write(router.path(&format!("{INFO}/{}.list", self.name)), self.files().join("\n") + "\n").unwrap();
        for entry in fs::read_dir(&self.control).unwrap().flatten() {
            let to = router.path(&format!("{INFO}/{}.{}", self.name, entry.file_name().to_string_lossy()));
            fs::copy(entry.path(), to).unwrap();
        }
        said + &self.script(router, "postinst", "configure", old.is_some())
    }

    /// `opkg remove`: what the owner changed stays.
    pub(crate) fn remove(&self, router: &Router) -> String {
        let said = self.script(router, "prerm", "remove", false);
        for file in self.files() {
            let (from, at) = (self.data.join(&file[1..]), router.path(&file[1..]));
            let changed = self.conffiles().contains(&file) && fs::read(&from).unwrap() != fs::read(&at).unwrap();
            if !changed {
                let _ = fs::remove_file(&at);
            }
            let mut folder = at.parent();
            while let Some(empty) = folder.filter(|folder| fs::remove_dir(folder).is_ok()) {
                folder = empty.parent();
            }
        }
        router.does(&format!("rm -f /{INFO}/{}.*", self.name));
        said
    }
}
