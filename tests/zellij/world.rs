//! A private world of the real Zellij: its program, its settings, its sessions, and their end.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::asked::{CLIENTS, Line, PANES, TABS};
use crate::common::{
    Finished, PATIENCE, Terminal, TestEnv, children_of, finish, private_folder, server_named, skip,
    until, wait_until, with_zellij,
};

/// Nothing that asks the person something, and no bars: they take their time to begin.
pub(crate) const SETTINGS: &str = "default_layout \"plain\"\ndefault_shell \"sh\"\nshow_startup_tips false\n\
                        show_release_notes false\non_force_close \"detach\"\nserialization_interval 1\n";

/// As often somebody tries to attach.
const ATTACHES: u32 = 3;

/// All tabs are like this.
const PLAIN: &str = "layout {\n    pane\n}\n";

/// Such a world. No server of it outlives it.
pub(crate) struct World {
    pub(crate) env: TestEnv,
    /// The servers that a trial has begun.
    begun: Mutex<Vec<u32>>,
}

impl World {
    /// An empty one; `None`, loudly, without the program.
    pub(crate) fn new() -> Option<Self> {
        let Some(program) = std::env::var_os("PANE_PATROL_ZELLIJ") else {
            skip("PANE_PATROL_ZELLIJ names no program; `make zellij` builds one");
            return None;
        };
        let program = fs::canonicalize(&program);
        let program = program.unwrap_or_else(|error| panic!("PANE_PATROL_ZELLIJ: {error}"));
        let env = TestEnv::new();
        private_folder(&env.path("zellij-bin"));
        symlink(program, env.path("zellij-bin/zellij")).expect("a link can be made");
        let begun = Mutex::default();
        let world = Self { env, begun };
        world.write("config.kdl", SETTINGS);
        world.write("layouts/plain.kdl", PLAIN);
        Some(world)
    }

    /// Writes a file of the person's settings.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.env.path("config/zellij").join(name);
        private_folder(path.parent().expect("it is below another"));
        fs::write(&path, text).expect("it can be written");
        path
    }

    /// Zellij's program.
    pub(crate) fn zellij(&self) -> Command {
        let mut command = self.env.command(self.env.path("zellij-bin/zellij"));
        command.env("ZELLIJ_CONFIG_DIR", self.env.path("config/zellij"));
        with_zellij(&self.env, &mut command);
        command
    }

    /// The program under test, with it on its PATH.
    pub(crate) fn pane_patrol(&self) -> Command {
        self.env.pane_patrol_with_zellij()
    }

    /// A session without a client, with one pane.
    pub(crate) fn session(&self, name: &str) -> Session<'_> {
        self.session_of(name, &[])
    }

    /// The same with these words before: a layout, or settings.
    pub(crate) fn session_of(&self, name: &str, before: &[&str]) -> Session<'_> {
        let mut command = self.zellij();
        command
            .args(before)
            .args(["attach", "--create-background", name]);
        let begun = finish(&mut command);
        let begun_well = begun.status.success();
        assert!(begun_well, "{name}: {begun:?}");
        let session = self.found(name);
        session.forget_its_maker();
        session
    }

    /// The session of that name, once it answers with a pane.
    pub(crate) fn found(&self, name: &str) -> Session<'_> {
        let socket = self.folder().join(name);
        // Whoever calls it before it has begun brings it to an end.
        let pid = until("its server runs something", || {
            let mut servers = self.servers().into_iter();
            let pid = servers.find_map(|(pid, its)| (its == socket).then_some(pid))?;
            (!children_of(pid).is_empty()).then_some(pid)
        });
        self.begun().push(pid);
        let session = Session {
            world: self,
            name: name.to_owned(),
            pid,
            line: Line::default(),
        };
        wait_until("it has a pane", || !session.panes().is_empty());
        session
    }

    /// Where the sockets are.
    pub(crate) fn folder(&self) -> PathBuf {
        self.env.path("run/zellij/contract_version_1")
    }

    /// What sessions there are, by their sockets.
    pub(crate) fn sessions(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Every server of this world, and the socket that it was started with.
    pub(crate) fn servers(&self) -> Vec<(u32, PathBuf)> {
        let folder = self.folder();
        let socket = |arguments: &[String]| {
            let at = arguments.iter().position(|word| word == "--server")?;
            let socket = PathBuf::from(arguments.get(at + 1)?);
            socket.starts_with(&folder).then_some(socket)
        };
        let all = self.processes().into_iter();
        all.filter_map(|(pid, arguments)| Some((pid, socket(&arguments)?)))
            .collect()
    }

    /// Every process of this world that runs Zellij, by what is in memory.
    fn processes(&self) -> Vec<(u32, Vec<String>)> {
        let program = fs::canonicalize(self.env.path("zellij-bin/zellij")).expect("it is there");
        let root = self.env.path("").display().to_string();
        let is_ours = |pid: u32| {
            let runs = fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program);
            let variables = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            runs && String::from_utf8_lossy(&variables).contains(&root)
        };
        let entries = fs::read_dir("/proc").expect("Linux").flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let arguments = |pid: u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let words = line
                .split(|byte| *byte == 0)
                .filter(|word| !word.is_empty());
            let words = words.map(|word| String::from_utf8_lossy(word).into_owned());
            Some((pid, words.collect()))
        };
        pids.filter(|pid| is_ours(*pid))
            .filter_map(arguments)
            .collect()
    }
}

