//! The sidebar on a real tmux server: there with a word, gone without a trace.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{
    Collector, Finished, PROGRAM, Terminal, TestEnv, Tmux, finish, fixture, wait_until,
};

/// Everything of a window that has to be as before.
const WINDOW: &str = "#{session_name}:#{window_index} #{window_zoomed_flag} #{pane_id} #{window_id} \
    #{window_width}x#{window_height} #{window_layout}";

/// Columns of a sidebar for which nothing is set.
const USUAL: &str = "32";

struct Desk<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
}

impl<'env> Desk<'env> {
    fn new(env: &'env TestEnv) -> Option<Self> {
        let server = Tmux::start_on(env, "tmux.sock", "work", (160, 40), "cat")?;
        Some(Self { env, server })
    }

    fn sidebar(&self, arguments: &[&str]) -> Finished {
        let mut command = self.env.pane_patrol();
        command.env("TMUX", self.server.variable());
        finish(command.arg("sidebar").args(arguments))
    }

    fn done(&self, arguments: &[&str]) -> Finished {
        let done = self.sidebar(arguments);
        assert!(done.status.success(), "{done:?}");
        done
    }

    fn tmux(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        self.server.run(&words)
    }

    fn windows(&self) -> Vec<String> {
        let windows = self.server.run(&["list-windows", "-a", "-F", WINDOW]);
        windows.lines().map(str::to_owned).collect()
    }

    /// The sidebars: window, pane, columns, and the number of their process.
    fn bars(&self) -> Vec<[String; 4]> {
        let format = "#{@pane_patrol_sidebar} #{window_id} #{pane_id} #{pane_width} #{pane_pid}";
        let panes = self.server.run(&["list-panes", "-a", "-F", format]);
        let fields = |line: &str| {
            let fields: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let [side, window, pane, width, pid] = fields.try_into().ok()?;
            (!side.is_empty()).then_some([window, pane, width, pid])
        };
        let mut bars: Vec<_> = panes.lines().filter_map(fields).collect();
        // One of a window in two sessions is listed twice.
        bars.sort();
        bars.dedup();
        bars
    }

    /// The only one.
    fn bar(&self) -> [String; 4] {
        let bars = self.bars();
        assert_eq!(bars.len(), 1, "{bars:?}");
        bars.into_iter().next().expect("one")
    }

    fn wait_for(&self, bars: usize) {
        wait_until("each has drawn", || {
            let all = self.bars();
            let has_drawn =
                |bar: &[String; 4]| self.server.screen_of(&bar[1]).contains("pane-patrol");
            all.len() == bars && all.iter().all(has_drawn)
        });
        wait_until("somebody looks after them", || {
            self.hooks().contains("pane-patrol-")
        });
    }

    fn hooks(&self) -> String {
        self.tmux("show-hooks -g") + &self.tmux("show-hooks -gw")
    }

    /// What there is of ours in the server's options, and in the runtime folder beside the collector's own.
    fn traces(&self) -> Vec<String> {
        let mut options = self.tmux("show-options -s") + "\n";
        let windows = self
            .server
            .run(&["list-windows", "-a", "-F", "#{window_id}"]);
        for window in windows.lines() {
            options += &(self.tmux(&format!("show-options -w -t {window}")) + "\n");
        }
        let ours = options.lines().filter(|line| line.contains("pane_patrol"));
        let mut traces: Vec<String> = ours.map(str::to_owned).collect();
        let hooks = self.hooks();
        let hooks = hooks.lines().filter(|line| line.contains("pane-patrol"));
        traces.extend(hooks.map(str::to_owned));
        let folder = fs::read_dir(self.env.places().runtime)
            .into_iter()
            .flatten();
        let names = folder.map(|entry| entry.expect("it is ours").file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        traces.extend(names.filter(|name| name.starts_with("sidebars")));
        traces
    }

    /// A window with these splits.
    fn window(&self, splits: &[&str]) -> String {
        let pane = self.server.window("work:", "cat");
        for split in splits {
            let mut words: Vec<&str> = split.split(' ').collect();
            words.splice(1..1, ["-t", &pane]);
            if words[0] == "split-window" {
                words.push("cat");
            }
            self.server.run(&words);
        }
        self.server
            .run(&["display-message", "-p", "-t", &pane, "#{window_id}"])
    }

    fn layout(&self, window: &str) -> String {
        self.server
            .run(&["display-message", "-p", "-t", window, "#{window_layout}"])
    }
}

/// A layout without the numbers of its panes and without its sum.
fn shape(layout: &str) -> String {
    let (_, cells) = layout.split_once(',').expect("a sum");
    let mut shape = String::new();
    for part in cells.split_inclusive(['{', '[', '}', ']']) {
        let fields: Vec<&str> = part.split(',').filter(|field| !field.is_empty()).collect();
        for (at, field) in fields.iter().enumerate() {
            let is_pane = at >= 3 && fields[at - 3].contains('x');
            let end = field.trim_start_matches(|c: char| c.is_ascii_digit());
            shape += if is_pane { end } else { field };
            shape.push(' ');
        }
    }
    shape
}

fn kill(pid: &str) {
    let pid = pid.parse().ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::KILL).expect("it is ours");
}

