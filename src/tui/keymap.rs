//! Which key means what. One table serves the keyboard, the help and the hints, so that what is shown
//! is what works.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// So many rows down, or up when negative.
    Move(isize),
    /// So many screens down, or up when negative.
    Page(isize),
    First,
    Last,
    NextWaiting,
    PreviousWaiting,
    Go,
    Filter,
    Cycle,
    Explain,
    /// The request in full, with room to read it.
    Read,
    /// The next of several requests of the selected row.
    OtherRequest,
    /// So many tabs to the right, or to the left when negative.
    Tab(isize),
    /// So many lines of the panel down, or up when negative.
    Scroll(isize),
    Install,
    Snooze,
    /// Let the selected row do for a while what no rule forbids, or no longer.
    Trust,
    Start,
    Stop,
    /// Yes, this once, to the selected row's request.
    Approve,
    /// No.
    Deny,
    /// No, with a word about what to do instead.
    DenySaying,
    /// Yes, although not all of it is known.
    Confirm,
    /// The question's option of this number.
    Answer(u8),
    Split,
    Help,
    /// Close what is open, else clear the filter.
    Close,
    Redraw,
    Quit,
}

/// One key, with Ctrl or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    code: KeyCode,
    control: bool,
}

const fn key(code: KeyCode) -> Key {
    Key {
        code,
        control: false,
    }
}

const fn letter(letter: char) -> Key {
    key(KeyCode::Char(letter))
}

const fn ctrl(letter: char) -> Key {
    Key {
        code: KeyCode::Char(letter),
        control: true,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            KeyCode::Char(letter) if self.control => {
                write!(f, "Ctrl-{}", letter.to_ascii_uppercase())
            }
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::BackTab => f.write_str("S-Tab"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::PageUp => f.write_str("PgUp"),
            other => write!(f, "{other}"),
        }
    }
}

/// When a hint is offered at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    /// The selected row wants approval, and its keys are known.
    WantsApproval,
    /// The same, and words can be said with a no.
    TakesWords,
    /// The selected row asks a question, and its keys are known.
    AsksQuestion,
    /// The selected row asks anything.
    Asks,
    /// Nobody reports, and somebody who is there could not.
    NobodyReports,
}

/// One row of the table.
struct Binding {
    action: Action,
    /// Its keys, as the help shows them; the first one is the hints'.
    keys: &'static [Key],
    /// Habits from other programs: they work, and are not shown.
    habits: &'static [Key],
    /// For the help; rows that follow one another and say the same stand in one line.
    help: &'static str,
    /// For the hints, where the open panel has no word of its own.
    hint: &'static str,
    when: When,
}

const fn row(
    action: Action,
    keys: &'static [Key],
    help: &'static str,
    hint: &'static str,
) -> Binding {
    Binding {
        action,
        keys,
        habits: &[],
        help,
        hint,
        when: When::Always,
    }
}

impl Binding {
    const fn or(self, habits: &'static [Key]) -> Self {
        Self { habits, ..self }
    }

    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }
}

const NEXT_WAITING: &str = "next and previous row that needs you";
const MOVE: &str = "next and previous row; scroll what is open";
const PAGE: &str = "a screen down and up";
const ENDS: &str = "first and last row";
const TABS: &str = "tabs: overview, work, diff, health";
const READ: &str = "read the request, the files, a patch; scroll";
const ANSWER: &str = "answer the question with that option";

const fn option(number: u8, keys: &'static [Key]) -> Binding {
    row(Action::Answer(number), keys, ANSWER, "answer").when(When::AsksQuestion)
}

