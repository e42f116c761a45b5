//! Which commands lead from the panes as they are to the panes as they should be. Pure. Every batch is
//! sent as one message, so tmux does all of it before anybody else has a word.

use std::fmt;

use pane_patrol_hooks::target::PaneId;
use thiserror::Error;

use super::layout::{Journal, OPTION, Pane, Panes, Placeholder};
use super::{NARROWEST, NARROWEST_BESIDE, Origin};
use crate::mux::tmux::Call;
use crate::mux::{Owner, Undone};

/// Commands of tmux.
pub(super) type Batch = Vec<Call>;

/// What runs in a placeholder: it says why it is there, and stays.
const SCRIPT: &str =
    "stty -echo 2>/dev/null; printf '\\033[2J\\033[H%s' \"$1\"; exec tail -f /dev/null";

const EMPTY: &str = "\n  Enter in the list shows an assistant here.\n";

/// Why the panes stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum NoSplit {
    /// We are in no pane of this server.
    #[error("the dashboard's own pane is not found · start the dashboard again")]
    NoDashboard,
    /// Columns that there are, and that are needed.
    #[error("too narrow to split: {is} columns, {needed} are needed · make the window wider")]
    TooNarrow {
        /// There are.
        is: u16,
        /// Are needed.
        needed: u16,
    },
    /// The placeholder was closed by hand.
    #[error("the place beside the dashboard is gone · open it again")]
    PlaceGone,
    /// What was to be shown has ended.
    #[error("the pane is gone · choose another row")]
    PaneGone,
    /// It would show itself.
    #[error("that is the dashboard itself · choose another row")]
    Itself,
    /// It is another dashboard's placeholder.
    #[error("that pane only keeps a place · choose another row")]
    KeepsAPlace,
    /// It stands beside another dashboard.
    #[error("another dashboard shows it · close the place there first")]
    ShownElsewhere,
    /// What is typed here would reach the assistant.
    #[error("this window shares its keys among its panes · switch `synchronize-panes` off first")]
    SharesKeys,
}

impl From<NoSplit> for Undone {
    fn from(why: NoSplit) -> Self {
        Self::Refused(why.to_string())
    }
}

/// Makes the place at the right of the dashboard, `width` columns being the dashboard's.
pub(super) fn open(
    panes: &Panes,
    owner: &Owner,
    home: PaneId,
    width: u16,
) -> Result<Batch, NoSplit> {
    let dashboard = panes.pane(home).ok_or(NoSplit::NoDashboard)?;
    let needed = NARROWEST + 1 + NARROWEST_BESIDE;
    shares_no_keys(dashboard)?;
    // Zoomed it is as wide as the window, which it will not be in the split.
    let is = width_in(&dashboard.layout, home)
        .map_or(dashboard.width, |unzoomed| unzoomed.min(dashboard.width));
    if is < needed {
        return Err(NoSplit::TooNarrow { is, needed });
    }
    let journal = Journal {
        owner: owner.clone(),
        home,
        window: dashboard.window.clone(),
        is_zoomed: dashboard.is_zoomed,
        layout: dashboard.layout.clone(),
        shows: None,
    };
    let right = (is - width.min(is - NARROWEST_BESIDE - 1) - 1).to_string();
    let split = Call::new("split-window").flag("-h").option("-l", &right);
    Ok(vec![
        program(split.target(home), EMPTY),
        // The new pane is the active one of its window now: a name for it that is known beforehand.
        keep(&journal, &journal.window),
        Call::new("select-pane").target(home),
    ])
}

/// Shows `pane` in the place; what stood there before goes back first.
pub(super) fn show(
    panes: &Panes,
    owner: &Owner,
    home: PaneId,
    pane: PaneId,
) -> Result<Batch, NoSplit> {
    let place = panes.place_of(owner).ok_or(NoSplit::PlaceGone)?;
    let wanted = panes.pane(pane).ok_or(NoSplit::PaneGone)?;
    let is_ours = place.journal.shows == Some(pane);
    if pane == home {
        return Err(NoSplit::Itself);
    }
    if wanted.journal.is_some() {
        return Err(NoSplit::KeepsAPlace);
    }
    if panes.is_shown(pane) && !is_ours {
        return Err(NoSplit::ShownElsewhere);
    }
    panes.pane(home).map_or(Ok(()), shares_no_keys)?;
    if is_ours || wanted.window == place.journal.window {
        return Ok(vec![Call::new("select-pane").target(pane)]);
    }
    let mut batch = back(panes, place);
    batch.push(swap(wanted, place.pane));
    batch.push(note(place, Some(pane)));
    batch.push(respawn(place.pane, STANDS_IN));
    Ok(batch)
}

