//! What a dashboard remembers, as tmux keeps it at the pane that it has lent: for when the dashboard is killed and
//! its placeholder closed, and both take with them what they knew.

use std::fmt;
use std::str::FromStr;

use pane_patrol_hooks::target::PaneId;

use super::journal::{Journal, LENT};
use super::layout::{Pane, Session, Window, read_size};
use super::memory::{Memory, StandIn};
use crate::mux::tmux::Call;

/// Stands for a name that there is none of: no name is written so.
const NONE: &str = "-";

impl Memory {
    /// Has the lent pane hold a copy of this.
    pub(super) fn kept(&self) -> Option<Call> {
        let pane = self.stand_in.as_ref()?.pane;
        let set = Call::new("set-option").flag("-p").target(pane);
        Some(set.operand(LENT).operand(self.to_string()))
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(StandIn { pane, was, order }) = &self.stand_in else {
            return Err(fmt::Error);
        };
        let Pane {
            window, session, ..
        } = was;
        let flags = [
            window.is_current,
            window.is_zoomed,
            session.is_attached,
            was.is_active,
        ];
        let flags: String = flags
            .map(|is_so| if is_so { '1' } else { '0' })
            .iter()
            .collect();
        let order: Vec<String> = order.iter().map(PaneId::to_string).collect();
        let (columns, lines) = was.size;
        write!(
            f,
            "{} {pane} {flags} {columns}x{lines} {} {} {} {} {} {} {} {} {}",
            self.journal,
            window.id,
            window.index,
            window.name.as_deref().map_or_else(|| NONE.to_owned(), hex),
            window.size,
            window.layout,
            session.id,
            hex(&session.name),
            session.first_index,
            order.join(",")
        )
    }
}

impl FromStr for Memory {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // The journal is eight words, as it is at a placeholder.
        let at = text.match_indices(' ').nth(7).ok_or(())?.0;
        let (journal, rest) = text.split_at(at);
        let journal: Journal = journal.parse()?;
        let fields: Vec<&str> = rest.trim_start().split(' ').collect();
        let [
            pane,
            flags,
            size,
            window,
            index,
            name,
            window_size,
            layout,
            session,
            session_name,
            first,
            order,
        ] = fields[..]
        else {
            return Err(());
        };
        let [is_current, is_zoomed, is_attached, is_active] = flags.as_bytes() else {
            return Err(());
        };
        let pane = pane.parse().map_err(drop)?;
        let order: Result<Vec<PaneId>, _> = order.split(',').map(str::parse).collect();
        let was = Pane {
            id: pane,
            window: Window {
                id: window.to_owned(),
                index: index.parse().map_err(drop)?,
                name: (name != NONE).then(|| unhex(name)).transpose()?,
                is_current: *is_current == b'1',
                is_zoomed: *is_zoomed == b'1',
                shares_keys: false,
                size: window_size.to_owned(),
                layout: layout.to_owned(),
            },
            session: Session {
                id: session.to_owned(),
                name: unhex(session_name)?,
                is_attached: *is_attached == b'1',
                first_index: first.parse().map_err(drop)?,
            },
            is_active: *is_active == b'1',
            size: read_size(size).ok_or(())?,
            journal: None,
            lent: None,
        };
        let stand_in = StandIn {
            pane,
            was,
            order: order.map_err(drop)?,
        };
        Ok(Self {
            journal,
            name: String::new(),
            stand_in: Some(stand_in),
        })
    }
}

/// A name may hold anything, a blank among it.
fn hex(name: &str) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let digits = name.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}

fn unhex(text: &str) -> Result<String, ()> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).map_err(drop)?;
        u8::from_str_radix(pair, 16).map_err(drop)
    };
    let bytes: Result<Vec<u8>, ()> = pairs.map(byte).collect();
    String::from_utf8(bytes?).map_err(drop)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Listed, home, journal, panes};
    use super::*;

    #[test]
    fn a_copy_is_read_as_it_was_written_whatever_a_name_holds() {
        let elsewhere = "dddd,100x30,0,0{40x30,0,0,3,59x30,41,0,4}";
        let of = |name| {
            panes(&[
                Listed::new("%1", "@1", (40, 30), super::super::testing::PARTED).active(),
                Listed::new("%9", "@1", (59, 30), super::super::testing::PARTED)
                    .keeps(&journal("-")),
                Listed::new("%3", "@3", (40, 30), elsewhere)
                    .called(name)
                    .at(4),
                Listed::new("%4", "@3", (59, 30), elsewhere)
                    .called(name)
                    .at(4)
                    .of(("$2", "two words"))
                    .active(),
            ])
        };
        for name in ["sh", "a b", "-", "zw\u{fc}lf\u{1f600}"] {
            let listed = of(name);
            let memory = Memory::once_shown(&listed, &home(), PaneId(4), "claude").unwrap();
            let text = memory.to_string();
            assert!(
                text.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                "{text}"
            );
            let read: Memory = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
            let calls = |memory: &Memory| super::super::testing::told(&memory.restore(&listed));
            assert_eq!(calls(&read), calls(&memory));
        }
        for wrong in [
            "",
            "1 7 99 %1 @1 0 - x",
            "2 7 99 %1 @1 0 - x %4 0000 1x1 @3 4 - 1x1 l $1 61 0 %3",
        ] {
            assert!(wrong.parse::<Memory>().is_err(), "{wrong}");
        }
    }
}
