//! The demo, as somebody meets it who has never seen it: in a tmux of her own, every key that the README
//! names, and nothing left behind.

mod keys;
mod leaving;
mod zellij;

use std::cell::Cell;
use std::cmp::Ordering;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{PROGRAM, TestEnv, Tmux, finish, private_folder};

/// How long anything may take: the story lasts three times as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a step from row to row may take until it is taken again.
const STEP: Duration = Duration::from_secs(3);

/// More than the time after which a key does not follow another one by habit any more.
const HABIT: Duration = Duration::from_millis(1500);

/// How often it is looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the demo keeps its folder: with a blank in its name.
const SCRATCH: &str = "tmp dir";

/// The size of a small terminal, and of a large one.
const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];

/// The sign before the selected row.
const SELECTED: char = '▌';

/// A demo in a person's own tmux.
struct Demo<'env> {
    env: &'env TestEnv,
    outer: Tmux<'env>,
}

impl<'env> Demo<'env> {
    /// Starts one; `words` stand before its command.
    fn start(env: &'env TestEnv, size: (u16, u16), words: &str) -> Option<Self> {
        private_folder(&env.path(SCRATCH));
        let folder = env.path(SCRATCH);
        let command = format!(
            "TMPDIR='{}' {words} '{PROGRAM}' demo; echo \"it ended with $?\"; exec sleep 600",
            folder.display()
        );
        let outer = Tmux::start_on(env, "outer.sock", "person", size, &command)?;
        let demo = Self { env, outer };
        demo.until("all are on the stage", |screen| {
            let names = ["shop", "api", "web", "docs", "cli", "ops"];
            names
                .iter()
                .all(|name| screen.contains(&format!("{name}:0.0")))
        });
        Some(demo)
    }

    /// The demo's folders.
    fn folders(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.env.path(SCRATCH)).expect("it is there");
        entries.flatten().map(|entry| entry.path()).collect()
    }

    /// What the person sees.
    fn screen(&self) -> String {
        self.outer.screen_of("%0")
    }

    fn press(&self, keys: &[&str]) {
        for key in keys {
            self.outer.run(&["send-keys", "-t", "%0", key]);
        }
    }

    fn types(&self, text: &str) {
        self.outer.run(&["send-keys", "-t", "%0", "-l", text]);
    }

    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        self.until_seen(what, || self.screen(), holds);
    }

    /// Waits until what is looked at is so; what was there instead is told.
    fn until_seen(&self, what: &str, look: impl Fn() -> String, holds: impl Fn(&str) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            let seen = look();
            if holds(&seen) {
                return;
            }
            assert!(Instant::now() < end, "{what}:\n{seen}\n{}", self.screen());
            thread::sleep(PAUSE);
        }
    }

    fn until_shown(&self, words: &str) {
        self.until(words, |screen| screen.contains(words));
    }

    /// tmux's answer from the demo's own server.
    fn inside(&self, arguments: &[&str]) -> String {
        let folders = self.folders();
        let folder = folders.first().expect("the demo has a folder");
        let mut tmux = self.env.command("tmux");
        tmux.arg("-S").arg(folder.join("tmux.sock")).args(arguments);
        finish(&mut tmux).stdout
    }

    /// The screen of a scripted assistant, with what has run out of it.
    fn stage(&self, name: &str) -> String {
        self.inside(&["capture-pane", "-p", "-t", &format!("{name}:0.0")])
    }

    /// Waits until the scripted assistant's screen says so.
    fn until_it_says(&self, name: &str, words: &str) {
        self.until_seen(words, || self.stage(name), |stage| stage.contains(words));
    }

    /// Moves to the row of that assistant.
    fn select(&self, name: &str) {
        let place = format!("{name}:0.0");
        self.step(&format!("{name} is selected"), |rows, at| {
            let wanted = rows.iter().position(|line| line.contains(&place));
            wanted.map(|wanted| wanted.cmp(&at))
        });
        // A key right after another one is no answer.
        thread::sleep(HABIT);
    }

    /// Moves to the row above or below the one of that assistant: rows move meanwhile.
    fn leave(&self, name: &str) {
        let place = format!("{name}:0.0");
        self.step(&format!("{name} is not selected"), |rows, at| {
            let is_row = |line: &&str| line.contains(":0.0");
            Some(match () {
                () if !rows[at].contains(&place) => Ordering::Equal,
                () if rows[..at].iter().any(is_row) => Ordering::Less,
                () => Ordering::Greater,
            })
        });
    }

    /// Presses `k` or `j` as long as `wanted` is above or below the selected line of the list. One step at a
    /// time: what was pressed may not be seen yet.
    fn step(&self, what: &str, wanted: impl Fn(&[&str], usize) -> Option<Ordering>) {
        let last = Cell::new(None);
        self.until(what, |screen| {
            let rows: Vec<&str> = list(screen).collect();
            let at = rows.iter().position(|line| line.starts_with(SELECTED));
            let Some((at, way)) = at.and_then(|at| Some((at, wanted(&rows, at)?))) else {
                return false;
            };
            let pressed = last.get().filter(|(from, _)| *from == at);
            let is_on_its_way =
                pressed.is_some_and(|(_, when): (_, Instant)| when.elapsed() < STEP);
            if way.is_ne() && !is_on_its_way {
                self.press(&[if way.is_lt() { "k" } else { "j" }]);
                last.set(Some((at, Instant::now())));
            }
            way.is_eq()
        });
    }

    /// Presses a key until something is shown: one that comes too soon means nothing.
    fn press_until(&self, key: &str, words: &str) {
        let press = || {
            let screen = self.screen();
            if screen.contains(words) {
                return screen;
            }
            self.press(&[key]);
            thread::sleep(HABIT);
            self.screen()
        };
        self.until_seen(words, press, |screen| screen.contains(words));
    }
}

/// The lines of the list, without what stands beside it.
fn list(screen: &str) -> impl Iterator<Item = &str> {
    let left = |line: &'_ str| {
        line.split_once('│')
            .map_or(line.len(), |(left, _)| left.len())
    };
    screen.lines().map(move |line| &line[..left(line)])
}

/// The row of that assistant.
fn row_of(screen: &str, name: &str) -> String {
    let place = format!("{name}:0.0");
    let row = list(screen).find(|line| line.contains(&place));
    row.unwrap_or_default().to_owned()
}

/// The row that is selected.
fn selected(screen: &str) -> &str {
    let row = list(screen).find(|line| line.starts_with(SELECTED));
    row.unwrap_or_default()
}

/// Plays at both sizes, where there is a tmux.
fn at_both_sizes(play: impl Fn(&Demo<'_>, (u16, u16))) {
    for size in SIZES {
        let env = TestEnv::new();
        let Some(demo) = Demo::start(&env, size, "") else {
            return;
        };
        play(&demo, size);
    }
}

#[test]
fn a_scripted_assistant_begins_to_report_when_somebody_collects() {
    let env = TestEnv::new();
    let command = format!("'{PROGRAM}' demo --play ops");
    let Some(_pane) = Tmux::start_on(&env, "pane.sock", "ops", (80, 24), &command) else {
        return;
    };
    // Longer than its first words take.
    thread::sleep(Duration::from_secs(4));
    let listener = env.listen();
    let first = listener.next();
    assert_eq!(first.event.as_deref(), Some("sessionStart"), "{first:?}");
}
