//! The dashboard.
mod age;
mod effect;
#[cfg(test)]
mod fixture;
mod keymap;
mod layout;
mod message;
mod model;
#[cfg(test)]
mod screens;
mod text;
mod theme;
mod trouble;
mod update;
#[cfg(test)]
mod update_tests;
pub mod view;
mod words;

pub use effect::{Attach, Effect};
pub use message::{Hooks, Jumped, Message};
pub use model::{Model, Setup};
pub use theme::Theme;
pub use update::update;
