//! A pull scanner for one JSON object that may be huge, cut short or garbage.
//!
//! The caller walks the object and takes the few texts it wants, each up to a limit; everything else
//! is skipped without being kept, whatever its size or depth. The end of the input ends the walk
//! where it stands: what was taken before stays taken. The scanner accepts more than JSON allows (it
//! does not check numbers or the pairing of brackets it skips), because an assistant's payload is
//! not ours to judge, and it never panics.

use std::io::BufRead;

/// Longest key that is told apart, in bytes: longer than any that somebody asks for.
const MAX_KEY_BYTES: usize = 64;

/// The walk is over: the input ended or is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// What a step of the walk gives.
pub type Scan<T> = Result<T, Stop>;

/// What some programs write before a text to say that it is UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Walks the JSON value that `input` begins with, perhaps after a byte order mark. Takes no byte
/// after its end.
#[derive(Debug)]
pub struct Scanner<R> {
    input: R,
    /// Nothing was taken yet.
    is_at_start: bool,
}

impl<R: BufRead> Scanner<R> {
    /// A scanner at the beginning of `input`.
    pub fn new(input: R) -> Self {
        Self {
            input,
            is_at_start: true,
        }
    }

    /// Walks an object: `each` is called with every key and must take that key's value, by
    /// [`text`](Self::text), [`object`](Self::object), [`array`](Self::array) or
    /// [`skip`](Self::skip). A value that is no object is skipped.
    ///
    /// # Errors
    /// [`Stop`] when the input ends inside it.
    pub fn object(&mut self, mut each: impl FnMut(&mut Self, &str) -> Scan<()>) -> Scan<()> {
        if self.token()? != b'{' {
            return self.skip();
        }
        self.take();
        loop {
            match self.token()? {
                b'"' => {
                    let key = self.string(MAX_KEY_BYTES)?;
                    if self.token()? != b':' {
                        return Err(Stop);
                    }
                    self.take();
                    each(self, &key)?;
                }
                b',' => self.take(),
                b'}' => break,
                _ => return Err(Stop),
            }
        }
        self.take();
        Ok(())
    }

    /// Walks an array: `each` is called for every element and must take it. A value that is no
    /// array is skipped.
    ///
    /// # Errors
    /// [`Stop`] when the input ends inside it.
    pub fn array(&mut self, mut each: impl FnMut(&mut Self) -> Scan<()>) -> Scan<()> {
        if self.token()? != b'[' {
            return self.skip();
        }
        self.take();
        loop {
            match self.token()? {
                b',' => self.take(),
                b']' => break,
                b'}' | b':' => return Err(Stop),
                _ => each(self)?,
            }
        }
        self.take();
        Ok(())
    }

    /// Takes a text: its first `max` bytes, cut between characters. `None` for a value of another
    /// kind, which is skipped. What is no Unicode becomes U+FFFD.
    ///
    /// # Errors
    /// [`Stop`] when the input ends inside it.
    pub fn text(&mut self, max: usize) -> Scan<Option<String>> {
        if self.token()? == b'"' {
            self.string(max).map(Some)
        } else {
            self.skip().map(|()| None)
        }
    }

    /// Whether the next value is an object. Takes nothing.
    ///
    /// # Errors
    /// [`Stop`] when the input ends before it.
    pub(crate) fn is_at_object(&mut self) -> Scan<bool> {
        self.token().map(|first| first == b'{')
    }

    /// Whether the next value is an array. Takes nothing.
    ///
    /// # Errors
    /// [`Stop`] when the input ends before it.
    pub(crate) fn is_at_array(&mut self) -> Scan<bool> {
        self.token().map(|first| first == b'[')
    }

    /// Takes a value of any kind and keeps nothing.
    ///
    /// # Errors
    /// [`Stop`] when the input ends inside it.
    pub fn skip(&mut self) -> Scan<()> {
        match self.token()? {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_nested(),
            b',' | b':' | b'}' | b']' => Err(Stop),
            _ => self.skip_scalar(),
        }
    }

    fn skip_string(&mut self) -> Scan<()> {
        self.take();
        loop {
            let found = self.find(|byte| matches!(byte, b'"' | b'\\'))?;
            self.take();
            if found == b'"' {
                return Ok(());
            }
            self.byte()?;
        }
    }

