//! A window's layout as a tree: read, changed and written in tmux's own words
//! (`b25f,80x24,0,0{40x24,0,0,1,39x24,41,0,2}`), with its checksum.

use std::fmt::Write as _;

use pane_patrol_hooks::target::PaneId;

use crate::mux::sidebar::Side;

/// No layout is deeper: whoever has written another one has not tmux.
const DEEPEST: usize = 64;

/// A part of a window: a pane, or parts beside or below each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    columns: u16,
    lines: u16,
    inside: Inside,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    Pane(PaneId),
    /// Beside each other: two at least.
    Row(Vec<Cell>),
    /// Below each other: two at least.
    Column(Vec<Cell>),
}

/// In which direction sizes are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Columns,
    Lines,
}

impl Cell {
    /// Reads it; `None`: it is none, or one of a kind that is not known.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sum, cells) = text.split_once(',')?;
        let mut rest = cells;
        let cell = cell(&mut rest, DEEPEST)?;
        let is_whole = rest.is_empty() && u16::from_str_radix(sum, 16) == Ok(checksum(cells));
        is_whole.then_some(cell)
    }

    /// As tmux reads it.
    pub(super) fn text(&self) -> String {
        let mut cells = String::new();
        self.write(&mut cells, (0, 0));
        format!("{:04x},{cells}", checksum(&cells))
    }

    fn write(&self, text: &mut String, (x, y): (u16, u16)) {
        // A string takes everything.
        let _ = write!(text, "{}x{},{x},{y}", self.columns, self.lines);
        let (signs, cells) = match &self.inside {
            Inside::Pane(PaneId(id)) => {
                let _ = write!(text, ",{id}");
                return;
            }
            Inside::Row(cells) => (['{', '}'], cells),
            Inside::Column(cells) => (['[', ']'], cells),
        };
        let (mut x, mut y) = (x, y);
        for (number, cell) in cells.iter().enumerate() {
            text.push(if number == 0 { signs[0] } else { ',' });
            cell.write(text, (x, y));
            match self.inside {
                Inside::Row(_) => x += cell.columns + 1,
                _ => y += cell.lines + 1,
            }
        }
        text.push(signs[1]);
    }

    /// Columns and lines.
    pub(super) fn size(&self) -> (u16, u16) {
        (self.columns, self.lines)
    }

    /// Its panes in the window's order.
    pub(super) fn panes(&self) -> Vec<PaneId> {
        match &self.inside {
            Inside::Pane(id) => vec![*id],
            Inside::Row(cells) | Inside::Column(cells) => {
                cells.iter().flat_map(Self::panes).collect()
            }
        }
    }

    /// Whether it is divided just as the other one, whichever panes stand where.
    pub(super) fn is_divided_as(&self, other: &Self) -> bool {
        let inside = match (&self.inside, &other.inside) {
            (Inside::Pane(_), Inside::Pane(_)) => true,
            (Inside::Row(own), Inside::Row(others))
            | (Inside::Column(own), Inside::Column(others)) => {
                let mut pairs = own.iter().zip(others);
                own.len() == others.len() && pairs.all(|(one, other)| one.is_divided_as(other))
            }
            _ => false,
        };
        self.size() == other.size() && inside
    }

    /// The columns of this pane, if it stands at that side from top to bottom.
    pub(super) fn width_at(&self, side: Side, pane: PaneId) -> Option<u16> {
        let Inside::Row(cells) = &self.inside else {
            return None;
        };
        let cell = match side {
            Side::Left => cells.first(),
            Side::Right => cells.last(),
        };
        let cell = cell.filter(|cell| cell.inside == Inside::Pane(pane))?;
        Some(cell.columns)
    }

    /// Whether all but the sidebar at that side and what stands beside it is as in the other one: a person has moved the line
    /// between them.
    pub(super) fn differs_only_at(&self, side: Side, other: &Self) -> bool {
        let (Inside::Row(own), Inside::Row(others)) = (&self.inside, &other.inside) else {
            return false;
        };
        let rest = |cells: &[Self]| match side {
            Side::Left => cells.get(2..).unwrap_or_default().to_vec(),
            Side::Right => cells[..cells.len().saturating_sub(2)].to_vec(),
        };
        own.len() == others.len() && rest(own) == rest(others)
    }

    /// Without this pane; its room goes to all that were beside or below it, each by its size. `None`: nothing is left, or it
    /// is not there.
    pub(super) fn without(&self, pane: PaneId) -> Option<Self> {
        self.taken(pane, |mut cells, at, axis| {
            cells.remove(at);
            let whole = self_size(&cells, axis);
            (cells, whole)
        })
        .map(|cell| cell.resized(self.size()))
    }

    /// As tmux leaves it when this pane ends: the one beside or below it has its room.
    pub(super) fn closed(&self, pane: PaneId) -> Option<Self> {
        self.taken(pane, |mut cells, at, axis| {
            let gone = cells.remove(at);
            let heir = &mut cells[at.saturating_sub(1)];
            heir.grow(axis, gone.along(axis) + 1);
            let whole = self_size(&cells, axis);
            (cells, whole)
        })
    }

    /// Takes a pane out: `take` says what is left of the parts among which it stands, and how much that is.
    fn taken(
        &self,
        pane: PaneId,
        take: impl Fn(Vec<Self>, usize, Axis) -> (Vec<Self>, u16) + Copy,
    ) -> Option<Self> {
        let (cells, axis) = match &self.inside {
            Inside::Pane(_) => return None,
            Inside::Row(cells) => (cells, Axis::Columns),
            Inside::Column(cells) => (cells, Axis::Lines),
        };
        let is_it = |cell: &Self| cell.inside == Inside::Pane(pane);
        let Some(at) = cells.iter().position(is_it) else {
            let taken = cells.iter().enumerate();
            let mut taken = taken.filter_map(|(at, cell)| Some((at, cell.taken(pane, take)?)));
            let (at, cell) = taken.next()?;
            let cell = cell.resized(cells[at].size());
            let mut cells = cells.clone();
            cells[at] = cell;
            return Some(self.with_inside(cells));
        };
        let (mut cells, whole) = take(cells.clone(), at, axis);
        if cells.len() == 1 {
            return cells.pop();
        }
        let (columns, lines) = match axis {
            Axis::Columns => (whole, self.lines),
            Axis::Lines => (self.columns, whole),
        };
        Some(Self {
            columns,
            lines,
            ..self.with_inside(cells)
        })
    }

    fn with_inside(&self, cells: Vec<Self>) -> Self {
        let inside = match self.inside {
            Inside::Column(_) => Inside::Column(cells),
            Inside::Row(_) | Inside::Pane(_) => Inside::Row(cells),
        };
        Self {
            inside,
            ..self.clone()
        }
    }

    /// With this pane of so many columns at its side, in the same size.
    pub(super) fn beside(&self, side: Side, pane: PaneId, width: u16) -> Self {
        let rest = self.resized((self.columns.saturating_sub(width + 1).max(1), self.lines));
        let sidebar = Self {
            columns: width,
            lines: self.lines,
            inside: Inside::Pane(pane),
        };
        let mut cells = match rest.inside {
            Inside::Row(cells) => cells,
            Inside::Pane(_) | Inside::Column(_) => vec![rest],
        };
        match side {
            Side::Left => cells.insert(0, sidebar),
            Side::Right => cells.push(sidebar),
        }
        Self {
            columns: self.columns,
            lines: self.lines,
            inside: Inside::Row(cells),
        }
    }

    fn along(&self, axis: Axis) -> u16 {
        match axis {
            Axis::Columns => self.columns,
            Axis::Lines => self.lines,
        }
    }

    /// Makes it larger as tmux does: parts that follow each other get a cell each in turn.
    fn grow(&mut self, axis: Axis, by: u16) {
        match axis {
            Axis::Columns => self.columns += by,
            Axis::Lines => self.lines += by,
        }
        match (&mut self.inside, axis) {
            (Inside::Pane(_), _) => {}
            (Inside::Row(cells), Axis::Columns) | (Inside::Column(cells), Axis::Lines) => {
                let count = cells.len();
                for turn in 0..usize::from(by) {
                    cells[turn % count].grow(axis, 1);
                }
            }
            (Inside::Row(cells), Axis::Lines) | (Inside::Column(cells), Axis::Columns) => {
                for cell in cells {
                    cell.grow(axis, by);
                }
            }
        }
    }

    /// The same in another size, each part by its own.
    fn resized(&self, (columns, lines): (u16, u16)) -> Self {
        let inside = match &self.inside {
            Inside::Pane(id) => Inside::Pane(*id),
            Inside::Row(cells) => {
                let sizes = shared(columns, cells.iter().map(|cell| cell.columns));
                let cells = cells.iter().zip(sizes);
                Inside::Row(
                    cells
                        .map(|(cell, own)| cell.resized((own, lines)))
                        .collect(),
                )
            }
            Inside::Column(cells) => {
                let sizes = shared(lines, cells.iter().map(|cell| cell.lines));
                let cells = cells.iter().zip(sizes);
                Inside::Column(
                    cells
                        .map(|(cell, own)| cell.resized((columns, own)))
                        .collect(),
                )
            }
        };
        Self {
            columns,
            lines,
            inside,
        }
    }
}

