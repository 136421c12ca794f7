//! To be furnished in the next commits.
