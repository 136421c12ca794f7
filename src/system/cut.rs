//! Cuts a log to its last lines. It is never in memory as a whole: what a process has once held it keeps while it waits.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::desk::replace_by;

/// A pipe in the log's place must not make us wait for its other end.
pub(super) fn readable(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

/// Line ends of a whole file.
pub(super) fn count(file: &File) -> io::Result<usize> {
    let mut lines = 0;
    line_ends(file, |_| {
        lines += 1;
        true
    })?;
    Ok(lines)
}

/// The place behind the `nth` line end, counted from 1; behind the last one when there are fewer.
fn behind(file: &File, nth: usize) -> io::Result<u64> {
    let (mut lines, mut place) = (0, 0);
    line_ends(file, |end| {
        (lines, place) = (lines + 1, end);
        lines < nth
    })?;
    Ok(place)
}

/// Tells the place behind each line end, until told to stop.
fn line_ends(file: &File, mut each: impl FnMut(u64) -> bool) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(4096, file);
    let mut before = 0;
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            return Ok(());
        }
        let size = part.len();
        for (end, _) in (before + 1..).zip(part).filter(|(_, byte)| **byte == b'\n') {
            if !each(end) {
                return Ok(());
            }
        }
        before += size as u64;
        reader.consume(size);
    }
}

/// Drops all but the last `keep` lines. `io::copy` would bring all the ways in which a kernel can copy.
pub(super) fn shorten(path: &Path, keep: usize) -> io::Result<()> {
    let mut old = readable(path)?;
    let surplus = count(&old)?.saturating_sub(keep);
    if surplus == 0 {
        return Ok(());
    }
    old.rewind()?;
    let start = behind(&old, surplus)?;
    old.seek(SeekFrom::Start(start))?;
    replace_by(path, 0o600, |new| {
        let mut piece = [0; 1024];
        loop {
            match old.read(&mut piece)? {
                0 => return Ok(()),
                count => new.write_all(&piece[..count])?,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::system::desk::directory;

    /// What a log of `lines` numbered lines holds after it was cut to `keep`.
    fn cut(lines: usize, keep: usize, tail: &str) -> String {
        let dir = std::env::temp_dir().join(format!("ddns-log-{}-{lines}-{keep}{}", std::process::id(), tail.len()));
        directory(&dir).unwrap();
        let path = dir.join("a.log");
        let whole: Vec<String> = (1..=lines).map(|n| format!("line {n}\n")).collect();
        fs::write(&path, whole.concat() + tail).unwrap();
        shorten(&path, keep).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_dir_all(dir).unwrap();
        text
    }

    #[test]
    fn a_log_that_is_cut_keeps_its_last_lines() {
        assert_eq!(cut(5, 2, ""), "line 4\nline 5\n");
        assert_eq!(cut(5, 5, "").lines().count(), 5);
        assert_eq!(cut(0, 5, ""), "");
        let long = cut(3000, 250, "");
        assert_eq!((long.lines().count(), long.lines().next()), (250, Some("line 2751")));
    }

    #[test]
    fn a_line_that_is_not_ended_is_kept_behind_the_whole_ones() {
        assert_eq!(cut(3, 1, "half"), "line 3\nhalf");
    }
}