/// How much parts have together, the lines between them included.
fn self_size(cells: &[Cell], axis: Axis) -> u16 {
    let sizes: u16 = cells.iter().map(|cell| cell.along(axis)).sum();
    sizes + u16::try_from(cells.len().saturating_sub(1)).unwrap_or(0)
}

/// `whole` among parts that had these sizes, without the lines between them; each has one cell at least.
fn shared(whole: u16, sizes: impl Iterator<Item = u16>) -> Vec<u16> {
    let sizes: Vec<u32> = sizes.map(u32::from).collect();
    let between = u32::try_from(sizes.len().saturating_sub(1)).unwrap_or(0);
    let (mut left, mut had) = (
        u32::from(whole).saturating_sub(between),
        sizes.iter().sum::<u32>(),
    );
    let mut shares = Vec::new();
    for (at, size) in sizes.iter().enumerate() {
        let behind = u32::try_from(sizes.len() - at - 1).unwrap_or(0);
        // What is left is divided anew for each, so that no cell is lost.
        let share = (left * size + had / 2).checked_div(had).unwrap_or(0);
        let share = share.min(left.saturating_sub(behind)).max(1);
        shares.push(u16::try_from(share).unwrap_or(u16::MAX));
        (left, had) = (left.saturating_sub(share), had - size);
    }
    shares
}

