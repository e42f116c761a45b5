//! What safe Rust cannot say. A hook needs it to be cheap: to begin before the runtime does, to leave without it, and
//! a thread that costs no more than the system asks for it. And a program that `wrap` runs has its terminal from the
//! beginning, as a shell would give it, `wrap` ends by the signal that the program ended by, and the readers of panes
//! are small.
//!
//! All unsafe code of pane-patrol is here, as little as there can be, and nothing of it is seen from
//! outside: what is public is safe to use in any way.
//!
//! May import: no crate of ours.

mod begin;
mod die;
mod front;
mod pages;
pub mod time;
pub mod watch;

pub use begin::leave;
pub use die::die_by;
pub use front::begins_in_front;
pub use pages::forget_the_beginning;
