//! What safe Rust cannot say and a hook needs to be cheap: to begin before the runtime does, to leave
//! without it, and a thread that costs no more than the system asks for it.
//!
//! All unsafe code of pane-patrol is here, as little as there can be, and nothing of it is seen from
//! outside: what is public is safe to use in any way.
//!
//! May import: no crate of ours.

mod begin;
pub mod time;
pub mod watch;

pub use begin::leave;
