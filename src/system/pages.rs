//! What a waiting process does not need in memory: the pages of its own program.
//!
//! They come in clusters as the program starts, most of them for good. Let go they stay in the kernel's page cache, shared by all sections
//! and free to be dropped when memory is short, and the few that are needed come back without a disk at the next use.

use std::ffi::{c_int, c_void};
use std::ptr;

use nix::unistd::{SysconfVar, sysconf};

#[cfg(target_pointer_width = "32")]
use libc::Elf32_Phdr as ProgramHeader;
#[cfg(target_pointer_width = "64")]
use libc::Elf64_Phdr as ProgramHeader;

/// Lets go of the program's code and constants. They are the same when they come back: such pages cannot be written to.
pub(super) fn let_go() {
    // SAFETY: the callback has the type that is asked for, uses what it gets only while it runs and does not unwind.
    unsafe { libc::dl_iterate_phdr(Some(of_object), ptr::null_mut()) };
}

/// Called for the program first, then for each library; a number other than zero ends that.
unsafe extern "C" fn of_object(object: *mut libc::dl_phdr_info, _size: usize, _data: *mut c_void) -> c_int {
    // SAFETY: the C library hands in a live description of an object that stays loaded; its headers are as many as it says.
    let (base, headers): (usize, &[ProgramHeader]) = unsafe {
        let object = &*object;
        (word(object.dlpi_addr), std::slice::from_raw_parts(object.dlpi_phdr, usize::from(object.dlpi_phnum)))
    };
    let Ok(Some(page)) = sysconf(SysconfVar::PAGE_SIZE) else { return 1 };
    let page = word(page).max(1);
    for header in headers.iter().filter(|header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W == 0) {
        let begin = base.wrapping_add(word(header.p_vaddr));
        let end = begin.wrapping_add(word(header.p_memsz));
        let (begin, end) = (begin - begin % page, end - end % page);
        // SAFETY: the range is whole pages of one mapping of a file that is never written to; the kernel reads them again from there.
        // What fails changes nothing.
        unsafe {
            libc::madvise(ptr::with_exposed_provenance_mut(begin), end.saturating_sub(begin), libc::MADV_DONTNEED)
        };
    }
    1
}

/// A number of the kernel as wide as an address here; one that does not fit is none.
fn word(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Resident kilobytes of this process that are pages of files (`/proc/self/status`).
    fn pages_of_files() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let row = status.lines().find_map(|row| row.strip_prefix("RssFile:")).unwrap();
        row.trim().trim_end_matches(" kB").parse().unwrap()
    }

    #[test]
    fn the_program_holds_fewer_pages_and_goes_on() {
        let before = pages_of_files();
        let_go();
        let after = pages_of_files();
        assert!(after < before, "{before} kB, then {after} kB");
    }
}
