//! What every scripted assistant has at hand: its session, its folders, and the real hook.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_hooks::adapter::Adapter;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use serde_json::{Map, Value, json};

use crate::assistants;
use crate::sys::child;

/// How long a hook may take before it is ended: a hundred times what it allows itself.
const HOOK_BUDGET: Duration = Duration::from_secs(10);

/// How long a hook that may answer is waited for. A rule or the person's trust answers within
/// milliseconds; then the dialog is shown, and the keys of the pane answer.
const ANSWERS_WITHIN: Duration = Duration::from_millis(600);

/// The longest answer of a hook, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Where an assistant is played.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The executable whose `hook` is called.
    pub executable: PathBuf,
    /// The person's home, in the demo's own folder.
    pub home: PathBuf,
    /// The folder of the project.
    pub cwd: PathBuf,
}

/// One session of a scripted assistant.
#[derive(Debug)]
pub(super) struct Desk {
    executable: PathBuf,
    adapter: &'static Adapter,
    /// The assistant's config folder.
    pub(super) config: PathBuf,
    pub(super) cwd: PathBuf,
    pub(super) session: String,
    pub(super) pid: u32,
    /// How many turns there were.
    pub(super) turn: u32,
    /// How many names were given.
    named: u32,
}

impl Desk {
    /// The name of the folder in which it works, as titles have it.
    pub(super) fn project(&self) -> String {
        let name = self.cwd.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The desk of the assistant with this name; `None` where that is not known.
    pub(super) fn of(plays: &str, place: Place) -> Option<Self> {
        let known = assistants::named(plays)?;
        let home = place.home;
        let config = known.home(&|name| (name == "HOME").then(|| home.clone()))?;
        let pid = std::process::id();
        Some(Self {
            executable: place.executable,
            adapter: known.row().adapter,
            config,
            cwd: place.cwd,
            session: session_id(pid),
            pid,
            turn: 0,
            named: 0,
        })
    }

    /// A name that nothing else of this session has.
    pub(super) fn name(&mut self, kind: &str) -> String {
        self.named += 1;
        format!("{kind}{:08x}{:04x}", self.pid, self.named)
    }

    /// What it names a turn.
    pub(super) fn turn_id(&self) -> String {
        format!("turn-{}", self.turn)
    }

    /// Sends one payload through the real hook, as the assistant would; `event`: where its command names that.
    pub(super) fn report(&self, event: Option<&str>, payload: &Value) -> io::Result<()> {
        let mut hook = self.hook();
        hook.args(event);
        let payload = payload.to_string();
        let ends = Instant::now() + HOOK_BUDGET;
        child::feed(&mut hook, payload.as_bytes(), ends).map(drop)
    }

    /// The same through the hook that may answer: what that says, if it says anything.
    pub(super) fn consult(&self, payload: &Value) -> io::Result<Option<Value>> {
        let ends = Instant::now() + ANSWERS_WITHIN;
        let mut hook = self.hook();
        hook.arg("--decide");
        let mut hook = hook.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = hook.stdin.take() {
            // A hook that does not read it says nothing either.
            let _ = stdin.write_all(payload.to_string().as_bytes());
        }
        let said = child::read_outputs(&mut hook, (MAX_ANSWER, 0), ends);
        // The dialog is answered at the pane from now on.
        let _ = hook.kill();
        hook.wait()?;
        Ok(serde_json::from_slice(&said?.stdout).ok())
    }

    fn hook(&self) -> Command {
        let mut hook = child::ours(&self.executable, child::HOOK);
        let adapter = self.adapter;
        let pid = self.pid.to_string();
        hook.args(["hook", adapter.assistant.as_str()])
            .envs(adapter.environment.iter().copied())
            .envs(adapter.process_variable.map(|name| (name, pid)));
        hook
    }

    /// Adds one line to a file of its config folder.
    pub(super) fn append(&self, file: &Path, line: &Value) -> io::Result<()> {
        let path = self.config.join(file);
        make_folder_of(&path)?;
        let opening = Opening::to_append().or_make_private();
        let mut file = opening.anything(&path)?;
        file.write_all(format!("{line}\n").as_bytes())
    }

    /// Writes a file of its config folder anew.
    pub(super) fn write(&self, file: &Path, text: &Value) -> io::Result<()> {
        let path = self.config.join(file);
        make_folder_of(&path)?;
        std::fs::write(path, text.to_string())
    }
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), private::make_folders)
}

/// The payload of an event: what all have in common, and its own.
pub(super) fn joined(common: Value, own: Value) -> Value {
    let fields = |value| match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut all = fields(common);
    all.extend(fields(own));
    Value::Object(all)
}

/// The moment as logs write it.
pub(super) fn now() -> Value {
    json!(Timestamp::now().to_string())
}

/// The milliseconds since 1970.
pub(super) fn millis() -> i64 {
    Timestamp::now().as_micros() / 1000
}

/// A time-ordered id, as several assistants have them.
fn session_id(pid: u32) -> String {
    let millis = format!("{:012x}", millis());
    let (high, low) = millis.split_at(8);
    format!("{high}-{low}-7000-8000-{pid:012x}")
}
