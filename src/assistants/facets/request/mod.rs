//! A request in full.

pub mod parts;
