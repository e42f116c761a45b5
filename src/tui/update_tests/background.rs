//! Sessions that no pane shows: where they stand, and how Enter brings them into a pane.

use pane_patrol_hooks::event::State;

use super::*;
use crate::state::Row;
use crate::state::fixture::behind;
use crate::tui::message::Started;
use crate::tui::undone::NotStarted;

fn works() -> Row {
    behind(900, "claude", State::Running, 12).in_folder("/home/ada/src/infra", Some("tf"))
}

fn asks() -> Row {
    behind(901, "claude", State::WaitingApproval, 5).asks("Bash", "make")
}

fn with(rows: &[Row]) -> Model {
    let all = day().into_iter().chain(rows.iter().cloned());
    model_with(all.collect(), 100, 40)
}

/// It is all there is, so it is selected.
fn alone(row: &Row) -> Model {
    model_with(vec![row.clone()], 100, 40)
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn they_have_a_section_of_their_own_which_the_one_that_waits_is_not_left_in() {
    let mut model = with(&[works(), asks()]);
    let place = |model: &Model, text: &str| screen(model).find(text).unwrap_or(usize::MAX);
    let (needs, behind) = (
        place(&model, "NEEDS YOU"),
        place(&model, "IN THE BACKGROUND"),
    );
    let quiet = place(&model, "QUIET");
    assert!(needs < place(&model, "Bash: make") && place(&model, "Bash: make") < behind);
    assert!(quiet < behind && behind < screen(&model).rfind("infra").unwrap());
    // It is answered: it does not wait any more.
    let answered = behind_again(State::Running);
    tell(&mut model, Message::Update(Update::Row(Arc::new(answered))));
    assert!(place(&model, "IN THE BACKGROUND") < screen(&model).rfind("background  ").unwrap());
    assert_eq!(model.rows.count(crate::state::Attention::NeedsYou), 2);
}

fn behind_again(state: State) -> Row {
    behind(901, "claude", state, 1)
}

#[test]
fn enter_has_it_shown_once_beside_the_dashboard_or_in_a_window() {
    for is_open in [false, true] {
        let row = works();
        let mut model = alone(&row);
        model.split.is_open = is_open;
        let expected = Effect::Bring(Box::new(row.clone()), is_open);
        assert_eq!(press(&mut model, KeyCode::Enter), [expected]);
        assert_eq!(press(&mut model, KeyCode::Enter), []);
        assert!(said(&model).contains("being attached to already"));
        let started = Started {
            said: "attached claude in work:3.0".to_owned(),
            pane: None,
        };
        tell(
            &mut model,
            Message::Brought(Box::new(row.clone()), Ok(started)),
        );
        assert_eq!(said(&model), "attached claude in work:3.0");
        assert_eq!(
            press(&mut model, KeyCode::Enter).len(),
            1,
            "it was left again"
        );
    }
}

#[test]
fn what_keeps_it_from_being_shown_is_said_and_enter_tries_again() {
    let row = works();
    let mut model = alone(&row);
    press(&mut model, KeyCode::Enter);
    let why = Err(NotStarted::Refused("nobody answers".to_owned()));
    tell(&mut model, Message::Brought(Box::new(row.clone()), why));
    let expected = "not attached to claude of infra: nobody answers";
    assert!(said(&model).starts_with(expected), "{}", said(&model));
    assert_eq!(press(&mut model, KeyCode::Enter).len(), 1);
}

#[test]
fn the_split_opens_without_one_that_is_nowhere() {
    let row = works();
    let mut model = alone(&row);
    model.setup.in_multiplexer = true;
    let effects = press(&mut model, KeyCode::Char('s'));
    assert_eq!(effects, [Effect::Split(Split::Toggle)]);
}