    fn skip_nested(&mut self) -> Scan<()> {
        let mut depth = 0_usize;
        loop {
            match self.find(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))? {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                _ => depth -= 1,
            }
            self.take();
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn skip_scalar(&mut self) -> Scan<()> {
        let ends = |byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
        self.find(ends).map(|_| ())
    }

    fn string(&mut self, max: usize) -> Scan<String> {
        self.take();
        let mut kept = Kept::new(max);
        loop {
            let chunk = self.chunk()?;
            let plain = chunk
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\'))
                .unwrap_or(chunk.len());
            let end = chunk.get(plain).copied();
            if plain > 0 {
                kept.push(&chunk[..plain]);
            }
            self.input.consume(plain);
            match end {
                Some(b'"') => {
                    self.take();
                    return Ok(kept.into_text());
                }
                Some(_) => self.escape(&mut kept)?,
                None => {}
            }
        }
    }

    fn escape(&mut self, kept: &mut Kept) -> Scan<()> {
        self.take();
        let plain = match self.byte()? {
            b'u' => return self.hex_unit().map(|unit| kept.push_unit(unit)),
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 0x08,
            b'f' => 0x0c,
            other => other,
        };
        kept.push(&[plain]);
        Ok(())
    }

    fn hex_unit(&mut self) -> Scan<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()?).to_digit(16).ok_or(Stop)?;
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }

    /// The first byte of the next token, which stays where it is.
    fn token(&mut self) -> Scan<u8> {
        if std::mem::take(&mut self.is_at_start) {
            self.skip_byte_order_mark()?;
        }
        self.find(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
    }

    /// Its bytes may come one by one.
    fn skip_byte_order_mark(&mut self) -> Scan<()> {
        if self.chunk()?[0] != BYTE_ORDER_MARK[0] {
            return Ok(());
        }
        for expected in BYTE_ORDER_MARK {
            if self.byte()? != *expected {
                return Err(Stop);
            }
        }
        Ok(())
    }

    /// Goes to the first byte that `wanted` accepts; gives it and leaves it where it is.
    fn find(&mut self, wanted: impl Fn(u8) -> bool) -> Scan<u8> {
        loop {
            let chunk = self.chunk()?;
            if let Some(at) = chunk.iter().position(|byte| wanted(*byte)) {
                let found = chunk[at];
                self.input.consume(at);
                return Ok(found);
            }
            let all = chunk.len();
            self.input.consume(all);
        }
    }

    fn byte(&mut self) -> Scan<u8> {
        let byte = self.chunk()?[0];
        self.take();
        Ok(byte)
    }

    /// Takes one byte that was seen before.
    fn take(&mut self) {
        self.input.consume(1);
    }

    /// At least one byte.
    fn chunk(&mut self) -> Scan<&[u8]> {
        match self.input.fill_buf() {
            Ok(chunk) if !chunk.is_empty() => Ok(chunk),
            _ => Err(Stop),
        }
    }
}

/// The beginning of a text, as far as it is kept.
struct Kept {
    bytes: Vec<u8>,
    max: usize,
    /// The first half of a character that JSON writes as two `\u` escapes.
    high: Option<u32>,
}

