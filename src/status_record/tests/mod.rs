//! Records as they were captured, as the grammar has them, and whatever else may come.

mod captured;
mod grammar;
mod properties;

use super::*;

/// What a stream consists of, with nothing borrowed; plain bytes that follow each other are one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owned {
    Plain(Vec<u8>),
    Record(Vec<u8>, Option<Record>),
    Query(Vec<u8>),
}

fn collect(into: &mut Vec<Owned>, piece: &Piece<'_>) {
    match piece {
        Piece::Plain(bytes) => match into.last_mut() {
            Some(Owned::Plain(before)) => before.extend_from_slice(bytes),
            _ => into.push(Owned::Plain(bytes.to_vec())),
        },
        Piece::Record { raw, record } => into.push(Owned::Record(raw.to_vec(), record.clone())),
        Piece::Query { raw } => into.push(Owned::Query(raw.to_vec())),
    }
}

/// The pieces of a stream that comes in `parts` and ends then.
fn pieces<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<Owned> {
    let mut splitter = Splitter::default();
    let mut pieces = Vec::new();
    for part in parts {
        splitter.feed(part, &mut |piece| collect(&mut pieces, &piece));
    }
    splitter.release(&mut |piece| collect(&mut pieces, &piece));
    assert!(!splitter.holds());
    pieces
}

/// What the records in a stream say.
fn records(stream: &[u8]) -> Vec<Option<Record>> {
    let record = |piece| match piece {
        Owned::Record(_, record) => Some(record),
        _ => None,
    };
    pieces([stream]).into_iter().filter_map(record).collect()
}
