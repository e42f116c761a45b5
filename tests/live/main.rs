//! The live conformance suite: the real assistants, hooks from our installer only, a model of our own
//! on loopback, and what `status --json` says in every situation.
//!
//! Run by `make live`: it installs the assistants from npm and takes minutes. `make test` runs only what
//! needs no network: `--offline`. `--assistant NAME`, `--situation NAME` and `--way NAME` run a part, `--repeat N` tries
//! each situation so often, `--keep` fetches no newer packages, `--patient` has nothing fail that is slow
//! only, `--mirror` keeps every event, `--way wrap` starts the assistants by `pane-patrol wrap`, `--way zellij` and
//! `--way terminal` elsewhere than in tmux; `--taskmaster` tries that program instead of assistants. Each assistant has a private world:
//! HOME, XDG folders, tmux server. What cannot be installed is left out and said so: exit status 0 all
//! right, or late for want of a quiet machine, 1 something is wrong, 77 nothing wrong but something
//! left out.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its output is its purpose"
)]

#[path = "../common/mod.rs"]
mod common;

mod again;
mod assistant;
mod check;
mod drive;
mod elsewhere;
mod finding;
mod judge;
mod load;
mod model;
mod options;
mod packages;
mod pane;
mod places;
mod process;
mod race;
mod scene;
mod script;
mod sent;
mod situation;
mod table;
mod taskmaster;
mod unmatched;
mod watch;
mod way;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;

use assistant::{Manners, PROGRAMS};
use common::{Collector, TestEnv, Tmux, private_folder};
use drive::{Drive, Stage};
use finding::Finding;
use model::Model;
use options::Options;
use packages::Packages;
use pane::Pane;
use situation::Situation;
use table::Table;
use unmatched::AllUnmatched;
use watch::Watch;
use way::Way;

/// Columns and lines of what the assistants draw.
const SIZE: (u16, u16) = (140, 45);

/// The person's settings.
const SETTINGS: &str = "config/pane-patrol/config.toml";

fn main() -> ExitCode {
    if let Some(code) = assistant::started_as_one() {
        return code;
    }
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
    };
    let evidence = options.folder.join("evidence");
    std::fs::create_dir_all(&evidence).expect("the folder for transcripts can be made");
    let packages = Packages::new(options.folder.join("npm"), options.keep);
    if options.taskmaster {
        return taskmaster::run(&packages, options.repeat);
    }
    let mut table = Table::default();
    for manners in Manners::all() {
        if options.wants(manners) && wanted(manners, &options).next().is_some() {
            println!("{} ...", manners.name);
            let (version, rounds) = match packages.install(manners.packages) {
                Ok(it) => {
                    let rounds = run(manners, it.programs, &evidence, &options);
                    (it.version, rounds)
                }
                Err(why) => (
                    String::new(),
                    all(manners, &options, &Finding::Skipped(why)),
                ),
            };
            table.add(manners, version, rounds);
        }
    }
    table.print(&evidence);
    table.exit_code()
}

type Findings = BTreeMap<Situation, Finding>;

/// Every situation of one assistant, in a world of its own.
fn run(
    manners: &Manners,
    mut programs: Vec<PathBuf>,
    evidence: &Path,
    options: &Options,
) -> Vec<Findings> {
    let env = TestEnv::new();
    programs.push(env.path(PROGRAMS));
    if options.way == Way::Zellij {
        programs.push(elsewhere::bring_zellij(&env));
    }
    let Some(tmux) = Tmux::start_on(&env, "t", "live", SIZE, "cat") else {
        let why = "tmux is not installed".to_owned();
        return all(manners, options, &Finding::Skipped(why));
    };
    let model = Model::start(&evidence.join(format!("{}-model.jsonl", manners.file())));
    let model = model.expect("loopback can be listened on");
    let watch = Watch::of(manners.assistant, options.way == Way::Zellij);
    let stage = Stage {
        env: &env,
        tmux: &tmux,
        watch: &watch,
        model: &model,
        all_unmatched: &AllUnmatched::default(),
        programs,
        evidence: evidence.to_owned(),
        way: options.way,
        slack: options.slack,
    };
    prepare(manners, &stage);
    if options.mirror {
        stage.pane_patrol(&["mirror", "on"]);
    }
    let mut status = env.pane_patrol();
    status.args(["status", "--json"]);
    let rounds = thread::scope(|scope| {
        let mut drive = Drive::new(&stage, manners);
        scope.spawn(|| watch.run(status));
        let is_wanted = |situation| options.wants_situation(situation);
        let play = || scene::play(&mut drive, &is_wanted, options.repeat);
        let rounds = std::panic::catch_unwind(std::panic::AssertUnwindSafe(play));
        watch.end();
        rounds
    });
    // Codex's server outlives its panes.
    process::kill_naming(&env.path(""));
    if options.mirror {
        keep_log(&stage, manners);
    }
    let failed = Finding::Stuck("the suite itself failed".into());
    rounds.unwrap_or_else(|_| all(manners, options, &failed))
}

