//! TSIG (RFC 8945): the key of transfers, questions that are signed by it, answers that are.
//!
//! Reads the key file; knows neither zones nor sockets.
#![forbid(unsafe_code)]

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use domain::base::iana::{Rcode, TsigRcode};
use domain::base::message_builder::AdditionalBuilder;
use domain::base::name::Name;
use domain::base::wire::Composer;
use domain::base::{Message, MessageBuilder, ToName};
use domain::rdata::tsig::Time48;
use domain::tsig::{Algorithm, Key, KeyName, KeyStore, ServerTransaction};

use zeroize::Zeroizing;

use super::EmbeddedFault;

/// Permissions of those who are neither owner nor group.
const OTHERS: u32 = 0o007;
/// Octets of a key file that are read.
const LONGEST: usize = 1 << 16;

/// The key of transfers, if there is one.
#[derive(Clone, Default)]
pub(super) struct Keyring(pub(super) Option<Arc<Key>>);

/// What remembers a signed question until its answer is signed.
pub(super) type Signer = ServerTransaction<Arc<Key>>;

/// A question without its signature, which was good.
pub(super) type Signed = (Message<Vec<u8>>, Signer);

impl KeyStore for Keyring {
    type Key = Arc<Key>;

    fn get_key<N: ToName>(&self, name: &N, algorithm: Algorithm) -> Option<Self::Key> {
        let key = self.0.as_ref()?;
        (key.algorithm() == algorithm && key.name().name_eq(name)).then(|| Arc::clone(key))
    }
}

impl Keyring {
    /// The one key of a file in BIND's format.
    pub(super) fn read(path: &Path) -> Result<Self, EmbeddedFault> {
        let fault = |said: String| EmbeddedFault::Key { path: path.to_owned(), said };
        let text = text(path).map_err(|error| fault(error.to_string()))?;
        let keys = ddns::dns::keys(&text).map_err(|error| fault(error.to_string()))?;
        let [written] = keys.as_slice() else {
            return Err(fault("one key is wanted in it, not several".to_owned()));
        };
        let name: KeyName = Name::<Vec<u8>>::vec_from_str(&written.name.to_ascii_lowercase())
            .ok()
            .and_then(|name| KeyName::from_octets(name.as_slice().try_into().ok()?).ok())
            .ok_or_else(|| fault("the key's name is no domain name".to_owned()))?;
        let algorithm: Algorithm = written.algorithm.to_ascii_lowercase().parse().map_err(|_| {
            fault("the key's algorithm is to be one of hmac-sha256, hmac-sha384, hmac-sha512, hmac-sha1".to_owned())
        })?;
        let bits = domain::utils::base64::decode::<Vec<u8>>(&String::from_utf8_lossy(written.secret.reveal()))
            .map(Zeroizing::new)
            .map_err(|_| fault("the key's secret is not base64".to_owned()))?;
        let key = Key::new(algorithm, &bits, name, None, None).map_err(|error| fault(error.to_string()))?;
        Ok(Self(Some(Arc::new(key))))
    }

    /// Checks a signed question; gives it back without its signature, or the answer that says what is wrong.
    pub(super) fn verify(&self, question: &[u8]) -> Result<Signed, Option<Vec<u8>>> {
        let mut message = Message::from_octets(question.to_vec()).map_err(|_| None)?;
        match ServerTransaction::request(self, &mut message, Time48::now()) {
            Ok(Some(signer)) => Ok((message, signer)),
            Ok(None) => Err(None),
            Err(error) => {
                let built = error.build_message(&message, MessageBuilder::new_vec());
                let mut answer = built.map_err(|_| None)?.finish();
                say_bad_signature(&mut answer);
                Err(Some(answer))
            }
        }
    }
}

/// What is judged is the open file: its name may be another's by the time it is read.
fn text(path: &Path) -> io::Result<Zeroizing<String>> {
    // a pipe without a writer would keep us waiting
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    if about.mode() & OTHERS != 0 {
        let said = "everybody may read or change it; chmod 640 it and give it to the daemon's group";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, said));
    }
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    file.take(LONGEST as u64).read_to_string(&mut text)?;
    Ok(text)
}

/// The crate puts FORMERR, which no TSIG record can say, where a signature is wrong (as of 0.12.3); it is to say BADSIG (RFC 8945 section 5.2.2).
///
/// The record is the message's last; its data end with the error and the length of other data, which is zero.
fn say_bad_signature(answer: &mut [u8]) {
    let not_auth = Message::from_slice(answer).is_ok_and(|answer| answer.header().rcode() == Rcode::NOTAUTH);
    if let [.., high, low, 0, 0] = answer
        && not_auth
        && [*high, *low] == TsigRcode::FORMERR.to_int().to_be_bytes()
    {
        [*high, *low] = TsigRcode::BADSIG.to_int().to_be_bytes();
    }
}

/// Signs an answer; false when it no longer fits.
pub(super) fn sign<T: Composer>(signer: Signer, answer: &mut AdditionalBuilder<T>) -> bool {
    signer.answer(answer, Time48::now()).is_ok()
}