const STANDS_IN: &str = "\n  The pane that belongs here is shown beside the dashboard of pane-patrol.\n  \
    It comes back when that shows another one, or ends.\n";

/// Brings the placeholder back beside the dashboard after the pane that was shown has ended; where it
/// stood the window closes up, as it would have without us.
pub(super) fn keep_place(panes: &Panes, owner: &Owner, width: u16) -> Batch {
    let Some(place) = panes.place_of(owner) else {
        return Batch::new();
    };
    let home = place.journal.home;
    let Some(dashboard) = panes.pane(home) else {
        return Batch::new();
    };
    let mut batch = Batch::new();
    if place.pane.window != dashboard.window {
        let right = dashboard.width.saturating_sub(width + 1).max(1).to_string();
        let join = moved("join-pane", place.pane.id).flag("-h");
        batch.push(join.option("-l", right).target(home));
    }
    batch.push(note(place, None));
    let ended =
        "\n  The pane that was shown here has ended.\n  Enter in the list shows another one.\n";
    batch.push(respawn(place.pane, ended));
    batch
}

/// Puts everything back: the pane, then the layout of the dashboard's window.
pub(super) fn close(panes: &Panes, owner: &Owner) -> Batch {
    let Some(place) = panes.place_of(owner) else {
        return Batch::new();
    };
    let mut batch = back(panes, place);
    batch.push(Call::new("kill-pane").target(place.pane.id));
    if is_as_it_was(panes, place) {
        let Journal {
            window,
            layout,
            home,
            is_zoomed,
            ..
        } = place.journal;
        let select = Call::new("select-layout").target(window);
        batch.push(select.operand(layout));
        if *is_zoomed {
            batch.push(Call::new("resize-pane").flag("-Z").target(home));
        }
    }
    batch
}

/// Sends a pane back whose placeholder was closed by hand: to its window, else to its session.
pub(super) fn rescue(panes: &Panes, home: PaneId, origin: &Origin) -> Batch {
    let (Some(pane), Some(dashboard)) = (panes.pane(origin.pane), panes.pane(home)) else {
        return Batch::new();
    };
    if pane.window != dashboard.window {
        return Batch::new();
    }
    if !panes.panes_of(&origin.window).is_empty() {
        return vec![moved("join-pane", pane.id).target(&origin.window)];
    }
    let away = moved("break-pane", pane.id);
    if panes.has_session(&origin.session) {
        return vec![away.target(format!("{}:", origin.session))];
    }
    vec![away]
}

/// Takes a pane to another window, without going there.
fn moved(command: &'static str, pane: PaneId) -> Call {
    Call::new(command).flag("-d").option("-s", pane.to_string())
}

/// The shown pane to its own place, wherever it was moved meanwhile. When it has ended, nothing.
fn back(panes: &Panes, place: Placeholder<'_>) -> Batch {
    let shown = place.journal.shows.and_then(|shown| panes.pane(shown));
    shown.map_or_else(Batch::new, |shown| {
        vec![swap(place.pane, shown), note(place, None)]
    })
}

/// Nothing but the two panes changes: not the active ones, not a zoom.
fn swap(one: &Pane, other: &Pane) -> Call {
    moved("swap-pane", one.id).flag("-Z").target(other.id)
}

fn note(place: Placeholder<'_>, shows: Option<PaneId>) -> Call {
    let journal = Journal {
        shows,
        ..place.journal.clone()
    };
    keep(&journal, place.pane.id)
}

/// Gives the pane, or the active one of the window, its journal.
fn keep(journal: &Journal, pane: impl fmt::Display) -> Call {
    let set = Call::new("set-option").flag("-p").target(pane);
    set.operand(OPTION).operand(journal.to_string())
}

fn respawn(pane: &Pane, text: &str) -> Call {
    program(Call::new("respawn-pane").flag("-k").target(pane.id), text)
}

/// What the pane that `call` makes shows.
fn program(call: Call, text: &str) -> Call {
    let words = ["sh", "-c", SCRIPT, "pane-patrol", text];
    words.into_iter().fold(call, Call::operand)
}

