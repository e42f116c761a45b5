//! What a placeholder knows of its place, as tmux keeps it for us.

use std::fmt;
use std::str::FromStr;

use pane_patrol_hooks::target::PaneId;

use crate::mux::Owner;
use crate::mux::tmux::Call;

/// The option of a placeholder that holds its [`Journal`].
pub(super) const OPTION: &str = "@pane_patrol_split";

/// The same as a field of a line that holds others, too: nothing in it can be taken for a tab.
pub(in crate::mux::tmux) const PLACEHOLDER: &str = "#{s|[^!-~]+| |:@pane_patrol_split}";

/// The option of a lent pane that holds a copy of what its dashboard remembers.
pub(super) const LENT: &str = "@pane_patrol_lent";

/// The same as a field of a line that holds others, too.
pub(super) const COPY: &str = "#{s|[^!-~]+| |:@pane_patrol_lent}";

/// Has a pane that is at home again, or is to stay where it is, hold none.
pub(super) fn forgotten(pane: PaneId) -> Call {
    let unset = Call::new("set-option").flag("-p").flag("-u");
    unset.target(pane).operand(LENT)
}

/// What has to be known to put everything back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    pub(super) owner: Owner,
    /// The dashboard's pane and its window.
    pub(super) home: PaneId,
    pub(super) window: String,
    /// Whether that window was zoomed, and its layout.
    pub(super) is_zoomed: bool,
    pub(super) layout: String,
    /// The pane that stands in the place of the placeholder, and it in that one's.
    pub(super) shows: Option<PaneId>,
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shows = self
            .shows
            .map_or_else(|| "-".to_owned(), |pane| pane.to_string());
        let zoomed = u8::from(self.is_zoomed);
        let Self {
            owner,
            home,
            window,
            layout,
            ..
        } = self;
        write!(
            f,
            "1 {} {} {home} {window} {zoomed} {shows} {layout}",
            owner.pid, owner.start
        )
    }
}

impl FromStr for Journal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let fields: Vec<&str> = text.split(' ').collect();
        let ["1", pid, start, home, window, zoomed, shows, layout] = fields[..] else {
            return Err(());
        };
        Ok(Self {
            owner: Owner {
                pid: pid.parse().map_err(drop)?,
                start: start.parse().map_err(drop)?,
            },
            home: home.parse().map_err(drop)?,
            window: window.to_owned(),
            is_zoomed: zoomed == "1",
            layout: layout.to_owned(),
            shows: match shows {
                "-" => None,
                pane => Some(pane.parse().map_err(drop)?),
            },
        })
    }
}

/// The pane that stands elsewhere while the one with this `@pane_patrol_split` keeps its place.
pub(in crate::mux::tmux) fn shown_by(option: &str) -> Option<PaneId> {
    let journal: Journal = option.parse().ok()?;
    journal.shows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        for shows in [None, Some(PaneId(12))] {
            let journal = Journal {
                owner: Owner { pid: 7, start: 99 },
                home: PaneId(3),
                window: "@4".to_owned(),
                is_zoomed: true,
                layout: "b25f,80x24,0,0{40x24,0,0,1,39x24,41,0,2}".to_owned(),
                shows,
            };
            assert_eq!(journal.to_string().parse(), Ok(journal));
        }
        assert_eq!("".parse::<Journal>(), Err(()));
        assert_eq!("2 7 99 %3 @4 0 - x".parse::<Journal>(), Err(()));
    }
}
