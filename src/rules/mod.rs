//! Rules: what is denied, left to the person, or allowed without asking them, and why.
//!
//! | part | does |
//! | --- | --- |
//! | `rule` | one rule, and how it is spoken of |
//! | `written` | rules as they are written in the settings, strictly checked |
//! | [`judge`] | deny first, then ask, then allow; nothing matched is ask |
//! | `shell::unambiguous` | a command's words, where a shell can read it in one way only: for allow |
//! | `shell::conservative` | every command that may be hidden in a text: for deny and ask |
//! | `path` | where a path really leads |
//! | `tool` | which input of a tool is a command or a path |
//!
//! Safety comes first, and it lies in the asymmetry: an allow matches only what is understood
//! completely, a deny or an ask whatever could be meant. What is in doubt is left to the person.
//! Nothing here acts; that is the collector's business.
//!
//! May import: the crates `sys` and `hooks`.

mod judge;
mod path;
#[cfg(test)]
mod properties;
mod rule;
mod shell;
mod tool;
mod written;

pub(crate) use judge::{Ask, By, Ground, Judgement, Match, judge};
pub(crate) use rule::{Rule, Rules, Then};
