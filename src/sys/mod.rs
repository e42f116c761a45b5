//! Small things that are dangerous to get wrong, once each: starting programs and waiting for them.

pub(crate) mod child;
