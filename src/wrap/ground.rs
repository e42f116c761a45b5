//! Where in what goes to a terminal something else may stand: between characters and sequences, and inside of none.

/// How far a terminal has come with what was written to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ground {
    /// Nothing is begun.
    #[default]
    Firm,
    /// So many bytes of a character are to come.
    Character(u8),
    /// After Escape.
    Escape,
    /// In a control sequence (CSI).
    Control,
    /// In a string that BEL ends, too (OSC).
    Command,
    /// In one that it does not end (DCS, APC and others).
    Device,
    /// After Escape in a string; it may be its end.
    End(Kind),
}

/// Which string it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Command,
    Device,
}

impl Ground {
    /// Goes on with these.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            *self = self.after(*byte);
        }
    }

    pub(super) fn is_firm(self) -> bool {
        self == Self::Firm
    }

    #[expect(clippy::match_same_arms, reason = "the first one that fits counts")]
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Command | Self::End(Kind::Command), 0x07)
            | (Self::End(_), b'\\')
            // Whatever is begun is given up.
            | (_, 0x18 | 0x1a) => Self::Firm,
            (Self::Command, 0x1b) => Self::End(Kind::Command),
            (Self::Device, 0x1b) => Self::End(Kind::Device),
            (Self::Command | Self::End(Kind::Command), _) => Self::Command,
            // Another program's sequences may stand in it, each Escape twice.
            (Self::Device | Self::End(Kind::Device), _) => Self::Device,
            (_, 0x1b) => Self::Escape,
            (Self::Escape, b'[') => Self::Control,
            (Self::Escape, b']') => Self::Command,
            (Self::Escape, b'P' | b'X' | b'^' | b'_') => Self::Device,
            (Self::Escape, 0x20..=0x2f) => Self::Escape,
            (Self::Control, 0x40..=0x7e) => Self::Firm,
            (Self::Control, _) => Self::Control,
            (Self::Character(left), 0x80..=0xbf) if left > 1 => Self::Character(left - 1),
            (Self::Firm, 0xc2..=0xdf) => Self::Character(1),
            (Self::Firm, 0xe0..=0xef) => Self::Character(2),
            (Self::Firm, 0xf0..=0xf4) => Self::Character(3),
            _ => Self::Firm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_firm_after_each_whole_thing_and_nowhere_within() {
        let wholes: [&[u8]; 9] = [
            b"a",
            b"\r\n",
            "\u{e9}".as_bytes(),
            "\u{1f980}".as_bytes(),
            b"\x1b[38;5;1m",
            b"\x1b(B",
            b"\x1b]0;a title\x07",
            b"\x1b]8;;x\x1b\\",
            b"\x1bPtmux;\x1b\x1b]0;inner\x07\x1b\\",
        ];
        for whole in wholes {
            let mut ground = Ground::default();
            let (last, before) = whole.split_last().unwrap();
            for (at, byte) in before.iter().enumerate() {
                ground.pass(&[*byte]);
                assert!(!ground.is_firm() || whole == b"\r\n", "{whole:?} at {at}");
            }
            ground.pass(&[*last]);
            assert!(ground.is_firm(), "{whole:?}");
        }
    }

    #[test]
    fn what_is_given_up_is_over() {
        for begun in [&b"\x1b[1"[..], b"\x1b]0;a", b"\x1bPa\x1b", b"\x1b"] {
            let mut ground = Ground::default();
            ground.pass(begun);
            assert!(!ground.is_firm());
            ground.pass(b"\x18");
            assert!(ground.is_firm());
        }
    }
}
