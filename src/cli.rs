//! What can be typed: clap definitions only. What it means stands in `commands`, one file each.
//!
//! May import: the words that can be typed: `actor`'s digest, `assistants`, `config`'s themes, `log`'s
//! times, the installer's rows and the hooks' words.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use pane_patrol_hooks::event::{EventError, Kind, State};
use pane_patrol_hooks::target::PaneId;
use pane_patrol_installer::Assistant;

use crate::actor::Digest;
use crate::assistants;
use crate::assistants::options::InstallOptions;
use crate::config::Theme;
use crate::log::when::parse_span;
use crate::state::words;
use crate::tasks::Mark;

/// Tells which AI coding assistant in tmux needs you, and takes you there.
#[derive(Debug, Parser)]
#[command(
    name = "pane-patrol",
    version,
    about,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    after_help = "With each command `--log FILE` writes down, for a maintainer, who came, what was refused and what was slow."
)]
pub struct Cli {
    /// The file of the maintainer's log
    // In the help of each command it would be one more line that hardly anybody needs.
    #[arg(long, global = true, hide = true, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// What to do; without it the dashboard is shown.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Options of the dashboard.
    #[command(flatten)]
    pub(crate) supervisor: SupervisorArgs,
}

/// Every subcommand but `hook`, which is recognised before anything is parsed.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the dashboard: who needs you, and Enter goes there (also without any command)
    Supervisor(SupervisorArgs),
    /// Show the dashboard without collecting: follow whoever does, or this machine alone
    Pulse(PulseArgs),
    /// Show the narrow dashboard at a side of this tmux window
    ///
    /// It is a pane of its own. When it goes, however that is, each window is as it was before, or in the
    /// shape that you have given it since.
    Sidebar(SidebarArgs),
    /// Go to the pane of an assistant
    Jump(JumpArgs),
    /// Start an assistant in a new tmux window
    Start(StartArgs),
    /// Stop an assistant: its process is asked to end
    Stop(StopArgs),
    /// Take up a session that is over, or attach to one that runs in the background
    Resume(ResumeArgs),
    /// Keep notices of an assistant back for a while
    Snooze(SnoozeArgs),
    /// Print in full what an assistant asks
    Request(RequestArgs),
    /// Say yes, this once, to what an assistant wants to do
    ///
    /// On a terminal all of the request is printed and you are asked. Anywhere else `--yes` or
    /// `--digest` is needed, else nothing is sent (exit status 2).
    Approve(ApproveArgs),
    /// Say no to what an assistant wants to do
    Deny(DenyArgs),
    /// Answer an assistant's question with one of its options
    Answer(AnswerArgs),
    /// Give an assistant a text as its next prompt
    ///
    /// By the assistant's own way where it has one, else typed into its empty prompt. Nothing is sent
    /// while it asks something.
    Send(SendArgs),
    /// Let an assistant do for a while, without asking, what no rule forbids
    Trust(TrustArgs),
    /// Say what your rules are, and what they make of a request
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Collect events without a screen, for `status` and for dashboards started later
    Collect(CollectArgs),
    /// Let a phone or browser in: show a QR code that is good once, for two minutes
    Pair(PairArgs),
    /// Print which phones and browsers are paired, or take one out
    #[command(subcommand)]
    Devices(DevicesCommand),
    /// Print what every assistant is doing
    Status(StatusArgs),
    /// Say what happened while you were away: one line per assistant, in its own words
    Away(AwayArgs),
    /// Wait until an assistant is in a state
    Wait(WaitArgs),
    /// Print each change as it happens, one line a change, for scripts
    Watch(WatchArgs),
    /// Run any program as if without this, and show it in the list
    Wrap(WrapArgs),
    /// Report one event, from any script
    Emit(EmitArgs),
    /// The settings: write a file with all of them, check it, say where it is and what holds
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print which key of the dashboard does what, as `[keys]` of the settings names it
    Keys {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Switch the event log on or off, or say how it is
    Mirror {
        /// What to do with it
        #[command(subcommand)]
        command: MirrorCommand,
    },
    /// Print what the event log holds, and what was decided in your name, oldest first
    Log(Box<LogArgs>),
    /// Say why an assistant is shown as it is: what was heard, from whom, and by which rule
    Explain(ExplainArgs),
    /// Print what is changed in the folder of an assistant, or the patch of one file
    Diff(DiffArgs),
    /// Print how far the tasks of an assistant are, or change them in Taskmaster's list
    Tasks(TasksArgs),
    /// Set up hooks, keys in tmux, its status line and notices, one question each
    Setup(SetupArgs),
    /// Register the hook with an assistant, after showing the change and keeping a backup
    Install(InstallArgs),
    /// Take the hook out again: the original bytes, or all but our entries
    Uninstall(UninstallArgs),
    /// Say why nothing is heard, and what to do about it
    Doctor(DoctorArgs),
    /// Show the dashboard with scripted assistants on a private tmux server
    Demo(DemoArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print a manual page: of pane-patrol, of one of its commands, or of its `settings`
    Man(ManArgs),
}

/// Options of `completions`.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(required_unless_present = "names")]
    pub(crate) shell: Option<clap_complete::Shell>,
    /// Print the names that can be typed just now instead
    // Asked by the completions themselves.
    #[arg(long, hide = true, value_name = "OF", conflicts_with = "shell")]
    pub(crate) names: Option<NamesOf>,
}