impl World {
    fn begun(&self) -> MutexGuard<'_, Vec<u32>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What runs although nobody has begun it, or whoever has is gone; and folders of ours that nobody needs any more.
    pub(crate) fn left_over(&self) -> Vec<String> {
        let begun = self.begun().clone();
        let processes = self.processes().into_iter();
        let left = processes.filter(|(pid, _)| !begun.contains(pid));
        let around = fs::read_dir(self.env.path("run/zellij"));
        let folders = around.into_iter().flatten().flatten();
        let folders = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let folders = folders.filter(|name| name.starts_with(".pane-patrol"));
        let left = left.map(|(pid, words)| format!("{pid}: {}", words.join(" ")));
        left.chain(folders).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // What ends it must not hide what was left.
            let begun = self.begun().clone();
            wait_until("nothing is left that nobody has begun", || {
                self.processes().iter().all(|(pid, _)| begun.contains(pid))
            });
        }
        for (pid, _) in self.processes() {
            signal(pid, Signal::KILL);
        }
    }
}

/// A session of it, known by its server.
pub(crate) struct Session<'world> {
    pub(crate) world: &'world World,
    pub(crate) name: String,
    pub(crate) pid: u32,
    line: Line,
}

impl Session<'_> {
    /// The server as rows name it.
    pub(crate) fn server(&self) -> String {
        server_named(&self.world.folder(), self.pid)
    }

    /// The id of the row in that pane.
    pub(crate) fn row(&self, pane: u32) -> String {
        format!("{}::zellij:{pane}", self.server())
    }

    /// Has it do something, as a person would.
    pub(crate) fn told(&self, words: &[&str]) -> Finished {
        let mut command = self.world.zellij();
        let session = format!("--session={}", self.name);
        finish(command.args([&session, "action"]).args(words))
    }

    /// The same, which must go well; what it says.
    pub(crate) fn ask(&self, words: &[&str]) -> String {
        let told = self.told(words);
        assert!(told.status.success(), "{words:?}: {told:?}");
        told.stdout.trim().to_owned()
    }

    /// Whoever has begun it may have left before it had a pane, and is listed until the next one with that number leaves.
    fn forget_its_maker(&self) {
        self.line.end();
        wait_until("its maker is gone", || {
            let nobody = self.clients().is_empty();
            self.line.end();
            nobody
        });
    }

    /// What it says to a question of its own protocol; nothing once it is gone.
    fn asked(&self, question: &[u8]) -> String {
        let socket = self.world.folder().join(&self.name);
        self.line.ask(&socket, question)
    }

    /// Its terminals, as it lists them.
    pub(crate) fn panes(&self) -> Vec<Value> {
        let said = self.asked(PANES);
        let all: Vec<Value> = serde_json::from_str(&said).unwrap_or_default();
        all.into_iter()
            .filter(|pane| pane["is_plugin"] == false)
            .collect()
    }

    /// That one of them.
    pub(crate) fn pane(&self, number: u32) -> Value {
        let mut panes = self.panes().into_iter();
        let found = panes.find(|pane| pane["id"] == number);
        found.unwrap_or_else(|| panic!("{number}: {:#?}", self.panes()))
    }

    /// Its tabs, as it lists them.
    pub(crate) fn tabs(&self) -> Vec<Value> {
        let said = self.asked(TABS);
        serde_json::from_str(&said).unwrap_or_default()
    }

    /// Everybody's client, and the pane that it is on.
    pub(crate) fn clients(&self) -> Vec<(String, String)> {
        let said = self.asked(CLIENTS);
        let client = |line: &str| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some((words.next()?, words.next()?))
        };
        said.lines().skip(1).filter_map(client).collect()
    }

    /// Whether somebody is on that pane.
    pub(crate) fn is_looked_at(&self, pane: u32) -> bool {
        let named = format!("terminal_{pane}");
        self.clients().iter().any(|(_, at)| *at == named)
    }

    /// A pane in which `command` runs, opened with these words before; its number.
    pub(crate) fn open(&self, before: &[&str], command: &[&str]) -> u32 {
        let known: Vec<Value> = self.panes();
        let is_known = |pane: &Value| known.iter().any(|known| known["id"] == pane["id"]);
        let said = self.ask(&[&["new-pane"], before, &["--"], command].concat());
        let number = said
            .strip_prefix("terminal_")
            .and_then(|number| number.parse().ok());
        // Its program is struck off now and then, by somebody who has just left, and says nothing.
        let number: u32 = number.unwrap_or_else(|| {
            assert_eq!(said, "");
            let new = || self.panes().into_iter().find(|pane| !is_known(pane));
            let new = until("it is there, unsaid", new);
            let number = new["id"].as_u64().and_then(|id| u32::try_from(id).ok());
            number.expect("a number")
        });
        wait_until("it is listed", || {
            self.panes().iter().any(|pane| pane["id"] == number)
        });
        number
    }

    /// A person's terminal that is attached to it. Whether they have pressed a key is for them. Whoever comes while the
    /// program that was run before is still leaving may be struck off for it, sees nothing, and comes again.
    pub(crate) fn client(&self, name: &str) -> Terminal<'_> {
        let before = self.clients().len();
        let command = format!("zellij attach {}", shell_word(&self.name));
        for time in 0..ATTACHES {
            let terminal = terminal(&self.world.env, &format!("{name}.{time}"), &command);
            let has_drawn = || !terminal.screen().trim().is_empty();
            let since = Instant::now();
            while since.elapsed() < PATIENCE / ATTACHES {
                if self.clients().len() > before && has_drawn() {
                    return terminal;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            println!("{name} was struck off on the way into {}", self.name);
        }
        panic!("{name} should be attached to {}", self.name);
    }

    /// Somebody on that terminal types something, which the session has heard once it is drawn.
    pub(crate) fn typed(&self, terminal: &Terminal<'_>) {
        let count = |screen: &str| screen.matches('~').count();
        let before = count(&terminal.screen());
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            terminal.press(&["~"]);
            let again = Instant::now() + Duration::from_secs(2);
            while Instant::now() < again {
                if count(&terminal.screen()) > before {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let (screen, clients) = (terminal.screen(), self.clients());
        panic!("what is typed should be drawn; {clients:?}:\n{screen}");
    }

    /// Calls it otherwise.
    pub(crate) fn rename(&mut self, name: &str) {
        self.ask(&["rename-session", "--", name]);
        let socket = self.world.folder().join(name);
        wait_until("it is called so", || socket.exists());
        name.clone_into(&mut self.name);
    }

    /// Sends its server a signal.
    pub(crate) fn signal(&self, what: Signal) {
        signal(self.pid, what);
    }
}

/// A terminal of a person who has Zellij and the program under test.
pub(crate) fn terminal<'env>(env: &'env TestEnv, name: &str, command: &str) -> Terminal<'env> {
    let (programs, settings) = (env.path("zellij-bin"), env.path("config/zellij"));
    let command = format!(
        "env PATH=\"{}:$PATH\" ZELLIJ_CONFIG_DIR={} {command}",
        programs.display(),
        settings.display()
    );
    Terminal::start(env, name, &command).expect("tmux is installed")
}

