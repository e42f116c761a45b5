//! The manner in which a file is written: line ends, indent, where its owner breaks lines. What we
//! add looks as if the owner had written it.

use super::document::{Document, Kind, NodeId};
use super::splice::{Gap, Splice, interior};

/// A value to be printed.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Object(Vec<(String, Piece)>),
    Array(Vec<Piece>),
    Text(String),
    Number(u64),
    Truth,
}

/// How one kind of container is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Each child on a line of its own.
    pub(crate) broken: bool,
    /// On one line: a blank inside the brackets.
    pub(crate) padded: bool,
}

/// The manner of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    newline: &'static str,
    unit: String,
    colon: String,
    comma: &'static str,
    /// For containers that give no example of their own.
    pub(crate) default: Layout,
}

impl Style {
    /// The manner of `document`; two blanks and one child a line where it shows none.
    pub(crate) fn of(document: &Document) -> Self {
        let text = document.text();
        let colon = colon(document);
        let spaced = colon.ends_with(' ');
        let root_is_empty = document.children(Document::ROOT).is_empty();
        Self {
            newline: newline(text),
            unit: unit(document),
            comma: if spaced { ", " } else { "," },
            colon,
            default: Layout {
                broken: root_is_empty || layout(document, Document::ROOT).broken,
                padded: false,
            },
        }
    }

    /// Puts `added` (each with a key, if `container` is an object) behind the last child, and behind
    /// the comment that stands on the same line as that child.
    pub(crate) fn append(
        &self,
        document: &Document,
        container: NodeId,
        added: &[(Option<&str>, Piece)],
        layouts: &[Layout],
    ) -> Vec<Splice> {
        let own = if document.children(container).is_empty() {
            self.default
        } else {
            layout(document, container)
        };
        let inside = &document.text()[interior(document, container)];
        let is_empty = document.children(container).is_empty();
        let broken = own.broken || (is_empty && inside.contains('\n'));
        let indent = self.child_indent(document, container, broken);
        let start = self.line_start(broken, &indent);
        let items: Vec<String> = added
            .iter()
            .map(|(key, piece)| start.clone() + &self.member(*key, piece, layouts, &indent))
            .collect();
        let separator = if broken { "," } else { self.comma };
        let items = items.join(separator);
        let Some(last) = document.children(container).last() else {
            // A comment in an empty container stays as it is, behind what is added.
            let has_comment = !Gap::of(inside, 0..inside.len()).comments.is_empty();
            let closing = if broken && !inside.contains('\n') && !has_comment {
                self.newline.to_owned() + line_indent(document, document.span(container).start)
            } else {
                String::new()
            };
            let start = interior(document, container).start;
            return vec![Splice::insert(start, items + &closing)];
        };
        let end = document.span(*last).end;
        let gap = Gap::of(document.text(), end..interior(document, container).end);
        let behind_comment = gap.end_of_line_comment(document.text()).filter(|_| broken);
        match (gap.comma, behind_comment) {
            (None, None) => vec![Splice::insert(end, separator.to_owned() + &items)],
            (None, Some(behind)) => vec![
                Splice::insert(end, separator.to_owned()),
                Splice::insert(behind, items),
            ],
            (Some(comma), behind) => {
                let items = if broken {
                    items
                } else {
                    " ".to_owned() + &items
                };
                let at = behind.unwrap_or(0).max(comma + 1);
                vec![Splice::insert(at, items + ",")]
            }
        }
    }

    /// `piece` as it would stand in the place of the value `like`.
    pub(crate) fn in_place_of(
        &self,
        document: &Document,
        like: NodeId,
        piece: &Piece,
        layouts: &[Layout],
    ) -> String {
        let indent = line_indent(document, document.span(like).start);
        self.member(None, piece, layouts, indent)
    }

    fn member(&self, key: Option<&str>, piece: &Piece, layouts: &[Layout], indent: &str) -> String {
        let prefix = key.map_or_else(String::new, |key| quoted(key) + &self.colon);
        prefix + &self.value(piece, layouts, indent)
    }