/// Whose names are completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NamesOf {
    /// Of assistants that run
    Rows,
    /// Of sessions that are over
    Ended,
}

impl NamesOf {
    /// As it is typed.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Ended => "ended",
        }
    }
}

/// Options of `man`.
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Of this command; one of several words as they are typed
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// Print the names of all pages instead
    #[arg(long, conflicts_with = "command")]
    pub(crate) list: bool,
}

/// Options of `supervisor`.
#[derive(Args, Debug, Default)]
pub(crate) struct SupervisorArgs {
    /// Colours: the terminal's own, for a dark or a light background, or none
    #[arg(long, value_name = "THEME", value_parser = Theme::NAMES)]
    pub(crate) theme: Option<String>,
    /// Switch this tmux client (`#{client_name}`) on Enter; by default the one the key was pressed on
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// Show an assistant's own pane beside the dashboard, as the key `s` does
    #[arg(long)]
    pub(crate) split: bool,
    /// Which containers are heard.
    #[command(flatten)]
    pub(crate) containers: ContainerArgs,
    /// Who else may listen.
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

/// Options of `pulse`.
#[derive(Args, Debug)]
pub(crate) struct PulseArgs {
    /// Colours: the terminal's own, for a dark or a light background, or none
    #[arg(long, value_name = "THEME", value_parser = Theme::NAMES)]
    pub(crate) theme: Option<String>,
    /// Switch this tmux client (`#{client_name}`) on Enter; by default the one the key was pressed on
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
}

/// Options of `sidebar`.
#[derive(Args, Debug)]
pub(crate) struct SidebarArgs {
    /// Take it away where it is
    #[arg(long)]
    pub(crate) toggle: bool,
    /// At every window of this tmux server, also those that come later
    #[arg(long)]
    pub(crate) all: bool,
    /// At this window, by its id or its address, for example `@3` or `work:1`; by default the one this is typed in
    #[arg(long, value_name = "WINDOW", conflicts_with = "all")]
    pub(crate) window: Option<String>,
    /// This runs in its pane.
    #[arg(long, hide = true, conflicts_with_all = ["toggle", "all", "window"])]
    pub(crate) inside: bool,
}

/// Options of `collect`.
#[derive(Args, Debug)]
pub(crate) struct CollectArgs {
    /// Which containers are heard.
    #[command(flatten)]
    pub(crate) containers: ContainerArgs,
    /// Who else may listen.
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

/// Containers with a socket of their own.
#[derive(Args, Debug, Default)]
pub(crate) struct ContainerArgs {
    /// Hear this container by a socket of its own, `containers/NAME/events.sock` in the runtime
    /// folder, which takes events and nothing else; with targets (again for each) only of these
    #[arg(long = "container", value_name = "NAME[=TARGET]")]
    pub(crate) containers: Vec<String>,
}

/// Options of `pair`.
#[derive(Debug, Args)]
pub(crate) struct PairArgs {
    /// It may see everything, and do nothing
    #[arg(long, conflicts_with = "manage")]
    pub(crate) read_only: bool,
    /// It may also send prompts, stop and resume, and change tasks; without either it may see everything,
    /// decide about requests and snooze
    #[arg(long)]
    pub(crate) manage: bool,
    /// How it is called among your devices; without it the page says a name
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Where the device finds the page: this machine's own address, or one of `[listen] origins`; without
    /// it the first of these that begins with `https://`, else this machine's own
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
    /// Print address and code as JSON, and do not wait
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to do with paired devices.
#[derive(Debug, Subcommand)]
pub(crate) enum DevicesCommand {
    /// Print each with its right, and when it was paired and last came
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take one out: what it has open is cut off at once
    Revoke {
        /// How it is called
        name: String,
    },
}

/// Whether clients may come over WebSocket.
#[derive(Args, Debug, Default)]
pub(crate) struct ListenArgs {
    /// Let programs that know the token connect over WebSocket, from this machine only; without an
    /// address on a port of 127.0.0.1 that is the session's own
    #[arg(
        long,
        value_name = "127.0.0.1:PORT",
        num_args = 0..=1,
        require_equals = false,
        default_missing_value = ""
    )]
    pub(crate) listen: Option<String>,
}

/// No notice of an assistant for longer than this is a thing forgotten.
const LONGEST_SNOOZE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Nobody remembers for longer whom they have trusted.
const LONGEST_TRUST: Duration = Duration::from_secs(4 * 60 * 60);

/// Options of `jump`.
#[derive(Args, Debug)]
#[group(skip)]
#[command(group = ArgGroup::new("whom").args(["target", "next", "prev"]).required(true))]
pub(crate) struct JumpArgs {
    /// Where: `session:window.pane`, `%N`, its id, or a name that only it has; `last` goes back to where you
    /// were before the last jump
    pub(crate) target: Option<String>,
    /// Go to the one that has waited for you longest; from there to the next one, and so round
    #[arg(long)]
    pub(crate) next: bool,
    /// The same the other way round
    #[arg(long)]
    pub(crate) prev: bool,
    /// Switch this tmux client (`#{client_name}`) instead of the one this runs on
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
}

/// Options of `start`.
#[derive(Args, Debug)]
pub(crate) struct StartArgs {
    /// Which launcher of the settings; without any there, an assistant that is on PATH
    pub(crate) launcher: Option<String>,
    /// Which of the names that the launcher lists, where it lists any
    pub(crate) item: Option<String>,
    /// Start it in this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wrapping: Wrapping,
    /// Print the launchers and start none; of one that lists names, each of them
    #[arg(long)]
    pub(crate) list: bool,
    /// The same as JSON, with where it was started already and runs
    #[arg(long, requires = "list")]
    pub(crate) json: bool,
}

/// Whether `start` wraps, where the person says so.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Wrapping {
    /// Run it as by `pane-patrol wrap`, whatever its launcher says
    #[arg(long, conflicts_with = "no_wrap")]
    wrap: bool,
    /// Run it without `pane-patrol wrap`, whatever its launcher says
    #[arg(long)]
    no_wrap: bool,
}