/// Whether somebody has arrived, by the word of the sessions that may have her; not, if none of them has for some time:
/// Zellij loses a person's terminal on the way to another session, now and then on a busy machine, also by its own
/// program alone (`docs/zellij.md`).
pub(crate) fn arrives_or_is_lost(
    sessions: &[&Session<'_>],
    has_arrived: impl Fn() -> bool,
) -> bool {
    let since = Instant::now();
    let mut seen = since;
    while !has_arrived() {
        let all: Vec<_> = sessions.iter().map(|session| session.clients()).collect();
        assert!(since.elapsed() < PATIENCE, "who is where: {all:?}");
        if all.iter().any(|clients| !clients.is_empty()) {
            seen = Instant::now();
        }
        if seen.elapsed() >= PATIENCE / 6 {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// One word for a shell.
pub(crate) fn shell_word(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A process of this world.
pub(crate) fn signal(pid: u32, what: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // It may have ended.
    let _ = pid.map(|pid| kill_process(pid, what));
}

/// How much the processor has worked for a process and those it has waited for, in seconds.
pub(crate) fn worked(pid: u32) -> f64 {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    let stat = stat.unwrap_or_default();
    let fields = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace();
    let ticks = fields
        .skip(11)
        .take(4)
        .filter_map(|ticks| ticks.parse::<u32>().ok());
    f64::from(ticks.sum::<u32>()) / 100.0
}
