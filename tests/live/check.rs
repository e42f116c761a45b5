//! Compares what is on the screen with what `status --json` says of the row, and keeps what was found.

use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use super::drive::Drive;
use super::finding::Finding;
use super::judge::Claim;
use super::pane::Pane;
use super::situation::Situation;
use super::watch::{self, SILENT};
use super::way::Way;

/// A row is right this long after the screen shows it.
const LIMIT: Duration = Duration::from_secs(1);
/// The same where only the title of the pane tells.
const TITLE_LIMIT: Duration = Duration::from_secs(2);
/// The same where a session of Zellij's is to be found first, which nothing tells of.
const SESSION_LIMIT: Duration = Duration::from_secs(5);
/// It must stay right for so long.
const HOLD: Duration = Duration::from_millis(600);
/// How much longer a late row is waited for, to tell late from never.
const GRACE: Duration = Duration::from_secs(3);

impl Drive<'_> {
    /// What is shown of `pane` now.
    pub(super) fn shown(&self, pane: &str) -> String {
        let now = self.stage.watch.since(Instant::now());
        now.last()
            .map_or_else(String::new, |(_, shown)| shown.of(pane))
    }

    /// Whether the row shows `state` soon after `since`, when the screen showed it, and stays so;
    /// and whether it showed nothing wrong since the last check.
    pub(super) fn check(&mut self, situation: Situation, state: &str, since: Instant) {
        let unknowable = self.manners.unknowable(situation);
        let is_told = |shown: &[&str]| shown == [SILENT] || situation == Situation::OwnCommand;
        let unknowable = unknowable.filter(|(shown, _)| !(self.tells_all() && is_told(shown)));
        let wanted: Vec<&str> = unknowable.map_or_else(|| vec![state], |(shown, _)| shown.to_vec());
        let limit = if wanted == [SILENT] && self.stage.way == Way::Zellij {
            SESSION_LIMIT
        } else if self.manners.by_title.contains(&situation) {
            TITLE_LIMIT
        } else {
            LIMIT
        } * self.stage.slack;
        let pane = self.pane().id().to_owned();
        let before = self.before.clone();
        let finding = self.judge(&pane, &before, &wanted, (since, limit));
        let finding = match (finding, unknowable) {
            (Finding::Right(_), Some((_, why))) => Finding::Unknowable(why),
            (finding, _) => finding,
        };
        self.record(situation, finding);
        self.check_apart(situation);
        self.forget();
    }

    /// Whether what it tells its terminal is heard: its start, and what no hook tells of.
    pub(super) fn tells_all(&self) -> bool {
        self.stage.way == Way::Wrap && self.manners.tells_its_terminal
    }

    /// The same of the row of `place`, which need not be the driven pane.
    pub(super) fn check_at(
        &mut self,
        situation: Situation,
        place: &str,
        state: &str,
        since: Instant,
    ) {
        let seen = self.stage.watch.since(self.checked);
        let before = seen.first().map(|(_, shown)| shown.of(place));
        let limit = LIMIT * self.stage.slack;
        let finding = self.judge(place, &before.unwrap_or_default(), &[state], (since, limit));
        self.record(situation, finding);
        self.check_apart(situation);
        self.checked = Instant::now();
    }

    /// Waits for one of `wanted` in the row of `pane`, and says how it was with it.
    fn judge(
        &self,
        pane: &str,
        before: &str,
        wanted: &[&str],
        (since, limit): (Instant, Duration),
    ) -> Finding {
        while since.elapsed() < limit + GRACE && !wanted.contains(&&*self.shown(pane)) {
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(HOLD);
        let neighbours = self.neighbours.iter().map(Pane::id);
        let own = self.pane.as_ref().map(Pane::id);
        let claim = Claim {
            pane,
            panes: neighbours.chain(own).chain([pane]).collect(),
            before,
            hears_keys: self.manners.is_piped() || self.tells_all(),
            wanted,
            since,
            limit,
        };
        claim.judge(&self.stage.watch.since(self.checked))
    }

    /// Waits until the row shows the same for a while, and measures what comes next by that.
    pub(super) fn settle(&mut self) {
        thread::sleep(LIMIT + HOLD);
        self.forget();
    }

    /// How long the row has shown `state` at a time since the last check.
    pub(super) fn longest(&self, state: &str) -> Duration {
        let seen = self.stage.watch.since(self.checked);
        let ends = seen.iter().skip(1).map(|(at, _)| *at);
        let pane = self.pane().id();
        let spans = seen.iter().zip(ends.chain([Instant::now()]));
        let spans = spans.filter(|((_, shown), _)| shown.of(pane) == state);
        let spans = spans.map(|((from, _), to)| to.saturating_duration_since(*from));
        spans.max().unwrap_or_default()
    }

    /// What is shown now is what comes next measured by, whatever was on the way.
    pub(super) fn forget(&mut self) {
        self.before = self.shown(self.pane().id());
        self.checked = Instant::now();
    }

    /// Whether anything was held apart since the last time.
    pub(super) fn check_apart(&mut self, situation: Situation) {
        let foreseen = [self.foreseen, self.manners.foreseen].concat();
        for what in self.stage.all_unmatched.news(self.stage.env, &foreseen) {
            self.record(situation, Finding::Wrong(what));
        }
    }

    /// Keeps as wrong what does not hold.
    pub(super) fn claim(&mut self, situation: Situation, holds: bool, what: &str) {
        if !holds {
            self.record(situation, Finding::Wrong(what.to_owned()));
        }
    }

    /// The driven pane's row as `status --json` gives it; null without one.
    pub(super) fn row(&self) -> Value {
        let rows: Value = serde_json::from_str(&self.stage.watch.last()).unwrap_or_default();
        let rows = rows.as_array().into_iter().flatten();
        let mut here = rows.filter(|row| watch::place(row) == self.pane().id());
        here.next().cloned().unwrap_or_default()
    }

    /// The same for a pane beside the one that is driven, without a look at what was on the way.
    pub(super) fn check_neighbour(&mut self, situation: Situation, pane: &str, state: &str) {
        self.check_other(situation, (pane, state), LIMIT);
    }

    /// The same where only the title of its pane tells.
    pub(super) fn check_title(&mut self, situation: Situation, pane: &str, state: &str) {
        self.check_other(situation, (pane, state), TITLE_LIMIT);
    }

    fn check_other(&mut self, situation: Situation, (pane, state): (&str, &str), limit: Duration) {
        // The looks before this one may have taken longer than the limit.
        let start = Instant::now();
        while start.elapsed() < limit && self.shown(pane) != state {
            thread::sleep(Duration::from_millis(20));
        }
        let shown = self.shown(pane);
        let finding = if shown == state {
            Finding::Right(start.elapsed())
        } else {
            Finding::Wrong(format!("the neighbour: {shown}, not {state}"))
        };
        self.record(situation, finding);
    }

    /// Keeps what is worse of several findings in one situation; a failure with its transcript.
    pub(super) fn record(&mut self, situation: Situation, finding: Finding) {
        if finding.is_failure() || matches!(finding, Finding::Late(..)) {
            self.keep_evidence(situation, &finding);
        }
        let old = self.findings.get(&situation);
        if old.is_none_or(|old| finding.is_worse_than(old)) {
            self.findings.insert(situation, finding);
        }
    }

    fn keep_evidence(&self, situation: Situation, finding: &Finding) {
        let screen = self.pane.as_ref().map(Pane::screen).unwrap_or_default();
        let title = self.pane.as_ref().map(Pane::title);
        let text = format!(
            "{} {}: {finding}\nwritten at {}, {} ms\n\n--- screen\n{screen}\n--- title\n{title:?}\n--- status\n{}\n--- all that was shown\n{}",
            self.manners.name,
            situation.name(),
            Timestamp::now(),
            self.started.elapsed().as_millis(),
            self.stage.watch.last(),
            self.stage.watch.transcript(self.started),
        );
        let file = format!("{}-{}.txt", self.manners.file(), situation.name());
        let file = self.stage.evidence.join(file);
        if let Err(error) = std::fs::write(&file, text) {
            panic!("{}: {error}", file.display());
        }
    }
}
