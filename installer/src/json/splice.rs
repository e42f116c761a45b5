//! Changes of a text as data: replace these bytes by those. And the one rule by which children are
//! taken out of a list or an object so that what was put in comes out again byte for byte.

use std::ops::Range;

use super::scan::{Document, NodeId};

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
/// the comma after them, which leaves the neighbours' bytes as they are. When nobody remains,
/// `space` is what stands between the brackets.
pub(crate) fn remove_children(
    document: &Document,
    container: NodeId,
    removed: &[NodeId],
    space: &str,
) -> Vec<Splice> {
    let children = document.children(container);
    let stays = |at: usize| !removed.contains(&children[at]);
    let Some(last_kept) = (0..children.len()).rev().find(|at| stays(*at)) else {
        return vec![Splice::replace(interior(document, container), space)];
    };
    let mut splices = Vec::new();
    for at in (0..last_kept).filter(|at| !stays(*at)) {
        let next = document.whole(children[at + 1]).start;
        splices.push(Splice::replace(
            document.whole(children[at]).start..next,
            "",
        ));
    }
    if last_kept + 1 < children.len() {
        let kept_end = document.span(children[last_kept]).end;
        let end = document.span(children[children.len() - 1]).end;
        splices.push(Splice::replace(kept_end..end, ""));
    }
    splices
}

#[cfg(test)]
mod tests {
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
