//! The page for phone and browser in a real Chromium, against the real executable: what a person sees there and
//! what their finger does.
//!
//! Run by `make test-web`, which fetches what they need, and by `make test` where that is there. Chromium is driven
//! by its own protocol (`browser`), in a private world, and reaches nothing but loopback. What it draws is kept as
//! pictures in `target/web`, to be looked at.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "the schemas' own tests use more of it")]
#[path = "../../src/hub/protocol/schema_check.rs"]
mod schema_check;

mod acting;
mod asking;
mod away;
mod beside;
mod browser;
mod ended;
mod fake;
mod hostile;
mod keyboard;
mod living;
mod looks;
mod page;
mod pairing;
mod pictures;
mod scale;
mod scene;
mod tabs;
mod takeover;
