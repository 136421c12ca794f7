//! What the options of a section mean for a dynamic update; they are those of ddns-scripts, and `param_opt` is ours.
//!
//! Pure. No fault shows `username`: where an owner mixed it up with `password`, it is the secret.
#![forbid(unsafe_code)]

use super::super::name::Name;
use super::super::native::{Field, needed, optional};
use super::super::options::{key_file, option, parameter};
use crate::config::service::Recipe;
use crate::config::{Fault, Section};
use crate::dns::{self, Algorithm, Key, WrittenKey};
use crate::secret::{Secret, from_base64};

pub(in crate::send) const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone to say which zone it is in"),
    needed(
        "username",
        "the TSIG key's name; ALGORITHM:NAME when it is not hmac-sha256 but hmac-sha512, -sha384, -sha224, -sha1 or -md5",
    ),
    needed(
        "password",
        "the key's secret in base64, or the path of a file .key with the key as BIND's tsig-keygen writes it",
    ),
    optional("dns_server", "the primary name server, if it is not the one that the zone's SOA record names"),
    optional("force_dnstcp", "1 for TCP instead of UDP"),
    optional(
        "param_opt",
        "key_file=PATH of a key as BIND's tsig-keygen writes it, in place of username and password; ttl=SECONDS",
    ),
];

/// Longest TTL (RFC 2181 section 8).
const TTL_LIMIT: u32 = i32::MAX as u32;

/// What is to be changed, and by which key.
pub(super) struct Plan {
    pub(super) key: Key,
    pub(super) key_name: String,
    pub(super) name: Name,
    /// Seconds, where the owner says so.
    pub(super) ttl: Option<u32>,
}

impl Plan {
    /// Reads the options of `section`; the key file stands in `recipe`.
    pub(super) fn of(section: &Section, recipe: &Recipe) -> Result<Self, Vec<Fault>> {
        let reader = Reader { section, recipe };
        match (reader.name(), reader.key(), reader.ttl()) {
            (Ok(name), Ok((key, key_name)), Ok(ttl)) => Ok(Self { key, key_name, name, ttl }),
            (name, key, ttl) => Err([name.err(), key.err(), ttl.err()].into_iter().flatten().flatten().collect()),
        }
    }
}

/// What keeps the section from being used.
pub(in crate::send) fn faults(section: &Section, recipe: &Recipe) -> Vec<Fault> {
    Plan::of(section, recipe).err().unwrap_or_default()
}

/// What works, but surely not as meant.
pub(in crate::send) fn warnings(section: &Section, recipe: &Recipe) -> Vec<Fault> {
    let about = |wanted: &str| Fault::warning(wanted).in_section(&section.name);
    let mut warnings = Vec::new();
    let Ok(plan) = Plan::of(section, recipe) else { return warnings };
    if plan.key.algorithm() == Algorithm::Md5 {
        let wanted = "hmac-md5 is for old keys only: wanted a key of hmac-sha256";
        warnings.push(about(wanted).of_option("username"));
    }
    if key_file(section).is_some_and(|(option, _)| option != "password") && section.password.is_some() {
        warnings.push(about("without effect, because 'param_opt' names a key file").of_option("password"));
    }
    let known = |word: &&str| matches!(word.split_once('='), Some(("key_file" | "ttl", _)));
    let words = option(section, "param_opt").unwrap_or_default().split_ascii_whitespace();
    if words.filter(|word| !known(word)).count() > 0 {
        warnings.push(about("without effect: wanted key_file=PATH or ttl=SECONDS").of_option("param_opt"));
    }
    warnings
}

/// Secrets of the key file, in base64 as they stand there; none where it is no file of TSIG keys.
pub(in crate::send) fn secrets(recipe: &Recipe) -> Vec<Secret> {
    let file = recipe.key_file.as_ref().map(|file| String::from_utf8_lossy(file.reveal()));
    let keys = file.and_then(|file| dns::keys(&file).ok()).unwrap_or_default();
    keys.into_iter().map(|key| key.secret).collect()
}

/// What an option gives, or what is wrong with it.
type Read<T> = Result<T, Vec<Fault>>;

struct Reader<'s> {
    section: &'s Section,
    recipe: &'s Recipe,
}

