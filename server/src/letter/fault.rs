//! What can be wrong with a template, sorted by what happens next.
#![forbid(unsafe_code)]

use std::fmt;

/// A template that cannot be used, or could not be this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateFault {
    /// It was not taken: the operator mends the file.
    Broken {
        /// Which template.
        name: String,
        /// 1 is the first; `None` where it is unknown.
        line: Option<usize>,
        /// What is wrong there.
        said: String,
    },
    /// It was taken but failed on one letter, which went out in this program's own words.
    Failed {
        /// Which template.
        name: String,
        /// 1 is the first; `None` where it is unknown.
        line: Option<usize>,
        /// What is wrong there.
        said: String,
    },
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Broken { name, line, said } | Self::Failed { name, line, said }) = self;
        match line {
            Some(line) => write!(f, "template {name}, line {line}: {said}")?,
            None => write!(f, "template {name}: {said}")?,
        }
        match self {
            Self::Broken { .. } => Ok(()),
            Self::Failed { .. } => f.write_str("; the mail was written without it"),
        }
    }
}

impl std::error::Error for TemplateFault {}
