//! Changes of a text as data: replace these bytes by those. And the one rule by which children are
//! taken out of a list or an object so that what was put in comes out again byte for byte.

use std::iter;
use std::ops::Range;

use super::document::{Document, NodeId, comment_length};

/// One replacement. Empty ranges insert, empty texts remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

impl Splice {
    pub(crate) fn insert(at: usize, text: String) -> Self {
        let range = at..at;
        Self { range, text }
    }

    pub(crate) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { range, text }
    }
}

/// `text` with all splices carried out; they must not overlap.
pub(crate) fn carry_out(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| splice.range.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for splice in splices {
        out.push_str(&text[done..splice.range.start]);
        out.push_str(&splice.text);
        done = splice.range.end;
    }
    out.push_str(&text[done..]);
    out
}

/// The bytes between the brackets of an object or array.
pub(crate) fn interior(document: &Document, container: NodeId) -> Range<usize> {
    let span = document.span(container);
    span.start + 1..span.end - 1
}

/// Takes `removed` out of `container`. The last children go with the comma before them, others with
/// the comma after them, which leaves the neighbours' bytes and all comments as they are. When nobody
/// remains, `space` is what stands between the brackets, unless comments do.
pub(crate) fn remove_children(
    document: &Document,
    container: NodeId,
    removed: &[NodeId],
    space: &str,
) -> Vec<Splice> {
    let children = document.children(container);
    let stays = |at: usize| !removed.contains(&children[at]);
    let gaps = Gaps::of(document, container);
    let last_kept = (0..children.len()).rev().find(|at| stays(*at));
    if last_kept.is_none() && gaps.have_no_comments() {
        return vec![Splice::replace(interior(document, container), space)];
    }
    let behind_kept = last_kept.map_or(0, |at| at + 1);
    let mut cuts: Vec<Range<usize>> = Vec::new();
    for at in (0..behind_kept).filter(|at| !stays(*at)) {
        cuts.extend(gaps.with_comma_after(at, document.whole(children[at])));
    }
    for (at, child) in children.iter().enumerate().skip(behind_kept) {
        let child = document.whole(*child);
        cuts.extend(gaps.at_the_end(at, at == behind_kept, last_kept.is_some(), child));
    }
    cuts.retain(|cut| !cut.is_empty());
    let cuts = merged(cuts).into_iter();
    let mut splices: Vec<_> = cuts.map(|cut| Splice::replace(cut, "")).collect();
    if gaps.would_comment_out_the_bracket(document, behind_kept)
        && let Some(last) = splices.last_mut()
    {
        last.text.push('\n');
    }
    splices
}

fn merged(mut cuts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    cuts.sort_by_key(|cut| cut.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for cut in cuts {
        match merged.last_mut() {
            Some(last) if cut.start <= last.end => last.end = last.end.max(cut.end),
            _ => merged.push(cut),
        }
    }
    merged
}

/// What stands between the children of a container: before the first, between two, after the last.
pub(crate) struct Gaps(Vec<Gap>);

/// Blanks, comments and at most one comma.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    pub(crate) span: Range<usize>,
    pub(crate) comma: Option<usize>,
    pub(crate) comments: Vec<Range<usize>>,
}

impl Gap {
    pub(crate) fn of(text: &str, span: Range<usize>) -> Self {
        let mut gap = Self {
            span: span.clone(),
            comma: None,
            comments: Vec::new(),
        };
        let bytes = &text.as_bytes()[..span.end];
        let mut at = span.start;
        while at < span.end {
            if let Some(length) = comment_length(&bytes[at..]) {
                gap.comments.push(at..at + length);
                at += length;
                continue;
            }
            if bytes[at] == b',' {
                gap.comma = Some(at);
            }
            at += 1;
        }
        gap
    }

    /// Where the last comment ends that begins on the line on which the gap begins.
    pub(crate) fn end_of_line_comment(&self, text: &str) -> Option<usize> {
        let on_the_line =
            |comment: &&Range<usize>| !text[self.span.start..comment.start].contains('\n');
        self.comments
            .iter()
            .take_while(on_the_line)
            .last()
            .map(|comment| comment.end)
    }

    /// Where the blanks begin that stand right before the end of the gap.
    fn last_blanks(&self) -> usize {
        let comma = self.comma.map(|at| at + 1);
        let comment = self.comments.last().map(|comment| comment.end);
        comma.max(comment).unwrap_or(self.span.start)
    }

    /// Where the blanks end that stand right behind the comma.
    fn blanks_after(&self, comma: usize) -> usize {
        let mut later = self.comments.iter().filter(|comment| comment.start > comma);
        later.next().map_or(self.span.end, |comment| comment.start)
    }
}

impl Gaps {
    fn of(document: &Document, container: NodeId) -> Self {
        let interior = interior(document, container);
        let mut from = interior.start;
        let mut gaps = Vec::new();
        for child in document.children(container) {
            let child = document.whole(*child);
            gaps.push(Gap::of(document.text(), from..child.start));
            from = child.end;
        }
        gaps.push(Gap::of(document.text(), from..interior.end));
        Self(gaps)
    }

