//! What every database does alike.

pub(crate) mod copies;
pub(crate) mod doubts;
pub(crate) mod leases;
pub(crate) mod letters;
pub(crate) mod looks;
pub(crate) mod returns;
pub(crate) mod rows;
pub(crate) mod wants;
pub(crate) mod zones;
