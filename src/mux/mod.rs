//! Terminal multiplexers: what they are asked, and what they answer.

pub mod tmux;
