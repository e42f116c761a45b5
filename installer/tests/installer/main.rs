//! The installer on a real disk: everything happens in temporary homes, nothing outside them is
//! read or written.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test fails as the test does"
)]

mod attributes;
mod beside;
mod cases;
mod contract;
mod crash;
mod everyone;
mod example;
mod flags;
mod generated;
#[path = "../../../tests/common/program.rs"]
mod program;
mod refusal;
mod revert;
mod rights;
mod sandbox;
