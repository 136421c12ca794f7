//! A directory of one test, the package made in it, and what archives and directories hold.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's directory.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory of one test, removed with the value.
pub(crate) struct Place(PathBuf);

impl Place {
    /// An empty one, but for a small file that plays the program.
    pub(crate) fn new(test: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("ddns-package-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("program"), "#!/bin/sh\necho not the real one\n").unwrap();
        Self(dir)
    }

    /// A path in it.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    /// A package with a small program in it, for `architecture`, and its parts below `DIR/parts`.
    pub(crate) fn packed(&self, architecture: &str) -> PathBuf {
        let ipk = self.pack(architecture, "ipk", &[]);
        let parts = self.path("parts");
        fs::create_dir_all(parts.join("control")).unwrap();
        fs::create_dir_all(parts.join("data")).unwrap();
        run(Command::new("tar").arg("-C").arg(&parts).arg("-xzf").arg(&ipk));
        for part in ["control", "data"] {
            let archive = parts.join(format!("{part}.tar.gz"));
            run(Command::new("tar").arg("-C").arg(parts.join(part)).arg("-xpzf").arg(archive));
        }
        ipk
    }

    /// The same in `DIR/FOLDER`, not unpacked, with these variables set.
    pub(crate) fn pack(&self, architecture: &str, folder: &str, circumstances: &[(&str, &str)]) -> PathBuf {
        let mut command = Command::new("sh");
        command.arg(project().join("openwrt/ipk.sh")).arg(self.path("program")).arg(architecture);
        command.arg(self.path(folder)).env_remove("SOURCE_DATE_EPOCH").envs(circumstances.iter().copied());
        PathBuf::from(run(&mut command).trim())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs it, whatever comes of it.
pub(crate) fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

/// Runs what must succeed; its standard output.
pub(crate) fn run(command: &mut Command) -> String {
    let ended = output(command);
    let err = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{command:?}: {}\n{err}", ended.status);
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

/// What `tar` says is in an archive: type, mode and owner, then the name with a link's target.
pub(crate) fn contents(archive: &Path) -> BTreeMap<String, String> {
    let listed = run(Command::new("tar").args(["--numeric-owner", "-tvzf"]).arg(archive));
    let entry = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[5..].join(" "), format!("{} {}", words[0], words[1]))
    };
    listed.lines().map(entry).collect()
}

/// Path to kind, mode, and content or target, of all below `root`.
pub(crate) fn tree(root: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![root.to_owned()];
    while let Some(dir) = ahead.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap();
            let content = if kind.is_symlink() {
                fs::read_link(&path).unwrap().to_string_lossy().into_owned().into_bytes()
            } else if kind.is_dir() {
                ahead.push(path.clone());
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            found.insert(format!("/{}", path.strip_prefix(root).unwrap().display()), (kind.mode(), content));
        }
    }
    found
}
