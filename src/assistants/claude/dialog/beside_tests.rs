//! Dialogs of the real Claude Code beside which or in which more is drawn than the request: what it says of
//! its agents, what a skill says of itself, signs of frames in a text.

use super::*;

/// What 2.1.197 says below a dialog.
const SAID: &str = "(ctrl+b ctrl+b (twice) to run in background)";

fn recorded_as(name: &str) -> Vec<Recorded> {
    let all = recorded().into_iter();
    let all: Vec<Recorded> = all.filter(|line| line.name.starts_with(name)).collect();
    assert!(!all.is_empty(), "{name}");
    all
}

fn read(screen: &str, width: usize) -> Option<Dialog> {
    crate::assistants::dialogs::read(&Assistant::CLAUDE, screen, width)
}

#[test]
fn what_claude_says_of_its_agents_below_a_dialog_is_none_of_it() {
    for line in recorded_as("agents-v2.1.197") {
        let (dialog, width) = (line.dialog(), line.width);
        let at = line.screen.trim_end().rfind("     (ctrl+b").unwrap();
        let (above, said) = line.screen.split_at(at);
        assert_eq!(Some(&dialog), read(above, width).as_ref(), "{}", line.name);
        assert!(dialog.yes().is_some() && dialog.no().is_some());
        // Of each of several agents it is said again.
        for times in [2, 4] {
            let several = format!("{above}{}", format!("{}\n", said.trim_end()).repeat(times));
            assert_eq!(Some(&dialog), read(&several, width).as_ref(), "{several}");
        }
        if !dialog.footer.is_empty() {
            continue;
        }
        for other in [
            format!("{above}\n{said}"),
            format!("{above} {said}"),
            format!("{above}{}", said.trim_start()),
            format!("{above}{said}\n{said}"),
            format!("{above}     (ctrl+c to run in background)\n{said}"),
            format!("{}x\n", line.screen.trim_end()),
            format!("{}\n❯ \n", line.screen),
            format!("{above}     (ctrl+c to run in background)\n"),
        ] {
            assert_eq!(read(&other, width), None, "{other}");
        }
    }
}

/// 2.1.197 says above the box of a notebook where the link to it leads.
#[test]
fn a_notebook_that_a_link_leads_to_is_the_one_that_was_asked() {
    let mut tried = 0;
    for line in recorded_as("notebooks-v2.1.197") {
        let own = line.asks(&line.input);
        if line.dialog().shows(&own) != Ok(()) {
            continue;
        }
        let with = |said: &str| {
            let screen = line.screen.replacen("\n╭", &format!("\n{said}\n╭"), 1);
            assert_ne!(screen, line.screen);
            read(&screen, line.width).map(|dialog| dialog.shows(&own))
        };
        assert_eq!(with(" Symlink target: /home/user/nb.ipynb"), Some(Ok(())));
        for other in [
            " Symlink target: nb.ipynb",
            " /home/user/other.ipynb",
            "  Symlink target: /home/user/nb.ipynb",
        ] {
            assert_ne!(with(other), Some(Ok(())), "{}", line.screen);
        }
        tried += 1;
    }
    assert!(tried > 5, "{tried}");
}

#[test]
fn a_request_that_says_what_claude_says_of_its_agents_is_itself_alone() {
    let all = recorded_as("agents-v2.1.197");
    let says_so = |line: &&Recorded| line.input.to_string().contains(SAID);
    let mut tried = 0;
    for own in all.iter().filter(says_so) {
        let hostile = own.asks(&own.input);
        let mut good = own.input.clone();
        for name in ["prompt", "description"] {
            if let Some(text) = own.input[name].as_str() {
                let end = text.find(['"', '\n']).unwrap_or(text.len());
                good[name] = json!(text[..end]);
            }
        }
        let good = own.asks(&good);
        let dialog = own.dialog();
        assert_eq!(dialog.shows(&hostile), Ok(()));
        assert!(dialog.shows(&good).is_err(), "{}", own.screen);
        assert!(tell_apart(&dialog, &good, std::slice::from_ref(&hostile)).is_err());
        // And the other way round: the dialog of the good one is not taken for the hostile one's.
        for line in all
            .iter()
            .filter(|line| line.width == own.width && !says_so(line))
        {
            assert!(line.dialog().shows(&hostile).is_err(), "{}", line.screen);
            tried += 1;
        }
    }
    assert!(tried > 2, "{tried}");
}

#[test]
fn what_a_skill_says_of_itself_tells_it_from_no_other() {
    let all = recorded_as("skills-v2.1.332");
    let hostile = recorded_in("hostile").into_iter();
    let hostile: Vec<Recorded> = hostile.filter(|line| line.tool == "Skill").collect();
    assert!(hostile.len() > 2);
    for line in &all {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let beside = |input: &Value| tell_apart(&dialog, &own, &[line.asks(input)]);
        for other in all.iter().filter(|other| other.input != line.input) {
            let asks = line.asks(&other.input);
            assert!(dialog.shows(&asks).is_err(), "{}", line.screen);
            assert_eq!(beside(&other.input), Ok(()), "{}", line.screen);
        }
        let mut given = line.input.clone();
        given["args"] = json!("y");
        assert_eq!(beside(&given), Err(Refusal::Twins));
    }
    for line in hostile {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        for agent in [None, Some("a".to_owned())] {
            let mut good = line.asks(&json!({"skill": "lab", "args": "x"}));
            good.request.agent_id = agent;
            assert!(dialog.shows(&good).is_err(), "{}", line.screen);
            let told = tell_apart(&dialog, &good, std::slice::from_ref(&own));
            assert_eq!(told, Err(Refusal::Twins));
        }
    }
}