    fn have_no_comments(&self) -> bool {
        self.0.iter().all(|gap| gap.comments.is_empty())
    }

    /// Whether a comment that runs to its line's end would meet the closing bracket.
    fn would_comment_out_the_bracket(&self, document: &Document, from: usize) -> bool {
        let text = document.text();
        let comments = self.0[from..].iter().flat_map(|gap| &gap.comments);
        let runs_on = comments
            .clone()
            .any(|comment| text[comment.clone()].starts_with("//"));
        let last = self.0.last().map_or("", |gap| &text[gap.span.clone()]);
        runs_on && from + 1 < self.0.len() && !last.contains('\n')
    }

    /// A child that others follow: it, the comma after it, and the blanks up to what comes next.
    fn with_comma_after(&self, at: usize, child: Range<usize>) -> Vec<Range<usize>> {
        let gap = &self.0[at + 1];
        let comma = gap.comma.unwrap_or(child.end);
        let after = comma..gap.blanks_after(comma);
        if gap
            .comments
            .first()
            .is_some_and(|first| first.start < comma)
        {
            return vec![child, after];
        }
        iter::once(child.start..after.end).collect()
    }

    /// A child that nobody follows who stays. With a comma behind the last one, each takes its own;
    /// without, each takes the one before it.
    fn at_the_end(
        &self,
        at: usize,
        is_first: bool,
        somebody_stays: bool,
        child: Range<usize>,
    ) -> Vec<Range<usize>> {
        let (before, after) = (&self.0[at], &self.0[at + 1]);
        let last_has_comma = self.0.last().is_some_and(|gap| gap.comma.is_some());
        let mut cuts: Vec<_> = iter::once(before.last_blanks()..child.end).collect();
        if is_first && (last_has_comma || !somebody_stays) {
            // The comma before it belongs to the one who stays.
        } else if let Some(comma) = before.comma {
            let start = if before.comments.is_empty() {
                before.span.start
            } else {
                comma
            };
            cuts.push(start..comma + 1);
        }
        let is_last = at + 2 == self.0.len();
        if let Some(comma) = after.comma.filter(|_| is_last) {
            cuts.push(comma..comma + 1);
        }
        cuts
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Dialect;
    use super::*;

    fn without(text: &str, removed: &[usize]) -> String {
        let document = Document::parse(text).unwrap();
        let children = document.children(Document::ROOT);
        let removed: Vec<_> = removed.iter().map(|at| children[*at]).collect();
        carry_out(
            text,
            remove_children(&document, Document::ROOT, &removed, ""),
        )
    }

    #[test]
    fn comments_stay_when_children_leave() {
        let without = |text: &str, removed: &[usize]| {
            let document = Document::parse_as(text, Dialect::Comments).unwrap();
            let children = document.children(Document::ROOT);
            let removed: Vec<_> = removed.iter().map(|at| children[*at]).collect();
            let splices = remove_children(&document, Document::ROOT, &removed, "");
            carry_out(text, splices)
        };
        assert_eq!(without("[1, // one\n 2]", &[1]), "[1 // one\n]");
        assert_eq!(without("[1, // one\n 2\n]", &[1]), "[1 // one\n]");
        assert_eq!(without("[1, // one\n 2,\n]", &[1]), "[1, // one\n]");
        assert_eq!(without("[1, 2, ]", &[1]), "[1, ]");
        assert_eq!(without("[1, 2, 3, ]", &[1, 2]), "[1, ]");
        assert_eq!(
            without("[1, // a\n 2, // b\n 3 // c\n]", &[1, 2]),
            "[1 // a // b // c\n]"
        );
        assert_eq!(without("[ /* x */ 1 ]", &[0]), "[ /* x */ ]");
        assert_eq!(without("[1, // x\n]", &[0]), "[ // x\n]");
        assert_eq!(without("[1 /* x */, 2]", &[0]), "[ /* x */2]");
    }

    #[test]
    fn children_leave_with_the_comma_that_came_with_them() {
        assert_eq!(without("[ 1 ,\n 2, 3 ]", &[2]), "[ 1 ,\n 2 ]");
        assert_eq!(without("[ 1 ,\n 2, 3 ]", &[0]), "[ 2, 3 ]");
        assert_eq!(without("[ 1 ,\n 2, 3 ]", &[0, 2]), "[ 2 ]");
        assert_eq!(without("[ 1 ,\n 2, 3 ]", &[1, 2]), "[ 1 ]");
        assert_eq!(without("[ 1 ,\n 2, 3 ]", &[0, 1, 2]), "[]");
        assert_eq!(without(r#"{"a": 1, "b": 2}"#, &[1]), r#"{"a": 1}"#);
        assert_eq!(without(r#"{"a": 1, "b": 2}"#, &[0]), r#"{"b": 2}"#);
    }
}
