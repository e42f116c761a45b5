//! Lines in a frame, and the widths that rows inside one may have.

use super::flow::{Flow, Tabs};

/// A line of the screen, and what is inside its frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framed<'a> {
    pub(crate) inside: &'a str,
    pub(crate) whole: &'a str,
}

/// A line without the frame around it; a line that is nothing but frame is empty.
pub(crate) fn framed(whole: &str) -> Framed<'_> {
    let inside = whole.trim();
    let inside = inside.trim_matches(['│', '┃', '█']).trim();
    let is_frame = |c: char| matches!(c, '╭' | '╮' | '╰' | '╯' | '─');
    let inside = if inside.chars().all(is_frame) {
        ""
    } else {
        inside
    };
    Framed { inside, whole }
}

/// Rows of the pane's width, or up to so many cells less, where that is not known.
pub(crate) fn any_columns(width: usize, less: usize) -> Vec<Flow> {
    let flow = |margin| Flow {
        tabs: Tabs::Loose,
        ..Flow::words(width.saturating_sub(margin))
    };
    (0..=less).map(flow).collect()
}
