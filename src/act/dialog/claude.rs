//! The dialog on the screen of a Claude Code pane, read from `capture-pane`.
//!
//! A safety check and nothing else: it decides whether a key may be pressed, never what a row says.
//! Whatever is not exactly as known is no dialog. The layouts are those of 2.1.197 and 2.1.329: a
//! rule, a title, what it is about, a question, numbered options and a footer.

use super::{About, Dialog, Kind, cut, is_rule, read_options, resolve, says, squeeze};
use crate::act::request::Bound;

/// Stands before the option the cursor is on.
const CURSOR: char = '❯';

/// Reads the screen's text. `None` when no dialog of a known shape is its last word.
pub(super) fn read(screen: &str) -> Option<Dialog> {
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    let footer = lines.iter().rposition(|line| is_footer(line.trim()))?;
    // A narrow pane wraps the footer; anything else below it is not a dialog.
    let below: Vec<&str> = lines[footer..]
        .iter()
        .map(|line| line.trim())
        .take_while(|line| !line.is_empty())
        .collect();
    let after = footer + below.len();
    if below.len() > 3 || lines[after..].iter().any(|line| !line.trim().is_empty()) {
        return None;
    }
    let foot = below.join(" ");
    let kind = if foot.starts_with("Enter to select") {
        Kind::Question
    } else {
        Kind::Permission
    };
    let (first, options, selected) = read_options(&lines[..footer], CURSOR)?;
    let top = lines[..first].iter().rposition(|line| is_rule(line, '─'))?;
    let mut body: Vec<String> = lines[top + 1..first]
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| (*line).to_owned())
        .collect();
    if body.is_empty() {
        return None;
    }
    let title = body.remove(0).trim().to_owned();
    let untouched = kind == Kind::Question || foot.contains("Tab to amend");
    let yes = options.iter().find(|choice| choice.label == "Yes");
    let denies = |label: &str| label == "No" || label.starts_with("No, and tell Claude");
    let no = options.last().filter(|choice| denies(&choice.label));
    Some(Dialog {
        kind,
        title,
        body,
        yes: yes.map(|choice| choice.number),
        no: no.map(|choice| choice.number),
        options,
        selected,
        untouched,
        footer: lines[footer].trim().to_owned(),
        about: About::Claude,
    })
}

/// Whether the end of a dialog is on the screen whose beginning is not: nobody can tell from it
/// what would be answered.
pub(super) fn is_cut_off(screen: &str) -> bool {
    let lines: Vec<&str> = screen.lines().collect();
    let Some(footer) = lines.iter().rposition(|line| is_footer(line.trim())) else {
        return false;
    };
    let first = read_options(&lines[..footer], CURSOR).map(|(first, _, _)| first);
    first.is_some_and(|first| !lines[..first].iter().any(|line| is_rule(line, '─')))
}

impl Dialog {
    /// Whether it is about this request.
    pub(super) fn is_claudes(&self, bound: &Bound, message: &str) -> bool {
        let request = &bound.request;
        if self.title.contains(" · from the ") && request.agent_id.is_none() {
            return false;
        }
        match (self.kind, request.tool.as_deref().unwrap_or_default()) {
            (Kind::Question, _) => self.asks(message),
            (_, "Bash") => {
                let command = bound.command.as_deref().unwrap_or(message);
                self.title.starts_with("Bash command") && self.runs(command)
            }
            (_, "Write" | "Edit" | "MultiEdit" | "NotebookEdit") => {
                self.is_about_file(message, bound.cwd.as_deref())
            }
            (_, tool) if tool.starts_with("mcp__") => self.is_about_mcp(tool, message),
            _ => self.holds(message),
        }
    }

    /// The lines that tell what it is about.
    pub(super) fn claudes_lines(&self) -> &[String] {
        self.blocks().0.unwrap_or(&self.body)
    }

    /// What stands between the first two dotted rules, and what stands above them.
    fn blocks(&self) -> (Option<&[String]>, &[String]) {
        let mut rules = self
            .body
            .iter()
            .enumerate()
            .filter(|(_, line)| is_rule(line, '╌'))
            .map(|(index, _)| index);
        match (rules.next(), rules.next()) {
            (Some(first), Some(second)) => {
                (Some(&self.body[first + 1..second]), &self.body[..first])
            }
            _ => (None, &self.body),
        }
    }

