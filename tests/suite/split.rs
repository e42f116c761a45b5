//! The split view on a real tmux server: whatever is swapped, everything goes back to where it was.

mod any_order;
mod edges;
mod habit;
mod home;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{
    PROGRAM, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, wait_until,
};

const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// Everything that has to be as before.
const FORMAT: &str = "#{session_name}:#{window_index}.#{pane_index} #{pane_id} \
    #{pane_width}x#{pane_height}+#{pane_left}+#{pane_top} active=#{window_active}#{pane_active} \
    zoomed=#{window_zoomed_flag} #{window_layout}";

/// Three sessions with windows of several panes; the dashboard runs in a shell in `work:0.0`.
struct Desk<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    client: Terminal<'env>,
}

/// The rows of assistants on a screen, by the signs that they begin with.
fn rows(screen: &str) -> impl Iterator<Item = &str> {
    let lines = screen.lines();
    lines.filter(|line| {
        let sign = line.trim_start_matches([' ', '▌']).chars().next();
        sign.is_some_and(|sign| "!?✗✓●○".contains(sign))
    })
}

impl<'env> Desk<'env> {
    fn new(env: &'env TestEnv) -> Option<Self> {
        let (server, client) = furnished(env, "")?;
        let desk = Self {
            env,
            server,
            client,
        };
        desk.start("");
        Some(desk)
    }

    /// Starts the dashboard in its shell.
    fn start(&self, options: &str) {
        let command = format!("{PROGRAM} supervisor {options}");
        self.server.run(&["send-keys", "-t", "%0", &command, "C-j"]);
        self.client.wait_for("pane-patrol  ");
        wait_until("it listens", || self.env.places().hub_socket.exists());
    }

    fn report(&self, pane: &str) {
        let mut hook = self.server.claude_hook(pane);
        // A session that has ended with its pane would not be believed in another one.
        let mut payload: serde_json::Value = serde_json::from_str(&fixture(WORKS)).expect("JSON");
        payload["session_id"] = format!("session-{pane}").into();
        finish_with_stdin(&mut hook, payload.to_string().as_bytes()).assert_silent_success();
    }

    fn is_listed(&self, pane: &str) -> bool {
        let status = finish(self.env.pane_patrol().args(["status", "--json"]));
        status.stdout.contains(&format!("\"pane\": \"{pane}\""))
    }

    /// Claude reports in `pane` until the dashboard shows it there.
    fn report_at(&self, pane: &str, target: &str) {
        self.wait("the assistant is on the list", || {
            if !self.is_listed(pane) {
                self.report(pane);
            }
            rows(&self.client.screen()).any(|row| row.contains(target))
        });
    }

    /// Those of all windows but the dashboard's own.
    fn panes(&self) -> Vec<String> {
        let format = "#{session_name}:#{window_id} #{pane_id}";
        let listed = self.server.run(&["list-panes", "-a", "-F", format]);
        let elsewhere = listed.lines().filter(|line| !line.starts_with("work:@0 "));
        elsewhere
            .filter_map(|line| line.split_once(' '))
            .map(|(_, pane)| pane.to_owned())
            .collect()
    }

    /// Every assistant reports, and the dashboard shows all of them.
    fn report_all(&self) -> Vec<String> {
        let panes = self.panes();
        for pane in &panes {
            self.report(pane);
        }
        let all = format!("{} working", panes.len());
        self.wait("every assistant is on the list", || {
            // A hook that finds the machine too busy drops its event rather than wait.
            let missing = panes.iter().filter(|pane| !self.is_listed(pane));
            missing.for_each(|pane| self.report(pane));
            self.client.screen().contains(&all)
        });
        panes
    }

    fn everything(&self) -> String {
        everything(&self.server)
    }

    /// The pane at the right of the dashboard.
    fn beside(&self) -> Option<String> {
        let format = "#{pane_left} #{pane_id}";
        let listed = self
            .server
            .run(&["list-panes", "-t", "work:0", "-F", format]);
        let right = listed.lines().find(|line| !line.starts_with("0 "))?;
        right.split_once(' ').map(|(_, pane)| pane.to_owned())
    }

    /// A swap by keys: `steps` down from the first row, then Enter.
    fn swap(&self, steps: usize) {
        let mut keys = vec!["g"];
        keys.extend(std::iter::repeat_n("j", steps));
        keys.push("Enter");
        self.client.press(&keys);
    }

