//! The live conformance suite: the real assistants, hooks from our installer only, a model of our own
//! on loopback, and what `status --json` says in every situation.
//!
//! Run by `make live`: it installs the assistants from npm and takes minutes. `make test` runs only what
//! needs no network: `--offline`. `--assistant NAME`, `--situation NAME` and `--way NAME` run a part, `--repeat N` tries
//! each situation so often, `--keep` fetches no newer packages, `--patient` has nothing fail that is slow
//! only, `--mirror` keeps every event, `--way wrap` starts the assistants by `pane-patrol wrap`; `--taskmaster` tries that program instead of assistants. Each assistant has a private world:
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
mod finding;
mod judge;
mod load;
mod model;
mod options;
mod packages;
mod pane;
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
use std::path::PathBuf;
use std::process::{Child, ExitCode, Stdio};
use std::thread;

use assistant::{Manners, PROGRAMS};
use common::{TestEnv, Tmux, private_folder};
use drive::{Drive, Stage};
use finding::Finding;
use model::Model;
use options::Options;
use packages::Packages;
use situation::Situation;
use table::Table;
use unmatched::AllUnmatched;
use watch::Watch;

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
    evidence: &std::path::Path,
    options: &Options,
) -> Vec<Findings> {
    let env = TestEnv::new();
    programs.push(env.path(PROGRAMS));
    let Some(tmux) = Tmux::start_on(&env, "t", "live", (140, 45), "cat") else {
        let why = "tmux is not installed".to_owned();
        return all(manners, options, &Finding::Skipped(why));
    };
    let model = Model::start(&evidence.join(format!("{}-model.jsonl", manners.file())));
    let model = model.expect("loopback can be listened on");
    let watch = Watch::of(manners.assistant);
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
    let install = ["install", "--assistant", manners.assistant];
    let said = stage.pane_patrol(&[&install[..], manners.install].concat());
    assert!(said.0, "install: {}", said.1);
    for assistant in manners.also {
        let said = stage.pane_patrol(&["install", "--assistant", assistant]);
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

impl Stage<'_> {
    /// Runs the executable with the assistant on its PATH: whether it succeeded, and what it said.
    fn pane_patrol(&self, arguments: &[&str]) -> (bool, String) {
        let child = self.start(arguments);
        said(child)
    }

    /// Starts the same; [`said`] waits for it.
    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.env.pane_patrol();
        command.env("TMUX", self.tmux.variable());
        let command = command.env("PATH", self.path()).args(arguments);
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