/// What every key does outside the filter's line, in the order of the help.
#[rustfmt::skip]
const TABLE: &[Binding] = &[
    row(Action::Go, &[key(KeyCode::Enter)], "go to the pane", "go"),
    row(Action::NextWaiting, &[key(KeyCode::Tab)], NEXT_WAITING, "next"),
    row(Action::PreviousWaiting, &[key(KeyCode::BackTab)], NEXT_WAITING, "previous"),
    row(Action::Move(1), &[letter('j'), key(KeyCode::Down)], MOVE, "scroll").or(&[ctrl('n')]),
    row(Action::Move(-1), &[letter('k'), key(KeyCode::Up)], MOVE, "scroll").or(&[ctrl('p')]),
    row(Action::Page(1), &[key(KeyCode::PageDown)], PAGE, "scroll").or(&[ctrl('d'), ctrl('f')]),
    row(Action::Page(-1), &[key(KeyCode::PageUp)], PAGE, "scroll").or(&[ctrl('u'), ctrl('b')]),
    row(Action::First, &[letter('g'), key(KeyCode::Home)], ENDS, "first"),
    row(Action::Last, &[letter('G'), key(KeyCode::End)], ENDS, "last"),
    row(Action::Filter, &[letter('/')], "filter by any word a row shows", "filter"),
    row(Action::Cycle, &[letter('f')], "view: all, only what wants attention, by project", "view"),
    row(Action::Explain, &[letter('e')], "explain: everything heard about the row", "explain"),
    row(Action::Tab(-1), &[letter('h'), key(KeyCode::Left)], TABS, "tab"),
    row(Action::Tab(1), &[letter('l'), key(KeyCode::Right)], TABS, "tab"),
    row(Action::Read, &[letter(' ')], READ, "read").when(When::Asks),
    row(Action::Scroll(1), &[letter('J')], READ, "scroll"),
    row(Action::Scroll(-1), &[letter('K')], READ, "scroll"),
    row(Action::Approve, &[letter('a')], "approve the request, this once; first: read on", "approve")
        .when(When::WantsApproval),
    row(Action::Deny, &[letter('d')], "deny the request", "deny").when(When::WantsApproval),
    row(Action::DenySaying, &[letter('D')], "deny it and say what to do instead", "say why")
        .when(When::TakesWords),
    row(Action::Confirm, &[letter('y')], "yes, answer what is only partly known", "answer all the same"),
    row(Action::OtherRequest, &[letter('r')], "the next one, where several requests wait", "next request"),
    option(1, &[letter('1')]),
    option(2, &[letter('2')]),
    option(3, &[letter('3')]),
    option(4, &[letter('4')]),
    option(5, &[letter('5')]),
    option(6, &[letter('6')]),
    option(7, &[letter('7')]),
    option(8, &[letter('8')]),
    option(9, &[letter('9')]),
    row(Action::Trust, &[letter('t')], "trust it 10 minutes: only rules still ask or deny", "trust"),
    row(Action::Install, &[letter('i')], "install hooks, while nobody reports", "install")
        .when(When::NobodyReports),
    row(Action::Split, &[letter('s')], "split: an assistant's own pane beside the dashboard", "split"),
    row(Action::Start, &[letter('n')], "start another assistant in a new window", "start"),
    row(Action::Stop, &[letter('x')], "stop this assistant, after a question", "stop it"),
    row(Action::Snooze, &[letter('z')], "snooze: no notice for 10 minutes, an hour, or again", "snooze"),
    row(Action::Close, &[key(KeyCode::Esc)], "close what is open; clear the filter", "close"),
    row(Action::Help, &[letter('?')], "this help", "help"),
    row(Action::Redraw, &[], "", "redraw").or(&[ctrl('l')]),
    row(Action::Quit, &[letter('q'), ctrl('c')], "quit", "quit"),
];

/// The actions of all options of a question, for a hint.
pub(crate) const OPTIONS: &[Action] = &[
    Action::Answer(1),
    Action::Answer(2),
    Action::Answer(3),
    Action::Answer(4),
    Action::Answer(5),
    Action::Answer(6),
    Action::Answer(7),
    Action::Answer(8),
    Action::Answer(9),
];

/// A key or a few that a panel tells of, with a word of its own or the table's.
#[derive(Clone, Copy)]
pub(crate) struct Hint {
    pub(crate) actions: &'static [Action],
    word: Option<&'static str>,
    /// Said to matter here, whatever the table says.
    always: bool,
}

