//! What tmux itself checks in the moment of a key press: that the pane is the one that was looked at, and
//! that each line of the dialog stands where it stood.

use std::ops::Range;

use super::{Format, LinePattern};
use crate::mux::Guard;

/// So many bytes of patterns fit into one message to tmux, which holds 16 kB.
const MAX_PATTERNS: usize = 12_000;

/// What a pane is asked beside its text, in this order; the first line of the answer. The last one may
/// hold blanks.
pub(super) const FLAGS: &str = "#{pid} #{pane_dead} #{pane_in_mode} #{pane_synchronized} \
    #{pane_input_off} #{pane_width} #{pane_height} #{pane_pid} #{alternate_on} #{pane_current_command}";

/// Which of them must be as they were.
pub(super) const STAMPED: [&str; 5] = [
    "pane_width",
    "pane_height",
    "pane_pid",
    "alternate_on",
    "pane_current_command",
];

/// The condition that tmux checks: its own process, the pane's state, and that each line of the dialog
/// is the one it was, in the same row (`#{C/r:...}` gives the first row that matches).
pub(super) fn condition(guard: &Guard, server_pid: u32) -> Format {
    let is = [
        ("pid", server_pid),
        ("pane_in_mode", 0),
        ("pane_synchronized", 0),
        ("pane_input_off", 0),
        ("pane_dead", 0),
    ];
    let is = is.map(|(variable, value)| Format::is(variable, value));
    let stamp = guard.stamp.iter();
    let stamp = stamp.filter_map(|(name, value)| Format::is_word(name, value));
    let mut conditions: Vec<Format> = is.into_iter().chain(stamp).collect();
    conditions.extend(lines(&guard.screen, &guard.rows));
    Format::all(&conditions)
}

