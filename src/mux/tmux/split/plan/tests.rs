use super::super::layout::Panes;
use super::super::memory::Memory;
use super::*;
use crate::mux::Room;
use crate::mux::tmux::split::testing::{ALONE, Listed, PARTED, home, journal, panes, told};

/// The dashboard in %1, the placeholder %9 and the shown %2 in each other's places.
fn shown() -> Panes {
    panes(&[
        Listed::new("%1", "@1", (40, 30), PARTED).active(),
        Listed::new("%2", "@1", (59, 30), PARTED),
        Listed::new("%9", "@2", (100, 30), "cccc,100x30,0,0,9").keeps(&journal("%2")),
        Listed::new("%3", "@3", (100, 30), "dddd,100x30,0,0,3"),
    ])
}

fn alone(width: u16, height: u16) -> Panes {
    let layout = format!("aaaa,{width}x{height},0,0,1");
    panes(&[Listed::new("%1", "@1", (width, height), &layout).active()])
}

fn below(own: Option<u16>) -> Home {
    Home {
        room: Room {
            direction: Direction::Below,
            own,
        },
        ..home()
    }
}

#[test]
fn a_place_is_made_noted_and_left_in_one_go() {
    let batch = told(&open(&alone(100, 30), &home()).unwrap());
    assert!(
        batch[0].starts_with("split-window -h -l 59 -t %1 -- sh -c "),
        "{batch:?}"
    );
    let set = format!("set-option -p -t @1 -- @pane_patrol_split {}", journal("-"));
    assert_eq!(batch[1], set);
    assert_eq!(batch[2], "select-pane -t %1");
    let batch = told(&open(&alone(100, 30), &below(Some(12))).unwrap());
    assert!(
        batch[0].starts_with("split-window -v -l 17 -t %1 -- sh -c "),
        "{batch:?}"
    );
}

#[test]
fn where_there_is_no_room_nothing_is_done() {
    let refused = open(&alone(79, 30), &home()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "too narrow to split: 79 columns, 80 are needed · make the window wider"
    );
    let refused = open(&alone(79, 22), &below(None)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "too low to split: 22 lines, 23 are needed · make the window higher"
    );
    for wanted in [None, Some(50)] {
        let room = Room {
            own: wanted,
            ..Room::default()
        };
        assert_eq!(room.share(80), 39);
        assert_eq!(below(wanted).room.share(23), 11);
    }
    assert_eq!([60, 3, 0].map(|whole| home().room.share(whole)), [29, 1, 1]);
}

#[test]
fn another_pane_is_shown_after_the_first_one_went_back() {
    let batch = told(&show(&shown(), &home(), PaneId(3)).unwrap());
    let set = |shows| {
        format!(
            "set-option -p -t %9 -- @pane_patrol_split {}",
            journal(shows)
        )
    };
    let expected = [
        "swap-pane -d -s %9 -Z -t %2".to_owned(),
        set("-"),
        "swap-pane -d -s %3 -Z -t %9".to_owned(),
        set("%3"),
    ];
    assert_eq!(batch, expected);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let shown = shown();
    let why = |pane| show(&shown, &home(), PaneId(pane)).unwrap_err().to_string();
    assert_eq!(why(1), "that is the dashboard itself · choose another row");
    assert_eq!(why(9), "that pane only keeps a place · choose another row");
    assert_eq!(why(8), "the pane is gone · choose another row");
    let again = show(&shown, &home(), PaneId(2)).unwrap();
    assert_eq!(told(&again), ["select-pane -t %2"]);
}

#[test]
fn a_place_that_was_taken_elsewhere_by_hand_comes_back_and_a_zoom_is_taken_off() {
    let moved = panes(&[
        Listed::new("%1", "@1", (100, 30), ALONE).active(),
        Listed::new("%2", "@5", (100, 30), "eeee,100x30,0,0,2"),
        Listed::new("%9", "@2", (100, 30), "cccc,100x30,0,0,9").keeps(&journal("%2")),
        Listed::new("%3", "@3", (100, 30), "dddd,100x30,0,0,3"),
    ]);
    let batch = told(&show(&moved, &home(), PaneId(3)).unwrap());
    assert_eq!(batch[0], "swap-pane -d -s %9 -Z -t %2");
    assert_eq!(batch[2], "join-pane -d -s %9 -h -l 59 -t %1");
    let zoomed = panes(&[
        Listed::new("%1", "@1", (100, 30), PARTED).active().zoomed(),
        Listed::new("%9", "@1", (59, 30), PARTED).keeps(&journal("-")),
        Listed::new("%3", "@3", (100, 30), "dddd,100x30,0,0,3"),
    ]);
    let batch = told(&show(&zoomed, &home(), PaneId(3)).unwrap());
    assert_eq!(
        batch[..2],
        ["resize-pane -Z -t %1", "swap-pane -d -s %3 -Z -t %9"]
    );
}

#[test]
fn closing_takes_back_every_step_and_restores_the_layout() {
    let batch = told(&close(&shown(), &home().owner));
    let layout = format!("select-layout -t @1 -- {ALONE}");
    assert_eq!(batch[0], "swap-pane -d -s %9 -Z -t %2");
    assert_eq!(batch[2..], ["kill-pane -t %9".to_owned(), layout]);
}

