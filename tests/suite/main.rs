//! Every test that runs the real executable, in one test program.

#[path = "../common/mod.rs"]
mod common;

mod hook;
mod isolation;
mod replay;
