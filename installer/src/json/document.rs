//! A JSON reader that remembers where everything stands.
//!
//! In the strict dialect it accepts exactly what `serde_json` accepts (a property below holds the two
//! together) plus a byte order mark in front; the other one also allows comments and trailing commas,
//! as some assistants do. It keeps, for every value, the bytes it covers. Nothing is decoded
//! unless somebody asks: odd numbers and lone surrogates are bytes like all others. It keeps its own
//! stack, so that no nesting, however deep, can overflow the program's.

use std::ops::Range;

/// The byte order mark that some editors put in front.
pub(crate) const BOM: &str = "\u{feff}";

/// What an assistant allows in its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// JSON and nothing else.
    Strict,
    /// JSON with `//` and `/* */` comments, and a comma behind the last child.
    Comments,
}

/// Why a text is not JSON of its dialect, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// Byte position in the text.
    pub(crate) offset: usize,
    /// What is wrong there, as the end of a sentence.
    pub(crate) reason: &'static str,
}

/// The name of a value inside its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(usize);

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    /// A number, `true`, `false` or `null`.
    Scalar,
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    span: Range<usize>,
    key: Option<Range<usize>>,
    children: Vec<NodeId>,
}

/// A text and the places of all its values.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    text: &'a str,
    nodes: Vec<Node>,
}

impl<'a> Document<'a> {
    /// Reads `text`; errors when it is not one strict JSON value.
    #[cfg(test)]
    pub(crate) fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        Self::parse_as(text, Dialect::Strict)
    }

    /// Reads `text`; errors when it is not one JSON value of `dialect`.
    pub(crate) fn parse_as(text: &'a str, dialect: Dialect) -> Result<Self, SyntaxError> {
        let mut scanner = Scanner::new(text, dialect);
        scanner.run()?;
        Ok(Self {
            text,
            nodes: scanner.nodes,
        })
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The outermost value.
    pub(crate) const ROOT: NodeId = NodeId(0);

    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.nodes[id.0].kind
    }

    /// The bytes of the value itself.
    pub(crate) fn span(&self, id: NodeId) -> Range<usize> {
        self.nodes[id.0].span.clone()
    }

    /// The bytes of the value with its key, if it has one.
    pub(crate) fn whole(&self, id: NodeId) -> Range<usize> {
        let node = &self.nodes[id.0];
        let start = node.key.as_ref().map_or(node.span.start, |key| key.start);
        start..node.span.end
    }

    pub(crate) fn children(&self, id: NodeId) -> &[NodeId] {
        &self.nodes[id.0].children
    }

    /// The value's bytes as they stand.
    pub(crate) fn raw(&self, id: NodeId) -> &'a str {
        &self.text[self.span(id)]
    }

    /// The decoded text of a string; `None` for other values and for lone surrogates.
    pub(crate) fn string(&self, id: NodeId) -> Option<String> {
        (self.kind(id) == Kind::String)
            .then(|| decode(self.raw(id)))
            .flatten()
    }

    /// The decoded key of a member; `None` for elements and for lone surrogates.
    pub(crate) fn key(&self, id: NodeId) -> Option<String> {
        decode(&self.text[self.nodes[id.0].key.clone()?])
    }

    /// Where the key of a member stands.
    pub(crate) fn key_span(&self, id: NodeId) -> Option<Range<usize>> {
        self.nodes[id.0].key.clone()
    }

    /// The members of `object` that have this key, in order; strict JSON allows several.
    pub(crate) fn members<'d>(
        &'d self,
        object: NodeId,
        key: &'d str,
    ) -> impl Iterator<Item = NodeId> + 'd {
        let is_object = self.kind(object) == Kind::Object;
        let children = if is_object {
            self.children(object)
        } else {
            &[]
        };
        children
            .iter()
            .copied()
            .filter(move |child| self.key(*child).as_deref() == Some(key))
    }

    /// The member that counts: of several with the same key the last one.
    pub(crate) fn member(&self, object: NodeId, key: &str) -> Option<NodeId> {
        self.members(object, key).last()
    }
}

