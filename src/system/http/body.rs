//! The body of a response (RFC 9112 sections 6 and 7), as much of it as anybody wants.

use httparse::Status;

use super::answer::{Head, Incoming, Length};
use crate::world::{BODY_LIMIT, Broken};

const STEP: &str = "reading the answer";
/// A chunk's size with its extensions (RFC 9112 section 7.1.1).
const CHUNK_LINE_LIMIT: usize = 4096;

impl Incoming<'_> {
    /// Reads to the end of the body or to [`BODY_LIMIT`], whichever comes first; the rest is not waited for.
    pub(super) fn body(&mut self, head: &Head) -> Result<Vec<u8>, Broken> {
        let mut body = Vec::new();
        match head.length {
            Length::Exactly(length) => self.exactly(length, &mut body)?,
            Length::Chunked => self.chunks(&mut body)?,
            Length::UntilClose => {
                self.take(BODY_LIMIT, &mut body);
                while body.len() < BODY_LIMIT && self.more(STEP)? {
                    self.take(BODY_LIMIT - body.len(), &mut body);
                }
            }
        }
        Ok(body)
    }

    /// Moves up to `most` bytes from what has come; how many they were.
    fn take(&mut self, most: usize, body: &mut Vec<u8>) -> usize {
        let count = most.min(self.held.len());
        body.extend(self.held.drain(..count));
        count
    }

    fn exactly(&mut self, length: u64, body: &mut Vec<u8>) -> Result<(), Broken> {
        let room = BODY_LIMIT - body.len();
        let mut missing = usize::try_from(length).map_or(room, |length| length.min(room));
        loop {
            missing -= self.take(missing, body);
            if missing == 0 {
                return Ok(());
            }
            self.more_or_cut_off()?;
        }
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> Result<(), Broken> {
        loop {
            let size = self.chunk_size()?;
            // nobody needs the trailer: the connection ends here anyway
            if size == 0 {
                return Ok(());
            }
            self.exactly(size, body)?;
            if body.len() >= BODY_LIMIT {
                return Ok(());
            }
            while self.held.len() < 2 {
                self.more_or_cut_off()?;
            }
            if self.held.drain(..2).as_slice() != b"\r\n" {
                return Err(no_chunk());
            }
        }
    }

    fn chunk_size(&mut self) -> Result<u64, Broken> {
        loop {
            match httparse::parse_chunk_size(&self.held) {
                Ok(Status::Complete((used, size))) => {
                    self.held.drain(..used);
                    return Ok(size);
                }
                Ok(Status::Partial) if self.held.len() < CHUNK_LINE_LIMIT => self.more_or_cut_off()?,
                _ => return Err(no_chunk()),
            }
        }
    }

    fn more_or_cut_off(&mut self) -> Result<(), Broken> {
        if self.more(STEP)? {
            return Ok(());
        }
        Err(Broken::Protocol("the connection was closed in the middle of the answer".to_owned()))
    }
}

fn no_chunk() -> Broken {
    Broken::Protocol("the answer is cut into chunks the wrong way".to_owned())
}
