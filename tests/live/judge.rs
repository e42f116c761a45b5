//! Whether what was shown of a pane was right: soon enough, for as long as it was looked at, and with
//! nothing wrong on the way.

use std::time::{Duration, Instant};

use super::finding::Finding;
use super::load::Load;
use super::watch::{SILENT, Shown};

/// What should have been shown, and when.
pub(super) struct Claim<'a> {
    /// The pane it is about.
    pub(super) pane: &'a str,
    /// All panes that may have a row.
    pub(super) panes: Vec<&'a str>,
    /// What was shown when it was last right.
    pub(super) before: &'a str,
    /// Whether a key after the end of a turn is heard of: whoever presses one has seen that end.
    pub(super) hears_keys: bool,
    /// One of these is right now.
    pub(super) wanted: &'a [&'a str],
    /// When the screen showed it.
    pub(super) since: Instant,
    /// How much later the row may show it.
    pub(super) limit: Duration,
}

impl Claim<'_> {
    /// Compares it with what was `seen`: each from its moment until the next one's, and the last
    /// until now.
    pub(super) fn judge(&self, seen: &[(Instant, Shown)]) -> Finding {
        let wrong = seen.iter().rposition(|(_, shown)| !self.is_wanted(shown));
        let (way, right) = seen.split_at(wrong.map_or(0, |wrong| wrong + 1));
        let last = way.last().map(|(_, shown)| shown.of(self.pane));
        let last = last.unwrap_or_default();
        let Some((from, _)) = right.first() else {
            return Finding::Wrong(format!("{last}, {}", self.how(way)));
        };
        let mut strangers = seen
            .iter()
            .flat_map(|(_, shown)| shown.strangers(&self.panes));
        if let Some(stranger) = strangers.next() {
            return Finding::Wrong(format!("a row for {stranger}, which is none of it"));
        }
        if let Some(lie) = self.lie(way, *from) {
            return Finding::Wrong(lie);
        }
        let after = from.saturating_duration_since(self.since);
        match Load::too_much() {
            _ if after <= self.limit => Finding::Right(after),
            Some(load) => Finding::Late(after, load),
            None => Finding::Wrong(format!("{last} for {} ms more", after.as_millis())),
        }
    }

    fn is_wanted(&self, shown: &Shown) -> bool {
        self.wanted.contains(&&*shown.of(self.pane))
    }

    fn how(&self, way: &[(Instant, Shown)]) -> String {
        let is_right = |(at, shown): &(Instant, Shown)| *at >= self.since && self.is_wanted(shown);
        let how = if way.iter().any(is_right) {
            "no longer"
        } else {
            "never"
        };
        format!("{how} {}", self.wanted.join(" or "))
    }

    /// Something that was shown on the way and is neither what was, nor work, nor what is wanted. What
    /// asks for the person is a lie at once, also when it asks again for what was answered; anything
    /// else when it stays.
    fn lie(&self, way: &[(Instant, Shown)], end: Instant) -> Option<String> {
        let ends = way.iter().skip(1).map(|(at, _)| *at).chain([end]);
        let left = way
            .iter()
            .position(|(_, shown)| shown.of(self.pane) != self.before);
        let left = left.and_then(|left| Some(way.get(left)?.0));
        way.iter().zip(ends).find_map(|((start, shown), end)| {
            let is_right = self.is_wanted(shown);
            let shown = shown.of(self.pane);
            let stayed = end.saturating_duration_since(*start);
            let is_back = left.is_some_and(|left| left < *start) && shown.starts_with("waiting");
            let is_old = shown == self.before && !is_back;
            let is_seen = self.hears_keys && self.before == "completed" && shown == "idle";
            let is_fine = is_old || is_seen || shown == "running" || shown == SILENT || is_right;
            let is_quiet =
                ["idle", "completed", "no row"].contains(&&*shown) && stayed < self.limit;
            let lies = !is_fine && !is_quiet;
            lies.then(|| format!("{shown} for {} ms on the way", stayed.as_millis()))
        })
    }
}