fn decode(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// What may come next.
#[derive(Clone, Copy)]
enum Expect {
    Value,
    /// A first element, or the end of the array.
    ItemOrClose,
    /// A first key, or the end of the object.
    KeyOrClose,
    Key,
    CommaOrClose,
    End,
}

struct Scanner<'a> {
    dialect: Dialect,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    open: Vec<NodeId>,
    key: Option<Range<usize>>,
    comma: usize,
}

type Scanned<T> = Result<T, SyntaxError>;

impl<'a> Scanner<'a> {
    fn new(text: &'a str, dialect: Dialect) -> Self {
        Self {
            dialect,
            bytes: text.as_bytes(),
            at: if text.starts_with(BOM) { BOM.len() } else { 0 },
            nodes: Vec::new(),
            open: Vec::new(),
            key: None,
            comma: 0,
        }
    }

    fn run(&mut self) -> Scanned<()> {
        let mut expect = Expect::Value;
        loop {
            self.skip_trivia()?;
            expect = match (expect, self.peek()) {
                (Expect::End, None) => return Ok(()),
                (Expect::End, Some(_)) => return self.fail("text follows the end of the value"),
                (_, None) => return self.fail("the file ends too early here"),
                (Expect::ItemOrClose, Some(b']')) | (Expect::KeyOrClose, Some(b'}')) => {
                    self.close()
                }
                (Expect::Value, Some(b']')) | (Expect::Key, Some(b'}'))
                    if self.comma > 0 && self.dialect == Dialect::Comments =>
                {
                    self.close()
                }
                (Expect::Value | Expect::ItemOrClose, Some(byte)) => self.value(byte)?,
                (Expect::Key | Expect::KeyOrClose, Some(byte)) => self.member_key(byte)?,
                (Expect::CommaOrClose, Some(byte)) => self.after_value(byte)?,
            };
        }
    }

    fn value(&mut self, byte: u8) -> Scanned<Expect> {
        match byte {
            b'{' => return Ok(self.begin(Kind::Object, Expect::KeyOrClose)),
            b'[' => return Ok(self.begin(Kind::Array, Expect::ItemOrClose)),
            b'"' => {
                let span = self.string_span()?;
                self.add(Kind::String, span);
            }
            b'-' | b'0'..=b'9' => {
                let span = self.number_span()?;
                self.add(Kind::Scalar, span);
            }
            b']' if self.comma > 0 => return self.fail_at(self.comma, "a trailing comma"),
            _ => {
                let span = self.word_span()?;
                self.add(Kind::Scalar, span);
            }
        }
        Ok(self.after())
    }

    fn member_key(&mut self, byte: u8) -> Scanned<Expect> {
        match byte {
            b'"' => {}
            b'}' => return self.fail_at(self.comma, "a trailing comma"),
            _ => return self.fail("expected a key in double quotes"),
        }
        let key = self.string_span()?;
        self.skip_trivia()?;
        match self.peek() {
            Some(b':') => self.at += 1,
            None => return self.fail("the file ends too early here"),
            Some(_) => return self.fail("expected a colon after the key"),
        }
        self.key = Some(key);
        self.comma = 0;
        Ok(Expect::Value)
    }

    fn after_value(&mut self, byte: u8) -> Scanned<Expect> {
        let kind = self.open.last().map(|id| self.nodes[id.0].kind);
        match (byte, kind) {
            (b',', Some(kind)) => {
                self.comma = self.at;
                self.at += 1;
                Ok(if kind == Kind::Object {
                    Expect::Key
                } else {
                    Expect::Value
                })
            }
            (b'}', Some(Kind::Object)) | (b']', Some(Kind::Array)) => Ok(self.close()),
            (_, Some(Kind::Object)) => self.fail("expected a comma or `}`"),
            _ => self.fail("expected a comma or `]`"),
        }
    }

    fn begin(&mut self, kind: Kind, expect: Expect) -> Expect {
        let id = self.add(kind, self.at..self.at);
        self.open.push(id);
        self.comma = 0;
        self.at += 1;
        expect
    }

    fn close(&mut self) -> Expect {
        self.at += 1;
        if let Some(id) = self.open.pop() {
            self.nodes[id.0].span.end = self.at;
        }
        self.after()
    }