/// One condition for each line of the dialog; of more than one message holds those nearest to the options,
/// and the first.
fn lines(screen: &[String], rows: &Range<usize>) -> Vec<Format> {
    let patterns: Vec<LinePattern> = screen.iter().map(|line| LinePattern::of(line)).collect();
    let mut left = MAX_PATTERNS;
    let mut found = Vec::new();
    let last_first = rows.clone().rev();
    for row in rows.clone().take(2).chain(last_first) {
        let Some(pattern) = patterns.get(row).filter(|_| !screen[row].is_empty()) else {
            continue;
        };
        let first = patterns.iter().position(|other| other == pattern);
        let condition = Format::shows(pattern, first.unwrap_or(row) + 1);
        if found.contains(&condition) {
            continue;
        }
        let Some(rest) = left.checked_sub(condition.length()) else {
            break;
        };
        left = rest;
        found.push(condition);
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pane_patrol_hooks::target::{PaneId, Target};

    use super::super::servers::KIND;
    use super::super::{Call, panes};
    use super::*;
    use crate::mux::{Place, Press, Pressed, Undone};

    /// A tmux server of its own, with one pane that shows what it is given.
    struct OnePane {
        folder: tempfile::TempDir,
    }

    impl OnePane {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let shown = Self { folder };
            shown.tmux(&["new-session", "-d", "-x", "60", "-y", "20", "exec cat"]);
            shown
        }

        fn tmux(&self, arguments: &[&str]) -> String {
            let said = self.ask(arguments);
            said.unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
        }

        /// What it says; else why it refuses.
        fn ask(&self, arguments: &[&str]) -> Result<String, String> {
            let output = std::process::Command::new("tmux")
                .args(["-u", "-f", "/dev/null", "-S"])
                .arg(self.folder.path().join("s"))
                .args(arguments)
                .env_remove("TMUX")
                .env_remove("TMUX_PANE")
                .env("LC_ALL", "C.UTF-8")
                .current_dir(self.folder.path())
                .output()
                .unwrap();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            if !output.status.success() {
                return Err(text(&output.stderr));
            }
            Ok(text(&output.stdout))
        }

        /// Shows `text` and gives the pane's lines.
        fn show(&self, text: &str) -> Vec<String> {
            let file = self.folder.path().join("text");
            std::fs::write(&file, format!("{text}\nshown\n")).unwrap();
            let command = format!("cat {}; exec cat", file.display());
            self.tmux(&["respawn-pane", "-k", &command]);
            for _ in 0..1000 {
                let screen = self.tmux(&["capture-pane", "-p"]);
                if screen.lines().any(|line| line == "shown") {
                    let lines = screen.lines().map(|line| line.trim_end_matches(' '));
                    return lines.map(str::to_owned).collect();
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            panic!("it is never shown: {text}");
        }

        /// What tmux makes of the condition for these lines.
        fn holds(&self, screen: &[String], rows: Range<usize>) -> bool {
            let pid = self.tmux(&["display-message", "-p", "#{pid}"]);
            let guard = Guard {
                screen: screen.to_vec(),
                rows,
                stamp: vec![("pane_width", "60".to_owned())],
            };
            let condition = condition(&guard, pid.trim().parse().unwrap());
            let condition = condition.as_os_str().to_str().unwrap();
            let said = self.tmux(&[
                "if-shell",
                "-F",
                condition,
                "display-message -p yes",
                "display-message -p no",
            ]);
            said == "yes\n"
        }
    }

    impl Drop for OnePane {
        fn drop(&mut self) {
            self.tmux(&["kill-server"]);
        }
    }

    /// Lines with all that tmux, its formats and a shell read.
    const HOSTILE: [&str; 6] = [
        " touch 'a  b' #(touch PWNED) && $(touch PWNED) `touch PWNED`",
        " #{pane_id} #{?1,a,b} ##{x} #[fg=red] #,x #} } {",
        " %H:%M %% ^a$ [b] (c|d)* +e? \\ \"f\" ; g;",
        "│ 漢字 é 👍 x: y, z │",
        "─────────────────────────────────────────────",
        "]} ,1} && touch PWNED ;",
    ];

    #[test]
    fn tmux_finds_each_line_again_runs_none_and_takes_none_for_another() {
        let shown = OnePane::new();
        let screen = shown.show(&HOSTILE.join("\n"));
        let rows = 0..HOSTILE.len();
        assert!(shown.holds(&screen, rows.clone()), "{screen:?}");
        for (row, line) in screen.iter().enumerate().take(HOSTILE.len()) {
            for (from, to) in [
                ("  ", " "),
                (" ", "  "),
                ("a", "b"),
                ("─", "-"),
                (":", ";"),
                ("漢", "字"),
                ("(", "["),
            ] {
                let other = line.replacen(from, to, 1);
                if other == *line {
                    continue;
                }
                let mut changed = screen.clone();
                changed[row].clone_from(&other);
                assert!(
                    !shown.holds(&changed, rows.clone()),
                    "{line} is not {other}"
                );
            }
        }
        let mut moved = screen.clone();
        moved.insert(0, String::new());
        assert!(
            !shown.holds(&moved, 1..HOSTILE.len() + 1),
            "a row further down"
        );
        assert!(!shown.folder.path().join("PWNED").exists());
    }

    #[test]
    fn what_is_pasted_comes_whole_where_the_guard_holds_and_not_at_all_elsewhere() {
        let shown = OnePane::new();
        let screen = shown.show("prompt");
        let pid = shown.tmux(&["display-message", "-p", "#{pid}"]);
        let socket = shown.folder.path().join("s");
        let server = format!("{},{}", socket.display(), pid.trim());
        let place = Place {
            kind: KIND,
            server: server.parse().ok(),
            pane: Target::Pane(PaneId(0)),
        };
        let ask = |_: &Path, call: &Call| {
            let words = call.arguments();
            let words: Vec<String> = words.map(|word| word.into_string().unwrap()).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let said = shown.ask(&words).map_err(Undone::Refused);
            said.map(String::into_bytes)
        };
        let paste = |text: &str, screen: &[String]| {
            let guard = Guard {
                screen: screen.to_vec(),
                rows: 0..1,
                stamp: Vec::new(),
            };
            let paste = Press::Paste(text.to_owned());
            panes::press(&place, &paste, &guard, &socket, &ask)
        };
        let other = ["another prompt".to_owned()];
        assert_eq!(paste("lost", &other), Ok(Pressed::No));
        let text = format!("{}\nlast line", HOSTILE.join("\n"));
        assert_eq!(paste(&text, &screen), Ok(Pressed::Yes));
        shown.tmux(&["send-keys", "Enter"]);
        let seen = || shown.tmux(&["capture-pane", "-p", "-J"]);
        while !seen().contains("last line") {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let seen = seen();
        assert!(HOSTILE.iter().all(|line| seen.contains(line)), "{seen}");
        assert!(!seen.contains("lost"), "{seen}");
        assert_eq!(shown.tmux(&["list-buffers"]), "");
        assert!(!shown.folder.path().join("PWNED").exists());
    }

    #[test]
    fn a_dialog_of_a_whole_large_pane_fits_into_one_message() {
        let shown = OnePane::new();
        let line = "x.y-z/".repeat(9);
        let text: Vec<String> = (0..18).map(|row| format!("{row} {line}")).collect();
        let screen = shown.show(&text.join("\n"));
        assert!(shown.holds(&screen, 0..18));
        let many: Vec<String> = (0..90)
            .map(|row| format!("{row} {}", "x.y-z/".repeat(30)))
            .collect();
        let guard = Guard {
            screen: many,
            rows: 0..90,
            stamp: Vec::new(),
        };
        assert!(condition(&guard, 1).length() < 15_000);
    }
}
