//! Brings one assistant into every situation and compares what is on its screen with what
//! `status --json` says of its row.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::assistant::Manners;
use super::common::{TestEnv, Tmux};
use super::judge::Claim;
use super::model::{self, Model};
use super::pane::Pane;
use super::process;
use super::situation::{Finding, Situation};
use super::watch::Watch;

/// A row is right this long after the screen shows it.
const LIMIT: Duration = Duration::from_secs(1);
/// The same where only the title of the pane tells.
const TITLE_LIMIT: Duration = Duration::from_secs(2);
/// It must stay right for so long.
const HOLD: Duration = Duration::from_millis(600);
/// How much longer a late row is waited for, to tell late from never.
const GRACE: Duration = Duration::from_secs(3);
/// How long an assistant may take to show something.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to start: the first time some of them install things.
const START_PATIENCE: Duration = Duration::from_secs(120);
/// It is ready when nothing else has come up for so long.
const SETTLED: Duration = Duration::from_millis(2500);

/// What could not be reached, and why.
pub(super) type Step = Result<(), String>;

/// The private world of one assistant.
pub(super) struct World<'a> {
    pub(super) env: &'a TestEnv,
    pub(super) tmux: &'a Tmux<'a>,
    pub(super) watch: &'a Watch,
    pub(super) model: &'a Model,
    /// The folders of programs that come first in PATH.
    pub(super) programs: Vec<PathBuf>,
    /// Where transcripts of failures go.
    pub(super) evidence: PathBuf,
}

/// One assistant, its pane, and what was found out so far.
pub(super) struct Drive<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) manners: &'a Manners,
    pane: Option<Pane<'a>>,
    /// Other panes that may have a row of their own.
    neighbours: Vec<String>,
    number: u32,
    /// What the row showed when it was last right.
    before: String,
    /// What comes up at the first start was answered.
    greeted: Cell<bool>,
    checked: Instant,
    started: Instant,
    pub(super) findings: BTreeMap<Situation, Finding>,
}

impl<'a> Drive<'a> {
    pub(super) fn new(world: &'a World<'a>, manners: &'a Manners) -> Self {
        Self {
            world,
            manners,
            pane: None,
            neighbours: Vec::new(),
            number: 100,
            before: "no row".to_owned(),
            greeted: Cell::new(false),
            checked: Instant::now(),
            started: Instant::now(),
            findings: BTreeMap::new(),
        }
    }

    /// Opens the assistant in `folder` and answers what it asks at its start. A running one is closed.
    pub(super) fn open(&mut self, folder: &Path) -> Result<Instant, String> {
        self.close();
        let pane = self.new_pane(folder);
        let ready = self.greet(&pane);
        self.pane = Some(pane);
        ready
    }

