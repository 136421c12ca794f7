//! Files below the root: status files written as a whole, everything else only read.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use crate::world::{Desk, Status};

/// Below the run directory: what is ours alone.
pub(super) const MEMORY: &str = ".memory";

/// The files of one root directory.
pub struct Files {
    root: PathBuf,
    rundir: PathBuf,
}

impl Files {
    /// Files below `root`; status files in the default directory until [`Desk::settle`] says otherwise.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), rundir: below(root, Path::new("/var/run/ddns")) }
    }

    fn status(&self, section: &str, file: Status) -> PathBuf {
        let name = |ending: &str| self.rundir.join(format!("{section}.{ending}"));
        match file {
            Status::Pid => name("pid"),
            Status::Update => name("update"),
            Status::NextCheck => name("nextcheck"),
            Status::Ip => name("ip"),
            Status::Dat => name("dat"),
            Status::Err => name("err"),
            Status::Memory => self.rundir.join(MEMORY).join(section),
            Status::Forget => self.rundir.join(MEMORY).join(format!("{section}.forget")),
        }
    }
}

/// An absolute `path` as it is below `root`: `..` never leads out of it. A relative one is the caller's own.
pub fn below(root: &Path, path: &Path) -> PathBuf {
    if path.is_relative() {
        return path.to_owned();
    }
    path.components().fold(root.to_owned(), |mut whole, part| {
        if let Component::Normal(name) = part {
            whole.push(name);
        }
        whole
    })
}

/// Makes a directory that all may read, and its parents; one that is there is left as it is.
pub fn directory(path: &Path) -> io::Result<()> {
    if path.is_dir() || path.as_os_str().is_empty() {
        return Ok(());
    }
    path.parent().map_or(Ok(()), directory)?;
    match fs::DirBuilder::new().mode(0o755).create(path) {
        // another process was quicker; it gives it its mode
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        made => made?,
    }
    // LuCI's backend runs with umask 077, and its user must read what it started
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Replaces `path` by `content` in one step: readers see the old text or the new one, never a part.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    replace_by(path, mode, |file| file.write_all(content))
}

/// As [`replace`], with a content that need not be in memory.
pub fn replace_by(path: &Path, mode: u32, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(draft);
    // a draft that a crash left behind is in the way of one that must be new
    let _ = fs::remove_file(&draft);
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&draft)
        .and_then(|mut file| {
            write(&mut file)?;
            file.set_permissions(fs::Permissions::from_mode(mode))
        })
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

impl Desk for Files {
    fn settle(&mut self, rundir: &Path) -> io::Result<()> {
        self.rundir = below(&self.root, rundir);
        directory(&self.rundir)
    }

    fn read(&self, section: &str, file: Status) -> Option<String> {
        let bytes = read_at_most(&self.status(section, file), 64 * 1024).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn write(&mut self, section: &str, file: Status, content: &[u8]) -> io::Result<()> {
        let path = self.status(section, file);
        // a provider's answer and our memory are nobody else's business
        let own = matches!(file, Status::Memory | Status::Forget);
        let mode = if own || matches!(file, Status::Dat | Status::Err) { 0o600 } else { 0o644 };
        if own {
            directory(&self.rundir.join(MEMORY))?;
        }
        replace(&path, content, mode)
    }

    fn remove(&mut self, section: &str, file: Status) {
        let _ = fs::remove_file(self.status(section, file));
    }

    fn store(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        let path = below(&self.root, path);
        // a link is followed: the file it names is replaced, not the link
        let (path, mode) = match fs::canonicalize(&path) {
            Ok(path) => {
                let mode = fs::metadata(&path)?.permissions().mode() & 0o7777;
                (path, mode)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                path.parent().map_or(Ok(()), directory)?;
                (path, 0o644)
            }
            Err(error) => return Err(error),
        };
        // a power cut right after must find the new text
        replace_by(&path, mode, |file| {
            file.write_all(content)?;
            file.sync_all()
        })
    }

    fn load(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        read_at_most(&below(&self.root, path), limit)
    }

    fn take(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        filled(Vec::new(), fs::File::open(path)?, limit)
    }

    fn put(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        fs::OpenOptions::new().write(true).create(true).truncate(true).open(path)?.write_all(content)
    }

    fn load_own(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let path = below(&self.root, path);
        if let Some(dir) = path.parent() {
            nobody_elses(&fs::symlink_metadata(dir)?)?;
        }
        nobody_elses(&fs::symlink_metadata(&path)?)?;
        read_at_most(&path, limit)
    }

    fn real(&self, path: &Path) -> PathBuf {
        below(&self.root, path)
    }

    fn executable(&self, path: &Path) -> io::Result<bool> {
        let meta = fs::metadata(below(&self.root, path))?;
        if !meta.is_file() {
            return Err(io::Error::other("not a file"));
        }
        Ok(meta.permissions().mode() & 0o111 != 0)
    }
}

/// Ours or root's, no link, and nobody else may write to it.
fn nobody_elses(meta: &fs::Metadata) -> io::Result<()> {
    let owned = meta.uid() == 0 || meta.uid() == nix::unistd::geteuid().as_raw();
    if owned && !meta.is_symlink() && meta.mode() & 0o022 == 0 {
        return Ok(());
    }
    Err(io::Error::other("another user may have written it"))
}

/// A regular file's content; longer than `limit` bytes is an error, so is a directory, a device or a pipe.
fn read_at_most(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    // one byte more than there is: the end is seen without another block, and a read is one call and not one for each doubling
    let size = usize::try_from(meta.len()).unwrap_or(limit).min(limit);
    filled(Vec::with_capacity(size + 1), file, limit)
}

fn filled(mut bytes: Vec<u8>, from: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::other(format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}