    /// The command, whole: what follows it must begin on a line of its own.
    fn runs(&self, message: &str) -> bool {
        match self.blocks() {
            (Some(block), _) => says(block, message),
            (None, body) => {
                // The older layout has the description below the command.
                (1..body.len()).any(|end| says(&body[..end], message))
            }
        }
    }

    fn is_about_file(&self, message: &str, cwd: Option<&str>) -> bool {
        let (_, above) = self.blocks();
        let shown: String = above.iter().map(|line| line.trim()).collect();
        let cwd = cwd.unwrap_or("/");
        !shown.is_empty() && resolve(cwd, &shown) == resolve(cwd, message)
    }

    /// `lab echo: x=1` is shown as `lab — Echo Tool: (MCP)` and `x: "1"`.
    fn is_about_mcp(&self, tool: &str, message: &str) -> bool {
        let server = tool.trim_start_matches("mcp__").split("__").next();
        let (block, above) = self.blocks();
        let named = above.iter().any(|line| {
            line.trim()
                .split_once(" — ")
                .is_some_and(|(name, rest)| Some(name) == server && rest.contains("(MCP)"))
        });
        let argument = message
            .split_once(": ")
            .map_or("", |(_, argument)| argument);
        let (key, value) = argument.split_once('=').unwrap_or(("", argument));
        let block = squeeze(&block.unwrap_or_default().concat());
        let value = squeeze(cut(value).0);
        let begins = squeeze(&format!("{key}: \"{value}"));
        named && (argument.is_empty() || block.starts_with(&begins))
    }

    /// The question, whole, somewhere above the options.
    fn asks(&self, message: &str) -> bool {
        let end = self.body.len();
        (0..end).any(|start| says(&self.body[start..], message))
    }

    /// For tools whose layout is not known in detail: the message fills lines of its own.
    fn holds(&self, message: &str) -> bool {
        let end = self.body.len();
        (0..end).any(|from| (from + 1..=end).any(|to| says(&self.body[from..to], message)))
    }
}