/// As tmux makes it.
fn checksum(cells: &str) -> u16 {
    cells.bytes().fold(0_u16, |sum, byte| {
        sum.rotate_right(1).wrapping_add(u16::from(byte))
    })
}

/// Takes a part off the text.
fn cell(text: &mut &str, deepest: usize) -> Option<Cell> {
    let columns = number(text)?;
    sign(text, 'x')?;
    let lines = number(text)?;
    for _ in 0..2 {
        sign(text, ',')?;
        number::<u16>(text)?;
    }
    let first = text.chars().next()?;
    let end = match first {
        '{' => '}',
        '[' => ']',
        _ => {
            sign(text, ',')?;
            let inside = Inside::Pane(PaneId(number(text)?));
            return Some(Cell {
                columns,
                lines,
                inside,
            });
        }
    };
    let mut cells = Vec::new();
    while sign(text, if cells.is_empty() { first } else { ',' }).is_some() {
        cells.push(cell(text, deepest.checked_sub(1)?)?);
    }
    sign(text, end)?;
    let inside = match end {
        '}' => Inside::Row(cells),
        _ => Inside::Column(cells),
    };
    Some(Cell {
        columns,
        lines,
        inside,
    })
}

fn sign(text: &mut &str, sign: char) -> Option<()> {
    *text = text.strip_prefix(sign)?;
    Some(())
}