    fn value(&self, piece: &Piece, layouts: &[Layout], indent: &str) -> String {
        let own = layouts.first().copied().unwrap_or(self.default);
        let inner = layouts.get(1..).unwrap_or_default();
        let deeper = if own.broken {
            indent.to_owned() + &self.unit
        } else {
            indent.to_owned()
        };
        let children = |items: &[(Option<&str>, &Piece)]| -> Vec<String> {
            let print = |(key, item): &(Option<&str>, &Piece)| {
                self.line_start(own.broken, &deeper) + &self.member(*key, item, inner, &deeper)
            };
            items.iter().map(print).collect()
        };
        match piece {
            Piece::Text(text) => quoted(text),
            Piece::Number(number) => number.to_string(),
            Piece::Truth => "true".to_owned(),
            Piece::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| (None, item)).collect();
                self.bracketed('[', &children(&items), ']', own, indent)
            }
            Piece::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(key, item)| (Some(key.as_str()), item))
                    .collect();
                self.bracketed('{', &children(&members), '}', own, indent)
            }
        }
    }

    fn bracketed(
        &self,
        open: char,
        items: &[String],
        close: char,
        own: Layout,
        indent: &str,
    ) -> String {
        if items.is_empty() {
            return format!("{open}{close}");
        }
        let items = items.join(if own.broken { "," } else { self.comma });
        if own.broken {
            return format!("{open}{items}{}{indent}{close}", self.newline);
        }
        let pad = if own.padded { " " } else { "" };
        format!("{open}{pad}{items}{pad}{close}")
    }

    fn line_start(&self, broken: bool, indent: &str) -> String {
        if broken {
            self.newline.to_owned() + indent
        } else {
            String::new()
        }
    }

    fn child_indent(&self, document: &Document, container: NodeId, broken: bool) -> String {
        let own = line_indent(document, document.span(container).start);
        match document.children(container).last() {
            _ if !broken => own.to_owned(),
            None => own.to_owned() + &self.unit,
            Some(last) => line_indent(document, document.whole(*last).start).to_owned(),
        }
    }
}

/// How `container` is laid out; one that is empty counts as on one line.
pub(crate) fn layout(document: &Document, container: NodeId) -> Layout {
    let Some(first) = document.children(container).first() else {
        return Layout {
            broken: false,
            padded: false,
        };
    };
    let gap = &document.text()[document.span(container).start + 1..document.whole(*first).start];
    Layout {
        broken: gap.contains('\n'),
        padded: gap == " ",
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// What stands between the first key and its value, unless that is a line end or a comment.
fn colon(document: &Document) -> String {
    let first = document.children(Document::ROOT).first();
    first
        .and_then(|member| {
            let key = document.key_span(*member)?;
            let gap = &document.text()[key.end..document.span(*member).start];
            gap.chars()
                .all(|c| matches!(c, ':' | ' ' | '\t'))
                .then(|| gap.to_owned())
        })
        .unwrap_or_else(|| ": ".to_owned())
}

/// One step of indent: that of the first container that breaks its lines.
fn unit(document: &Document) -> String {
    let mut todo = vec![Document::ROOT];
    while let Some(container) = todo.pop() {
        let children = document.children(container);
        if layout(document, container).broken {
            let own = line_indent(document, document.span(container).start);
            let child = line_indent(document, document.whole(children[0]).start);
            return child.strip_prefix(own).unwrap_or("  ").to_owned();
        }
        let containers =
            |child: &&NodeId| !matches!(document.kind(**child), Kind::String | Kind::Scalar);
        todo.extend(children.iter().rev().filter(containers));
    }
    "  ".to_owned()
}

/// The blanks with which the line of this byte begins.
fn line_indent<'a>(document: &Document<'a>, offset: usize) -> &'a str {
    let text = document.text();
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..offset];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