    fn after(&self) -> Expect {
        if self.open.is_empty() {
            Expect::End
        } else {
            Expect::CommaOrClose
        }
    }

    fn add(&mut self, kind: Kind, span: Range<usize>) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node {
            kind,
            span,
            key: self.key.take(),
            children: Vec::new(),
        });
        if let Some(parent) = self.open.last() {
            self.nodes[parent.0].children.push(id);
        }
        id
    }

    fn string_span(&mut self) -> Scanned<Range<usize>> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return self.fail_at(start, "a string without its closing quote"),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(b'\n' | b'\r') => return self.fail("a line end inside a string"),
                Some(0..=0x1f) => return self.fail("a control character inside a string"),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(start..self.at)
    }

    fn escape(&mut self) -> Scanned<()> {
        let digits = match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            _ => return self.fail("an unknown escape inside a string"),
        };
        let rest = self.at + 2;
        let hex = self.bytes.get(rest..rest + digits);
        if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
            return self.fail("`\\u` needs four hexadecimal digits");
        }
        self.at = rest + digits;
        Ok(())
    }

    fn number_span(&mut self) -> Scanned<Range<usize>> {
        let start = self.at;
        self.skip_one(b"-");
        if !self.skip_one(b"0") && self.skip_digits() == 0 {
            return self.fail("expected a digit");
        }
        if self.skip_one(b".") && self.skip_digits() == 0 {
            return self.fail("expected a digit");
        }
        if self.skip_one(b"eE") {
            self.skip_one(b"+-");
            if self.skip_digits() == 0 {
                return self.fail("expected a digit");
            }
        }
        Ok(start..self.at)
    }

    fn word_span(&mut self) -> Scanned<Range<usize>> {
        let start = self.at;
        for word in ["true", "false", "null"] {
            if self.bytes[start..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(start..self.at);
            }
        }
        self.fail("expected a value")
    }

    /// Blanks, and comments where the dialect has them.
    fn skip_trivia(&mut self) -> Scanned<()> {
        self.skip_blanks();
        while self.dialect == Dialect::Comments && self.peek() == Some(b'/') {
            match comment_length(&self.bytes[self.at..]) {
                Some(length) => self.at += length,
                None => return self.fail("a comment that does not end"),
            }
            self.skip_blanks();
        }
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn skip_one(&mut self, any_of: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| any_of.contains(&byte));
        self.at += usize::from(found);
        found
    }

    fn skip_digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// An error here; a comment, which some assistants allow, is called by its name.
    fn fail<T>(&self, reason: &'static str) -> Scanned<T> {
        let comment = matches!(self.bytes.get(self.at..self.at + 2), Some(b"//" | b"/*"));
        let reason = if comment && self.dialect == Dialect::Strict {
            "a comment, which strict JSON does not allow"
        } else {
            reason
        };
        self.fail_at(self.at, reason)
    }

    #[expect(clippy::unused_self, reason = "reads as the other failures do")]
    fn fail_at<T>(&self, offset: usize, reason: &'static str) -> Scanned<T> {
        Err(SyntaxError { offset, reason })
    }
}

