//! Names as people and clients write them: made into lower-case A-labels, or refused with the reason; which zone a name is in.
#![forbid(unsafe_code)]