#[test]
fn a_window_that_was_changed_by_hand_keeps_its_layout() {
    let mut listed = vec![
        Listed::new("%1", "@1", (40, 30), PARTED).active(),
        Listed::new("%9", "@1", (59, 30), PARTED).keeps(&journal("-")),
    ];
    assert_eq!(told(&close(&panes(&listed), &home().owner)).len(), 2);
    listed.push(Listed::new("%5", "@1", (59, 30), PARTED));
    assert_eq!(
        told(&close(&panes(&listed), &home().owner)),
        ["kill-pane -t %9"]
    );
}

#[test]
fn when_the_shown_pane_has_ended_the_place_comes_back_beside_the_dashboard() {
    let ended = panes(&[
        Listed::new("%1", "@1", (100, 30), ALONE).active(),
        Listed::new("%9", "@2", (100, 30), "cccc,100x30,0,0,9").keeps(&journal("%2")),
    ]);
    let batch = told(&leave(&ended, &home(), "claude", End::ByItself));
    assert_eq!(batch[0], "join-pane -d -s %9 -h -l 59 -t %1");
    let batch = told(&close(&ended, &home().owner));
    assert_eq!(batch[0], "kill-pane -t %9", "there is nothing to swap");
}

/// What is done after the placeholder of %2 was closed, which stood in `was` among others.
fn rescued(was: Listed, others: Vec<Listed>, left: &[Listed]) -> Vec<String> {
    let dashboard = Listed::new("%1", "@1", (40, 30), PARTED).active();
    let pane = Listed::new("%2", "@1", (59, 30), PARTED);
    let mut before = vec![dashboard.clone(), pane.clone()];
    before.extend(others);
    before.push(was.keeps(&journal("%2")));
    let before = panes(&before);
    let memory = Memory::of(
        &before,
        before.place_of(&home().owner).unwrap(),
        String::new(),
    );
    let mut now = vec![dashboard, pane];
    now.extend_from_slice(left);
    let batch = told(&memory.restore(&panes(&now)));
    let (settled, back) = batch.split_last().unwrap();
    assert_eq!(*settled, format!("select-layout -t @1 -- {ALONE}"));
    back.to_vec()
}

#[test]
fn a_pane_whose_place_was_closed_goes_back_to_its_neighbours() {
    let layout = "f,100x30,0,0{50x30,0,0,4,49x30,51,0,9}";
    let neighbour = Listed::new("%4", "@2", (100, 30), layout);
    let was = Listed::new("%9", "@2", (49, 30), layout).active();
    let laid_out = format!("select-layout -t %2 -- {layout}");
    let left = [neighbour.clone()];
    let back = rescued(was.clone(), vec![neighbour.clone()], &left);
    let expected = [
        "join-pane -d -s %2 -f -t %4",
        &laid_out,
        "select-pane -t %2",
    ];
    assert_eq!(back, expected);
    let stranger = Listed::new("%6", "@2", (49, 30), layout);
    let left = [neighbour.clone(), stranger];
    let back = rescued(was, vec![neighbour], &left);
    assert_eq!(back, ["join-pane -d -s %2 -f -t %4", "select-pane -t %2"]);
}

#[test]
fn a_pane_whose_window_was_closed_has_one_of_that_number_and_in_a_session_of_that_name() {
    let layout = "f,120x40,0,0,9";
    let was = || Listed::new("%9", "@2", (120, 40), layout);
    let in_session = Listed::new("%4", "@3", (120, 40), layout).at(7);
    let laid_out = format!("select-layout -t %2 -- {layout}");
    let back = rescued(was().at(6), Vec::new(), &[in_session]);
    assert_eq!(back, ["break-pane -d -s %2 -t $0:6", &laid_out]);
    let back = rescued(was().at(7).called("api"), Vec::new(), &[]);
    assert_eq!(back, ["break-pane -d -s %2 -n api -t $0:7", &laid_out]);
    let back = rescued(was().at(3).of(("$5", "my #one")), Vec::new(), &[]);
    assert!(
        back[0].starts_with("new-session -d -s my ##one -x 120 -y 40 -- sh "),
        "{back:?}"
    );
    let expected = [
        "join-pane -d -s %2 -t =my #one:",
        "kill-pane -a -t %2",
        &laid_out,
        "move-window -d -s %2 -t =my #one:3",
    ];
    assert_eq!(back[1..], expected);
}

#[test]
fn what_will_be_lent_is_remembered_as_it_stands_before() {
    let layout = "f,100x30,0,0{50x30,0,0,9,49x30,51,0,3}";
    let before = [
        Listed::new("%1", "@1", (40, 30), PARTED).active(),
        Listed::new("%2", "@1", (59, 30), PARTED),
        Listed::new("%9", "@2", (50, 30), layout).keeps(&journal("%2")),
        Listed::new("%3", "@2", (49, 30), layout),
    ];
    let listed = panes(&before);
    let memory = Memory::once_shown(&listed, &home(), PaneId(3), "").unwrap();
    // It is shown, the first one is home, and the placeholder was closed at once.
    let now = panes(&[
        Listed::new("%1", "@1", (40, 30), PARTED).active(),
        Listed::new("%3", "@1", (59, 30), PARTED),
        Listed::new("%2", "@2", (100, 30), layout),
    ]);
    let laid_out = format!("select-layout -t %3 -- {layout}");
    let back = told(&memory.restore(&now));
    assert_eq!(back[..2], ["join-pane -d -s %3 -f -t %2", &laid_out]);
}