/// Whether the dashboard's window, without what we added, is the one that the layout was taken of.
fn is_as_it_was(panes: &Panes, place: Placeholder<'_>) -> bool {
    let Journal {
        window,
        layout,
        shows,
        ..
    } = place.journal;
    let mut now = panes.panes_of(window);
    now.retain(|pane| *pane != place.pane.id && Some(*pane) != *shows);
    let size = now
        .first()
        .and_then(|pane| panes.pane(*pane))
        .map(|pane| pane.size.as_str());
    let mut then = panes_in(layout);
    now.sort_unstable();
    then.sort_unstable();
    now == then && size == size_in(layout)
}

/// What is typed for the dashboard must not reach the assistant beside it.
fn shares_no_keys(dashboard: &Pane) -> Result<(), NoSplit> {
    if dashboard.shares_keys {
        return Err(NoSplit::SharesKeys);
    }
    Ok(())
}

/// Columns of a pane in a layout.
fn width_in(layout: &str, pane: PaneId) -> Option<u16> {
    let cells = layout.split_once(',').map_or("", |(_, cells)| cells);
    let cells = cells.split(['{', '[', '}', ']']);
    let fields = cells.map(|cell| cell.split(',').filter(|field| !field.is_empty()).collect());
    fields.into_iter().find_map(|fields: Vec<&str>| {
        let at = (3..fields.len())
            .find(|at| fields[*at].parse() == Ok(pane.0) && fields[at - 3].contains('x'))?;
        fields[at - 3].split_once('x')?.0.parse().ok()
    })
}

/// The size in a layout: `80x24` of `b25f,80x24,0,0,1`.
fn size_in(layout: &str) -> Option<&str> {
    layout.split(',').nth(1)
}