/// `1 of 2` at the right end, or in a narrow pane two columns: whose it is, and what.
#[test]
fn a_skill_of_a_sub_agent_is_headed_by_its_name_and_whose_it_is() {
    let mut tried = 0;
    for line in recorded_as("agents-v2.1.332") {
        let own = line.asks(&line.input);
        assert_eq!(line.dialog().shows(&own), Ok(()), "{}", line.screen);
        for (from, to) in [
            (" of 2\n", " of 2 \"?\n"),
            (" of 2\n", " of two\n"),
            (" of 2\n", " of 2 of 2\n"),
            ("  1 of", " 1 of"),
            ("\"? · ", "\"?  · "),
            ("-purpose agent ", "-purpose\"? agent "),
            ("-purpose agent\n", "-purpose\"? agent\n"),
            ("-purpose agent\n", "-purpose agent\"?\n"),
            ("skill    · from", "skill \"lab\"? · from"),
            (" \"lab\"?       g", " \"lab\"? a\"?  g"),
            (" \"lab\"?       g", " \"lab\"?     a g"),
        ] {
            let screen = line.screen.replacen(from, to, 1);
            let dialog = read(&screen, line.width);
            let said = dialog.map(|dialog| dialog.shows(&own));
            let is_same = screen == line.screen;
            assert!(is_same || said != Some(Ok(())), "{screen}");
            tried += usize::from(!is_same);
        }
    }
    assert!(tried > 12, "{tried}");
}

/// Rows above the rules that are not Claude's own words are no skill's.
#[test]
fn a_skill_has_nothing_else_above_its_rules() {
    let line = recorded_as("skills-v2.1.332").swap_remove(0);
    for more in [" More of it.", " from this Skill."] {
        let screen = line
            .screen
            .replacen("this Skill.\n", &format!("this Skill.\n{more}\n"), 1);
        let dialog = read(&screen, line.width).unwrap();
        let said = dialog.shows(&line.asks(&line.input));
        assert_eq!(said, Err(Refusal::Differs(Part::Input)), "{screen}");
    }
}

fn without_frames(text: &str) -> String {
    text.replace(|c: char| matches!(c, '\u{2500}'..='\u{259f}'), "")
}

#[test]
fn a_command_with_frames_is_told_from_another_one_but_by_a_bar_before_it() {
    let mut told = 0;
    for line in crate::assistants::claude::dialog::tests::recorded() {
        if !line.name.starts_with("frames-") {
            continue;
        }
        let dialog = read(&line.screen, line.width).unwrap();
        let asks = |command: &str| {
            let mut input = line.input.clone();
            input["command"] = json!(command);
            super::super::tests::asked(&input)
        };
        let command = line.input["command"].as_str().unwrap();
        let own = asks(command);
        let beside = |other: &str| tell_apart(&dialog, &own, &[asks(other)]);
        // What stands at the end of a line cannot be seen.
        if !command.contains(" \n") {
            assert_eq!(beside("make all"), Ok(()), "{}", line.screen);
            assert_eq!(beside("make ├── all"), Ok(()), "{}", line.screen);
            told += 1;
        }
        let heavy = command.replace('─', "━").replace('│', "┃");
        assert_eq!(beside(&format!("│ {command}")), Err(Refusal::Twins));
        for other in [&without_frames(command), &heavy] {
            let has_blanks = |text: &str| text.contains(" \n") || text.contains("     ");
            if has_blanks(command) || has_blanks(other) {
                continue;
            }
            let texts = [&line.input["command"], &line.input["description"]];
            let is_barred = texts
                .iter()
                .any(|text| text.as_str().is_some_and(|text| text.starts_with('│')));
            let wanted = if is_barred {
                Err(Refusal::Twins)
            } else {
                Ok(())
            };
            let is_same = without_frames(command) == command || other == command;
            assert!(is_same || beside(other) == wanted, "{other}");
        }
    }
    assert!(told > 40, "{told}");
}

/// A bar that a text draws stands where Claude draws one of its own.
#[test]
fn bars_of_a_command_are_not_told_from_those_of_claude() {
    let mut drawn_alike = 0;
    for line in recorded_in("hostile") {
        let Some(command) = line.input["command"].as_str() else {
            continue;
        };
        let mut good = line.input.clone();
        let lines = command.replace("│ ", "\n").replace(" \n", "\n");
        good["command"] = json!(lines.replace("\n\n", "\n").trim_start());
        let (dialog, own, good) = (line.dialog(), line.asks(&line.input), line.asks(&good));
        drawn_alike += usize::from(dialog.shows(&good).is_ok());
        for (one, other) in [(&good, &own), (&own, &good)] {
            let told = tell_apart(&dialog, one, std::slice::from_ref(other));
            assert_eq!(told, Err(Refusal::Twins), "{}", line.screen);
        }
    }
    assert!(drawn_alike > 0);
}
