//! What safe Rust cannot say and a hook needs to be cheap: to begin before the runtime does, and to leave
//! without it.
//!
//! All unsafe code of pane-patrol is here, as little as there can be, and nothing of it is seen from
//! outside: what is public is safe to use in any way.

mod begin;

pub use begin::leave;
