//! Which key means what. One table serves the keyboard, the help and the hints, so that what is shown
//! is what works: nobody else names a key of the table.
//!
//! May import: nothing of ours.

mod bound;
mod key;
mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use table::{Binding, TABLE};

pub use bound::Bindings;
pub(crate) use bound::{Bound, Conflict, bind, name, named};
pub(crate) use key::Key;

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
    /// Another order.
    Sort,
    /// Other groups.
    Group,
    /// Fold the group of the selected row, or open the one that is selected.
    Fold,
    /// Fold all groups, or open them.
    FoldAll,
    /// Keep the selected row on top, or no longer.
    Pin,
    /// Hide the selected row until it needs the person, or no longer.
    Hide,
    /// Hide sessions that are over, or show them again.
    Ended,
    Explain,
    /// What happened while the person was away.
    Away,
    /// The request in full, with room to read it.
    Read,
    /// The next of several requests of the selected row.
    OtherRequest,
    /// So many tabs to the right, or to the left when negative.
    Tab(isize),
    /// Tell in the tabs of the folder that we run in, or of the selected row again.
    Folder,
    /// So many lines of the panel down, or up when negative.
    Scroll(isize),
    Install,
    Snooze,
    /// Let the selected row do for a while what no rule forbids, or no longer.
    Trust,
    Start,
    /// In the list of what can be started: through `wrap`, this time, or not.
    Wrap,
    Stop,
    /// Write to the selected row, or to those that are marked.
    Write,
    /// Mark the selected row, or take its mark away.
    Mark,
    /// Mark all that are shown, or none.
    MarkAll,
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
    /// What the selected row's pane shows.
    Preview,
    /// Into the pane that the split draws, until [`leaves_pane`].
    TypeInto,
    Help,
    /// Close what is open, else clear the filter.
    Close,
    Redraw,
    Quit,
}

/// When a hint is offered at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    /// A row is selected.
    AtRow,
    /// That row's process can be asked to end.
    Stops,
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
    /// The split draws what a pane shows.
    Draws,
    /// The dashboard only follows, beside the folder that it runs in.
    Follows,
}

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
#[derive(Clone, Copy, Debug)]
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
    bound::in_force().action(&key)
}

/// The key that ends typing into a pane; whatever runs there needs all others.
pub(crate) const LEAVES_PANE: &str = "Ctrl-]";

/// Whether it is that key. A terminal sends one byte for it, which reads as another one as well.
pub(crate) fn leaves_pane(pressed: KeyEvent) -> bool {
    pressed.modifiers.contains(KeyModifiers::CONTROL)
        && matches!(pressed.code, KeyCode::Char(']' | '5'))
}

/// The keys for `actions` as a hint shows them: the first one of each, `1-9` for digits in a row.
pub(crate) fn keys(actions: &[Action]) -> String {
    let in_force = bound::in_force();
    let bound = actions.iter().filter_map(|action| in_force.of(*action));
    shown(bound.filter_map(|bound| bound.keys.first()))
}

/// The help: which keys, and what they do.
pub(crate) fn help() -> impl Iterator<Item = (String, &'static str)> {
    let in_force = bound::in_force();
    TABLE
        .chunk_by(|one, other| one.help == other.help)
        .map(move |bindings| {
            let bound = bindings.iter().filter_map(|row| in_force.of(row.action));
            let keys: Vec<&[Key]> = bound.map(|bound| &*bound.keys).collect();
            let most = keys.iter().map(|keys| keys.len()).max();
            let nth = |n: usize| keys.iter().filter_map(move |keys| keys.get(n));
            let keys = (0..most.unwrap_or(0)).flat_map(nth);
            (shown(keys), bindings[0].help)
        })
        .filter(|(keys, _)| !keys.is_empty())
}

/// What the help says of `action`.
pub(crate) fn help_of(action: Action) -> &'static str {
    binding_of(action).map_or("", |binding| binding.help)
}

/// The key for `action`, as sentences have it.
pub(crate) fn key_for(action: Action) -> String {
    let keys = keys(&[action]);
    if keys.is_empty() {
        "no key".to_owned()
    } else {
        keys
    }
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
    fn the_page_of_the_book_says_what_each_key_does() {
        let habits = |help: &str| {
            let bindings = TABLE.iter().filter(|binding| binding.help == help);
            let habits = bindings.flat_map(|binding| binding.habits);
            in_code(&habits.map(Key::to_string).collect::<Vec<_>>().join(" "))
        };
        let rows = help().map(|(keys, help)| [in_code(&keys), help.to_owned(), habits(help)]);
        let heads = ["key", "does", "also, from habit"];
        let page = crate::test_book::table(heads, rows);
        crate::test_book::hold("keys.md", "the dashboard's table of keys", &page);
    }

    fn in_code(keys: &str) -> String {
        let keys = keys.split(' ').filter(|key| !key.is_empty());
        keys.map(|key| format!("`{key}`"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn help_hints_and_sentences_name_what_is_bound() {
        let key = |text: &str| text.parse::<Key>().unwrap();
        let set = [
            ("deny", vec![key("X")]),
            ("help", Vec::new()),
            ("answer-1", vec![key("F1")]),
        ];
        bind(Bindings::with(&set.into()).unwrap());
        assert_eq!(key_for(Action::Deny), "X");
        assert_eq!(key_for(Action::Help), "no key");
        assert_eq!(hint(&[Action::Help]).keys(), "");
        let told: Vec<(String, &str)> = help().collect();
        let of = |does: &str| told.iter().find(|(_, said)| *said == does);
        assert!(of("this help").is_none(), "{told:?}");
        assert_eq!(of("deny the request").unwrap().0, "X");
        let pressed = |code| action(KeyEvent::new(code, KeyModifiers::NONE));
        assert_eq!(pressed(KeyCode::F(1)), Some(Action::Answer(1)));
        assert_eq!(pressed(KeyCode::Char('1')), None);
        bind(Bindings::default());
        assert_eq!(key_for(Action::Deny), "d");
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