    /// A second assistant in a pane of its own, beside the one that is driven.
    pub(super) fn open_neighbour(&mut self, folder: &Path) -> Result<Pane<'a>, String> {
        let pane = self.new_pane(folder);
        self.neighbours.push(pane.id().to_owned());
        self.greet(&pane)?;
        Ok(pane)
    }

    fn new_pane(&self, folder: &Path) -> Pane<'a> {
        let line = self.manners.line(self.world);
        Pane::open(self.world.tmux, folder, &line)
    }

    fn greet(&self, pane: &Pane<'_>) -> Result<Instant, String> {
        let start = Instant::now();
        let mut ready: Option<Instant> = None;
        let mut hook: Option<Instant> = None;
        let mut awaited = self.manners.always_greets && !self.greeted.get();
        loop {
            let screen = pane.screen();
            if self
                .manners
                .first_hook
                .is_some_and(|text| screen.contains(text))
            {
                hook.get_or_insert_with(Instant::now);
            }
            let mut greetings = self.manners.greetings.iter();
            let greeting = greetings.find(|(text, _)| screen.contains(text));
            if let Some((_, keys)) = greeting {
                ready = None;
                awaited = false;
                self.greeted.set(true);
                pane.press(keys);
                thread::sleep(Duration::from_millis(600));
            } else if awaited || !screen.contains(self.manners.ready) {
                ready = None;
            } else if ready.get_or_insert_with(Instant::now).elapsed() > SETTLED {
                return Ok(hook.or(ready).unwrap_or(start));
            }
            if start.elapsed() > START_PATIENCE {
                return Err(format!("`{}` after the start", self.manners.ready));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Closes the pane and waits for its row to go.
    pub(super) fn close(&mut self) {
        let Some(pane) = self.pane.take() else { return };
        pane.close();
        let start = Instant::now();
        while self.shown(pane.id()) != "no row" && start.elapsed() < LIMIT + GRACE {
            thread::sleep(Duration::from_millis(20));
        }
        "no row".clone_into(&mut self.before);
        self.checked = Instant::now();
    }

    /// Forgets that there is a pane: it went by itself.
    pub(super) fn let_go(&mut self) {
        self.pane = None;
        "no row".clone_into(&mut self.before);
    }

    pub(super) fn pane(&self) -> &Pane<'a> {
        self.pane.as_ref().expect("the assistant was opened")
    }

    /// Asks the model for `what`; the number that its answer will have.
    pub(super) fn ask(&mut self, what: &str) -> u32 {
        self.number += 1;
        let what = what.replace("{n}", &self.number.to_string());
        self.pane().say(&model::prompt(self.number, &what));
        self.number
    }

    /// Waits until the screen shows one of `texts`.
    pub(super) fn see(&self, texts: &[&str]) -> Result<Instant, String> {
        let seen = self.pane().wait_for(texts, PATIENCE);
        seen.map_err(|_| format!("`{}` on the screen", texts.join("` or `")))
    }

    /// Waits until none of `texts` is on the screen any more.
    pub(super) fn see_gone(&self, texts: &[&str], patience: Duration) -> Result<Instant, String> {
        let start = Instant::now();
        loop {
            let screen = self.pane().screen();
            let now = Instant::now();
            if !texts.iter().any(|text| screen.contains(text)) {
                return Ok(now);
            }
            if start.elapsed() > patience {
                return Err(format!("no `{}` on the screen", texts.join("` and no `")));
            }
            thread::sleep(Duration::from_millis(15));
        }
    }

    /// Waits until a command has made a file.
    pub(super) fn see_file(&self, name: &str) -> Step {
        let path = self.world.env.path(name);
        let start = Instant::now();
        while !path.exists() {
            if start.elapsed() > PATIENCE {
                return Err(format!("the file {name}"));
            }
            thread::sleep(Duration::from_millis(15));
        }
        Ok(())
    }

    /// Waits until it neither works nor asks.
    pub(super) fn see_rest(&self, patience: Duration) -> Result<Instant, String> {
        let Manners {
            working,
            dialog,
            question,
            ..
        } = self.manners;
        self.see_gone(&[working, dialog, question], patience)
    }

    /// Waits for the answer of that number, and for rest after it.
    pub(super) fn see_answer(&self, number: u32) -> Result<Instant, String> {
        let seen = self.see(&[&format!("answer {number}")])?;
        Ok(self.see_rest(PATIENCE)?.max(seen))
    }

    /// Presses the keys that stop it until it rests: some of them may come too early.
    pub(super) fn interrupt(&self) -> Result<Instant, String> {
        let mut result = Err(String::new());
        for _ in 0..3 {
            self.pane().press(self.manners.interrupt);
            result = self.see_rest(Duration::from_secs(6));
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Clears what stands in the prompt.
    pub(super) fn clear(&self) {
        self.pane().press(self.manners.clear);
    }

    /// What is shown of `pane` now.
    pub(super) fn shown(&self, pane: &str) -> String {
        let now = self.world.watch.since(Instant::now());
        now.last()
            .map_or_else(String::new, |(_, shown)| shown.of(pane))
    }

    /// Whether the row shows `state` soon after `since`, when the screen showed it, and stays so;
    /// and whether it showed nothing wrong since the last check.
    pub(super) fn check(&mut self, situation: Situation, state: &str, since: Instant) {
        let unknowable = self.manners.unknowable(situation);
        let wanted: Vec<&str> = unknowable.map_or_else(|| vec![state], |(shown, _)| shown.to_vec());
        let limit = if self.manners.by_title.contains(&situation) {
            TITLE_LIMIT
        } else {
            LIMIT
        };
        let pane = self.pane().id().to_owned();
        while since.elapsed() < limit + GRACE && !wanted.contains(&&*self.shown(&pane)) {
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(HOLD);
        let neighbours = self.neighbours.iter().map(String::as_str);
        let claim = Claim {
            pane: &pane,
            panes: neighbours.chain([&*pane]).collect(),
            before: &self.before,
            wanted: &wanted,
            since,
            limit,
        };
        let finding = claim.judge(&self.world.watch.since(self.checked));
        let finding = match (finding, unknowable) {
            (Finding::Right(_), Some((_, why))) => Finding::Unknowable(why),
            (finding, _) => finding,
        };
        self.before = self.shown(&pane);
        self.checked = Instant::now();
        self.record(situation, finding);
    }

    /// The same for a pane beside the one that is driven, without a look at what was on the way.
    pub(super) fn check_neighbour(&mut self, situation: Situation, pane: &str, state: &str) {
        // The looks before this one may have taken longer than the limit.
        let start = Instant::now();
        while start.elapsed() < LIMIT && self.shown(pane) != state {
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
        if finding.is_failure() {
            self.keep_evidence(situation, &finding);
        }
        let old = self.findings.get(&situation);
        let is_worse = match (old, &finding) {
            (None | Some(Finding::Skipped(_)), _) => true,
            (Some(Finding::Right(old)), Finding::Right(new)) => new > old,
            (Some(old), new) => !old.is_failure() && !matches!(new, Finding::Right(_)),
        };
        if is_worse {
            self.findings.insert(situation, finding);
        }
    }

    fn keep_evidence(&self, situation: Situation, finding: &Finding) {
        let screen = self.pane.as_ref().map(Pane::screen).unwrap_or_default();
        let title = self.pane.as_ref().map(|pane| {
            let ask = ["display-message", "-p", "-t", pane.id(), "#{pane_title}"];
            let output = self.world.tmux.command(&ask).output();
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        });
        let text = format!(
            "{} {}: {finding}\n\n--- screen\n{screen}\n--- title\n{title:?}\n--- status\n{}\n--- all that was shown\n{}",
            self.manners.name,
            situation.name(),
            self.world.watch.last(),
            self.world.watch.transcript(self.started),
        );
        let file = format!("{}-{}.txt", self.manners.file(), situation.name());
        let file = self.world.evidence.join(file);
        if let Err(error) = std::fs::write(&file, text) {
            panic!("{}: {error}", file.display());
        }
    }

    /// The processes of the assistant in the pane: all below the pane's shell.
    pub(super) fn kill(&self) -> Instant {
        process::kill_below(self.pane().shell());
        Instant::now()
    }
}
