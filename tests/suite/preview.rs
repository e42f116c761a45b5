//! The preview as a person has it: a real tmux server with a real client, and what the dashboard shows of a pane,
//! compared cell by cell with what tmux itself says that the pane shows.

mod cells;
mod scenes;

use std::time::Duration;

use crate::common::{Terminal, TestEnv, Tmux, fixture, wait_until};
use cells::{Cell, beside_rule, cells};

/// Columns and lines of the whole terminal.
const WHOLE: (u16, u16) = (200, 60);

/// How long a dashboard has to notice what it must not: longer than it ever rests between two looks.
const UNNOTICED: Duration = Duration::from_secs(5);

/// Shows each file that it is told of.
const PLAYER: &str = "stty -echo; while read -r file; do \
    printf '\\033[?1049l\\017\\033(B\\033[0m\\033[r\\033[H\\033[2J\\033[3J'; cat \"$file\"; done";

/// A dashboard in `%0` with the preview beside its list, and a pane of 76 columns and 20 lines in a window behind it.
struct Stage<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    client: Terminal<'env>,
    pane: String,
}

impl<'env> Stage<'env> {
    fn new(env: &'env TestEnv) -> Option<Self> {
        let server = Tmux::start_on(env, "tmux.sock", "work", WHOLE, "cat")?;
        server.run(&["set-option", "-g", "status", "off"]);
        let client = Terminal::client_of(env, "client.sock", &server, "work")?;
        client.resize(WHOLE);
        wait_until("all of it is seen", || {
            server.ask("#{window_width} #{window_height}") == "200 60"
        });
        let window = server.window("work", "cat");
        let split = ["split-window", "-d", "-P", "-F", "#{pane_id}"];
        let column = ["-h", "-l", "76", "-t", &window, "cat"];
        let column = server.run(&[&split[..], &column].concat());
        let pane = ["-v", "-l", "20", "-t", &column, "sh", "-c", PLAYER];
        let pane = server.run(&[&split[..], &pane].concat());
        server.dashboard_in("%0");
        let stage = Self {
            env,
            server,
            client,
            pane,
        };
        let works = fixture("claude/user_prompt_submit.plain.json");
        stage.server.report(&stage.pane, &works, "running");
        stage.client.wait_for("preview of work:1.2");
        Some(stage)
    }

    /// Has the pane show this.
    fn show(&self, name: &str, text: &[u8]) {
        let file = self.env.path(name);
        std::fs::write(&file, text).expect("it is written");
        let file = file.to_str().expect("it is a text").to_owned();
        self.server
            .run(&["send-keys", "-t", &self.pane, "-l", &file]);
        self.server.run(&["send-keys", "-t", &self.pane, "Enter"]);
    }

    fn captured(&self, pane: &str) -> String {
        let capture = ["capture-pane", "-p", "-e", "-N", "-t", pane];
        self.server.run(&capture)
    }

    /// What the pane shows, as tmux has it.
    fn real(&self) -> Vec<Vec<Cell>> {
        cells(&self.captured(&self.pane))
    }

    /// What the dashboard shows of it.
    fn previewed(&self) -> Vec<Vec<Cell>> {
        beside_rule(cells(&self.captured("%0")), "preview of")
    }
}

#[test]
fn the_preview_is_what_the_pane_shows_cell_by_cell() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    for (number, scene) in scenes::all().into_iter().enumerate() {
        stage.show(&format!("scene-{number}"), scene.as_bytes());
        let mark = format!("scene {number} is shown");
        wait_until(&mark, || {
            stage.server.screen_of(&stage.pane).contains(&mark)
        });
        let real = stage.real();
        let is_same = || stage.previewed() == real;
        let mut seen = false;
        for _ in 0..400 {
            seen = is_same();
            if seen {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let previewed = stage.previewed();
        let differs = real
            .iter()
            .zip(&previewed)
            .find(|(real, seen)| real != seen);
        assert!(
            seen,
            "{mark}: {differs:#?}\n{}",
            stage.captured(&stage.pane)
        );
    }
}

#[test]
fn nothing_is_read_while_another_window_is_in_view() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    stage.show("first", b"the first text\r\n");
    stage.client.wait_for("the first text");
    let other = stage.server.window("work", "cat");
    stage.server.run(&["select-window", "-t", &other]);
    // A look that has begun before may still end.
    std::thread::sleep(UNNOTICED);
    stage.show("second", b"the second text\r\n");
    std::thread::sleep(UNNOTICED);
    let own = stage.server.screen_of("%0");
    assert!(
        own.contains("the first text") && !own.contains("the second text"),
        "{own}"
    );
    stage.server.run(&["select-window", "-t", "%0"]);
    stage.client.wait_for("the second text");
}

#[test]
fn whatever_a_pane_prints_stays_in_the_box() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    stage.show("calm", b"calm\r\n");
    stage.client.wait_for("calm");
    let list = || {
        let own = stage.server.screen_of("%0");
        let left = own.lines().skip(1);
        let left = left.map(|line| line.split('│').next().unwrap_or_default().trim_end());
        left.take(3).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = list().len();
    let titles = stage.client.ask("#{pane_title}");
    stage.show("hostile", &scenes::hostile());
    stage.client.wait_for("still here");
    assert_eq!(list().len(), before);
    assert!(list()[0].contains("WORKING"), "{:?}", list());
    assert_eq!(stage.client.ask("#{pane_title}"), titles);
    let outside = stage.previewed();
    assert!(outside.iter().all(|line| line.len() <= 80), "{outside:?}");
}

#[test]
fn it_is_scrolled_back_by_key_and_live_again_at_the_end() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let lines = (1..=200).map(|n| format!("line {n}.\r\n"));
    let text = lines.collect::<Vec<_>>().concat();
    stage.show("long", text.as_bytes());
    stage.client.wait_for("line 200.");
    for _ in 0..30 {
        stage.client.press(&["K"]);
    }
    stage.client.wait_for("30 lines back");
    let back = stage.client.wait_for("line 151.");
    assert!(!back.contains("line 200."), "{back}");
    for _ in 0..30 {
        stage.client.press(&["J"]);
    }
    stage.client.wait_for("· live");
    stage.client.wait_for("line 200.");
    stage.client.press(&["p"]);
    wait_until("it is closed", || {
        !stage.client.screen().contains("preview of")
    });
    stage.client.press(&["p"]);
    stage.client.wait_for("preview of");
    stage.client.wait_for("line 200.");
}