impl Wrapping {
    /// What is said; `None`: nothing.
    pub(crate) fn said(&self) -> Option<bool> {
        (self.wrap || self.no_wrap).then_some(self.wrap)
    }
}

/// Options of `stop`.
#[derive(Args, Debug)]
pub(crate) struct StopArgs {
    /// Which one: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// Close its pane with everything in it instead
    #[arg(long)]
    pub(crate) close_pane: bool,
}

/// Options of `resume`.
#[derive(Args, Debug)]
pub(crate) struct ResumeArgs {
    /// Which one: its session's id, where it was, or its folder's name; without this the only one that is over
    #[arg(conflicts_with = "all")]
    pub(crate) target: Option<String>,
    /// All that ended with their multiplexer's server or with the machine, where they were: session, window, order and
    /// layout; four at a time
    #[arg(long)]
    pub(crate) all: bool,
    /// With `--all`: do not ask
    #[arg(long, requires = "all")]
    pub(crate) yes: bool,
    /// Print what would be started, and start nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of `snooze`.
#[derive(Args, Debug)]
pub(crate) struct SnoozeArgs {
    /// Which one: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// For how long: `90s`, `10m`, `2h`, a bare number is minutes; `0` ends it
    #[arg(
        value_name = "SPAN",
        default_value = "10m",
        value_parser = parse_snooze,
        allow_negative_numbers = true
    )]
    pub(crate) span: Duration,
}

