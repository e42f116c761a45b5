//! Small things that are dangerous to get wrong, once each: starting programs and waiting for them,
//! text of others in a shell.

pub(crate) mod child;
pub(crate) mod shell;