impl Reader<'_> {
    /// A value is shown only where it cannot be a secret.
    fn fault(&self, option: &str, value: &str, wanted: &str) -> Vec<Fault> {
        let fault = Fault::error(wanted).in_section(&self.section.name).of_option(option);
        vec![if value.is_empty() { fault } else { fault.with_value(value.as_bytes()) }]
    }

    fn missing(&self, name: &str) -> Vec<Fault> {
        let holds = OPTIONS.iter().find(|field| field.option == name).map_or("", |field| field.holds);
        self.fault(name, "", &format!("missing: {} wants {holds}", super::NAME))
    }

    fn name(&self) -> Read<Name> {
        let Some(domain) = self.section.domain.as_deref() else { return Err(self.missing("domain")) };
        // of several names each is told by itself, in a section that has only that one; here all of them are looked at
        let mut first = None;
        for written in domain.split(',') {
            let name = Name::of(written);
            // a question is what shows whether DNS can carry the name
            match dns::question(&name.full, dns::Kind::Zone, 0, false) {
                Ok(_) => _ = first.get_or_insert(name),
                Err(why) => return Err(self.fault("domain", written, &why.to_string())),
            }
        }
        first.ok_or_else(|| self.missing("domain"))
    }

    fn ttl(&self) -> Read<Option<u32>> {
        let Some(text) = parameter(self.section, "ttl") else { return Ok(None) };
        match text.parse().ok().filter(|seconds| (1..=TTL_LIMIT).contains(seconds)) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(self.fault("param_opt", &format!("ttl={text}"), "wanted ttl= and a number of seconds")),
        }
    }

    /// The key, and its name as it is told.
    fn key(&self) -> Read<(Key, String)> {
        let (algorithm, name) = self.username()?;
        let (named, path) = self.file();
        let key = if named.is_empty() { self.in_options(name, algorithm)? } else { self.in_file(name, algorithm)? };
        let (of_name, of_secret) = if named.is_empty() { ("username", "password") } else { (named, named) };
        let Some(algorithm) = Algorithm::named(&key.algorithm) else { return Err(self.unknown(of_name, path)) };
        let Some(secret) = from_base64(key.secret.reveal()).filter(|secret| !secret.is_empty()) else {
            let wanted = "wanted the key's secret in base64, as it stands behind 'secret' where the key was made; its name goes into 'username'";
            return Err(self.fault(of_secret, path, wanted));
        };
        match Key::new(&key.name, algorithm, Secret::new(secret)) {
            Ok(signer) => Ok((signer, key.name)),
            Err(why) => Err(self.fault(of_name, path, &format!("wanted the name of a key: {why}"))),
        }
    }

    /// The option that names a key file, and its path as it may be told: not where a secret usually stands.
    fn file(&self) -> (&'static str, &str) {
        match key_file(self.section) {
            Some((option @ "param_opt", path)) => (option, path.to_str().unwrap_or_default()),
            Some((option, _)) => (option, ""),
            None => ("", ""),
        }
    }

    /// `NAME` or `ALGORITHM:NAME`.
    fn username(&self) -> Read<(Option<Algorithm>, Option<&str>)> {
        let Some(user) = option(self.section, "username") else { return Ok((None, None)) };
        let Some((algorithm, name)) = user.split_once(':') else { return Ok((None, Some(user))) };
        if algorithm.to_ascii_lowercase().starts_with("gss") {
            let wanted = "GSS-TSIG (Kerberos) is not spoken here: wanted a TSIG key, NAME or ALGORITHM:NAME";
            return Err(self.fault("username", "", wanted));
        }
        let known = Algorithm::named(algorithm).ok_or_else(|| self.unknown("username", ""))?;
        Ok((Some(known), Some(name)))
    }

    fn unknown(&self, option: &str, value: &str) -> Vec<Fault> {
        let wanted = "the key's algorithm is not known: wanted hmac-sha256, -sha512, -sha384, -sha224, -sha1 or -md5";
        self.fault(option, value, wanted)
    }

    fn in_options(&self, name: Option<&str>, algorithm: Option<Algorithm>) -> Read<WrittenKey> {
        match (name, self.section.password.clone()) {
            (Some(name), Some(secret)) => {
                let algorithm = algorithm.unwrap_or(Algorithm::Sha256).name().to_owned();
                Ok(WrittenKey { name: name.to_owned(), algorithm, secret })
            }
            (Some(_), None) => Err(self.missing("password")),
            (None, Some(_)) => Err(self.missing("username")),
            (None, None) => Err([self.missing("username"), self.missing("password")].concat()),
        }
    }

    /// All keys of the file.
    fn written(&self) -> Read<Vec<WrittenKey>> {
        let (option, path) = self.file();
        let Some(file) = &self.recipe.key_file else {
            return Err(self.fault(option, path, "this key file cannot be read"));
        };
        let keys = dns::keys(&String::from_utf8_lossy(file.reveal()));
        keys.map_err(|why| self.fault(option, path, &format!("in this key file, {why}")))
    }

    /// The key that `username` names, or the only one.
    fn in_file(&self, name: Option<&str>, wanted: Option<Algorithm>) -> Read<WrittenKey> {
        let (option, path) = self.file();
        let wrong = |wanted: &str| Err(self.fault(option, path, wanted));
        let keys = self.written()?;
        if name.is_none() && keys.len() > 1 {
            return wrong("this key file has several keys: wanted the name of one in 'username'");
        }
        let bare = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
        let mine = |key: &WrittenKey| name.is_none_or(|name| bare(name) == bare(&key.name));
        let Some(key) = keys.into_iter().find(mine) else {
            return wrong("this key file has no key of the name in 'username'");
        };
        match (Algorithm::named(&key.algorithm), wanted) {
            (Some(Algorithm::Md5), None) => wrong(
                "the key in this file is one of hmac-md5, which is weak: 'username' hmac-md5:NAME takes it all the same",
            ),
            (Some(is), Some(wanted)) if is != wanted => {
                wrong("the key in this file is of another algorithm than 'username' says")
            }
            _ => Ok(key),
        }
    }
}
