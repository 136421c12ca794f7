//! The DNS: RFC 2136 to a name server, or one of our own.

<<<<<<< HEAD
pub mod remote;
=======
pub mod embedded;
>>>>>>> s-embedded
