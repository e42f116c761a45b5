//! What is a record, and what is none.

use super::*;

fn read(body: &str) -> Option<Record> {
    let stream = format!("a\x1b]7501;{body}\x07b");
    let mut records = records(stream.as_bytes());
    assert_eq!(records.len(), 1, "{body}");
    records.remove(0)
}

fn bare(state: Word) -> Record {
    Record {
        state,
        app: None,
        kind: None,
        id: None,
        title: None,
        message: None,
    }
}

#[test]
fn keys_come_in_any_order_and_unknown_ones_say_nothing() {
    let record = Record {
        app: Some("claude-code".to_owned()),
        kind: Some(Kind::Permission),
        id: Some("main/a1".to_owned()),
        title: Some("lab".to_owned()),
        message: Some("Größe".to_owned()),
        ..bare(Word::Blocked)
    };
    let fields = [
        "msg=R3LDtsOfZQ==",
        "id=main/a1",
        "later=x+y",
        "kind=permission",
        "title=bGFi",
        "app=claude-code",
        "state=blocked",
    ];
    assert_eq!(read(&fields.join(":")), Some(record.clone()));
    let reversed: Vec<&str> = fields.into_iter().rev().collect();
    assert_eq!(read(&reversed.join(":")), Some(record));
}

#[test]
fn both_ends_are_known_and_a_clear_needs_no_name() {
    let both = records(b"\x1b]7501;state=clear\x07\x1b]7501;state=idle:app=pi\x1b\\");
    let named = Record {
        app: Some("pi".to_owned()),
        ..bare(Word::Idle)
    };
    assert_eq!(both, [Some(bare(Word::Clear)), Some(named)]);
}

#[test]
fn a_kind_is_of_what_is_blocked_alone_and_may_be_new() {
    let kind = |body| read(body).expect("it is a record").kind;
    assert_eq!(kind("state=working:kind=permission"), None);
    assert_eq!(kind("state=blocked"), None);
    assert_eq!(kind("state=blocked:kind=question"), Some(Kind::Question));
    assert_eq!(kind("state=blocked:kind=auth"), Some(Kind::Auth));
    assert_eq!(kind("state=blocked:kind=payment"), Some(Kind::Other));
}

#[test]
fn an_empty_text_is_none() {
    assert_eq!(read("state=idle:msg=:title="), Some(bare(Word::Idle)));
}

#[test]
fn what_breaks_the_grammar_says_nothing_at_all() {
    let long_key = format!("state=idle:{}=1", "k".repeat(17));
    let long_app = format!("state=idle:app={}", "a".repeat(33));
    let long_id = format!("state=idle:id={}", ["a"; 65].join("/"));
    let long_title = format!(
        "state=idle:title={}",
        data_encoding::BASE64.encode(&[b'x'; 193])
    );
    let long_message = format!(
        "state=idle:msg={}",
        data_encoding::BASE64.encode(&[b'x'; 2049])
    );
    let wrong = [
        "",
        "?x",
        "state",
        "state=",
        "state=sleeping",
        "State=idle",
        "app=codex",
        "state=idle:",
        "state=idle::app=pi",
        "state=idle:app",
        "state=idle:=x",
        "state=idle:app=",
        "state=idle:app=a/b",
        "state=idle:app=a b",
        "state=idle;app=pi",
        "state=idle:state=idle",
        "state=idle:later=1:later=2",
        "state=idle:k3y=1",
        "state=idle:later=%",
        "state=idle:id=",
        "state=idle:id=a//b",
        "state=idle:msg=R3LDtsOfZQ",
        "state=idle:msg=R3LDtsOfZR==",
        "state=idle:msg=a",
        "state=idle:msg=ab_-",
        "state=idle:msg=/w==",
        "state=idle:msg=G1swbQ==",
        "state=idle:title=YQpi",
        "state=idle:msg=wps=",
        &long_key,
        &long_app,
        &long_id,
        &long_title,
        &long_message,
    ];
    for body in wrong {
        assert_eq!(read(body), None, "{body}");
    }
}

#[test]
fn what_never_ends_is_no_record_and_gives_way_to_the_next() {
    let idle = b"\x1b]7501;state=idle\x07";
    let beginnings: [&[u8]; 7] = [
        b"\x1b",
        b"\x1b]75",
        b"\x1b]7501",
        b"\x1b]7501;",
        b"\x1b]7501;state=done",
        b"\x1b]7501;state=done\x1b",
        b"\x1b]7501;state=d\xc3\xb6ne",
    ];
    for beginning in beginnings {
        let pieces = pieces([beginning, idle]);
        let expected = [
            Owned::Plain(beginning.to_vec()),
            Owned::Record(idle.to_vec(), Some(bare(Word::Idle))),
        ];
        assert_eq!(pieces, expected, "{beginning:?}");
    }
}

#[test]
fn a_line_behind_a_torn_record_is_not_waited_with() {
    let mut splitter = Splitter::default();
    let mut given = Vec::new();
    splitter.feed(b"\x1b]7501;state=idle\r\n$ ", &mut |piece| {
        collect(&mut given, &piece);
    });
    assert_eq!(
        given,
        [Owned::Plain(b"\x1b]7501;state=idle\r\n$ ".to_vec())]
    );
    assert!(!splitter.holds());
}

#[test]
fn a_record_has_4096_bytes_at_most() {
    let of_length = |length: usize, end: &str| {
        let text = "x".repeat(length - "\x1b]7501;state=idle:later=".len() - end.len());
        format!("\x1b]7501;state=idle:later={text}{end}")
    };
    for end in ["\x07", "\x1b\\"] {
        assert_eq!(
            records(of_length(4096, end).as_bytes()),
            [Some(bare(Word::Idle))]
        );
        let longer = of_length(4097, end);
        assert_eq!(
            pieces([longer.as_bytes()]),
            [Owned::Plain(longer.into_bytes())]
        );
    }
}