/// Tells of these keys as the table does.
pub(crate) const fn hint(actions: &'static [Action]) -> Hint {
    Hint {
        actions,
        word: None,
        always: false,
    }
}

impl Hint {
    /// The same with a word that says what the keys do here; here they always mean that.
    pub(crate) const fn to(self, word: &'static str) -> Self {
        Self {
            word: Some(word),
            always: true,
            ..self
        }
    }

    /// What it says of the keys.
    pub(crate) fn word(&self) -> &'static str {
        let of_table = || binding_of(*self.actions.first()?).map(|binding| binding.hint);
        self.word.or_else(of_table).unwrap_or_default()
    }

    /// When it is offered.
    pub(crate) fn when(&self) -> When {
        let of_table = || binding_of(*self.actions.first()?).map(|binding| binding.when);
        let when = of_table().unwrap_or(When::Always);
        if self.always { When::Always } else { when }
    }

    /// The keys, as they are shown: the first one of each action.
    pub(crate) fn keys(&self) -> String {
        keys(self.actions)
    }
}

/// What `key` asks for, unless it is typed into the filter.
pub(crate) fn action(pressed: KeyEvent) -> Option<Action> {
    if pressed.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    let key = Key {
        code: pressed.code,
        control: pressed.modifiers.contains(KeyModifiers::CONTROL),
    };
    let is_it = |binding: &&Binding| binding.keys.contains(&key) || binding.habits.contains(&key);
    TABLE.iter().find(is_it).map(|binding| binding.action)
}

/// The keys for `actions` as a hint shows them: the first one of each, `1-9` for digits in a row.
pub(crate) fn keys(actions: &[Action]) -> String {
    let bindings = actions.iter().filter_map(|action| binding_of(*action));
    shown(bindings.filter_map(|binding| binding.keys.first()))
}

/// The help: which keys, and what they do.
pub(crate) fn help() -> impl Iterator<Item = (String, &'static str)> {
    TABLE
        .chunk_by(|one, other| one.help == other.help)
        .filter(|bindings| !bindings[0].keys.is_empty())
        .map(|bindings| {
            let most = bindings.iter().map(|binding| binding.keys.len()).max();
            let nth = |n: usize| {
                bindings
                    .iter()
                    .filter_map(move |binding| binding.keys.get(n))
            };
            let keys = (0..most.unwrap_or(0)).flat_map(nth);
            (shown(keys), bindings[0].help)
        })
}

fn binding_of(action: Action) -> Option<&'static Binding> {
    TABLE.iter().find(|binding| binding.action == action)
}

fn shown<'a>(keys: impl Iterator<Item = &'a Key>) -> String {
    let keys: Vec<String> = keys.map(Key::to_string).collect();
    let is_digit = |key: &String| key.len() == 1 && key.as_bytes()[0].is_ascii_digit();
    match keys.as_slice() {
        [first, _, .., last] if keys.iter().all(is_digit) => format!("{first}-{last}"),
        _ => keys.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_and_no_action_stands_twice() {
        let keys = TABLE
            .iter()
            .flat_map(|binding| binding.keys.iter().chain(binding.habits))
            .map(Key::to_string);
        let actions = TABLE.iter().map(|binding| format!("{:?}", binding.action));
        for mut names in [keys.collect::<Vec<_>>(), actions.collect()] {
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn keys_stand_in_the_help_as_they_are_pressed() {
        let help: Vec<String> = help().map(|(keys, _)| keys).collect();
        for keys in [
            "Tab S-Tab",
            "j k ↓ ↑",
            "g G Home End",
            "Space J K",
            "1-9",
            "q Ctrl-C",
        ] {
            assert!(help.iter().any(|line| line == keys), "{keys}: {help:?}");
        }
        assert_eq!(keys(OPTIONS), "1-9");
        assert_eq!(keys(&[Action::Move(1), Action::Move(-1)]), "j k");
    }
}
