//! How the lines of a diff are drawn that hold tabs. Those that begin a line are two blanks each. The others
//! reach to the next stop: newer versions count from the sign before the line, older ones leave it to the
//! terminal, which counts from the pane's edge.

use unicode_width::UnicodeWidthStr;

use crate::assistants::facets::dialog::flow::is_of_a_picture;

/// Cells between two tab stops.
const TAB: usize = 8;

/// How many cells stand before a line that count for its stops; `None` where its tabs are not compared.
pub(super) type Origin = Option<usize>;

/// A text with the tabs that begin its lines as they are drawn.
pub(super) fn as_drawn(text: &str) -> String {
    drawn_behind("", text, None)
}

/// A text as it is drawn behind what stands there of its first line.
pub(super) fn drawn_behind(before: &str, text: &str, origin: Origin) -> String {
    let mut drawn = String::with_capacity(text.len());
    let before = last_line(before);
    let mut is_indent = before.trim_start_matches(' ').is_empty();
    let mut column = before.width();
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        if is_indent {
            rest = line.trim_start_matches('\t');
            let indent = "  ".repeat(line.len() - rest.len());
            column += indent.len();
            drawn.push_str(&indent);
        }
        for part in rest.split_inclusive('\t') {
            let words = part.strip_suffix('\t').unwrap_or(part);
            let words: String = words.chars().filter(|c| !is_of_a_picture(*c)).collect();
            column += words.trim_end_matches('\n').width();
            drawn.push_str(&words);
            match origin {
                _ if !part.ends_with('\t') => {}
                Some(origin) => {
                    let blanks = TAB - (column + origin) % TAB;
                    drawn.extend(std::iter::repeat_n(' ', blanks));
                    column += blanks;
                }
                None => drawn.push('\t'),
            }
        }
        (column, is_indent) = (0, true);
    }
    drawn
}

/// Whether `head`, and what stood behind the text that it takes the place of, is `new`. Behind, on the same
/// line, tabs reach from another cell to their stops; `old` is what stood before.
pub(super) fn are_moved(head: &str, old: &str, behind: &str, new: &str, origin: Origin) -> bool {
    let (Some(origin), Some(rest)) = (origin, new.strip_prefix(head)) else {
        return false;
    };
    let (line, below) = behind.split_once('\n').unwrap_or((behind, ""));
    let (moved, below_moved) = rest.split_once('\n').unwrap_or((rest, ""));
    let trimmed = |text: &str| -> Vec<String> {
        let lines = text.split('\n');
        lines
            .map(|line| line.trim_end_matches(' ').to_owned())
            .collect()
    };
    let columns = [old, head].map(|before| last_line(before).width() + origin);
    trimmed(below) == trimmed(below_moved)
        && is_moved(
            line.trim_end_matches(' '),
            moved.trim_end_matches(' '),
            columns,
        )
}

/// Whether tabs within a line may bring it to the pane's edge, where older versions draw rows over each other.
pub(super) fn may_draw_over(text: &str, edge: usize) -> bool {
    text.lines().any(|line| {
        let within = line.trim_start_matches('\t').matches('\t').count();
        within > 0 && line.width() + within * TAB + TAB > edge
    })
}

/// Whether both are the same but for blanks that end at stops, as many stops on.
fn is_moved(mut old: &str, mut new: &str, mut columns: [usize; 2]) -> bool {
    while !(old.is_empty() && new.is_empty()) {
        let run = |text: &str| text.len() - text.trim_start_matches(' ').len();
        let word = |text: &str| text.find(' ').unwrap_or(text.len());
        let blanks = [run(old), run(new)];
        let ends = [columns[0] + blanks[0], columns[1] + blanks[1]];
        let stops = [0, 1].map(|side| ends[side] / TAB - columns[side] / TAB);
        let are_at_stops = ends.iter().all(|end| end.is_multiple_of(TAB));
        let are_tabs = are_at_stops && stops[0] == stops[1] && stops[0] > 0;
        if blanks[0] != blanks[1] && !(are_tabs && blanks.iter().all(|count| *count > 0)) {
            return false;
        }
        (old, new) = (&old[blanks[0]..], &new[blanks[1]..]);
        let (own, other) = (&old[..word(old)], &new[..word(new)]);
        if own != other {
            return false;
        }
        columns = ends.map(|end| end + own.width());
        (old, new) = (&old[own.len()..], &new[other.len()..]);
    }
    true
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}