/// Ten windows, two of them zoomed and one in two sessions, and one that is too narrow.
fn ten_windows(env: &TestEnv) -> Option<Desk<'_>> {
    let desk = Desk::new(env)?;
    let side = "split-window -h";
    desk.window(&[]);
    desk.window(&[side]);
    desk.window(&["split-window", side, "split-window -v -l 5"]);
    desk.window(&[side, side, side, "select-layout tiled"]);
    desk.window(&[side, "split-window", "select-layout main-vertical"]);
    desk.window(&[side, side, "select-layout even-horizontal"]);
    desk.window(&["split-window", "split-window", "resize-pane -Z"]);
    desk.window(&[
        "split-window -fh -l 41",
        "split-window -fv -l 7",
        "resize-pane -Z",
    ]);
    desk.window(&["split-window -fhb -l 33", "split-window"]);
    desk.tmux("new-session -d -s small -x 60 -y 20 cat");
    desk.tmux("link-window -d -s work:3 -t small:");
    Some(desk)
}

#[test]
fn ten_windows_have_their_layouts_back_byte_for_byte() {
    let env = TestEnv::new();
    let Some(desk) = ten_windows(&env) else {
        return;
    };
    let before = desk.windows();
    let done = desk.done(&["--all"]);
    let narrow = "`small:0` gets no sidebar: it has 60 columns, and 65 are needed.\n";
    assert_eq!(done.stderr, narrow);
    // A second time there is nothing to do.
    desk.done(&["--all"]);
    desk.wait_for(10);
    let with = desk.windows();
    for (before, with) in before.iter().zip(&with) {
        let zoom = |line: &String| line.split(' ').nth(1).map(str::to_owned);
        assert_eq!(zoom(before), zoom(with), "{before}\n{with}");
        let has = with.contains("{32x40,0,0,");
        assert_eq!(has, !before.starts_with("small:0"), "{with}");
    }
    // Back and forth changes nothing.
    for window in ["work:7", "work:8", "work:3"] {
        desk.tmux(&format!("resize-pane -Z -t {window}"));
        desk.tmux(&format!("resize-pane -Z -t {window}"));
    }
    desk.done(&["--all", "--toggle"]);
    assert_eq!(desk.windows(), before);
    wait_until("nothing is left", || desk.traces().is_empty());
    assert_eq!(desk.windows(), before);
    // And one by one.
    for window in 0..10 {
        desk.done(&["--toggle", "--window", &format!("work:{window}")]);
    }
    desk.wait_for(10);
    for window in (0..10).rev() {
        desk.done(&["--toggle", "--window", &format!("work:{window}")]);
    }
    assert_eq!(desk.windows(), before);
    wait_until("nothing is left", || desk.traces().is_empty());
}

#[test]
fn a_layout_that_is_chosen_meanwhile_is_that_of_the_rest() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let splits = [
        "split-window -h",
        "split-window",
        "split-window -h",
        "split-window",
    ];
    let [with, twin] = [(); 2].map(|()| desk.window(&splits));
    for side in ["left", "right"] {
        let folder = env.path("config/pane-patrol");
        fs::create_dir_all(&folder).expect("it is ours");
        let settings = format!("[sidebar]\nside = '{side}'\n");
        fs::write(env.places().config.expect("a place"), settings).expect("it is ours");
        for name in [
            "tiled",
            "even-horizontal",
            "even-vertical",
            "main-vertical",
            "main-horizontal",
        ] {
            desk.done(&["--window", &with]);
            desk.wait_for(1);
            for window in [&with, &twin] {
                desk.tmux(&format!("select-layout -t {window} {name}"));
            }
            let edge = match side {
                "left" => "{32x40,0,0,",
                _ => "32x40,128,0,",
            };
            wait_until("it stands at its place again", || {
                desk.layout(&with).contains(edge)
            });
            assert_eq!(desk.bar()[2], USUAL);
            desk.done(&["--window", &with, "--toggle"]);
            assert_eq!(
                shape(&desk.layout(&with)),
                shape(&desk.layout(&twin)),
                "{name}"
            );
            wait_until("nothing is left", || desk.traces().is_empty());
        }
    }
}

