//! What every database does alike.

pub(crate) mod leases;
pub(crate) mod letters;
pub(crate) mod looks;
pub(crate) mod rows;
pub(crate) mod wants;
