//! The DNS as this program changes it: real name servers, and one that lies.
#![cfg(test)]

mod remote;
