//! Any text as `config.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(faults) = ddns_service::config::read(text) {
        for fault in faults {
            assert!(!fault.to_string().contains('\u{1b}'));
        }
    }
});
