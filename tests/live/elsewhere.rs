//! Panes that are none of tmux's: in a session of the real Zellij, or a plain terminal with no multiplexer around. The
//! private tmux draws both and takes their keys; what runs in them is not below it and has none of its variables.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::assistant::quoted;
use super::common::{
    TestEnv, finish, private_folder, server_named, until, with_zellij, write_program,
};
use super::drive::Stage;
use super::pane::{Pane, outlived, window};
use super::process;

/// Nothing that asks the person something, no bars, and all keys for the assistant.
const SETTINGS: &str = "default_layout \"two\"\ndefault_mode \"locked\"\npane_frames false\nshow_startup_tips false\n\
     show_release_notes false\non_force_close \"detach\"\nsession_serialization false\n";

/// The servers whose panes were closed: they end when the next one begins, and not with their panes.
static LEFT: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// How many there were.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Where such a pane is.
#[derive(Clone)]
pub(super) struct Elsewhere<'a> {
    env: &'a TestEnv,
    row: String,
    shell: u32,
    around: Around,
}

/// What gives it its terminal.
#[derive(Clone)]
enum Around {
    /// A session, by its name, the number of the pane there, and its server.
    Zellij(String, String, u32),
    /// The process on the other side.
    Holder(u32),
}

impl Elsewhere<'_> {
    /// The name of its row, and for commands.
    pub(super) fn row(&self) -> &str {
        &self.row
    }

    /// The process of the shell.
    pub(super) fn shell(&self) -> u32 {
        self.shell
    }

    /// Another pane of its session, by its number there, which Zellij's own shell is not below.
    pub(super) fn beside(&self, number: &str) -> Option<Self> {
        let Around::Zellij(session, _, server) = &self.around else {
            return None;
        };
        let (before, _) = self.row.rsplit_once(':')?;
        Some(Self {
            row: format!("{before}:{number}"),
            around: Around::Zellij(session.clone(), number.to_owned(), *server),
            ..self.clone()
        })
    }

    /// Closes it for good; when that was.
    pub(super) fn close(&self) -> Instant {
        self.close_pane();
        if let Around::Zellij(_, _, server) = &self.around {
            LEFT.lock().expect("nobody panics with it").push(*server);
        }
        Instant::now()
    }

    /// Closes it, and leaves what is beside it.
    pub(super) fn close_pane(&self) {
        match &self.around {
            Around::Zellij(session, number, _) => {
                // It may be gone.
                zellij(self.env, session, &["close-pane", "--pane-id", number]);
            }
            Around::Holder(process) => process::kill(*process),
        }
    }
}

/// Has the program that was named in the world; the folder that has it.
pub(super) fn bring_zellij(env: &TestEnv) -> PathBuf {
    let named = std::env::var_os("PANE_PATROL_ZELLIJ").expect("the way was refused without it");
    let program = fs::canonicalize(&named);
    let program = program.unwrap_or_else(|error| panic!("PANE_PATROL_ZELLIJ: {error}"));
    let folder = env.path("zellij-bin");
    private_folder(&folder);
    symlink(program, folder.join("zellij")).expect("a link can be made");
    folder
}

/// Has a session do something; what it says.
fn zellij(env: &TestEnv, session: &str, words: &[&str]) -> String {
    let mut command = env.command(env.path("zellij-bin/zellij"));
    let session = format!("--session={session}");
    let told = finish(
        with_zellij(env, &mut command)
            .args([&session, "action"])
            .args(words),
    );
    told.stdout
}

/// In a session of its own, whose other tab has a pane that outlives it for a while.
pub(super) fn in_zellij<'a>(stage: &Stage<'a>, folder: &Path, line: &str) -> Pane<'a> {
    let mut left = LEFT.lock().expect("nobody panics with it");
    left.drain(..).for_each(process::kill);
    drop(left);
    let place = Place::new(stage.env, folder, line);
    let name = format!("live-{}", place.number);
    let two = format!(
        "layout {{\n tab {{\n  pane command=\"sleep\" {{\n   args \"100000\"\n  }}\n }}\n \
         tab focus=true {{\n  pane\n }}\n}}\n"
    );
    let settings = format!("{SETTINGS}default_shell \"{}\"\n", place.at("shell"));
    place.write("layouts/two.kdl", &two);
    place.write("config.kdl", &settings);
    let program = stage.env.path("zellij-bin/zellij");
    let client = format!(
        "exec env -u TMUX -u TMUX_PANE PATH={} '{}' --config-dir {} attach --create {name}",
        quoted(&stage.path()),
        program.display(),
        place.at("")
    );
    let pane = Pane::of(stage.tmux, &window(stage.tmux, folder, &client));
    let [shell, above, number, _] = place.whereabouts();
    let above = above.parse().expect("a process");
    let server = server_named(&stage.env.path("run/zellij/contract_version_1"), above);
    pane.showing(Elsewhere {
        env: stage.env,
        row: format!("{server}::zellij:{number}"),
        shell: shell.parse().expect("a process"),
        around: Around::Zellij(name, number, above),
    })
}

/// In a terminal whose other side is held by a process that is below nobody, and copied to a window of tmux.
pub(super) fn in_terminal<'a>(stage: &Stage<'a>, folder: &Path, line: &str) -> Pane<'a> {
    let (columns, lines) = super::SIZE;
    let line = format!("stty cols {columns} rows {lines}; {line}");
    let place = Place::new(stage.env, folder, &line);
    let holder = format!(
        "echo $$ > holder; exec script -qfe -c {} /dev/null < in > out 2> /dev/null",
        place.at("shell")
    );
    let copies = format!(
        "cd {}; mkfifo in out; env -u TMUX -u TMUX_PANE TERM=xterm-256color setsid -f sh -c '{holder}'; \
         stty raw -echo; cat out & exec cat > in",
        place.at("")
    );
    let pane = Pane::of(stage.tmux, &window(stage.tmux, folder, &copies));
    let [shell, _, _, terminal] = place.whereabouts();
    let holder = fs::read_to_string(place.folder.join("holder")).expect("it was written first");
    pane.showing(Elsewhere {
        env: stage.env,
        row: terminal.trim_start_matches("/dev/").to_owned(),
        shell: shell.parse().expect("a process"),
        around: Around::Holder(holder.trim().parse().expect("a process")),
    })
}

/// The files of such a pane.
struct Place {
    number: u32,
    folder: PathBuf,
}

impl Place {
    /// With a shell that says where it is, and then does what stands in `line`, in `folder`.
    fn new(env: &TestEnv, folder: &Path, line: &str) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let place = Self {
            number,
            folder: env.path(format!("elsewhere/{number}")),
        };
        private_folder(&place.folder.join("layouts"));
        let shell = format!(
            "#!/bin/sh\nprintf '%s %s %s %s\\n' $$ $PPID \"${{ZELLIJ_PANE_ID:-none}}\" \"$(tty)\" > {0}.new\n\
             mv {0}.new {0}\ncd '{1}'\n{2}\n",
            place.at("whereabouts"),
            folder.display(),
            outlived(line)
        );
        write_program(&place.folder.join("shell"), &shell);
        place
    }

    /// A file of it, by a name without anything that means something to a shell.
    fn at(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("it can be written");
    }

    /// The shell's process and the one above it, Zellij's number of the pane, and the terminal.
    fn whereabouts(&self) -> [String; 4] {
        let file = self.folder.join("whereabouts");
        let said = until("the shell says where it is", || {
            fs::read_to_string(&file).ok()
        });
        let words: Vec<String> = said.split_whitespace().map(str::to_owned).collect();
        words.try_into().expect("four words")
    }
}