/// Options of `request`.
#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    /// Whose request: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// Only this one, where several wait: its id
    #[arg(long, value_name = "ID")]
    pub(crate) request: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which of a row's requests is answered.
#[derive(Args, Debug)]
pub(crate) struct Which {
    /// This one, where several wait: its id, as `pane-patrol request` prints it
    #[arg(long, value_name = "ID")]
    pub(crate) request: Option<String>,
    /// Only what was shown with this digest by `pane-patrol request`; if it reads otherwise now,
    /// nothing is sent
    #[arg(long, value_name = "DIGEST")]
    pub(crate) digest: Option<Digest>,
}

/// Options of `approve`.
#[derive(Args, Debug)]
pub(crate) struct ApproveArgs {
    /// Whose request: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// Which request, and as it was shown.
    #[command(flatten)]
    pub(crate) which: Which,
    /// Do not ask: I have read it elsewhere
    #[arg(long, conflicts_with = "digest")]
    pub(crate) yes: bool,
    /// Also when only the beginning of the request is known to `pane-patrol request`
    #[arg(long)]
    pub(crate) partly_seen: bool,
}

/// Options of `deny`.
#[derive(Args, Debug)]
pub(crate) struct DenyArgs {
    /// Whose request: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// Which request, and as it was shown.
    #[command(flatten)]
    pub(crate) which: Which,
    /// What to do instead, one line; without it the assistant stops and waits for you
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
}

/// Options of `send`.
#[derive(Args, Debug)]
pub(crate) struct SendArgs {
    /// To whom: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// What it is to do; `-` alone: what is read from stdin
    #[arg(required = true)]
    pub(crate) text: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `trust`.
#[derive(Args, Debug)]
pub(crate) struct TrustArgs {
    /// Which one: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// For how long, at most `4h`: `90s`, `10m`, `2h`, a bare number is minutes
    #[arg(
        long = "for",
        value_name = "SPAN",
        default_value = "10m",
        value_parser = parse_trust,
        allow_negative_numbers = true
    )]
    pub(crate) span: Duration,
    /// End it now
    #[arg(long, conflicts_with = "span")]
    pub(crate) off: bool,
}

/// How spans are typed, said wherever one is none.
const SPANS: &str = "say `90s`, `10m`, `2h`, `3d` or `1w`, also together: `1h30m`";

/// The one grammar of spans. A bare number says minutes where it always has.
fn parse_minutes(text: &str) -> Option<Duration> {
    let minutes = text.trim().parse::<u64>().ok();
    let minutes = minutes.and_then(|minutes| minutes.checked_mul(60));
    minutes
        .map(Duration::from_secs)
        .or_else(|| parse_span(text))
}

fn parse_snooze(text: &str) -> Result<Duration, String> {
    let span = parse_minutes(text).filter(|span| *span <= LONGEST_SNOOZE);
    span.ok_or_else(|| format!("{SPANS}, at most `1w`; a bare number is minutes, and `0` ends it"))
}

fn parse_trust(text: &str) -> Result<Duration, String> {
    let span = parse_minutes(text).filter(|span| !span.is_zero() && *span <= LONGEST_TRUST);
    span.ok_or_else(|| format!("{SPANS}, at most `4h`; a bare number is minutes"))
}

