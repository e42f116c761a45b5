//! OpenCode.

pub(crate) mod dialog;
