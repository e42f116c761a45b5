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
        if !dialog.footer.is_empty() {
            continue;
        }
        for other in [
            format!("{above}\n{said}"),
            format!("{above} {said}"),
            format!("{above}{}", said.trim_start()),
            format!("{above}{said}{said}"),
            format!("{}x\n", line.screen.trim_end()),
            format!("{}\n❯ \n", line.screen),
            format!("{above}     (ctrl+c to run in background)\n"),
        ] {
            assert_eq!(read(&other, width), None, "{other}");
        }
    }
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