/// What `rules` does.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Print the rules in the order in which they are looked at
    List,
    /// Say whether the rules can be understood, and whether anything waits for them
    Check,
    /// Judge a hook's payload on stdin; nothing is done
    Test(RulesTestArgs),
}

/// Options of `rules test`.
#[derive(Args, Debug)]
pub(crate) struct RulesTestArgs {
    /// Which assistant asks
    #[arg(long, value_name = "NAME", default_value = assistants::usual_name())]
    pub(crate) assistant: String,
    /// The project's folder; by default the payload's `cwd`
    #[arg(long, value_name = "FOLDER")]
    pub(crate) project: Option<PathBuf>,
    /// Fail when the verdict is another one
    #[arg(long, value_name = "VERDICT")]
    pub(crate) expect: Option<Expected>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// A verdict as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expected {
    /// It is not done
    Deny,
    /// The person is asked
    Ask,
    /// It is done
    Allow,
}

/// Options of `answer`.
#[derive(Args, Debug)]
pub(crate) struct AnswerArgs {
    /// Whose question: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// The option, by its number or its words; where several questions are asked at once, one for each
    #[arg(required = true, value_name = "OPTION")]
    pub(crate) options: Vec<String>,
    /// Which request, and as it was shown.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Options of `status`.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// Print one JSON array of rows
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Print a short summary in the given format instead of a table
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<StatusFormat>,
    /// Only of this pane (`%3`) of the own tmux server
    #[arg(long, value_name = "PANE")]
    pub(crate) pane: Option<PaneId>,
    /// Print the sessions that are over and can be resumed, and no rows
    #[arg(long, conflicts_with = "format")]
    pub(crate) ended: bool,
}

/// Summaries that `status` can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// Coloured counts for tmux's status line, nothing when there is nothing to tell
    Tmux,
    /// The sign of each assistant's pane with its state; with `--pane` the sign of that one alone
    Pane,
}

