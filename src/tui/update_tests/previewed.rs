//! What the selected row's pane shows, below its details and in place of them.

use super::*;
use crate::mux::Shown;
use crate::tui::effect::Look;

/// What is to be looked at after these effects; `None`: as before.
#[allow(clippy::option_option, reason = "nothing said is not said of nothing")]
fn looked_at(effects: &[Effect]) -> Option<Option<Look>> {
    let look = |effect: &Effect| match effect {
        Effect::Look(look) => Some(look.as_deref().cloned()),
        _ => None,
    };
    effects.iter().find_map(look)
}

fn look_of(effects: &[Effect]) -> Look {
    looked_at(effects).flatten().expect("a pane is looked at")
}

/// A dashboard whose selected row's pane shows so many lines, and the look at it.
fn previewed(size: (u16, u16), lines: usize) -> (Model, Look) {
    let mut model = model_with(Vec::new(), size.0, size.1);
    let rows = Message::Update(Update::Snapshot(day()));
    let mut effects = tell(&mut model, rows);
    if looked_at(&effects).is_none() {
        effects = press(&mut model, KeyCode::Char('p'));
    }
    let look = look_of(&effects);
    shows(&mut model, &look, lines, 0);
    (model, look)
}

fn shows(model: &mut Model, look: &Look, lines: usize, above: usize) {
    let shown = Shown {
        lines: (1..=lines).map(|n| format!("line {n}.")).collect(),
        above,
        history: 5_000,
    };
    let told = Message::Previewed(Box::new(look.clone()), Ok(shown));
    assert_eq!(tell(model, told), []);
}

const WIDE: (u16, u16) = (200, 50);
const USUAL: (u16, u16) = (100, 30);

#[test]
fn beside_the_list_it_stands_below_the_details_and_elsewhere_in_place_of_them() {
    let (model, look) = previewed(WIDE, 20);
    assert_eq!(Some(&look.row.id), model.selected.as_ref());
    assert_eq!(look.above, 0);
    let wide = screen(&model);
    assert!(
        wide.contains("preview of") && wide.contains("line 20."),
        "{wide}"
    );
    assert!(wide.contains("cargo publish --no-verify"), "{wide}");
    let (mut model, _) = previewed(USUAL, 20);
    assert_eq!(model.panel, Panel::Preview);
    assert!(screen(&model).contains("line 20."));
    let closed = press(&mut model, KeyCode::Char('p'));
    assert_eq!(
        looked_at(&closed),
        Some(None),
        "nothing is looked at unseen"
    );
    assert!(!screen(&model).contains("preview of"));
}

#[test]
fn a_key_takes_it_away_and_brings_it_back() {
    let (mut model, _) = previewed(WIDE, 20);
    let off = press(&mut model, KeyCode::Char('p'));
    assert_eq!(looked_at(&off), Some(None));
    assert!(!screen(&model).contains("preview of"));
    keys(&mut model, "jk");
    assert!(!screen(&model).contains("preview of"), "for this run");
    look_of(&press(&mut model, KeyCode::Char('p')));
    assert!(screen(&model).contains("preview of"));
}

#[test]
fn another_row_is_another_pane_and_its_old_picture_is_not_taken_for_it() {
    let (mut model, first) = previewed(WIDE, 20);
    let second = look_of(&press(&mut model, KeyCode::Char('j')));
    assert_ne!(first.row.id, second.row.id);
    shows(&mut model, &first, 20, 0);
    assert!(!screen(&model).contains("line 20."), "{}", screen(&model));
    shows(&mut model, &second, 3, 0);
    assert!(screen(&model).contains("line 3."));
    let same = press(&mut model, KeyCode::Char('e'));
    assert_eq!(looked_at(&same), Some(None), "another panel covers it");
}

#[test]
fn it_is_scrolled_back_over_what_the_pane_has_shown_before() {
    for size in [WIDE, USUAL] {
        let (mut model, _) = previewed(size, 60);
        let back = look_of(&press(&mut model, KeyCode::Char('K')));
        assert_eq!(back.above, 1000, "once, with what stands above");
        shows(&mut model, &back, 1060, 1000);
        keys(&mut model, "KKKK");
        let scrolled = screen(&model);
        assert!(
            scrolled.contains("5 lines back") && scrolled.contains("line 1055."),
            "{scrolled}"
        );
        assert!(!scrolled.contains("line 1056."));
        let live = "JJJJJ"
            .chars()
            .map(|key| press(&mut model, KeyCode::Char(key)));
        let live: Vec<Effect> = live.collect::<Vec<_>>().concat();
        assert_eq!(look_of(&live).above, 0);
        assert!(screen(&model).contains("· live"));
        keys(&mut model, &"K".repeat(2000));
        assert!(screen(&model).contains("line 1."), "{}", screen(&model));
    }
}

#[test]
fn a_wheel_on_it_scrolls_it_and_not_the_list() {
    let (mut model, look) = previewed(WIDE, 60);
    let wheel = MouseEvent {
        kind: MouseEventKind::ScrollUp,
        column: 150,
        row: 40,
        modifiers: KeyModifiers::NONE,
    };
    let effects = tell(&mut model, Message::Mouse(wheel));
    assert_eq!(look_of(&effects).above, 1000);
    assert_eq!(model.selected.as_ref(), Some(&look.row.id));
    assert!(screen(&model).contains("3 lines back"));
}

#[test]
fn what_cannot_be_shown_is_said_in_a_line_and_not_looked_at() {
    let mut row = row(1, "claude", State::Running, "work:1.0", 5);
    row.pane = None;
    let says = |row: &crate::state::Row| {
        let mut model = model_with(Vec::new(), WIDE.0, WIDE.1);
        let rows = Message::Update(Update::Snapshot(vec![row.clone()]));
        let effects = tell(&mut model, rows);
        assert_eq!(looked_at(&effects), None);
        screen(&model)
    };
    assert!(says(&row).contains("no preview: its pane is not known yet"));
    row.target = "agent/bot@host".parse().unwrap();
    assert!(says(&row).contains("no preview: only its publisher"));
}

#[test]
fn nothing_is_looked_at_while_the_screen_is_somebody_elses() {
    let (mut model, _) = previewed(WIDE, 20);
    let attach = Attach {
        socket: "/tmp/s".to_owned(),
        target: "$1".to_owned(),
    };
    let effects = tell(&mut model, Message::Jumped(Jumped::Attach(attach)));
    assert_eq!(looked_at(&effects), Some(None));
    let back = tell(&mut model, Message::AttachEnded(Ok(())));
    look_of(&back);
}
