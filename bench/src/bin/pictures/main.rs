//! The README's pictures: `pictures PROGRAM FOLDER [NAME]`, run by `make pictures`; with a name only that one.
//!
//! The demo of the real program is set up, looked at through a tmux client in a second private tmux,
//! and what that draws becomes SVG. The same screens give the same bytes: times of day and ages are
//! the only thing that differs between two runs, and stand in the pictures as those of one moment.

mod cells;
mod film;
mod moment;
mod svg;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol::demo::{Hall, Stage};

/// How long a screen may take to show what it should.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One picture: what is pressed on the demo's first screen, and what then is to be seen.
struct Shot {
    name: &'static str,
    columns: u16,
    rows: u16,
    keys: &'static [&'static str],
    shows: &'static [&'static str],
}

/// What the dashboard shows when every assistant of the demo is where its story is best.
const CURTAIN_UP: &[&str] = &["need you", "FAILED", "DONE", "Bash: cargo publish"];

/// Whoever reported first is selected; the most urgent one stands first.
const TO_THE_TOP: &[&str] = &["g"];

const SHOTS: &[Shot] = &[
    Shot {
        name: "dashboard",
        columns: 100,
        rows: 23,
        keys: TO_THE_TOP,
        shows: CURTAIN_UP,
    },
    Shot {
        name: "explain",
        columns: 100,
        rows: 26,
        keys: &["g", "e"],
        shows: &["PreToolUse"],
    },
    Shot {
        name: "split",
        columns: 120,
        rows: 26,
        keys: &["g", "s"],
        shows: &["❯ 1.", "▸"],
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(program), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: pictures PROGRAM FOLDER [NAME]".into());
    };
    let only = arguments.next();
    let is_wanted = |name: &str| only.as_ref().is_none_or(|only| only == Path::new(name));
    let program = program.canonicalize()?;
    std::fs::create_dir_all(&folder)?;
    if is_wanted(film::NAME) {
        let path = folder.join(film::NAME).with_extension("svg");
        std::fs::write(path, film::take(&program)?)?;
    }
    for shot in SHOTS.iter().filter(|shot| is_wanted(shot.name)) {
        let mut screen = cells::parse(&shot.take(&program)?);
        for run in screen.iter_mut().flatten() {
            run.text = moment::at_one_moment(&run.text);
        }
        let path = folder.join(shot.name).with_extension("svg");
        std::fs::write(path, svg::draw(&screen, usize::from(shot.columns)))?;
    }
    Ok(())
}

impl Shot {
    /// The screen with its colours, as tmux tells it.
    fn take(&self, program: &Path) -> Result<String, Box<dyn Error>> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let size = (self.columns, self.rows);
        let hall = Hall::Tmux { size, page: false };
        let stage = Stage::set(program, &path, hall)?;
        let camera = Camera::on(&stage, self.columns, self.rows)?;
        camera.wait_for(CURTAIN_UP)?;
        for key in self.keys {
            camera.run(&["send-keys", key])?;
        }
        camera.wait_for(self.shows)
    }
}

/// A tmux server whose one pane shows a client of the stage.
struct Camera {
    root: tempfile::TempDir,
}

impl Camera {
    fn on(stage: &Stage, columns: u16, rows: u16) -> Result<Self, Box<dyn Error>> {
        let attach = format!(
            "exec env -u TMUX tmux -u -f /dev/null -S '{}' attach-session -t dashboard ';' set -g status off",
            stage.socket().display()
        );
        Self::showing(&attach, columns, rows)
    }

    /// A terminal in which `command` runs.
    fn showing(command: &str, columns: u16, rows: u16) -> Result<Self, Box<dyn Error>> {
        let camera = Self {
            root: tempfile::tempdir_in("/tmp")?,
        };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        camera.run(&["new-session", "-d", "-x", &columns, "-y", &rows, command])?;
        camera.run(&["set", "-g", "status", "off"])?;
        Ok(camera)
    }

    /// Waits until what it shows has ended, and its server with it.
    fn wait_until_gone(&self) {
        let started = Instant::now();
        while self.run(&["list-sessions"]).is_ok() && started.elapsed() < PATIENCE {
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn wait_for(&self, words: &[&str]) -> Result<String, Box<dyn Error>> {
        let started = Instant::now();
        loop {
            let screen = self.run(&["capture-pane", "-p"])?;
            if words.iter().all(|words| screen.contains(words)) {
                // Once more with colours, after what is still being drawn.
                std::thread::sleep(LOOK_EVERY * 5);
                return self.run(&["capture-pane", "-e", "-p"]);
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{words:?} should be on this screen:\n{screen}").into());
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn run(&self, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
        let output = Command::new("tmux")
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("SHELL", "/bin/sh")
            .args(["-u", "-f", "/dev/null", "-S"])
            .arg(self.root.path().join("camera.sock"))
            .args(arguments)
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        // It goes with its only client's server otherwise.
        let _ = self.run(&["kill-server"]);
    }
}
