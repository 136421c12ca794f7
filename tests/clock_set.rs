//! The wall clock is set, as NTP does on a router that booted in 1970. A program of its own: the setting is seen by every process of the
//! machine, so no other test may run beside these.
#![cfg(test)]

mod alone;
#[allow(dead_code, unused_imports, reason = "each test program uses its part")]
mod bed;

use std::sync::Mutex;
use std::time::Duration;

use alone::in_process;
use bed::{SOON, on};
use ddns::system::bell::Bell;
use ddns::system::clock::uptime;
use ddns::world::{Clock, Wake};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Sets the clock of the machine, by one billionth of a second; false where that is not ours to do.
fn set(back: bool) -> bool {
    // SAFETY: all zeros is a valid `timex`.
    let mut by: libc::timex = unsafe { std::mem::zeroed() };
    by.modes = libc::ADJ_SETOFFSET | libc::ADJ_NANO;
    (by.time.tv_sec, by.time.tv_usec) = if back { (-1, 999_999_999) } else { (0, 1) };
    // SAFETY: the pointer is to a live value of the right type.
    let done = unsafe { libc::adjtimex(&raw mut by) >= 0 };
    if !done {
        eprintln!("SKIPPED: the clock may not be set here");
    }
    done
}

#[test]
fn setting_the_clock_wakes() {
    let _alone = ONE_AT_A_TIME.lock();
    if !in_process("setting_the_clock_wakes", &[]) {
        return;
    }
    let mut bell = Bell::new().unwrap();
    let soon = |millis| uptime().after(Duration::from_millis(millis));
    for back in [false, true] {
        let setter = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            set(back)
        });
        let woken = bell.wait(soon(60_000));
        if !setter.join().unwrap() {
            return;
        }
        assert_eq!(woken, Wake::ClockSet);
    }
    assert_eq!(bell.wait(soon(50)), Wake::Timer);
}

#[test]
fn a_section_that_failed_tries_again_when_the_clock_is_set_and_one_that_is_right_is_left_alone() {
    let _alone = ONE_AT_A_TIME.lock();
    on(|bed| {
        let far = [("check_interval", "600"), ("retry_interval", "600")];
        bed.configure(&[&far[..], &[("update_url", "http://provider.example:9/nobody?[PASSWORD]")]].concat());
        let running = bed.start_home();
        assert_eq!(bed.logged("cannot connect"), 1, "{}", bed.story());
        // a process that executes itself anew in this very moment would not hear it, and try again after the retry interval
        bed.quiet_for(Duration::from_millis(300));
        if !set(false) {
            return;
        }
        bed.until("a second try", SOON, || bed.logged("cannot connect") == 2);
        bed.configure(&far);
        bed.quiet_for(Duration::from_millis(300));
        assert!(set(true));
        bed.until_asked(1);
        bed.until("DNS follows", SOON, || bed.dns() == ["203.0.113.7"]);
        bed.quiet_for(Duration::from_millis(300));
        let checks = bed.status("nextcheck");
        assert!(set(false) && set(true));
        bed.quiet_for(Duration::from_millis(400));
        assert_eq!((bed.status("nextcheck"), bed.asked().len()), (checks, 1));
        running.terminate();
    });
}
