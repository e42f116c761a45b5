//! Claude Code's question whether its plan is good (2.1.329). Approving it means "manually approve
//! edits": the first option would let it go on unasked. 2.1.197 asks without showing the plan; that
//! cannot be compared and is not answered.

use super::{About, Dialog, Kind, Press, is_rule, read_options};

const TITLE: &str = "Ready to code?";
const ASKS: &str = "Would you like to proceed?";
const YES: &str = "Yes, manually approve edits";
const NO: &str = "Tell Claude what to change";

/// Reads the screen's text. `None` when no plan is its last word.
pub(super) fn read(screen: &str) -> Option<Dialog> {
    let whole: Vec<&str> = screen.lines().map(str::trim_end).collect();
    let lines: Vec<&str> = whole.iter().map(|line| line.trim()).collect();
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    let title = lines.iter().rposition(|line| *line == TITLE)?;
    let asks = lines.iter().rposition(|line| line.ends_with(ASKS))?;
    let (_, mut options, selected) = read_options(lines.get(asks + 1..=last)?, '❯', None)?;
    let has_end = lines[last].starts_with("ctrl+g to edit");
    let rules = || {
        let dotted = |index: &usize| is_rule(lines[*index], '╌');
        (title..asks).filter(dotted)
    };
    let (first, second) = (rules().next()?, rules().next_back()?);
    if !has_end || first == second {
        return None;
    }
    let plan = lines[first + 1..second].iter();
    let plan: Vec<String> = plan
        .filter(|line| !line.is_empty())
        .map(|line| (*line).to_owned())
        .collect();
    let number = |label: &str| options.iter().find(|option| option.label == label);
    let yes = number(YES).map(|option| option.number);
    let no = number(NO).map(|option| option.number);
    for option in options
        .iter_mut()
        .filter(|option| Some(option.number) == no)
    {
        // Its number opens a line to write in.
        option.press = Some(Press::Key("Escape"));
    }
    Some(Dialog {
        kind: Kind::Permission,
        title: TITLE.to_owned(),
        first: title,
        lines: whole[title..=last]
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        options,
        selected,
        untouched: true,
        footer: lines[asks].to_owned(),
        about: About::Plan(plan),
        yes,
        no,
    })
}

/// Whether `shown` is `plan`, as far as letters and digits go: the rest is drawn in another way.
pub(super) fn is_shown(plan: &str, shown: &[String]) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let plan = letters(plan);
    !plan.is_empty() && letters(&shown.concat()) == plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen() -> String {
        let path = "tests/fixtures/claude/screens/plan_approval.txt";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_plan_is_approved_with_every_edit_still_asked_for() {
        let dialog = read(&screen()).unwrap();
        let yes = dialog.yes().and_then(|yes| dialog.option(yes)).unwrap();
        assert_eq!(yes.label, YES);
        assert_eq!(yes.press, Some(Press::Text("2".to_owned())));
        let no = dialog.no().and_then(|no| dialog.option(no)).unwrap();
        assert_eq!(no.press, Some(Press::Key("Escape")));
        assert_eq!(dialog.selected, Some(1));
    }

    #[test]
    fn only_the_plan_that_is_shown_is_the_plan() {
        let About::Plan(shown) = read(&screen()).unwrap().about else {
            panic!("it is about a plan");
        };
        assert!(is_shown(
            "# Plan\n\n1. Do one thing\n2. **Do another**\n",
            &shown
        ));
        assert!(!is_shown("# Plan\n\n1. Do one thing\n", &shown));
        assert!(!is_shown("", &shown));
    }
}