#[test]
fn what_the_person_splits_moves_or_closes_meanwhile_stays_so() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let window = desk.window(&["split-window -h"]);
    let panes = || {
        desk.server.run(&[
            "list-panes",
            "-t",
            &window,
            "-F",
            "#{pane_id} #{@pane_patrol_sidebar}",
        ])
    };
    let others = || -> Vec<String> {
        let panes = panes();
        let others = panes.lines().filter(|line| !line.contains("left"));
        others.map(|line| line.trim().to_owned()).collect()
    };
    desk.done(&["--window", &window]);
    desk.wait_for(1);
    let [first, second] = <[String; 2]>::try_from(others()).expect("two");
    desk.tmux(&format!("split-window -d -t {second} cat"));
    desk.tmux(&format!("swap-pane -d -s {first} -t {second}"));
    let order = others();
    assert_eq!(order.len(), 3);
    let with = || {
        let with = format!("show-options -wv -t {window} @pane_patrol_with");
        desk.tmux(&with)
    };
    wait_until("that was seen", || with() == desk.layout(&window));
    // Somebody takes its place.
    let [_, bar, ..] = desk.bar();
    desk.tmux(&format!("swap-pane -d -s {bar} -t {first}"));
    wait_until("it stands at its place again", || {
        panes().starts_with(&format!("{bar} left"))
    });
    desk.done(&["--window", &window, "--toggle"]);
    assert_eq!(others(), [&order[1..2], &order[..1], &order[2..]].concat());
    let widths = ["list-panes", "-t", &window, "-F", "#{pane_width}"];
    let widths = desk.server.run(&widths);
    assert_eq!(widths, "80\n79\n79", "it has given back what it had");
    // The last one of the person's takes the window with it.
    desk.done(&["--window", &window]);
    desk.wait_for(1);
    for pane in others() {
        desk.tmux(&format!("kill-pane -t {pane}"));
    }
    wait_until("the window has gone", || desk.windows().len() == 1);
    wait_until("nothing is left", || desk.traces().is_empty());
}

#[test]
fn one_that_is_killed_leaves_the_window_as_it_was() {
    let env = TestEnv::new();
    let Some(desk) = ten_windows(&env) else {
        return;
    };
    let before = desk.windows();
    desk.done(&["--all"]);
    desk.wait_for(10);
    // Another one puts right what it leaves, also where it was the one that looks after all, or collects.
    for left in (1..10).rev() {
        let [window, .., pid] = desk.bars().swap_remove(0);
        kill(&pid);
        let of_it = format!(" {window} ");
        let of_window = |mut all: Vec<String>| {
            all.retain(|line| line.contains(&of_it));
            all
        };
        wait_until("its window is as it was", || {
            desk.bars().len() == left && of_window(desk.windows()) == of_window(before.clone())
        });
    }
    // The last one: tmux gives its room to whoever stands beside it, and the next one of ours puts that right.
    let [.., pid] = desk.bar();
    kill(&pid);
    wait_until("it is gone", || desk.bars().is_empty());
    desk.done(&["--toggle", "--window", "work:0"]);
    desk.wait_for(1);
    desk.done(&["--toggle", "--window", "work:0"]);
    assert_eq!(desk.windows(), before);
    wait_until("nothing is left", || desk.traces().is_empty());
}

#[test]
fn all_that_are_killed_at_once_leave_what_the_next_dashboard_puts_right() {
    let env = TestEnv::new();
    let Some(desk) = ten_windows(&env) else {
        return;
    };
    let before = desk.windows();
    desk.done(&["--all"]);
    desk.wait_for(10);
    for [.., pid] in desk.bars() {
        kill(&pid);
    }
    wait_until("they are gone", || desk.bars().is_empty());
    assert!(!desk.traces().is_empty());
    let pane = desk.server.window("work:", "cat");
    desk.server.dashboard_in(&pane);
    wait_until("all is as it was", || {
        let mut windows = desk.windows();
        windows.retain(|line| !line.starts_with("work:10 "));
        windows == before
    });
    desk.tmux(&format!("kill-pane -t {pane}"));
    let is_lock = |trace: &String| trace.starts_with("sidebars");
    wait_until("nothing is left", || desk.traces().iter().all(is_lock));
    // The lock of this server stays a file until one comes that goes by itself.
    desk.done(&["--window", "work:0"]);
    desk.wait_for(1);
    desk.done(&["--window", "work:0", "--toggle"]);
    wait_until("nothing is left", || desk.traces().is_empty());
}

