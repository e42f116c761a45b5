//! A place in one line of a buffer, moving right, that cannot leave its region.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::tui::text;

pub(crate) struct LineWriter<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> LineWriter<'a> {
    /// Writes from column `x` of line `y` up to, not including, column `end`.
    pub(crate) fn new(buffer: &'a mut Buffer, x: u16, y: u16, end: u16) -> Self {
        let end = end.min(buffer.area.right());
        let inside = (buffer.area.top()..buffer.area.bottom()).contains(&y);
        Self {
            end: if inside { end } else { x },
            buffer,
            x,
            y,
        }
    }

    /// Columns that are left.
    pub(crate) fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    pub(crate) fn is_full(&self) -> bool {
        self.room() == 0
    }

    /// Writes as much of `text` as there is room for, with an ellipsis where something is missing.
    pub(crate) fn put(&mut self, text: &str, style: Style) {
        if self.is_full() {
            return;
        }
        let text = text::fit(text, self.room());
        (self.x, _) = self
            .buffer
            .set_stringn(self.x, self.y, &text, self.room(), style);
    }

    /// Writes `text` in a column of `width`.
    pub(crate) fn cell(&mut self, text: &str, width: usize, style: Style) {
        let end = self.x.saturating_add(to_u16(width.min(self.room())));
        let text = text::fit(text, usize::from(end - self.x));
        self.put(&text, style);
        self.x = self.x.max(end);
    }

    /// Has a column of `width` written.
    pub(crate) fn part(&mut self, width: usize, write: impl FnOnce(&mut LineWriter<'_>)) {
        let end = self.x.saturating_add(to_u16(width.min(self.room())));
        write(&mut LineWriter {
            buffer: &mut *self.buffer,
            x: self.x,
            y: self.y,
            end,
        });
        self.x = self.x.max(end);
    }

    /// Writes `text` at the right end of what is left.
    pub(crate) fn put_right(&mut self, text: &str, style: Style) {
        let gap = self.room().saturating_sub(text::width(text));
        self.skip(gap);
        self.put(text, style);
    }

    /// Leaves columns as they are.
    pub(crate) fn skip(&mut self, columns: usize) {
        self.x = self
            .x
            .saturating_add(to_u16(columns))
            .min(self.end.max(self.x));
    }

    /// Keeps columns at the right end free.
    pub(crate) fn keep_free(&mut self, columns: usize) {
        self.end = self.end.saturating_sub(to_u16(columns)).max(self.x);
    }
}

pub(crate) fn to_u16(columns: usize) -> u16 {
    u16::try_from(columns).unwrap_or(u16::MAX)
}