/// Options of `away`.
#[derive(Args, Debug)]
pub(crate) struct AwayArgs {
    /// Since then: `2h`, `09:30`, `2026-11-21 09:30`, or RFC 3339; by default since you last did anything before your
    /// last break, by the event log, else for 8 hours
    #[arg(long, value_name = "SPAN", allow_negative_numbers = true)]
    pub(crate) since: Option<String>,
    /// Print one JSON object, with each request and each end of a turn
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `wait`.
#[derive(Args, Debug)]
pub(crate) struct WaitArgs {
    /// Which one, by any of its names; in its place or pane it need not be there yet
    #[arg(required_unless_present = "target")]
    pub(crate) name: Option<String>,
    /// The same as an option
    #[arg(long, conflicts_with = "name")]
    pub(crate) target: Option<String>,
    /// Which state; any of several, separated by commas or given again
    #[arg(long, required = true, value_parser = states(), value_delimiter = ',')]
    pub(crate) state: Vec<State>,
    /// Give up, with exit status 4, after this time: `60s`, `5m`; by default never
    #[arg(long, value_name = "SPAN", value_parser = parse_timeout, allow_negative_numbers = true)]
    pub(crate) timeout: Option<Duration>,
}

/// Options of `watch`.
#[derive(Args, Debug)]
pub(crate) struct WatchArgs {
    /// Print rows as `status --json` does, one a line, and `{"id": ..., "gone": true}` at an end
    #[arg(long)]
    pub(crate) json: bool,
    /// Print whole sentences without signs or times, for a screen reader or a voice
    #[arg(long, conflicts_with = "json")]
    pub(crate) spoken: bool,
    /// Only this one, by any of its names; may be given several times
    #[arg(long)]
    pub(crate) target: Vec<String>,
}

/// Options of `wrap`.
#[derive(Args, Debug)]
pub(crate) struct WrapArgs {
    /// What it is called in the list: 1 to 32 of a-z, 0-9, _ and -, a letter or digit first; by default the program's name
    #[arg(long, value_name = "NAME")]
    pub(crate) assistant: Option<String>,
    /// What it is called beside that, to find it by; by default what `PANE_PATROL_LABEL` says
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<std::ffi::OsString>,
}

/// Options of `emit`.
#[derive(Args, Debug)]
pub(crate) struct EmitArgs {
    /// Which assistant reports: 1 to 32 of a-z, 0-9, _ and -, a letter or digit first
    #[arg(long, value_name = "NAME")]
    pub(crate) assistant: String,
    /// What it is doing
    #[arg(long, value_parser = states())]
    pub(crate) state: State,
    /// One line for the person
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Where: `session:window.pane` or `%N`; by default the pane this runs in, outside of any its session
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// What it is called beside its name, to find it by; by default what `PANE_PATROL_LABEL` says
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
    /// Fail when the event could not be delivered
    #[arg(long)]
    pub(crate) strict: bool,
}

/// What `config` does.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Write a settings file with every key and its default, where there is none
    Init {
        /// Print it instead
        #[arg(long)]
        print: bool,
    },
    /// Say what is wrong with the settings file, where, and what to write instead
    Check {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        /// Another file
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print where the settings file is, or would be
    Path,
    /// Print what holds, and where each value is from
    Show {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
}

/// What `mirror` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum MirrorCommand {
    /// Log every event from now on
    On,
    /// Stop logging; what was logged is kept
    Off,
    /// Say whether it is on, and how large it is
    Status,
}

/// Options of `log`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct LogArgs {
    /// Another view of the log
    #[command(subcommand)]
    pub(crate) view: Option<LogView>,
    /// Which events
    #[command(flatten)]
    pub(crate) query: QueryArgs,
    /// Only events, or only decisions: what was approved, denied, stopped, started... in your name
    #[arg(long, value_name = "WHICH", conflicts_with = "paths")]
    pub(crate) only: Option<Only>,
    /// Only decisions that came by this door: `dashboard`, a command's name, `hub`, `websocket`, `rule`
    #[arg(long, value_name = "DOOR", conflicts_with = "paths")]
    pub(crate) door: Option<String>,
    /// Go on with what comes, through every rotation
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Print the lines as they stand in the log
    #[arg(long)]
    pub(crate) json: bool,
}

impl LogArgs {
    /// Whether a part of the log is asked for, and not all of it.
    pub(crate) fn chooses(&self) -> bool {
        let query = &self.query;
        let words = [
            &query.assistant,
            &query.target,
            &query.instance,
            &query.tool,
            &query.grep,
        ];
        let times = [&query.since, &query.until, &self.door];
        self.only.is_some()
            || times.iter().any(|time| time.is_some())
            || words.iter().any(|words| !words.is_empty())
            || !query.state.is_empty()
            || !query.kind.is_empty()
    }
}

/// One part of what the log shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// What was reported
    Events,
    /// What was decided or done, and what came of it
    Decisions,
}

/// Views of the log.
#[derive(Debug, Subcommand)]
pub(crate) enum LogView {
    /// Count turns, approvals, tools and errors, and the time spent waiting for you
    Stats {
        /// Which events
        #[command(flatten)]
        query: QueryArgs,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Play the log in the dashboard as it happened
    Replay {
        /// Which events; what comes before `--since` is played at once
        #[command(flatten)]
        query: QueryArgs,
        /// How many times faster than it happened; 0: without any pause
        #[arg(
            long,
            value_name = "N",
            default_value = "10",
            value_parser = parse_speed,
            allow_negative_numbers = true
        )]
        speed: f64,
        /// Print each change of a row instead of the dashboard
        #[arg(long)]
        plain: bool,
    },
}

