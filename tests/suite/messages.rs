//! What the commands say where something is not as a person wanted it: each message is brought about here,
//! on the real executable, and the page of all of them is made from what it said.

mod acts;
mod devices;
mod files;
mod hooks;
mod seen;
mod sources;
mod typed;

use crate::common::book::{folder, hold};
use seen::Seen;

/// The page, below the folder of the book.
const PAGE: &str = "messages.md";

fn all() -> Seen {
    let mut seen = Seen::default();
    typed::bring_about(&mut seen);
    acts::bring_about(&mut seen);
    devices::bring_about(&mut seen);
    files::bring_about(&mut seen);
    hooks::bring_about(&mut seen);
    seen
}

#[test]
fn each_message_of_the_book_was_said_and_each_that_can_be_said_is_there() {
    let seen = all();
    hold(PAGE, "the messages", &seen.page());
    sources::assert_all_are_among(&seen);
    seen.assert_each_says_what_next();
    assert!(folder().join(PAGE).exists());
}
