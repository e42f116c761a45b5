//! The order of the fields in what servers' tools are given, as the real Claude Code drew it.

use super::*;

/// With the fields of one object after the other turned around, but for those by which a tool knows what it
/// is given.
fn turned(written: &Written) -> Vec<Written> {
    fn all(written: &Written) -> Vec<Written> {
        match written {
            Written::Leaf(_) => Vec::new(),
            Written::List(items) => {
                let mut turned = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    turned.extend(all(item).into_iter().map(|other| {
                        let mut items = items.clone();
                        items[at] = other;
                        Written::List(items)
                    }));
                }
                turned
            }
            Written::Fields(fields) => {
                let mut turned = within(fields);
                if fields.len() > 1 {
                    turned.push(Written::Fields(fields.iter().rev().cloned().collect()));
                }
                turned
            }
        }
    }
    fn within(fields: &[(String, Written)]) -> Vec<Written> {
        let mut turned = Vec::new();
        for (at, (name, value)) in fields.iter().enumerate() {
            turned.extend(all(value).into_iter().map(|other| {
                let mut fields = fields.to_vec();
                fields[at] = (name.clone(), other);
                Written::Fields(fields)
            }));
        }
        turned
    }
    match written {
        Written::Fields(fields) => within(fields),
        _ => Vec::new(),
    }
}

#[test]
fn requests_that_differ_in_the_order_of_fields_are_told_apart_and_equal_ones_are_the_same() {
    let (mut tried, mut told) = (0, 0);
    for line in recorded() {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let Some(written) = own.written.clone() else {
            continue;
        };
        assert_eq!(dialog.shows(&own), Ok(()), "{written}\n{}", line.screen);
        assert!(is_same(&own, &own.clone()), "{written}");
        assert_eq!(
            tell_apart(&dialog, &own, std::slice::from_ref(&own)),
            Ok(())
        );
        for written in turned(&written) {
            let other = Bound {
                written: Some(written.clone()),
                ..own.clone()
            };
            assert!(
                !is_same(&own, &other) && !is_same(&other, &own),
                "{written}"
            );
            let said = dialog.shows(&other);
            assert!(
                matches!(said, Err(Refusal::Differs(_) | Refusal::Rewritten(_))),
                "{said:?} {written}\n{}",
                line.screen
            );
            told += usize::from(tell_apart(&dialog, &own, &[other]).is_ok());
            tried += 1;
        }
        // Where the order is not known it may be any.
        let unknown = Bound {
            written: None,
            ..own.clone()
        };
        assert!(!is_same(&own, &unknown) && !is_same(&unknown, &unknown.clone()));
        assert_eq!(tell_apart(&dialog, &own, &[unknown]), Err(Refusal::Twins));
    }
    assert!(tried > 50 && told * 2 > tried, "{told} of {tried}");
}