/// Line and column of a byte, in characters, from 1.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before[line_start..].trim_start_matches(BOM);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// How many bytes the comment has with which `bytes` begin, without the line end behind it; `None`
/// when they begin with no comment, or with one that does not end.
pub(crate) fn comment_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(..2)? {
        b"//" => {
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            Some(end.unwrap_or(bytes.len()))
        }
        b"/*" => {
            let end = bytes[2..].windows(2).position(|pair| pair == b"*/")?;
            Some(end + 4)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    fn reason(text: &str) -> (usize, &'static str) {
        let error = Document::parse(text).unwrap_err();
        (error.offset, error.reason)
    }

    #[test]
    fn faults_are_named_where_they_stand() {
        assert_eq!(reason(r#"{"a": 1,}"#), (7, "a trailing comma"));
        assert_eq!(reason("[1, ]"), (2, "a trailing comma"));
        assert_eq!(
            reason("{\n  // mine\n}"),
            (4, "a comment, which strict JSON does not allow")
        );
        assert_eq!(
            reason(r#"{"a": 1 /* mine */}"#),
            (8, "a comment, which strict JSON does not allow")
        );
        assert_eq!(reason(r#"{"a": [1"#), (8, "the file ends too early here"));
        assert_eq!(
            reason(r#"{"a": "x"#),
            (6, "a string without its closing quote")
        );
        assert_eq!(reason("{} {}"), (3, "text follows the end of the value"));
        assert_eq!(reason("[1}"), (2, "expected a comma or `]`"));
        assert_eq!(reason("{a: 1}"), (1, "expected a key in double quotes"));
        assert_eq!(reason("[]]"), (2, "text follows the end of the value"));
        assert_eq!(reason("\u{feff}\u{feff}{}"), (3, "expected a value"));
    }

    #[test]
    fn a_million_open_brackets_do_not_overflow_the_stack() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert_eq!(Document::parse(&deep).unwrap().nodes.len(), 1_000_000);
        assert!(Document::parse(&"{\"a\":[".repeat(500_000)).is_err());
    }

    #[test]
    fn keys_are_compared_decoded_and_the_last_of_several_counts() {
        let document = Document::parse(r#"{"hook\u0073": 1, "\ud800": 2, "hooks": 3}"#).unwrap();
        let member = document.member(Document::ROOT, "hooks").unwrap();
        assert_eq!(document.raw(member), "3");
        assert_eq!(document.members(Document::ROOT, "hooks").count(), 2);
    }

    #[test]
    fn comments_and_trailing_commas_are_allowed_where_the_dialect_has_them() {
        for text in [
            "// first\n{} // last",
            "{\"a\": 1,}",
            "/**/[1, /* , */ 2 , // ]\n ] /* end */",
            "{\"a\" /* : */ : // 2\n 1}",
            "[\"// no comment\", ]",
        ] {
            assert!(
                Document::parse_as(text, Dialect::Comments).is_ok(),
                "{text}"
            );
        }
        let reason = |text| {
            let read = Document::parse_as(text, Dialect::Comments);
            read.unwrap_err().reason
        };
        assert_eq!(reason("{ /* }"), "a comment that does not end");
        assert_eq!(reason("{ / }"), "a comment that does not end");
        assert_eq!(reason("[,]"), "expected a value");
        assert_eq!(reason("{\"a\": 1,,}"), "expected a key in double quotes");
        assert_eq!(reason("{\"a\": ,}"), "expected a value");
        assert_eq!(reason("// nothing"), "the file ends too early here");
    }

    fn is_strict(text: &str) -> bool {
        let text = text.strip_prefix(BOM).unwrap_or(text);
        serde_json::from_str::<IgnoredAny>(text).is_ok()
    }

    fn fragments() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "\t",
            "\r",
            "\"a\"",
            "\"hooks\"",
            "\"\\ud83d\"",
            "\"\\x\"",
            "\"\\u00e\"",
            "\"",
            "\\",
            "0",
            "01",
            "-0",
            "1e3",
            "1.",
            ".5",
            "-",
            "1E+2",
            "true",
            "truex",
            "null",
            "false",
            "//",
            "/*",
            "\u{e9}",
            "\u{1}",
            "\"\u{7f}\"",
            "1e999",
        ]);
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn what_is_accepted_is_what_serde_json_accepts(text in fragments()) {
            let strict = is_strict(&text);
            prop_assert_eq!(Document::parse(&text).is_ok(), strict, "{:?}", text);
        }

        #[test]
        fn broken_pieces_of_good_json_are_judged_alike(cut in 0usize..120, byte in any::<char>()) {
            let good = r#"{"a": [1, -2.5e+3, "\ud800\n", {"b": null}], "c": {"d": [[], {}, true]}, "é": "x"}"#;
            let at = (0..=cut.min(good.len())).rev().find(|at| good.is_char_boundary(*at)).unwrap();
            for text in [good[..at].to_owned(), format!("{}{byte}{}", &good[..at], &good[at..])] {
                let strict = is_strict(&text);
                prop_assert_eq!(Document::parse(&text).is_ok(), strict, "{:?}", text);
            }
        }
    }
}