    /// Waits for `condition`; shows what there is when it does not come.
    fn wait(&self, what: &str, condition: impl Fn() -> bool) {
        let started = std::time::Instant::now();
        while !condition() {
            let (screen, panes) = (self.client.screen(), self.everything());
            let in_time = started.elapsed() < crate::common::PATIENCE;
            assert!(in_time, "{what}:\n{screen}\n{panes}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Kills the dashboard, which can do nothing about it.
    fn kill(&self) {
        let killed = Pid::from_raw(self.dashboard_pid()).expect("a process has a number");
        kill_process(killed, Signal::KILL).expect("it runs");
        self.client.wait_for("Killed");
    }

    fn dashboard_pid(&self) -> i32 {
        let shell = self
            .server
            .run(&["display-message", "-p", "-t", "%0", "#{pane_pid}"]);
        let children = std::process::Command::new("ps")
            .args(["-o", "pid=", "--ppid", &shell])
            .output();
        let children = String::from_utf8(children.expect("ps is there").stdout).expect("numbers");
        children
            .trim()
            .parse()
            .expect("one dashboard runs in the shell")
    }
}

/// All panes of a server, with all that has to be as before.
fn everything(server: &Tmux<'_>) -> String {
    server.run(&["list-panes", "-a", "-F", FORMAT])
}

/// Sessions with windows of several panes on a server of its own, and a client that looks at the first one;
/// `name` tells its sockets from those of others.
fn furnished<'env>(env: &'env TestEnv, name: &str) -> Option<(Tmux<'env>, Terminal<'env>)> {
    let socket = format!("{name}tmux.sock");
    let server = Tmux::start_on(env, &socket, "work", (100, 30), "PS1='$ ' exec sh")?;
    let client = Terminal::client_of(env, &format!("{name}client.sock"), &server, "work")?;
    for session in ["api", "web"] {
        let size = ["-x", "120", "-y", "40"];
        server.run(&[&["new-session", "-d", "-s", session], &size[..], &["cat"]].concat());
        server.resize(session, &size);
    }
    let panes = [("work", "-v"), ("api", "-h"), ("api", "-v"), ("web", "-v")];
    server.run(&["new-window", "-d", "-t", "work:", "cat"]);
    server.run(&["split-window", "-d", "-v", "-l", "7", "-t", "work:1", "cat"]);
    for (session, direction) in &panes[1..] {
        server.run(&[
            "split-window",
            "-d",
            direction,
            "-l",
            "9",
            "-t",
            session,
            "cat",
        ]);
    }
    server.run(&["new-window", "-d", "-t", "web:5", "cat"]);
    Some((server, client))
}

/// The same numbers in every run, all over the range.
fn steps(count: usize, rows: usize) -> impl Iterator<Item = usize> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % rows as u64).expect("it is small")
    })
    .take(count)
}

/// Splits, then swaps in one row after the other; the panes that were shown.
fn swap_along(desk: &Desk<'_>, order: impl Iterator<Item = usize>, rows: usize) -> Vec<String> {
    desk.client.press(&["g", "s"]);
    desk.client.wait_for("▸");
    let (mut seen, mut last) = (Vec::new(), 0);
    for step in order {
        // Enter on the shown one would move into it, and take the keys with it.
        last = if step == last {
            (step + 1) % rows
        } else {
            step
        };
        let before = desk.beside();
        desk.swap(last);
        desk.wait("another pane is shown", || {
            let beside = desk.beside();
            beside.is_some() && beside != before
        });
        desk.client.wait_for("▸");
        seen.extend(desk.beside());
    }
    seen
}

/// Twenty swaps; each one shows another pane beside the dashboard.
fn swap_around(desk: &Desk<'_>, rows: usize) {
    let mut seen = swap_along(desk, steps(20, rows), rows);
    seen.sort();
    seen.dedup();
    assert!(seen.len() > 2, "{seen:?}");
}

#[test]
fn after_twenty_swaps_and_quitting_everything_is_as_it_was() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let panes = desk.report_all();
    let before = desk.everything();
    swap_around(&desk, panes.len());
    assert_ne!(desk.everything(), before);
    desk.client.press(&["q"]);
    desk.wait("the dashboard has ended", || {
        desk.server.ask("#{pane_current_command}") == "sh"
    });
    assert_eq!(desk.everything(), before);
}

#[test]
fn a_killed_dashboard_whose_placeholder_was_closed_by_hand_is_healed_too() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.report_all();
    let before = desk.everything();
    for step in [1, 4] {
        // The next dashboard has to hear of them anew.
        let panes = desk.report_all();
        swap_along(&desk, std::iter::once(step), panes.len());
        desk.kill();
        let format = "#{pane_id}#{?@pane_patrol_split, keeps a place,}";
        let listed = desk.server.run(&["list-panes", "-a", "-F", format]);
        let place = listed
            .lines()
            .find_map(|line| line.strip_suffix(" keeps a place"));
        desk.server
            .run(&["kill-pane", "-t", place.expect("it stands there")]);
        desk.start("");
        desk.wait("everything is as it was", || desk.everything() == before);
        let left = desk
            .server
            .run(&["list-panes", "-a", "-F", "#{@pane_patrol_lent}"]);
        assert_eq!(left.trim(), "", "no copy is left");
    }
}