/// The panes in a layout: the fourth number of each cell that is not divided further.
fn panes_in(layout: &str) -> Vec<PaneId> {
    let cells = layout.split_once(',').map_or("", |(_, cells)| cells);
    let mut panes = Vec::new();
    for cell in cells.split(['{', '[', '}', ']']) {
        let fields: Vec<&str> = cell.split(',').filter(|field| !field.is_empty()).collect();
        // Cells of one row or column follow each other: size, x, y and, if not divided, the pane.
        for at in (0..fields.len()).filter(|at| fields[*at].contains('x')) {
            if let Some(id) = fields.get(at + 3).filter(|field| !field.contains('x')) {
                panes.extend(id.parse().ok().map(PaneId));
            }
        }
    }
    panes
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = Owner { pid: 7, start: 99 };

    fn panes(lines: &[&str]) -> Panes {
        Panes::parse(lines.join("\n").as_bytes())
    }

    fn line(pane: &str, window: &str, width: u16, layout: &str, journal: &str) -> String {
        format!("P\t77\t{pane}\t{window}\t$0\t{width}\t0\t100x30\t0\t{layout}\t{journal}")
    }

    const ALONE: &str = "aaaa,100x30,0,0,1";
    const PARTED: &str = "bbbb,100x30,0,0{40x30,0,0,1,59x30,41,0,9}";

    fn journal(shows: &str) -> String {
        format!("1 7 99 %1 @1 0 {shows} {ALONE}")
    }

    /// The dashboard in %1, the placeholder %9 and the shown %2 in each other's places.
    fn shown() -> Panes {
        panes(&[
            &line("%1", "@1", 40, PARTED, ""),
            &line("%2", "@1", 59, PARTED, ""),
            &line("%9", "@2", 100, "cccc,100x30,0,0,9", &journal("%2")),
            &line("%3", "@3", 100, "dddd,100x30,0,0,3", ""),
        ])
    }

    fn told(batch: &Batch) -> Vec<String> {
        let told = batch.iter().map(Call::to_string);
        told.filter(|words| !words.starts_with("respawn-pane"))
            .collect()
    }

    #[test]
    fn a_place_is_made_noted_and_left_in_one_go() {
        let panes = panes(&[&line("%1", "@1", 100, ALONE, "")]);
        let batch = told(&open(&panes, &OWNER, PaneId(1), 40).unwrap());
        assert!(
            batch[0].starts_with("split-window -h -l 59 -t %1 -- sh -c "),
            "{batch:?}"
        );
        assert_eq!(
            batch[1],
            format!("set-option -p -t @1 -- @pane_patrol_split {}", journal("-"))
        );
        assert_eq!(batch[2], "select-pane -t %1");
    }

    #[test]
    fn where_it_is_too_narrow_nothing_is_done() {
        let narrow = panes(&[&line("%1", "@1", 79, ALONE, "")]);
        let refused = open(&narrow, &OWNER, PaneId(1), 40).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "too narrow to split: 79 columns, 80 are needed · make the window wider"
        );
        let usual = panes(&[&line("%1", "@1", 80, ALONE, "")]);
        for wanted in [40, 50] {
            let batch = told(&open(&usual, &OWNER, PaneId(1), wanted).unwrap());
            assert!(batch[0].starts_with("split-window -h -l 39 "), "{batch:?}");
        }
    }

    #[test]
    fn another_pane_is_shown_after_the_first_one_went_back() {
        let batch = told(&show(&shown(), &OWNER, PaneId(1), PaneId(3)).unwrap());
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
        let why = |pane| {
            show(&shown, &OWNER, PaneId(1), PaneId(pane))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(why(1), "that is the dashboard itself · choose another row");
        assert_eq!(why(9), "that pane only keeps a place · choose another row");
        assert_eq!(why(8), "the pane is gone · choose another row");
        let again = show(&shown, &OWNER, PaneId(1), PaneId(2)).unwrap();
        assert_eq!(told(&again), ["select-pane -t %2"]);
    }

    #[test]
    fn closing_takes_back_every_step_and_restores_the_layout() {
        let batch = told(&close(&shown(), &OWNER));
        let layout = format!("select-layout -t @1 -- {ALONE}");
        assert_eq!(batch[0], "swap-pane -d -s %9 -Z -t %2");
        assert_eq!(batch[2..], ["kill-pane -t %9".to_owned(), layout]);
    }

    #[test]
    fn a_window_that_was_changed_by_hand_keeps_its_layout() {
        let mut lines = vec![
            line("%1", "@1", 40, PARTED, ""),
            line("%9", "@1", 59, PARTED, &journal("-")),
        ];
        let as_it_was = panes(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(told(&close(&as_it_was, &OWNER)).len(), 2);
        lines.push(line("%5", "@1", 59, PARTED, ""));
        let changed = panes(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(told(&close(&changed, &OWNER)), ["kill-pane -t %9"]);
    }

    #[test]
    fn when_the_shown_pane_has_ended_the_place_comes_back_beside_the_dashboard() {
        let ended = panes(&[
            &line("%1", "@1", 100, ALONE, ""),
            &line("%9", "@2", 100, "cccc,100x30,0,0,9", &journal("%2")),
        ]);
        let batch = told(&keep_place(&ended, &OWNER, 40));
        assert_eq!(batch[0], "join-pane -d -s %9 -h -l 59 -t %1");
        let batch = told(&close(&ended, &OWNER));
        assert_eq!(batch[0], "kill-pane -t %9", "there is nothing to swap");
    }

    #[test]
    fn a_pane_whose_place_was_closed_goes_back_to_its_window_or_session() {
        let origin = Origin {
            pane: PaneId(2),
            window: "@2".to_owned(),
            session: "$0".to_owned(),
        };
        let mut lines = vec![
            line("%1", "@1", 40, PARTED, ""),
            line("%2", "@1", 59, PARTED, ""),
        ];
        let rescued = |lines: &[String]| {
            let panes = panes(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            told(&rescue(&panes, PaneId(1), &origin))
        };
        assert_eq!(rescued(&lines), ["break-pane -d -s %2 -t $0:"]);
        lines.push(line("%4", "@2", 100, "x", ""));
        assert_eq!(rescued(&lines), ["join-pane -d -s %2 -t @2"]);
    }

    #[test]
    fn a_layout_tells_its_panes_and_its_size() {
        let layout = "bb62,159x48,0,0{79x48,0,0,14,79x48,80,0[79x24,80,0,20,79x23,80,25{39x23,80,25,3,39x23,120,25,4}]}";
        assert_eq!(panes_in(layout), [14, 20, 3, 4].map(PaneId));
        assert_eq!(size_in(layout), Some("159x48"));
        assert_eq!(
            [14, 3, 9].map(|pane| width_in(layout, PaneId(pane))),
            [Some(79), Some(39), None]
        );
        assert_eq!(panes_in(ALONE), [PaneId(1)]);
    }
}
