//! Headings of sub-agents' dialogs in narrow panes: what Claude draws there, and what only reads like it.

use super::super::heading::{is_title, sub_agents_title};
use super::*;

fn headings() -> Vec<Recorded> {
    let all = recorded().into_iter();
    all.filter(|line| line.name.starts_with("headings-"))
        .collect()
}

fn title(rows: &[&str], width: usize) -> Option<String> {
    let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
    sub_agents_title(&rows, width)
}

/// How many rows the heading below the rule has.
fn rows_of(screen: &str, width: usize) -> usize {
    let rows: Vec<String> = screen.lines().skip(1).map(str::to_owned).collect();
    let ends = (1..rows.len()).find(|end| sub_agents_title(&rows[..*end], width).is_some());
    ends.unwrap_or_else(|| panic!("a heading\n{screen}"))
}

#[test]
fn a_heading_in_columns_is_the_title_beside_whose_it_is() {
    for (rows, width, expected) in [
        (
            &[" Tool    · from the general-purpose", " use     agent"][..],
            40,
            "Tool use",
        ),
        (
            &[" Tool use· from the general-purpose", "         agent"],
            40,
            "Tool use",
        ),
        (
            &[" Bash command· from the general-purpose agent"],
            46,
            "Bash command",
        ),
        (
            &[" Bash command · from the general-purpose agent"],
            47,
            "Bash command",
        ),
        (
            &[
                " Use skill    · from the",
                " \"lab\"?       general-purpose agent",
            ],
            40,
            "Use skill \"lab\"?",
        ),
        (&[" Fetch · from the \"deep-look\" workflow"], 80, "Fetch"),
    ] {
        assert_eq!(title(rows, width).as_deref(), Some(expected), "{rows:?}");
    }
}

/// Newer versions count at the right end how many requests are open, where there is room for that.
#[test]
fn a_title_is_its_words_in_their_order_and_nothing_else() {
    let is_bash = |rows: &[&str], width: usize| {
        let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        is_title(&rows, &["Bash", "command"], width)
    };
    for (rows, width) in [
        (&[" Bash command"][..], 80),
        (&[" Bash command (unsandboxed)"], 80),
        (&[" Bash command · from the general-purpose agent"], 53),
        (
            &[" Bash command · from the general-purpose agent 1 of 2"],
            54,
        ),
        (
            &[" Bash command · from the general-purpose agent  12 of 13"],
            57,
        ),
        (&[" Bash command (unsandboxed) · from the lab agent"], 80),
        (&[" Bash command                          1 of 2"], 46),
        (
            &[
                " Bash command",
                " Tip: auto mode handles these prompts for you — choose \"switch to auto mode\" below",
            ],
            100,
        ),
        (
            &[
                " Bash        · from the general-purpose",
                " command     agent",
            ],
            44,
        ),
    ] {
        assert!(is_bash(rows, width), "{rows:?}");
    }
    for (rows, width) in [
        (&[" command Bash"][..], 80),
        (&["  Bash command"], 80),
        (&[" Bash  command"], 80),
        (&[" Bash command command"], 80),
        (&[" (unsandboxed) Bash command"], 80),
        (&[" Bash command(unsandboxed)"], 80),
        (&[" Bash command 1 of 2"], 80),
        (&[" Bash command of 1 2"], 20),
        (&[" 1 of 2 Bash command"], 21),
        (&[" Bash command · the from lab agent"], 80),
        (&[" Bash command · from the agent lab"], 80),
        (&[" · from the lab agent Bash command"], 80),
        (&[" Bash", " command"], 80),
        (&[" Bash command", " 1 of 2"], 80),
        (&[" Bash command", " Tip: auto mode"], 80),
    ] {
        assert!(!is_bash(rows, width), "{rows:?}");
    }
}

#[test]
fn what_claude_would_draw_otherwise_is_no_heading() {
    for (rows, width) in [
        // There is room for a blank, for all of it on one row, or for another word.
        (&[" Bash command· from the general-purpose agent"][..], 47),
        (
            &[" Tool    · from the general-purpose", " use     agent"],
            80,
        ),
        (
            &[" Tool    · from the", " use     general-purpose agent"],
            40,
        ),
        (&[" Fetch · from the a", "         agent"], 40),
        // The columns do not begin where they should, or say more.
        (
            &[" Tool    · from the general-purpose", " use    agent"],
            40,
        ),
        (
            &[" Tool    · from the general-purpose", " use      agent"],
            40,
        ),
        (
            &["  Tool   · from the general-purpose", " use     agent"],
            40,
        ),
        (
            &[
                " Tool         · from the general-",
                " use          purpose agent",
            ],
            40,
        ),
        (
            &[
                " Tool    · from the general-purpose",
                " use     agent",
                " lab — Echo Tool: (MCP)",
            ],
            40,
        ),
        (
            &[" Tool    · from the general-purpose", "", " use     agent"],
            40,
        ),
        // It is nobody's.
        (&[" Bash command · from the agent"], 80),
        (&[" Bash command · from the one two agent"], 80),
        (&[" Bash command · from the one agent and more"], 80),
        (&[" Bash command · from the one workflow"], 80),
        (&[" Bash command · from the · from the one agent"], 80),
        (&[" Bash command  · from the one agent"], 80),
        (&[" Bash command"], 80),
    ] {
        assert_eq!(title(rows, width), None, "{rows:?}");
    }
}

#[test]
fn a_sub_agents_dialog_in_a_narrow_pane_is_its_request_and_not_the_main_agents() {
    let all = headings();
    for line in &all {
        let dialog = line.dialog();
        let own = line.asks(&line.input);
        assert_eq!(dialog.shows(&own), Ok(()), "{}\n{}", line.name, line.screen);
        let mut mains = own;
        mains.request.agent_id = None;
        assert!(dialog.shows(&mains).is_err(), "{}", line.name);
    }
    assert!(all.len() >= 120, "{}", all.len());
}

/// Each word of a heading crossed out, and more words than it has.
#[test]
fn a_heading_that_differs_is_not_the_requests() {
    for line in headings() {
        let own = line.asks(&line.input);
        let count = rows_of(&line.screen, line.width);
        let rows: Vec<&str> = line.screen.lines().collect();
        let (heading, rest) = (rows[1..=count].join("\n"), rows[count + 1..].join("\n"));
        let words: Vec<&str> = heading.split_whitespace().collect();
        let put = |word: &str, by: &str| heading.replacen(word, by, 1);
        // An agent may have any name.
        let is_name = |word: &&&str| word.starts_with("general-") || word.ends_with('…');
        let crossed = |word: &&str| put(word, &"x".repeat(word.chars().count()));
        let mut changed: Vec<String> = Vec::new();
        changed.extend(words.iter().filter(|word| !is_name(word)).map(crossed));
        changed.push(put("agent", "agents"));
        changed.push(put("the", "the a"));
        // Above some calls Claude has a sentence of its own.
        if line.tool.starts_with("mcp__") {
            changed.push(heading.clone() + "\n x");
        }
        for heading in changed {
            let screen = format!("{}\n{heading}\n{rest}", rows[0]);
            let dialog = crate::assistants::dialogs::read(&Assistant::CLAUDE, &screen, line.width);
            let said = dialog.map(|dialog| dialog.shows(&own));
            assert_ne!(said, Some(Ok(())), "{}\n{screen}", line.name);
        }
    }
}
