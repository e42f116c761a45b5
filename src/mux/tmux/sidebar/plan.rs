//! From what tmux says of its windows to what it is told: pure. Each batch is one message.

use pane_patrol_hooks::target::PaneId;

use super::look::{ALL, BEFORE, Bar, MARK, WITH, Window, Windows, ZOOMED};
use super::tree::Cell;
use crate::mux::sidebar::{COLUMNS, Side, Sidebar};
use crate::mux::tmux::{Call, Format};

/// Commands that are carried out one after the other before anybody else has a word.
pub(super) type Batch = Vec<Call>;

/// One call of it.
pub(super) fn joined(batch: Batch) -> Option<Call> {
    batch.into_iter().reduce(Call::then)
}

/// The layout as it is now, in an option of the window.
fn noted(window: &Window, option: &'static str) -> Call {
    let set = Call::new("set-option").flag("-w").flag("-F");
    let set = set.target(window.id()).operand(option);
    set.format_operand(&Format::own("#{window_layout}"))
}

/// That layout, in an option of the window.
fn kept(window: &Window, option: &'static str, layout: &Cell) -> Call {
    let set = Call::new("set-option").flag("-w").target(window.id());
    set.operand(option).operand(layout.text())
}

fn forgotten(window: &Window) -> Batch {
    let unset = |option| {
        let unset = Call::new("set-option").flag("-w").flag("-q").flag("-u");
        unset.target(window.id()).operand(option)
    };
    [BEFORE, WITH, ZOOMED].map(unset).into()
}

/// Which pane is zoomed, in an option of the window.
fn zoom_kept(window: &Window) -> Option<Call> {
    if window.zoomed() == window.was_zoomed {
        return None;
    }
    let set = Call::new("set-option").flag("-w").flag("-q");
    Some(match window.zoomed() {
        Some(pane) => set
            .target(window.id())
            .operand(ZOOMED)
            .operand(pane.to_string()),
        None => set.flag("-u").target(window.id()).operand(ZOOMED),
    })
}

fn laid_out(window: &Window, layout: &Cell) -> Call {
    let select = Call::new("select-layout").target(window.id());
    select.operand(layout.text())
}

/// Zooms a pane again, in a window where something else was done.
fn zoomed_again(window: &Window, pane: Option<PaneId>) -> Option<Call> {
    let pane = pane.filter(|pane| window.others().any(|other| other == *pane))?;
    Some(Call::new("resize-pane").flag("-Z").target(pane))
}

/// Where the new pane of a window stands, across all of it.
fn across(call: Call, side: Side, width: u16) -> Call {
    let call = call.flag("-d").flag("-f").flag("-h");
    let call = match side {
        Side::Left => call.flag("-b"),
        Side::Right => call,
    };
    call.option("-l", width.to_string())
}

