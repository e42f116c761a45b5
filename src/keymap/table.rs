//! The table: each action with its keys and its words.

use crossterm::event::KeyCode;

use super::key::{Key, ctrl, key, letter};
use super::{Action, When};

/// One row of the table.
pub(super) struct Binding {
    pub(super) action: Action,
    /// Its keys, as the help shows them; the first one is the hints'.
    pub(super) keys: &'static [Key],
    /// Habits from other programs: they work, and are not shown.
    pub(super) habits: &'static [Key],
    /// For the help; rows that follow one another and say the same stand in one line.
    pub(super) help: &'static str,
    /// For the hints, where the open panel has no word of its own.
    pub(super) hint: &'static str,
    pub(super) when: When,
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
const READ: &str = "read request, files, a patch; choose tasks; scroll";
const ANSWER: &str = "answer with that option; of a task: how far it is";

const fn option(number: u8, keys: &'static [Key]) -> Binding {
    row(Action::Answer(number), keys, ANSWER, "answer").when(When::AsksQuestion)
}

/// What every key does outside the filter's line, in the order of the help.
#[rustfmt::skip]
pub(super) const TABLE: &[Binding] = &[
    row(Action::Go, &[key(KeyCode::Enter)], "go to the pane", "go").when(When::AtRow),
    row(Action::NextWaiting, &[key(KeyCode::Tab)], NEXT_WAITING, "next"),
    row(Action::PreviousWaiting, &[key(KeyCode::BackTab)], NEXT_WAITING, "previous"),
    row(Action::Move(1), &[letter('j'), key(KeyCode::Down)], MOVE, "scroll").or(&[ctrl('n')]),
    row(Action::Move(-1), &[letter('k'), key(KeyCode::Up)], MOVE, "scroll").or(&[ctrl('p')]),
    row(Action::Page(1), &[key(KeyCode::PageDown)], PAGE, "scroll").or(&[ctrl('d'), ctrl('f')]),
    row(Action::Page(-1), &[key(KeyCode::PageUp)], PAGE, "scroll").or(&[ctrl('u'), ctrl('b')]),
    row(Action::First, &[letter('g'), key(KeyCode::Home)], ENDS, "first"),
    row(Action::Last, &[letter('G'), key(KeyCode::End)], ENDS, "last"),
    row(Action::Filter, &[letter('/')], "filter by any word, of recaps and requests, too", "filter"),
    row(Action::Cycle, &[letter('f')], "view: all, only what wants attention, what is hidden", "view"),
    row(Action::Sort, &[letter('o')], "order: by attention, age, project, name", "order"),
    row(Action::Group, &[letter('b')], "groups: none, by project, by host, by assistant", "group"),
    row(Action::Fold, &[letter('c')], "fold its group, or open it; all of them", "fold"),
    row(Action::FoldAll, &[letter('C')], "fold its group, or open it; all of them", "fold all"),
    row(Action::Pin, &[letter('P')], "pin on top, or no longer", "pin"),
    row(Action::Hide, &[letter('H')], "hide until it needs you, or show again", "hide"),
    row(Action::Ended, &[letter('E')], "hide ended and startable ones, or show; Enter starts", "hide ended"),
    row(Action::Away, &[letter('A')], "what happened while you were away", "away"),
    row(Action::Explain, &[letter('e')], "explain: everything heard; of a task: its title", "explain"),
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
    row(Action::Trust, &[letter('t')], "trust its next requests for 10 minutes, or no longer", "trust"),
    row(Action::Install, &[letter('i')], "install hooks, while nobody reports", "install")
        .when(When::NobodyReports),
    row(Action::Split, &[letter('s')], "split: an assistant's own pane beside the dashboard", "split"),
    row(Action::Preview, &[letter('p')], "preview of its pane, live; J and K scroll it back", "preview")
        .when(When::AtRow),
    row(Action::TypeInto, &[letter('I')], "type into the pane that the split draws, until Ctrl-]", "type")
        .when(When::Draws),
    row(Action::Start, &[letter('n')], "start another assistant in a new window; add a task", "start"),
    row(Action::Wrap, &[letter('w')], "where one is chosen to start: through `wrap`, or not", "wrap or not"),
    row(Action::Stop, &[letter('x')], "stop this assistant, after a question", "stop it")
        .when(When::Stops),
    row(Action::Write, &[letter('m')], "write a prompt to it, or to those that are marked", "write")
        .when(When::AtRow),
    row(Action::Mark, &[letter('v')], "mark; then m, x, z go to all marked, a and d to each", "mark")
        .when(When::AtRow),
    row(Action::MarkAll, &[letter('V')], "mark all that are shown, or none", "mark all"),
    row(Action::Snooze, &[letter('z')], "snooze: no notice for 10 minutes, an hour, or again", "snooze"),
    row(Action::Folder, &[letter('.')], "in `pulse`: tabs of the folder it runs in, or the row", "this folder")
        .when(When::Follows),
    row(Action::Close, &[key(KeyCode::Esc)], "close what is open; clear the filter", "close"),
    row(Action::Help, &[letter('?')], "this help", "help"),
    row(Action::Redraw, &[], "draw the whole screen again", "redraw").or(&[ctrl('l')]),
    row(Action::Quit, &[letter('q'), ctrl('c')], "quit", "quit"),
];