fn is_footer(line: &str) -> bool {
    line.starts_with("Esc to cancel") || line.starts_with("Enter to select")
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use std::path::Path;

    use super::*;
    use crate::state::{Request, Row};
    use crate::tui::fixture::row;

    fn screen(name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/claude/screens")
            .join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn dialog(name: &str) -> Dialog {
        read(&screen(name)).unwrap_or_else(|| panic!("{name} is a dialog"))
    }

    fn request(tool: &str, message: &str) -> Bound {
        let state = if tool == "AskUserQuestion" {
            State::WaitingInput
        } else {
            State::WaitingApproval
        };
        let row = row(1, "claude", state, "a:0.0", 5);
        let request = Request {
            state,
            request_id: None,
            agent_id: None,
            tool: Some(tool.to_owned()),
            message: Some(message.to_owned()),
            since: row.since,
            source: pane_patrol_hooks::event::Source::Hook,
        };
        Bound::to(&Row {
            waiting: vec![request],
            cwd: Some("/home/user/proj".to_owned()),
            ..row
        })
        .unwrap()
    }

    #[test]
    fn every_permission_dialog_shows_its_own_request_and_no_other() {
        let long = "touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo this is another part";
        let cases = [
            ("permission_bash.txt", "Bash", "touch f1 && sleep 9", 4),
            (
                "permission_bash.v2.1.197.txt",
                "Bash",
                "touch f1 && sleep 9",
                3,
            ),
            ("permission_bash_narrow.txt", "Bash", long, 4),
            ("permission_bash_narrow.v2.1.197.txt", "Bash", long, 3),
            ("permission_write.txt", "Write", "a.txt", 3),
            (
                "permission_write_outside.txt",
                "Write",
                "/tmp/actlab/zz.txt",
                3,
            ),
            ("permission_edit.txt", "Edit", "e.txt", 3),
            ("permission_mcp.txt", "mcp__lab__echo", "lab echo: x=1", 3),
        ];
        for (name, tool, message, no) in cases {
            let dialog = dialog(name);
            assert_eq!(dialog.difference(&request(tool, message)), None, "{name}");
            assert_eq!((dialog.yes(), dialog.no()), (Some(1), Some(no)), "{name}");
            assert_eq!(dialog.selected, Some(1), "{name}");
            assert!(dialog.untouched && !dialog.landmark().is_empty(), "{name}");
            for (_, tool, other, _) in cases.iter().filter(|case| case.2 != message) {
                assert!(
                    dialog.difference(&request(tool, other)).is_some(),
                    "{name} {other}"
                );
            }
        }
    }

    #[test]
    fn part_of_a_command_is_another_command() {
        for name in ["permission_bash.txt", "permission_bash.v2.1.197.txt"] {
            let dialog = dialog(name);
            for other in [
                "touch f1",
                "f1 && sleep 9",
                "touch f1 && sleep 99",
                "sleep 9",
                "",
                "lab command",
            ] {
                assert!(
                    dialog.difference(&request("Bash", other)).is_some(),
                    "{name} {other}"
                );
            }
            let cut = request("Bash", "touch f1 && sl…");
            assert_eq!(dialog.difference(&cut), None, "{name}");
        }
    }

    #[test]
    fn where_all_of_a_command_is_known_its_dialog_must_show_all_of_it() {
        let dialog = dialog("permission_bash.txt");
        let mut bound = request("Bash", "touch f1 && sl…");
        bound.command = Some("touch f1 && sleep 9".to_owned());
        assert_eq!(dialog.difference(&bound), None);
        bound.command = Some("touch f1 && sleep 9\nrm f1".to_owned());
        assert!(dialog.difference(&bound).is_some());
    }

    #[test]
    fn a_dialog_that_is_taller_than_its_pane_is_not_answered() {
        let name = "permission_bash_tall.txt";
        assert_eq!(read(&screen(name)), None);
        assert!(is_cut_off(&screen(name)));
        assert!(!is_cut_off(&screen("permission_bash.txt")));
        assert!(!is_cut_off(&screen("queued_prompt.txt")));
    }

    #[test]
    fn a_sub_agents_dialog_is_not_the_main_agents() {
        let dialog = dialog("permission_from_subagent.txt");
        let mut bound = request("Bash", "touch subf");
        assert!(dialog.difference(&bound).is_some());
        bound.request.agent_id = Some("a1".to_owned());
        assert_eq!(dialog.difference(&bound), None);
    }

    #[test]
    fn a_dialog_somebody_writes_into_is_touched() {
        for name in [
            "permission_bash_feedback_tab.txt",
            "permission_bash_feedback_text.txt",
        ] {
            let dialog = dialog(name);
            assert!(!dialog.untouched && dialog.selected == Some(4), "{name}");
        }
    }

    #[test]
    fn a_question_shows_itself_and_its_options() {
        let dialog = dialog("ask_user_question.txt");
        let question = |text: &str| request("AskUserQuestion", text);
        assert_eq!(
            dialog.difference(&question("Which colour do you want?")),
            None
        );
        assert!(dialog.difference(&question("Which colour?")).is_some());
        assert!(
            dialog
                .difference(&request("Bash", "Which colour do you want?"))
                .is_some()
        );
        let labels: Vec<&str> = dialog.options.iter().map(|option| &*option.label).collect();
        assert_eq!(
            labels,
            ["Red", "Blue", "Type something.", "Chat about this"]
        );
        assert_eq!((dialog.yes(), dialog.no()), (None, None));
    }

    #[test]
    fn nothing_else_is_a_dialog_that_can_be_approved() {
        for name in [
            "auto_mode_check_unavailable.txt",
            "permission_bash_denied.txt",
            "permission_bash_running_after_approve.txt",
            "queued_prompt.txt",
            "trust_dialog.txt",
            "elicitation_form.txt",
            "ask_user_question_multi_review.txt",
        ] {
            let yes = read(&screen(name)).and_then(|dialog| dialog.yes());
            assert_eq!(yes, None, "{name}");
        }
        for text in [
            "",
            "Esc to cancel",
            "1. Yes\nEsc to cancel",
            "❯ 1. Yes\n\n Esc to cancel · Tab to amend\n\n> more",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_screen_makes_it_panic(screen in "(?s).{0,200}") {
            let _ = read(&screen);
        }
    }
}