impl Kept {
    fn new(max: usize) -> Self {
        Self {
            bytes: Vec::new(),
            max,
            high: None,
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.end_half();
        // One byte more than wanted, so that the end knows that there was more.
        let room = (self.max + 1).saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Takes one `\u` escape, which may be half a character.
    fn push_unit(&mut self, unit: u32) {
        if let (Some(high), 0xdc00..=0xdfff) = (self.high, unit) {
            self.high = None;
            self.push_char(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
            return;
        }
        self.end_half();
        if (0xd800..=0xdbff).contains(&unit) {
            self.high = Some(unit);
        } else {
            self.push_char(unit);
        }
    }

    fn push_char(&mut self, code: u32) {
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.push(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// A first half that no second half followed.
    fn end_half(&mut self) {
        if self.high.take().is_some() {
            self.push_char(u32::from(char::REPLACEMENT_CHARACTER));
        }
    }

    fn into_text(mut self) -> String {
        self.end_half();
        if self.bytes.len() > self.max {
            let cut = (0..=self.max).rev().find(|at| is_boundary(self.bytes[*at]));
            self.bytes.truncate(cut.unwrap_or(0));
        }
        String::from_utf8(self.bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

/// Whether a UTF-8 character may begin with `byte`.
fn is_boundary(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    /// Every text of a value with its path, in the order in which they stand.
    fn texts<R: BufRead>(input: R) -> (Vec<(String, String)>, Scan<()>) {
        let mut found = Vec::new();
        let end = collect(&mut Scanner::new(input), "", &mut found);
        (found, end)
    }

    fn collect<R: BufRead>(
        scanner: &mut Scanner<R>,
        path: &str,
        found: &mut Vec<(String, String)>,
    ) -> Scan<()> {
        match scanner.token()? {
            b'{' => {
                scanner.object(|scanner, key| collect(scanner, &format!("{path}.{key}"), found))
            }
            b'[' => scanner.array(|scanner| collect(scanner, &format!("{path}[]"), found)),
            _ => {
                let text = scanner.text(1 << 20)?;
                found.extend(text.map(|text| (path.to_owned(), text)));
                Ok(())
            }
        }
    }

    /// The same by `serde_json`'s account.
    fn expected(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => fields
                .iter()
                .for_each(|(key, value)| expected(value, &format!("{path}.{key}"), found)),
            Value::Array(items) => items
                .iter()
                .for_each(|value| expected(value, &format!("{path}[]"), found)),
            Value::String(text) => found.push((path.to_owned(), text.clone())),
            _ => {}
        }
    }

    fn any_object() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,12}|[\"\\\\\n\u{0}-\u{1f}{}\\[\\],:𝄞é]{0,8}".prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\é]{0,8}", inner, 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        });
        prop::collection::btree_map("[a-z_]{1,10}", value, 0..6)
            .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()))
    }

    /// The object printed tightly, with indents, or with every character beyond ASCII as an escape.
    fn printed(value: &Value, style: u8) -> String {
        match style {
            0 => value.to_string(),
            1 => serde_json::to_string_pretty(value).unwrap(),
            _ => value.to_string().chars().map(escaped).collect(),
        }
    }

    fn escaped(c: char) -> String {
        let mut units = [0; 2];
        match c.encode_utf16(&mut units) {
            _ if c.is_ascii() => c.to_string(),
            [unit] => format!("\\u{unit:04X}"),
            [high, low] => format!("\\u{high:04x}\\u{low:04x}"),
            _ => unreachable!("a character is one or two units"),
        }
    }

    proptest! {
        #[test]
        fn a_complete_object_gives_what_serde_json_finds(value in any_object(), style in 0_u8..3, chunk in 1_usize..9) {
            let mut wanted = Vec::new();
            expected(&value, "", &mut wanted);
            let json = printed(&value, style) + " tail";
            let (found, end) = texts(BufReader::with_capacity(chunk, json.as_bytes()));
            prop_assert_eq!(found, wanted);
            prop_assert_eq!(end, Ok(()));
        }

        #[test]
        fn a_cut_object_gives_the_beginning_of_what_the_whole_gives(value in any_object(), style in 0_u8..3, at in any::<prop::sample::Index>()) {
            let json = printed(&value, style);
            let cut = &json.as_bytes()[..at.index(json.len())];
            let (whole, _) = texts(json.as_bytes());
            let (found, end) = texts(cut);
            prop_assert!(whole.starts_with(&found));
            prop_assert_eq!(end, Err(Stop));
        }

        #[test]
        fn a_skipped_value_ends_where_it_ends(value in any_object(), style in 0_u8..3) {
            let json = printed(&value, style) + "tail";
            let mut scanner = Scanner::new(json.as_bytes());
            prop_assert_eq!(scanner.skip(), Ok(()));
            prop_assert_eq!(scanner.input, b"tail");
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\u0d8 ".to_vec())], 0..200)) {
            let _ = texts(bytes.as_slice());
            let _ = Scanner::new(bytes.as_slice()).skip();
        }

        #[test]
        fn a_text_is_cut_between_characters(text in "[a-zé日𝄞]{0,30}", max in 0_usize..40) {
            let json = Value::from(text.clone()).to_string();
            let kept = Scanner::new(json.as_bytes()).text(max).unwrap().unwrap();
            prop_assert!(text.starts_with(&kept) && kept.len() <= max);
            prop_assert!(kept == text || kept.len() + 4 > max);
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_at_the_beginning_and_nowhere_else() {
        let marked = "\u{feff}{\"a\":\"\u{feff}b\"}";
        let b = (".a".to_owned(), "\u{feff}b".to_owned());
        for chunk in 1..6 {
            let input = BufReader::with_capacity(chunk, marked.as_bytes());
            assert_eq!(texts(input), (vec![b.clone()], Ok(())));
        }
        let broken = ["\u{feff}", "{\u{feff}}", "\u{fefe}{}"];
        for text in broken {
            assert_eq!(texts(text.as_bytes()), (Vec::new(), Err(Stop)), "{text:?}");
        }
        assert_eq!(texts(&b"\xef"[..]), (Vec::new(), Err(Stop)));
    }

    #[test]
    fn half_a_character_becomes_a_replacement() {
        let text = |json: &str| Scanner::new(json.as_bytes()).text(99).unwrap().unwrap();
        assert_eq!(text(r#""a\ud834b""#), "a\u{fffd}b");
        assert_eq!(text(r#""\ud834\ud834\udd1e""#), "\u{fffd}𝄞");
        assert_eq!(text(r#""\udd1e\ud834""#), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn the_last_of_two_equal_keys_comes_last() {
        let (found, _) = texts(&br#"{"a":"1","a":"2"}"#[..]);
        assert_eq!(found.last().unwrap().1, "2");
    }
}
