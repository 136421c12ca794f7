//! Any text as a key file. What is read and written again is read the same; a fault quotes nothing of the file.
#![no_main]

use ddns::dns::{self, Algorithm, Key, WrittenKey};
use ddns::secret::{self, Secret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match dns::keys(text) {
        Ok(keys) => {
            assert!(!keys.is_empty());
            keys.iter().for_each(made);
            if let Some(again) = keys.iter().map(written).collect::<Option<String>>() {
                assert_eq!(dns::keys(&again).as_ref(), Ok(&keys));
            }
        }
        Err(fault) => {
            assert!(fault.line >= 1 && fault.line <= text.lines().count().max(1), "{fault}");
            assert!(fault.to_string().len() < 100);
        }
    }
});

/// As the service makes a key of it.
fn made(key: &WrittenKey) {
    let secret = secret::from_base64(key.secret.reveal());
    if let (Some(algorithm), Some(secret)) = (Algorithm::named(&key.algorithm), secret)
        && let Ok(made) = Key::new(&key.name, algorithm, Secret::new(secret))
    {
        assert!(made.sign(&[0; 12], 1).bytes.len() > 12);
    }
}

/// `None` where a quote or a backslash is in it, which every reader takes another way.
fn written(key: &WrittenKey) -> Option<String> {
    let secret = String::from_utf8(key.secret.reveal().to_vec()).ok()?;
    let plain = [&key.name, &key.algorithm, &secret].iter().all(|text| !text.contains(['"', '\\', '\n', '\r']));
    plain.then(|| format!("key \"{}\" {{ algorithm \"{}\"; secret \"{secret}\"; }};\n", key.name, key.algorithm))
}
