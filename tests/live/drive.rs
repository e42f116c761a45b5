//! Brings one assistant into every situation and compares what is on its screen with what
//! `status --json` says of its row.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::Findings;
use super::assistant::Manners;
use super::common::{Collector, TestEnv, Tmux};
use super::model::{self, Model};
use super::pane::Pane;
use super::process;
use super::unmatched::AllUnmatched;
use super::watch::{NO_ROW, Watch};
use super::way::Way;

/// How long an assistant may take to show something.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a row may stay after its pane was closed, before that spoils what comes next.
const CLOSING: Duration = Duration::from_secs(4);
/// How long it may take to start: the first time some of them install things.
const START_PATIENCE: Duration = Duration::from_secs(120);
/// It is ready when nothing else has come up for so long.
const SETTLED: Duration = Duration::from_millis(2500);

/// What could not be reached, and why.
pub(super) type Step = Result<(), String>;

/// The private world of one assistant.
pub(super) struct Stage<'a> {
    pub(super) env: &'a TestEnv,
    pub(super) tmux: &'a Tmux<'a>,
    pub(super) watch: &'a Watch,
    pub(super) model: &'a Model,
    pub(super) all_unmatched: &'a AllUnmatched,
    /// The folders of programs that come first in PATH.
    pub(super) programs: Vec<PathBuf>,
    /// Where transcripts of failures go.
    pub(super) evidence: PathBuf,
    /// How the assistant is started.
    pub(super) way: Way,
    /// How many times as long as usual a row and the screen may take.
    pub(super) slack: u32,
}

/// One assistant, its pane, and what was found out so far.
pub(super) struct Drive<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) manners: &'a Manners,
    collector: Option<Collector<'a>>,
    pub(super) pane: Option<Pane<'a>>,
    /// Other panes that may have a row of their own.
    pub(super) neighbours: Vec<Pane<'a>>,
    number: u32,
    /// What the row showed when it was last right.
    pub(super) before: String,
    /// What comes up at the first start was answered.
    greeted: Cell<bool>,
    pub(super) checked: Instant,
    pub(super) started: Instant,
    /// What was found out this time.
    pub(super) findings: Findings,
    /// Why something may be held apart in what is played.
    pub(super) foreseen: &'static [&'static str],
}

impl<'a> Drive<'a> {
    pub(super) fn new(stage: &'a Stage<'a>, manners: &'a Manners) -> Self {
        Self {
            stage,
            manners,
            collector: Some(stage.collector()),
            pane: None,
            neighbours: Vec::new(),
            number: 100,
            before: NO_ROW.to_owned(),
            greeted: Cell::new(false),
            checked: Instant::now(),
            started: Instant::now(),
            findings: Findings::new(),
            foreseen: &[],
        }
    }

    /// Starts another collector instead of the one that runs; the moment when it listens.
    pub(super) fn collect_anew(&mut self) -> Instant {
        drop(self.collector.take());
        self.stage.all_unmatched.forget();
        self.collector = Some(self.stage.collector());
        Instant::now()
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
        self.neighbours.push(pane.clone());
        self.greet(&pane)?;
        Ok(pane)
    }

    /// Opens `program` instead of the assistant's usual line, until the screen shows `text`; when that was.
    pub(super) fn open_as(
        &mut self,
        folder: &Path,
        program: &str,
        text: &str,
    ) -> Result<Instant, String> {
        self.close();
        let line = self.manners.line_of(self.stage, program);
        self.pane = Some(self.stage.pane(folder, &line));
        let seen = self.see(&[text])?;
        thread::sleep(SETTLED);
        Ok(seen)
    }

    fn new_pane(&self, folder: &Path) -> Pane<'a> {
        let line = self.manners.line(self.stage);
        self.stage.pane(folder, &line)
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

    /// Closes the pane, and what was opened beside it, and waits for their rows to go: what is played
    /// next may share a folder with none of them.
    pub(super) fn close(&mut self) {
        let beside = std::mem::take(&mut self.neighbours).into_iter();
        let panes: Vec<Pane<'a>> = self.pane.take().into_iter().chain(beside).collect();
        if panes.is_empty() {
            return;
        }
        for pane in &panes {
            pane.close();
        }
        let start = Instant::now();
        let is_left = |pane: &Pane<'_>| self.shown(pane.id()) != NO_ROW;
        let closing = CLOSING * self.stage.slack;
        while panes.iter().any(is_left) && start.elapsed() < closing {
            thread::sleep(Duration::from_millis(20));
        }
        NO_ROW.clone_into(&mut self.before);
        self.checked = Instant::now();
    }

    /// Drives the assistant that was started again in `pane`; the pane that it left is beside it until both close.
    pub(super) fn take_over(&mut self, pane: Pane<'a>) -> Step {
        self.neighbours.extend(self.pane.take());
        let ready = self.greet(&pane);
        self.pane = Some(pane);
        ready.map(drop)
    }

    /// Drives the assistant that somebody else has started in `pane`.
    pub(super) fn begin_in(&mut self, pane: Pane<'a>) -> Step {
        let ready = self.greet(&pane);
        self.pane = Some(pane);
        ready.map(drop)
    }

    /// Drives the pane no longer, which goes by itself: it had a row until now.
    pub(super) fn let_go(&mut self) {
        self.neighbours.extend(self.pane.take());
        NO_ROW.clone_into(&mut self.before);
    }

    pub(super) fn pane(&self) -> &Pane<'a> {
        self.pane.as_ref().expect("the assistant was opened")
    }

    /// The number of the next script.
    pub(super) fn next_number(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    /// Asks the model for `what`; the number that its answer will have.
    pub(super) fn ask(&mut self, what: &str) -> u32 {
        if self.before == NO_ROW && self.tells_all() {
            // It has said that it began, and then that it waits.
            self.forget();
        }
        self.next_number();
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
        let patience = patience * self.stage.slack;
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
        let path = self.stage.env.path(name);
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

    /// The processes of the assistant in the pane: all below the pane's shell.
    pub(super) fn kill(&self) -> Instant {
        process::kill_below(self.pane().shell());
        Instant::now()
    }
}