/// Which events of the log.
#[derive(Args, Debug, Default)]
pub(crate) struct QueryArgs {
    /// Nothing before: `2h`, `15m`, `3d`, `09:30`, `2026-11-21 09:30`, or RFC 3339
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) since: Option<String>,
    /// Nothing from then on
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) until: Option<String>,
    /// Of this assistant; this and the next may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) assistant: Vec<String>,
    /// With this state, for example `failed`
    #[arg(long, value_parser = states())]
    pub(crate) state: Vec<State>,
    /// Of this kind, for example `tool_started`
    #[arg(long, value_parser = kinds())]
    pub(crate) kind: Vec<Kind>,
    /// Of this one, by any of its names: `session:window.pane`, `%N`, its id, its tmux session or own
    /// session, its folder
    #[arg(long)]
    pub(crate) target: Vec<String>,
    /// Of the session of an assistant whose id begins with this
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Vec<String>,
    /// About this tool
    #[arg(long, value_name = "NAME")]
    pub(crate) tool: Vec<String>,
    /// That holds this text, in the message, tool, folder, target or an id; all of several
    #[arg(long, value_name = "TEXT")]
    pub(crate) grep: Vec<String>,
    /// Files to read instead of the event log; `-` is stdin
    pub(crate) paths: Vec<PathBuf>,
}

/// A state by its word in events, or by the words that stand on the screen.
fn states() -> impl TypedValueParser<Value = State> {
    PossibleValuesParser::new(words::all().map(|(word, _)| word)).try_map(|word| {
        let meant = words::all().find(|(known, _)| *known == word);
        meant.map(|(_, state)| state).ok_or(EventError::State(word))
    })
}

/// A kind of event by its word.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.as_str()))
        .try_map(|word| Kind::from_word(&word).ok_or("no such kind"))
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    parse_span(text).ok_or_else(|| format!("{SPANS}; a bare number has no unit"))
}

/// More unchanged lines than any file has.
const MOST_CONTEXT: u32 = 1_000_000;

fn parse_context(text: &str) -> Result<u32, String> {
    let lines = text.trim().parse().ok();
    let lines = lines.filter(|lines| *lines <= MOST_CONTEXT);
    lines.ok_or_else(|| format!("say how many lines, from 0 to {MOST_CONTEXT}, for example `10`"))
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let speed = text.trim().parse().ok();
    let speed = speed.filter(|speed: &f64| speed.is_finite() && *speed >= 0.0);
    let hint =
        "say how many times faster than it happened, for example `10`; `0` is without any pause";
    speed.ok_or_else(|| hint.to_owned())
}

/// Options of `explain`.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// Which one: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// As it was then, by the log: `2h`, `09:30`, `2026-11-21 09:30`, or RFC 3339
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) at: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `diff`.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// Which one: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// Print the patch of this file, named from the top of the repository
    #[arg(long, value_name = "FILE")]
    pub(crate) patch: Option<String>,
    /// How many unchanged lines stand around each change
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        requires = "patch",
        value_parser = parse_context,
        allow_negative_numbers = true
    )]
    pub(crate) context: u32,
    /// Print JSON for programs
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `tasks`.
#[derive(Args, Debug)]
pub(crate) struct TasksArgs {
    /// Which one: `session:window.pane`, `%N`, its id, or a name that only it has
    pub(crate) target: String,
    /// What to change in the list; without it the list is printed
    #[command(subcommand)]
    pub(crate) change: Option<TasksCommand>,
    /// Print JSON for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What `tasks` changes in Taskmaster's list of the project.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum TasksCommand {
    /// Say how far a task is
    Set {
        /// Its number, or that of a part of it: `3.1`
        id: String,
        /// How far it is
        #[arg(value_parser = marks())]
        status: Mark,
        /// In the list of this tag instead of the current one's
        #[arg(long)]
        tag: Option<String>,
    },
    /// Put one more task at the end of the list
    Add {
        /// What is to be done
        title: String,
        /// To the list of this tag instead of the current one's
        #[arg(long)]
        tag: Option<String>,
    },
    /// Give a task another title
    Edit {
        /// Its number, or that of a part of it: `3.1`
        id: String,
        /// What is to be done
        title: String,
        /// In the list of this tag instead of the current one's
        #[arg(long)]
        tag: Option<String>,
    },
    /// Make another tag the current one
    Tag {
        /// Which
        name: String,
    },
}

