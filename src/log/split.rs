//! Blocks of bytes into lines, in bounded memory: whatever stands in a file, no more than one line
//! of [`MAX_LINE_BYTES`] is kept between two blocks.

use std::ops::ControlFlow;

use memchr::memchr;

/// Longest line that is looked at: an event, and what a log line may have besides.
pub(crate) const MAX_LINE_BYTES: usize = 4096;

/// What a line is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// The line without its end.
    Whole(&'a [u8]),
    /// A line of more than [`MAX_LINE_BYTES`], of which only the length is known.
    TooLong(u64),
    /// The last line of a file that nobody writes to any more, without an end.
    Torn(&'a [u8]),
}

/// Splits one file's bytes, given block after block.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    number: u64,
    partial: Vec<u8>,
    /// How much of a line that is too long has gone by.
    dropped: u64,
    /// The first bytes belong to a line whose beginning nobody saw.
    is_inside: bool,
}

impl Splitter {
    /// A splitter whose first bytes may belong to a line that began before; that line is left out.
    pub(crate) fn inside_a_line() -> Self {
        Self {
            is_inside: true,
            ..Self::default()
        }
    }

    /// Hands each line that `block` completes to `sink`, with its number, counted from 1, until
    /// `sink` breaks off. Empty lines are counted but not handed over.
    pub(crate) fn feed(
        &mut self,
        mut block: &[u8],
        sink: &mut dyn FnMut(u64, Content<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        while let Some(end) = memchr(b'\n', block) {
            let (line, rest) = (&block[..end], &block[end + 1..]);
            block = rest;
            if std::mem::take(&mut self.is_inside) {
                continue;
            }
            self.number += 1;
            self.complete(line, sink)?;
        }
        self.keep(block);
        ControlFlow::Continue(())
    }

    /// Hands over what stands behind the last line end: the file is at its end for good.
    pub(crate) fn finish(
        &mut self,
        sink: &mut dyn FnMut(u64, Content<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let partial = std::mem::take(&mut self.partial);
        let dropped = std::mem::take(&mut self.dropped);
        if dropped == 0 && partial.is_empty() {
            return ControlFlow::Continue(());
        }
        self.number += 1;
        if dropped > 0 {
            sink(self.number, Content::TooLong(dropped))
        } else {
            sink(self.number, Content::Torn(&partial))
        }
    }

    fn complete(
        &mut self,
        end: &[u8],
        sink: &mut dyn FnMut(u64, Content<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let is_whole = self.partial.is_empty() && self.dropped == 0;
        if is_whole && end.len() <= MAX_LINE_BYTES {
            return if end.is_empty() {
                ControlFlow::Continue(())
            } else {
                sink(self.number, Content::Whole(end))
            };
        }
        self.keep(end);
        let dropped = std::mem::take(&mut self.dropped);
        let handed = if dropped > 0 {
            sink(self.number, Content::TooLong(dropped))
        } else {
            sink(self.number, Content::Whole(&self.partial))
        };
        self.partial.clear();
        handed
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.is_inside {
            return;
        }
        if self.dropped > 0 || self.partial.len() + bytes.len() > MAX_LINE_BYTES {
            self.dropped += (self.partial.len() + bytes.len()) as u64;
            self.partial.clear();
        } else {
            self.partial.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn owned(content: Content<'_>) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match content {
            Content::Whole(line) => text(line),
            Content::TooLong(length) => format!("<{length}>"),
            Content::Torn(line) => format!("{}<torn>", text(line)),
        }
    }

    fn split(bytes: &[u8], block: usize) -> Vec<(u64, String)> {
        let mut splitter = Splitter::default();
        let mut lines = Vec::new();
        let mut sink = |number, content: Content<'_>| {
            lines.push((number, owned(content)));
            ControlFlow::Continue(())
        };
        for block in bytes.chunks(block) {
            assert!(splitter.feed(block, &mut sink).is_continue());
        }
        assert!(splitter.finish(&mut sink).is_continue());
        assert!(splitter.partial.capacity() <= 2 * MAX_LINE_BYTES);
        lines
    }

    #[test]
    fn lines_are_numbered_and_a_line_that_is_too_long_is_only_measured() {
        let long = "x".repeat(MAX_LINE_BYTES + 1);
        let text = format!("one\n\n{long}\nfour\nfi");
        let lines = split(text.as_bytes(), 100);
        let expected = [
            (1, "one".to_owned()),
            (3, "<4097>".to_owned()),
            (4, "four".to_owned()),
            (5, "fi<torn>".to_owned()),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_line_whose_beginning_nobody_saw_is_left_out() {
        for (text, expected) in [
            ("nd\ntwo\n", vec!["two"]),
            ("\ntwo\n", vec!["two"]),
            ("nd", vec![]),
        ] {
            let mut splitter = Splitter::inside_a_line();
            let mut lines = Vec::new();
            let mut sink = |_, content: Content<'_>| {
                lines.push(owned(content));
                ControlFlow::Continue(())
            };
            let _ = splitter.feed(text.as_bytes(), &mut sink);
            let _ = splitter.finish(&mut sink);
            assert_eq!(lines, expected);
        }
    }

    #[test]
    fn a_sink_that_breaks_off_gets_no_more() {
        let mut seen = 0;
        let mut sink = |_, _: Content<'_>| {
            seen += 1;
            ControlFlow::Break(())
        };
        assert!(Splitter::default().feed(b"a\nb\n", &mut sink).is_break());
        assert_eq!(seen, 1);
    }

    proptest! {
        #[test]
        fn the_size_of_the_blocks_makes_no_difference(
            lines in proptest::collection::vec("[a-z]{0,9}|y{4090,4100}", 0..12),
            torn in "[a-z]{0,5}",
            block in 1_usize..5000,
        ) {
            let mut text = lines.join("\n");
            if !lines.is_empty() { text.push('\n'); }
            text.push_str(&torn);
            prop_assert_eq!(split(text.as_bytes(), block), split(text.as_bytes(), text.len().max(1)));
        }
    }
}
