//! The marked ones whose requests are gone through one after another: each is shown in full, and each is answered by a
//! key of its own.

use std::collections::VecDeque;

use crate::actor::Bound;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    /// Those that come, as they asked when it began.
    pub(crate) left: VecDeque<Bound>,
    /// The one that is shown.
    pub(crate) shown: Option<Bound>,
    /// Those that are being answered.
    pub(crate) on_the_way: Vec<Bound>,
    pub(crate) approved: usize,
    pub(crate) denied: usize,
    /// Those that were not answered, each with why.
    pub(crate) left_out: Vec<String>,
}

impl Round {
    /// Whether nothing is to be shown or heard of any more.
    pub(crate) fn is_over(&self) -> bool {
        self.shown.is_none() && self.left.is_empty() && self.on_the_way.is_empty()
    }

    /// What became of it so far.
    pub(crate) fn told(&self) -> String {
        let mut words = vec![
            format!("{} approved", self.approved),
            format!("{} denied", self.denied),
        ];
        words.extend(self.left_out.iter().map(|why| format!("left out {why}")));
        words.join(", ")
    }
}
