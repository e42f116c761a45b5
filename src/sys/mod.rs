//! Small things that are dangerous to get wrong, once each: starting programs and waiting for them,
//! text of others in a shell, terminals that others name, and where a process lives.

pub(crate) mod child;
pub(crate) mod namespaces;
pub(crate) mod shell;
pub(crate) mod terminal;
