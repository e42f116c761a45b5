//! Whatever comes, and however it is cut.

use proptest::prelude::*;

use super::*;

/// Bytes of which many are parts of records.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"\x1b]7501;".to_vec()),
        Just(b"\x1b]7501;?\x07".to_vec()),
        Just(b"\x1b]7501;state=done:app=pi\x1b\\".to_vec()),
        Just(b"\x1b]7501;state=blocked:app=codex:kind=permission\x07".to_vec()),
        Just(b"state=working:app=codex".to_vec()),
        Just(b"\x1b".to_vec()),
        Just(b"\x1b\\".to_vec()),
        Just(b"\x07".to_vec()),
        Just(b"\x1b]0;title\x07".to_vec()),
        Just(vec![b'x'; LIMIT - 10]),
        prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

fn cut(stream: &[u8], cuts: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    places.extend([0, stream.len()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|ends| stream[ends[0]..ends[1]].to_vec())
        .collect()
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_pieces(stream in stream(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let parts = cut(&stream, &cuts);
        prop_assert_eq!(pieces(parts.iter().map(Vec::as_slice)), pieces([&stream[..]]));
        prop_assert_eq!(pieces(stream.chunks(1)), pieces([&stream[..]]));
    }

    #[test]
    fn no_byte_is_lost_or_moved(stream in stream()) {
        let raws = pieces([&stream[..]]).into_iter().flat_map(|piece| match piece {
            Owned::Plain(raw) | Owned::Record(raw, _) | Owned::Query(raw) => raw,
        });
        prop_assert_eq!(raws.collect::<Vec<u8>>(), stream);
    }

    #[test]
    fn no_more_than_a_record_is_ever_held(stream in stream(), parts in 1..9_usize) {
        let mut splitter = Splitter::default();
        let mut given = 0;
        let mut fed = 0;
        for part in stream.chunks(parts) {
            splitter.feed(part, &mut |piece| given += match piece {
                Piece::Plain(raw) | Piece::Record { raw, .. } | Piece::Query { raw } => raw.len(),
            });
            fed += part.len();
            prop_assert!(fed - given <= LIMIT);
            prop_assert_eq!(splitter.holds(), fed > given);
        }
    }

    #[test]
    fn what_is_read_is_within_the_grammar(body in "[a-z=:A-Z0-9+/?_.,;% -]{0,60}") {
        let stream = format!("\x1b]7501;{body}\x07");
        for record in records(stream.as_bytes()).into_iter().flatten() {
            let state = body.split(':').find(|field| field.starts_with("state="));
            prop_assert!(state.is_some());
            prop_assert!(record.kind.is_none() || record.state == Word::Blocked);
        }
    }
}