fn number<T: std::str::FromStr>(text: &mut &str) -> Option<T> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    *text = rest;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As tmux 3.3a has printed them: a window, the same with a sidebar at its left, and after that has ended.
    const BEFORE: &str =
        "8da8,160x40,0,0{40x40,0,0,0,39x40,41,0,3,79x40,81,0[79x20,81,0,1,79x19,81,21,2]}";
    const WITH: &str = "94db,160x40,0,0{30x40,0,0,4,32x40,31,0,0,31x40,64,0,3,64x40,96,0[64x20,96,0,1,64x19,96,21,2]}";
    const ENDED: &str =
        "c375,160x40,0,0{63x40,0,0,0,31x40,64,0,3,64x40,96,0[64x20,96,0,1,64x19,96,21,2]}";

    fn read(text: &str) -> Cell {
        Cell::parse(text).unwrap()
    }

    #[test]
    fn a_layout_is_written_as_it_was_read_and_nothing_else_is_one() {
        let tiled = "9c4d,160x40,0,0{129x40,0,0[129x19,0,0{63x19,0,0,0,65x19,64,0,3},129x20,0,20,1],30x40,130,0,6}";
        let one = Cell {
            columns: 80,
            lines: 24,
            inside: Inside::Pane(PaneId(7)),
        };
        for text in [BEFORE, WITH, ENDED, tiled, &one.text()] {
            assert_eq!(read(text).text(), text);
        }
        for hostile in [
            "",
            "tiled",
            "8da8,160x40,0,0,1",
            "8da8,160x40,0,0{40x40,0,0,0",
            "8da8;kill-server,160x40,0,0,1",
            "0000,#(touch x)",
            &format!("{BEFORE} ; kill-server"),
        ] {
            assert_eq!(Cell::parse(hostile), None, "{hostile}");
        }
        let deep = format!("0000,{}", "1x1,0,0{".repeat(100_000));
        assert_eq!(Cell::parse(&deep), None);
    }

    #[test]
    fn what_tmux_leaves_of_a_window_when_a_pane_ends_is_known() {
        let with = read(WITH);
        assert_eq!(with.width_at(Side::Left, PaneId(4)), Some(30));
        assert_eq!(with.width_at(Side::Right, PaneId(4)), None);
        assert_eq!(with.closed(PaneId(4)), Some(read(ENDED)));
        let one = read(
            "9c4d,160x40,0,0{129x40,0,0[129x19,0,0{63x19,0,0,0,65x19,64,0,3},129x20,0,20,1],30x40,130,0,6}",
        );
        let ended = one.closed(PaneId(6)).unwrap().text();
        assert!(
            ended.ends_with(",160x40,0,0[160x19,0,0{79x19,0,0,0,80x19,80,0,3},160x20,0,20,1]"),
            "{ended}"
        );
    }

    #[test]
    fn a_sidebar_takes_its_room_of_all_and_gives_it_back_to_all() {
        let rest = read(WITH).without(PaneId(4)).unwrap();
        assert_eq!(rest.size(), (160, 40));
        assert_eq!(rest.text(), BEFORE);
        let again = rest.beside(Side::Right, PaneId(4), 24);
        assert_eq!(again.width_at(Side::Right, PaneId(4)), Some(24));
        assert_eq!(read(&again.text()), again);
        assert_eq!(again.panes(), [0, 3, 1, 2, 4].map(PaneId));
        // A pane inside of the window's parts leaves them whole.
        let inner = read(BEFORE).without(PaneId(1)).unwrap();
        assert_eq!(inner.panes(), [0, 3, 2].map(PaneId));
        assert_eq!(read(&inner.text()), inner);
        assert_eq!(read(BEFORE).without(PaneId(9)), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_resized_stays_a_layout(columns in 20_u16..300, lines in 5_u16..100, width in 1_u16..15) {
            let cell = read(BEFORE).resized((columns, lines));
            proptest::prop_assert_eq!(cell.size(), (columns, lines));
            let with = cell.beside(Side::Left, PaneId(9), width);
            proptest::prop_assert_eq!(read(&with.text()), with.clone());
            let Inside::Row(cells) = &with.inside else { panic!("a row") };
            proptest::prop_assert_eq!(self_size(cells, Axis::Columns), columns);
        }

        #[test]
        fn no_text_is_too_much(text in "[0-9a-fx,\\[\\]{}<>]{0,60}") {
            let _ = Cell::parse(&text);
        }
    }
}