#[test]
fn windows_that_come_get_one_as_long_as_that_is_wanted() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.done(&["--all"]);
    desk.wait_for(1);
    desk.window(&[]);
    desk.wait_for(2);
    desk.tmux("new-session -d -s other -x 100 -y 30 cat");
    desk.wait_for(3);
    // Whoever takes one away has it away.
    desk.done(&["--window", "other:0", "--toggle"]);
    desk.window(&[]);
    desk.wait_for(3);
    assert!(desk.bars().iter().all(|bar| bar[2] == USUAL));
    desk.done(&["--all", "--toggle"]);
    wait_until("nothing is left", || desk.traces().is_empty());
    desk.window(&[]);
    assert_eq!(desk.bars(), Vec::<[String; 4]>::new());
}

#[test]
fn it_follows_whoever_collects_and_goes_to_an_assistant_and_by_its_own_key() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let collector = Collector::start_in(&env, &desk.server);
    let pane = desk.server.window("work:", "cat");
    desk.server.report(
        &pane,
        &fixture("claude/user_prompt_submit.plain.json"),
        "running",
    );
    let Some(client) = Terminal::client_of(&env, "client.sock", &desk.server, "work") else {
        return;
    };
    client.resize((160, 41));
    let before = desk.layout("work:0");
    desk.done(&["--window", "work:0"]);
    desk.wait_for(1);
    client.wait_for("claude");
    let [_, bar, ..] = desk.bar();
    desk.tmux(&format!("select-pane -t {bar}"));
    client.press(&["Enter"]);
    wait_until("the person is there", || {
        desk.tmux("list-clients -F #{pane_id}") == pane
    });
    let is_other = collector.until("it collects still", |rows| rows.len() == 1);
    assert_eq!(is_other.len(), 1);
    desk.tmux("select-window -t work:0");
    client.press(&["q"]);
    wait_until("nothing is left", || desk.bars().is_empty());
    assert_eq!(desk.layout("work:0"), before);
}

#[test]
fn the_key_that_setup_gives_shows_it_and_takes_it_away() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let mut setup = env.pane_patrol();
    let setup = finish(setup.args(["setup", "--yes", "--skip", "assistants,status,notices"]));
    assert!(setup.status.success(), "{setup:?}");
    let ours = env
        .places()
        .config
        .expect("a place")
        .with_file_name("tmux.conf");
    desk.server
        .run(&["source-file", &ours.display().to_string()]);
    let Some(client) = Terminal::client_of(&env, "client.sock", &desk.server, "work") else {
        return;
    };
    let before = desk.layout("work:0");
    client.press(&["C-b", "S"]);
    desk.wait_for(1);
    client.press(&["C-b", "S"]);
    wait_until("it is gone", || desk.bars().is_empty());
    assert_eq!(desk.layout("work:0"), before);
}

#[test]
fn where_there_can_be_none_it_is_said_why() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let outside = finish(env.pane_patrol().arg("sidebar"));
    assert_eq!(outside.status.code(), Some(2), "{outside:?}");
    assert!(
        outside.stderr.contains("needs a window of tmux around it"),
        "{outside:?}"
    );
    let nowhere = desk.sidebar(&["--window", "work:7"]);
    assert!(nowhere.stderr.contains("no such window"), "{nowhere:?}");
    desk.tmux("new-session -d -s small -x 64 -y 20 cat");
    let narrow = desk.sidebar(&["--window", "small:0"]);
    assert!(
        narrow.stderr.contains("64 columns, and 65 are needed"),
        "{narrow:?}"
    );
    assert_eq!(narrow.status.code(), Some(1));
    assert!(desk.bars().is_empty() && desk.traces().is_empty());
    let shown = finish(env.command(PROGRAM).args(["sidebar", "--help"]));
    assert!(!shown.stdout.contains("inside"), "{shown:?}");
}