fn word(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

/// A sidebar in that window. Nothing happens where it has other panes by then than it was seen with: the new one would be
/// taken for another one.
pub(super) fn opened(window: &Window, sidebar: &Sidebar, width: u16) -> Call {
    let count = u32::try_from(window.panes.len()).unwrap_or(u32::MAX);
    let index = match sidebar.side {
        Side::Left => window.first_index,
        Side::Right => window.first_index.saturating_add(count),
    };
    let pane = format!("{}.{index}", window.id());
    let split = across(Call::new("split-window"), sidebar.side, width);
    // Zoomed again at once, where it was zoomed.
    let split = if window.is_zoomed {
        split.flag("-Z")
    } else {
        split
    };
    let split = split.target(window.id());
    let split = sidebar.words.iter().fold(split, Call::operand);
    let set = |option: &'static str, value: &'static str| {
        let set = Call::new("set-option").flag("-p").flag("-q");
        set.target(&pane).operand(option).operand(value)
    };
    let batch = [
        noted(window, BEFORE),
        split,
        set(MARK, word(sidebar.side)),
        // Whatever the person has for her own: it goes with its program, and hears what is typed into it alone.
        set("remain-on-exit", "off"),
        set("synchronize-panes", "off"),
        noted(window, WITH),
    ];
    let batch = batch.into_iter().chain(zoom_kept(window));
    let batch = batch.reduce(Call::then);
    let call = Call::new("if-shell").flag("-F").target(window.id());
    let call = call.format_operand(&Format::is("window_panes", count));
    batch.map_or(call.clone(), |batch| call.script(&batch))
}

/// That window without its sidebars, in the shape that the rest of it had or has got since.
pub(super) fn closed(window: &Window) -> Batch {
    let kill = |bar: &Bar| Call::new("kill-pane").target(bar.pane);
    let mut batch: Batch = window.bars.iter().map(kill).collect();
    let rest: Vec<PaneId> = window.others().collect();
    if rest.is_empty() {
        return batch;
    }
    let is_divided = rest.len() > 1;
    let layout = without(window).filter(|_| is_divided);
    batch.extend(layout.map(|layout| laid_out(window, &layout)));
    batch.extend(forgotten(window));
    batch.extend(zoomed_again(window, window.zoomed()));
    batch
}

/// Whether it is divided as it was when it was last seen: at most, panes stand elsewhere.
pub(super) fn is_only_swapped(window: &Window) -> bool {
    let (Some(now), Some(with)) = (&window.layout, &window.with) else {
        return false;
    };
    now.is_divided_as(with)
}

/// As the window would be without its sidebars.
pub(super) fn without(window: &Window) -> Option<Cell> {
    let now = window.layout.clone()?;
    if let (Some(before), Some(with)) = (&window.before, &window.with)
        && now.is_divided_as(with)
    {
        return Some(before.clone());
    }
    let mut bars = window.bars.iter();
    bars.try_fold(now, |layout, bar| layout.without(bar.pane))
}

/// What a sidebar has left in a window that is gone without having been asked to. The room that it had is given back as it was,
/// where nobody has used it since.
pub(super) fn healed(window: &Window) -> Batch {
    let mut batch = Batch::new();
    if let (Some(before), Some(with), Some(now)) = (&window.before, &window.with, &window.layout) {
        let gone = with.panes();
        let mut gone = gone.iter().filter(|pane| !window.panes.contains(pane));
        let left = gone.next().and_then(|pane| with.closed(*pane));
        let is_untouched = gone.next().is_none() && left.is_some_and(|it| it.is_divided_as(now));
        if is_untouched && window.panes.len() > 1 {
            batch.push(laid_out(window, before));
            let was_zoomed = window
                .was_zoomed
                .filter(|pane| window.active == Some(*pane));
            batch.extend(zoomed_again(window, window.zoomed().or(was_zoomed)));
        }
    }
    batch.extend(forgotten(window));
    batch
}

/// What is to be done about a window with a sidebar.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Care {
    Nothing,
    /// All of this at once.
    Now(Batch),
    /// It stands elsewhere: see [`probed`] and [`put_back`].
    Displaced(Bar),
    /// It stands at its place, but another layout may have been chosen by its name: see [`probed`]. If not, this.
    Doubtful(Bar, Batch),
}

