//! What a hook asks of the multiplexer that it runs in.

pub mod tmux;