/// Taskmaster's words for how far a task is, and how others write them.
fn marks() -> impl TypedValueParser<Value = Mark> {
    let others = |mark| match mark {
        Mark::InProgress => &["in_progress", "in progress"][..],
        Mark::Done => &["completed"],
        Mark::Cancelled => &["canceled"],
        _ => &[],
    };
    let known = Mark::ALL.map(|mark| PossibleValue::new(mark.word()).aliases(others(mark)));
    PossibleValuesParser::new(known).try_map(|word| Mark::parse(&word).ok_or("no such word"))
}

/// The assistants whose settings can be edited, by name.
fn assistants() -> impl TypedValueParser<Value = &'static Assistant> {
    let all = Assistant::ALL.iter();
    let names = all.map(|row| PossibleValue::new(row.name).help(row.title));
    PossibleValuesParser::new(names)
        .try_map(|name| Assistant::find(&name).ok_or("no such assistant"))
}

/// Options of `install`.
#[derive(Args, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(crate) struct InstallArgs {
    /// The assistants to register with, separated by commas or given again
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = assistants(),
        conflicts_with = "all"
    )]
    pub(crate) assistant: Vec<&'static Assistant>,
    /// Register with every assistant whose program is on PATH
    #[arg(long)]
    pub(crate) all: bool,
    /// Show the change without making it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also register the event that lets requests be answered from the dashboard
    #[arg(long)]
    pub(crate) approvals: bool,
    /// Hear sessions in plain terminals, too, outside of any multiplexer
    #[arg(long)]
    pub(crate) everywhere: bool,
    /// What else is to be set.
    #[command(flatten)]
    pub(crate) options: InstallOptions,
}

/// Options of `setup`.
#[derive(Args, Debug)]
pub(crate) struct SetupArgs {
    /// Do all of it, without asking
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Show every change without making it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Leave these out, separated by commas or given again
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub(crate) skip: Vec<SetupStep>,
    /// The key after tmux's prefix for the dashboard in a popup; `none` for none
    #[arg(long, value_name = "KEY")]
    pub(crate) popup_key: Option<String>,
    /// The key after tmux's prefix that goes to the one that waits longest; `none` for none
    #[arg(long, value_name = "KEY")]
    pub(crate) next_key: Option<String>,
    /// The key after tmux's prefix that shows the sidebar of a window, and takes it away; `none` for none
    #[arg(long, value_name = "KEY")]
    pub(crate) sidebar_key: Option<String>,
    /// The key of Zellij for the dashboard in a floating pane, for example `Alt a`; `none` for none
    #[arg(long, value_name = "KEY")]
    pub(crate) zellij_key: Option<String>,
    /// The key of Zellij that goes to the one that waits longest; `none` for none
    #[arg(long, value_name = "KEY")]
    pub(crate) zellij_next_key: Option<String>,
}

/// One step of `setup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SetupStep {
    /// The hooks of every assistant on PATH
    Assistants,
    /// Keys in tmux and in Zellij
    Keys,
    /// A count in tmux's status line
    Status,
    /// How you are told of what waits
    Notices,
}

/// Options of `uninstall`.
#[derive(Args, Debug)]
pub(crate) struct UninstallArgs {
    /// The assistants to take the hook out of; all of them, and what `setup` wrote, when none is named
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = assistants())]
    pub(crate) assistant: Vec<&'static Assistant>,
    /// Show the change without making it
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of `doctor`.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Print one JSON array of findings
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Print the first screen and end, as without a terminal
    #[arg(long)]
    pub(crate) print: bool,
    /// Serve the page instead, on a port of its own: prints where a browser on this machine opens it, and
    /// stays until Ctrl-C
    #[arg(long, conflicts_with = "print")]
    pub(crate) page: bool,
    /// In a private session of Zellij instead of tmux
    #[arg(long, conflicts_with_all = ["print", "page"])]
    pub(crate) zellij: bool,
    /// Width of the printed screen
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(40..=1000))]
    pub(crate) columns: u16,
    /// Height of the printed screen
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub(crate) rows: u16,
    /// Play one scripted assistant in this pane
    #[arg(long, hide = true)]
    pub(crate) play: Option<String>,
}
