//! Why a page is not made.

use std::fmt;

use crate::proof::HashFault;
use crate::world::StoreFault;

/// Nothing that a visitor could mend.
#[derive(Debug)]
pub enum PageFault {
    /// No random numbers, or no memory for a hash.
    Random(HashFault),
    /// A template of this program's own is wrong.
    Template(minijinja::Error),
    /// The database cannot be used.
    Store(StoreFault),
}

impl fmt::Display for PageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random(fault) => fault.fmt(f),
            Self::Template(fault) => write!(f, "a template of the page is wrong: {fault}"),
            Self::Store(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for PageFault {}

impl From<HashFault> for PageFault {
    fn from(fault: HashFault) -> Self {
        Self::Random(fault)
    }
}

impl From<StoreFault> for PageFault {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

impl From<minijinja::Error> for PageFault {
    fn from(fault: minijinja::Error) -> Self {
        Self::Template(fault)
    }
}
