//! A router's file system as far as the updater looks at it, in a directory that goes away.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::net::NAME_SERVER;

/// The directory.
pub(crate) struct Router {
    dir: PathBuf,
}

impl Router {
    /// Makes it at a place that nobody else has.
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("ddns-{name}-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let router = Self { dir };
        for part in ["root/etc/config", "root/dev", "root/tmp", "root/var", "out"] {
            fs::create_dir_all(router.dir.join(part))?;
        }
        fs::write(router.root().join("etc/resolv.conf"), format!("nameserver {NAME_SERVER}\n"))?;
        fs::write(router.root().join("etc/hosts"), "127.0.0.1 localhost\n")?;
        Ok(router)
    }

    /// Where all belongings of this bed are.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the updater takes for `/`.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.join("root")
    }

    /// A path below the root, without its first slash.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root().join(below)
    }

    /// Writes `/etc/config/ddns` as an editor or `uci` does: in one step.
    pub(crate) fn configure(&self, text: impl AsRef<[u8]>) -> io::Result<()> {
        let draft = self.path("etc/config/.ddns");
        fs::write(&draft, text)?;
        fs::rename(draft, self.path("etc/config/ddns"))
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}
