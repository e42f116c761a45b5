//! Panes as tmux lists them, for tests.

use pane_patrol_hooks::target::{PaneId, Server};

use super::layout::Panes;
use super::plan::Batch;
use crate::mux::tmux::Call;
use crate::mux::{Home, Owner, Room};

pub(super) const ALONE: &str = "aaaa,100x30,0,0,1";
pub(super) const PARTED: &str = "bbbb,100x30,0,0{40x30,0,0,1,59x30,41,0,9}";

/// The dashboard in %1.
pub(super) fn home() -> Home {
    Home {
        server: Server {
            socket: "/s".to_owned(),
            pid: 77,
        },
        pane: PaneId(1),
        owner: Owner { pid: 7, start: 99 },
        room: Room::default(),
    }
}

/// That of its placeholder.
pub(super) fn journal(shows: &str) -> String {
    format!("1 7 99 %1 @1 0 {shows} {ALONE}")
}

/// One line.
#[derive(Clone)]
pub(super) struct Listed {
    pane: String,
    window: String,
    index: u32,
    name: Option<&'static str>,
    session: (&'static str, &'static str),
    is_active: bool,
    is_zoomed: bool,
    size: (u16, u16),
    layout: String,
    journal: String,
}

impl Listed {
    pub(super) fn new(pane: &str, window: &str, size: (u16, u16), layout: &str) -> Self {
        Self {
            pane: pane.to_owned(),
            window: window.to_owned(),
            index: 0,
            name: None,
            session: ("$0", "work"),
            is_active: false,
            is_zoomed: false,
            size,
            layout: layout.to_owned(),
            journal: String::new(),
        }
    }

    pub(super) fn active(self) -> Self {
        Self {
            is_active: true,
            ..self
        }
    }

    pub(super) fn zoomed(self) -> Self {
        Self {
            is_zoomed: true,
            ..self
        }
    }

    pub(super) fn keeps(self, journal: &str) -> Self {
        Self {
            journal: journal.to_owned(),
            ..self
        }
    }

    /// In the window of this number.
    pub(super) fn at(self, index: u32) -> Self {
        Self { index, ..self }
    }

    /// Its window has a name of its own.
    pub(super) fn called(self, name: &'static str) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// In the session of this id and name.
    pub(super) fn of(self, session: (&'static str, &'static str)) -> Self {
        Self { session, ..self }
    }

    fn line(&self) -> String {
        let window_size = self.layout.split(',').nth(1).unwrap_or_default();
        [
            "P",
            "77",
            &self.pane,
            &self.window,
            &self.index.to_string(),
            self.name.unwrap_or("sh"),
            if self.name.is_none() { "1" } else { "0" },
            self.session.0,
            self.session.1,
            "0",
            "0",
            if self.is_active { "01" } else { "00" },
            &format!("{}x{}", self.size.0, self.size.1),
            if self.is_zoomed { "1" } else { "0" },
            window_size,
            "0",
            &self.layout,
            "",
            &self.journal,
        ]
        .join("\t")
    }
}

pub(super) fn panes(listed: &[Listed]) -> Panes {
    let lines: Vec<String> = listed.iter().map(Listed::line).collect();
    Panes::parse(lines.join("\n").as_bytes())
}

/// What tmux is told, without what placeholders show and what lent panes hold.
pub(super) fn told(batch: &Batch) -> Vec<String> {
    let told = batch.iter().map(Call::to_string);
    told.filter(|words| !words.starts_with("respawn-pane") && !words.contains("@pane_patrol_lent"))
        .collect()
}