#[test]
fn a_killed_dashboard_is_healed_by_the_next_one() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let panes = desk.report_all();
    let before = desk.everything();
    swap_around(&desk, panes.len());
    desk.kill();
    assert_ne!(desk.everything(), before, "nothing is healed yet");
    desk.start("");
    desk.wait("everything is as it was", || desk.everything() == before);
    let screen = desk.client.screen();
    assert!(
        !screen.contains("Killed"),
        "nothing of the last one is left:\n{screen}"
    );
}

#[test]
fn rows_chosen_faster_than_tmux_can_swap_are_shown_in_the_order_of_the_keys() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.report_all();
    let mut shown = swap_along(&desk, (1..5).chain([0]), 5);
    shown.rotate_right(1);
    // The row that is shown is never the first one of the next ones: Enter would move into it.
    for round in 0..10 {
        let rows: Vec<usize> = if round % 2 == 0 {
            (1..5).collect()
        } else {
            (0..4).rev().collect()
        };
        for row in &rows {
            desk.swap(*row);
        }
        desk.wait("the last one is shown", || {
            desk.beside().as_ref() == shown.get(rows[3])
        });
    }
}

#[test]
fn the_shown_pane_is_the_real_one_and_takes_keys() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let pane = desk
        .server
        .run(&["display-message", "-p", "-t", "api:0.0", "#{pane_id}"]);
    desk.report_at(&pane, "api:0.0");
    desk.client.press(&["s"]);
    desk.wait("it is beside the dashboard", || {
        desk.beside().as_ref() == Some(&pane)
    });
    desk.client.press(&["Enter"]);
    desk.wait("it has the keys", || desk.server.ask("#{pane_id}") == pane);
    desk.client.press(&["hello", "Enter"]);
    desk.client.wait_for("hello");
    // Its stand-in is a program that has to start before it says anything.
    desk.wait("its stand-in says where it is", || {
        let stand_in = desk.server.screen_of("api:0.0");
        stand_in.contains("is shown beside the dashboard")
    });
}

#[test]
fn a_pane_that_ends_leaves_its_place_and_one_closed_by_hand_loses_nothing() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let (first, second) = (
        desk.server.window("web:7", "cat"),
        desk.server.run(&[
            "split-window",
            "-d",
            "-t",
            "web:7",
            "-P",
            "-F",
            "#{pane_id}",
            "cat",
        ]),
    );
    desk.report_at(&first, "web:7.0");
    desk.client.press(&["s"]);
    desk.wait("it is beside the dashboard", || {
        desk.beside().as_ref() == Some(&first)
    });
    desk.server.run(&["kill-pane", "-t", &first]);
    desk.client.wait_for("has ended");
    let place = desk.beside().expect("the place stays");
    assert_eq!(
        desk.server
            .run(&["list-panes", "-t", "web:7", "-F", "#{pane_id}"]),
        second
    );
    desk.report_at(&second, "web:7.0");
    desk.client.press(&["g", "Enter"]);
    desk.wait("the next one is shown in it", || {
        desk.beside().as_ref() == Some(&second)
    });
    // The stand-in is closed by hand: the pane goes back to its session.
    desk.server.run(&["kill-pane", "-t", &place]);
    desk.client.press(&["q"]);
    desk.wait("it is in its session again", || {
        let panes = desk
            .server
            .run(&["list-panes", "-s", "-t", "web", "-F", "#{pane_id}"]);
        panes.lines().any(|pane| pane == second) && desk.beside().is_none()
    });
}

#[test]
fn a_narrow_window_is_not_split_and_says_why_and_the_option_opens_a_wide_one() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.server
        .run(&["split-window", "-d", "-h", "-l", "30", "-t", "%0", "cat"]);
    desk.client.press(&["s"]);
    desk.client.wait_for("too narrow to split");
    let before = desk.everything();
    desk.client.press(&["q"]);
    desk.wait("the dashboard has ended", || {
        desk.server.ask("#{pane_current_command}") == "sh"
    });
    assert_eq!(desk.everything(), before);
    desk.server.run(&["kill-pane", "-t", "work:0.1"]);
    desk.start("--split");
    desk.client.wait_for("Enter in the list shows it here");
}

#[test]
fn what_is_started_in_the_split_stands_beside_the_dashboard_and_has_the_keys() {
    let env = TestEnv::new();
    let settings = "[split]\nwidth = 50\n[[launcher]]\nname = 'echo'\ncommand = 'cat'\n";
    env.configure(settings);
    let Some(desk) = Desk::new(&env) else { return };
    desk.client.press(&["s"]);
    desk.wait("the place is open", || desk.beside().is_some());
    assert_eq!(
        desk.server
            .run(&["display-message", "-p", "-t", "%0", "#{pane_width}"]),
        "50"
    );
    desk.client.press(&["n"]);
    desk.client.wait_for("Start in a new pane");
    desk.client.press(&["Enter"]);
    desk.wait("it is beside the dashboard", || {
        desk.server.ask("#{window_index}.#{pane_index}") == "0.1"
    });
    desk.client.press(&["hello", "Enter"]);
    desk.client.wait_for("hello");
}
