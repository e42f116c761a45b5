//! What a layout says in tmux's words: `b25f,80x24,0,0{40x24,0,0,1,39x24,41,0,2}`. A checksum, then the
//! size and place of the window, then of each of its parts, divided further or with the number of a pane.

use pane_patrol_hooks::target::PaneId;

/// Columns and lines of a pane.
pub(super) fn size_of(layout: &str, pane: PaneId) -> Option<(u16, u16)> {
    let mut sizes = parts(layout).filter_map(|(size, id)| (id == pane).then_some(size));
    let (width, height) = sizes.next()?.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// The size of the window: `80x24`.
pub(in crate::mux::tmux) fn size_in(layout: &str) -> Option<&str> {
    layout.split(',').nth(1)
}

/// The panes, in the window's order.
pub(super) fn panes_in(layout: &str) -> Vec<PaneId> {
    parts(layout).map(|(_, pane)| pane).collect()
}

/// The parts that are not divided further.
fn parts(layout: &str) -> impl Iterator<Item = (&str, PaneId)> {
    let cells = layout.split_once(',').map_or("", |(_, cells)| cells);
    cells.split(['{', '[', '}', ']']).flat_map(|cells| {
        let fields: Vec<&str> = cells.split(',').filter(|field| !field.is_empty()).collect();
        // Those of one row or column follow each other: size, x, y and, if not divided, the pane.
        let part = |at: usize| {
            let size = fields.get(at).filter(|field| field.contains('x'))?;
            let pane = fields.get(at + 3)?.parse().ok()?;
            Some((*size, PaneId(pane)))
        };
        (0..fields.len()).filter_map(part).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_tells_its_panes_and_all_sizes() {
        let layout = "bb62,159x48,0,0{79x48,0,0,14,79x48,80,0[79x24,80,0,20,79x23,80,25{39x23,80,25,3,39x23,120,25,4}]}";
        assert_eq!(panes_in(layout), [14, 20, 3, 4].map(PaneId));
        assert_eq!(size_in(layout), Some("159x48"));
        assert_eq!(
            [14, 20, 3, 9].map(|pane| size_of(layout, PaneId(pane))),
            [Some((79, 48)), Some((79, 24)), Some((39, 23)), None]
        );
        assert_eq!(panes_in("aaaa,100x30,0,0,1"), [PaneId(1)]);
    }
}