/// See [`Care`]. `sidebar`: how they are to be.
pub(super) fn care(window: &Window, sidebar: &Sidebar) -> Care {
    let Some(bar) = window.bars.first() else {
        return if window.is_kept {
            Care::Now(healed(window))
        } else {
            Care::Nothing
        };
    };
    // Whoever closes the last other pane closes the window.
    if window.others().next().is_none() || window.bars.len() > 1 {
        let spare = match window.others().next() {
            None => &window.bars[..],
            Some(_) => &window.bars[1..],
        };
        let kill = |bar: &Bar| Call::new("kill-pane").target(bar.pane);
        return Care::Now(spare.iter().map(kill).collect());
    }
    let Some(now) = &window.layout else {
        return Care::Nothing;
    };
    let zoom = zoom_kept(window);
    // Nobody sees it there, and it would not stay zoomed.
    if window.is_zoomed {
        return zoom.map_or(Care::Nothing, |zoom| Care::Now(vec![zoom]));
    }
    let Some(width) = now.width_at(bar.side, bar.pane) else {
        return Care::Displaced(*bar);
    };
    if window.before.is_some() && window.with.as_ref() == Some(now) {
        return zoom.map_or(Care::Nothing, |zoom| Care::Now(vec![zoom]));
    }
    let Some(rest) = without(window) else {
        return Care::Nothing;
    };
    let was_resized = window.with.as_ref().map(Cell::size) != Some(now.size());
    let is_fit = (COLUMNS.0..=COLUMNS.1).contains(&width);
    let wanted = sidebar.width_in(now.size().0).filter(|it| *it != width);
    let mut batch = match wanted.filter(|_| was_resized || !is_fit) {
        Some(wanted) => {
            let whole = rest.beside(bar.side, bar.pane, wanted);
            vec![
                laid_out(window, &whole),
                kept(window, BEFORE, &rest),
                kept(window, WITH, &whole),
            ]
        }
        None => vec![kept(window, BEFORE, &rest), kept(window, WITH, now)],
    };
    batch.extend(zoom);
    let has_moved = window.with.as_ref().is_some_and(|last| {
        let was_wide = last.width_at(bar.side, bar.pane);
        let is_by_hand = is_fit && now.differs_only_at(bar.side, last);
        last.panes() == now.panes() && was_wide != Some(width) && !is_by_hand
    });
    if has_moved && !was_resized {
        Care::Doubtful(*bar, batch)
    } else {
        Care::Now(batch)
    }
}

/// Lays the window out as tmux did last for the person, and prints what it is then: the same where she has just had that
/// done.
pub(super) fn probed(window: &Window) -> Call {
    let select = Call::new("select-layout").target(window.id());
    let told = Call::new("display-message").flag("-p").target(window.id());
    select.then(told.format_operand(&Format::own("#{window_layout}")))
}

/// Has a sidebar at its place again. `by_name`: the person has chosen one of tmux's own layouts, which the rest gets; else it
/// stays as it is.
pub(super) fn put_back(window: &Window, bar: Bar, by_name: bool, sidebar: &Sidebar) -> Batch {
    let beside = match bar.side {
        Side::Left => window.others().next(),
        Side::Right => window.others().next_back(),
    };
    let (Some(beside), Some(now)) = (beside, &window.layout) else {
        return Batch::new();
    };
    let away = Call::new("break-pane").flag("-d");
    let away = away.option("-s", bar.pane.to_string());
    let mut batch = vec![away.target(format!("{}:", window.session))];
    if by_name {
        batch.push(Call::new("select-layout").target(window.id()));
    } else if let Some(rest) = without(window).filter(|it| it.panes().len() > 1) {
        batch.push(laid_out(window, &rest));
    }
    let width = sidebar.width_in(now.size().0).unwrap_or(COLUMNS.0);
    let join = across(Call::new("join-pane"), bar.side, width);
    let join = join.option("-s", bar.pane.to_string()).target(beside);
    batch.extend([noted(window, BEFORE), join, noted(window, WITH)]);
    batch
}

/// As the window was before it was probed.
pub(super) fn as_it_was(window: &Window) -> Option<Call> {
    let layout = window.layout.as_ref();
    layout.map(|layout| laid_out(window, layout))
}

/// Every window that comes after the last one gets a sidebar.
pub(super) fn following(windows: &Windows) -> Call {
    let set = Call::new("set-option").flag("-s").operand(ALL);
    set.operand(windows.last().to_string())
}

/// No window gets one by itself any more.
pub(super) fn not_following() -> Call {
    let unset = Call::new("set-option").flag("-s").flag("-q").flag("-u");
    unset.operand(ALL)
}