/// The situations that were asked for and that it can be brought to.
fn wanted(manners: &Manners, options: &Options) -> impl Iterator<Item = Situation> {
    Situation::all().filter(|it| manners.can(*it) && options.wants_situation(*it))
}

/// The same finding for every situation that was asked for.
fn all(manners: &Manners, options: &Options, finding: &Finding) -> Vec<Findings> {
    let findings = wanted(manners, options).map(|it| (it, finding.clone()));
    vec![findings.collect()]
}

fn prepare(manners: &Manners, stage: &Stage<'_>) {
    for name in ["proj", "proj2"] {
        private_folder(&stage.env.path(name));
        let mut git = stage.env.command("git");
        let made = git.args(["init", "-q"]).arg(stage.env.path(name)).output();
        assert!(made.is_ok_and(|made| made.status.success()), "git init");
    }
    (manners.prepare)(stage.env, stage.model);
    append(&stage.env.path(SETTINGS), stage.way.settings());
    stage.install(manners, stage.way.install());
    for assistant in manners.also {
        let install = ["install", "--assistant", assistant];
        let said = stage.pane_patrol(&[&install[..], stage.way.install()].concat());
        assert!(said.0, "install: {}", said.1);
    }
}

fn keep_log(stage: &Stage<'_>, manners: &Manners) {
    let log = stage.env.path("state/pane-patrol/session-events.jsonl");
    let kept: PathBuf = stage
        .evidence
        .join(format!("{}-events.jsonl", manners.file()));
    std::fs::copy(log, kept).expect("the log can be kept");
}

fn append(file: &Path, text: &str) {
    let before = std::fs::read_to_string(file).unwrap_or_default();
    private_folder(file.parent().expect("a file stands in a folder"));
    std::fs::write(file, before + text).expect("the settings can be written");
}

impl<'a> Stage<'a> {
    /// A new pane in `folder` in which `line` runs, where this way has the assistants; the pane outlives it.
    fn pane(&self, folder: &Path, line: &str) -> Pane<'a> {
        match self.way {
            Way::Zellij => elsewhere::in_zellij(self, folder, line),
            Way::Terminal => elsewhere::in_terminal(self, folder, line),
            Way::Plain | Way::Wrap | Way::Pipe => Pane::open(self.tmux, folder, line),
        }
    }

    /// A collector where a person would have it.
    fn collector(&self) -> Collector<'a> {
        Collector::start_with(self.env, &mut self.ours())
    }

    /// The executable, in tmux if the assistants are there, with them on its PATH.
    fn ours(&self) -> Command {
        let mut command = self.env.pane_patrol();
        if self.way.is_in_tmux() {
            command.env("TMUX", self.tmux.variable());
        }
        command.env("PATH", self.path());
        command
    }

    /// Installs it for the assistant, with `more` arguments.
    fn install(&self, manners: &Manners, more: &[&str]) {
        let install = ["install", "--assistant", manners.assistant];
        let said = self.pane_patrol(&[&install[..], manners.install, more].concat());
        assert!(said.0, "install: {}", said.1);
    }

    /// Runs the executable with the assistant on its PATH: whether it succeeded, and what it said.
    fn pane_patrol(&self, arguments: &[&str]) -> (bool, String) {
        let child = self.start(arguments);
        said(child)
    }

    /// Starts the same; [`said`] waits for it.
    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.ours();
        command.args(arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("the executable can be started")
    }
}

/// Whether it succeeded, and what it said.
fn said(child: Child) -> (bool, String) {
    let output = child.wait_with_output().expect("it can be waited for");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}
