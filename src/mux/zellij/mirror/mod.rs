//! The place beside a dashboard in Zellij, which lends no pane to another tab: the dashboard draws what the pane
//! shows, as Zellij's own program prints it. Nothing of the person's is moved, so nothing has to be put back.

mod stream;

pub(super) use stream::end_of;

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use rustix::fd::OwnedFd;
use rustix::pipe::{PipeFlags, pipe_with};

use super::KIND;
use super::panes::type_into;
use super::socket::Answering;
use crate::mux::{
    Beside, Drawn, Home, Image, Mirrored, Onlooker, Outcome, Place, SplitView, Typed, Undone,
};

/// Said when the place is opened.
const MIRRORED: &str = "Zellij cannot lend a pane to another tab: its screen is mirrored here, Enter goes to the real one";
const ELSEWHERE: &str = "it is in no pane of Zellij; Enter goes there";
const ITSELF: &str = "that is the dashboard itself";
const STOPPED: &str = "it was stopped from the list";

/// Finds the server and the number of a pane.
type Find = Box<dyn Fn(&Place) -> Outcome<(Answering, u32)> + Send>;

/// Such a place.
pub(super) struct Mirror {
    home: Home,
    onlooker: Onlooker,
    find: Find,
    is_open: bool,
    shown: Option<Watched>,
    /// Why nothing is shown.
    instead: Option<String>,
}

/// A pane that is told of.
struct Watched {
    pane: (Server, PaneId),
    server: Answering,
    number: u32,
    /// Nobody wants it any more as soon as this is closed.
    wanted: Option<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.wanted.take());
        if let Some(thread) = self.thread.take() {
            // What has failed there was told there.
            let _ = thread.join();
        }
    }
}

impl Mirror {
    /// The place beside that dashboard; nothing is done yet.
    pub(super) fn new(home: Home, onlooker: Onlooker, find: Find) -> Self {
        Self {
            home,
            onlooker,
            find,
            is_open: false,
            shown: None,
            instead: None,
        }
    }

    fn beside(&self, note: Option<&str>) -> Beside {
        let drawn = || Drawn {
            room: self.home.room,
            instead: self.instead.clone(),
        };
        Beside {
            is_open: self.is_open,
            shows: self.shown.as_ref().map(|shown| shown.pane.clone()),
            note: note.map(str::to_owned),
            drawn: Some(drawn()),
            ..Beside::default()
        }
    }

    /// Says whether it was opened just now.
    fn open(&mut self) -> Option<&'static str> {
        let is_news = !self.is_open;
        self.is_open = true;
        is_news.then_some(MIRRORED)
    }

    fn shut(&mut self) {
        self.is_open = false;
        self.leave(None);
    }

    fn leave(&mut self, instead: Option<String>) {
        self.shown = None;
        self.instead = instead;
    }

    fn watch(&mut self, place: &Place) -> Outcome<()> {
        let Target::Pane(pane) = place.pane else {
            return Err(ELSEWHERE.into());
        };
        let server = place.server.clone();
        let key = (server.unwrap_or_else(|| self.home.server.clone()), pane);
        if place.kind != KIND {
            return Err(ELSEWHERE.into());
        }
        if key == (self.home.server.clone(), self.home.pane) {
            return Err(ITSELF.into());
        }
        if self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.pane == key && shown.is_told_of())
        {
            return Ok(());
        }
        self.leave(None);
        let (server, number) = (self.find)(&Place {
            server: Some(key.0.clone()),
            ..place.clone()
        })?;
        self.shown = Some(self.begin(key, server, number)?);
        Ok(())
    }

    fn begin(&self, pane: (Server, PaneId), server: Answering, number: u32) -> Outcome<Watched> {
        let refused = |error| Undone::Refused(format!("its screen cannot be mirrored: {error}"));
        server.line.hang_up();
        let (end, wanted) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)
            .map_err(|error| refused(error.into()))?;
        let onlooker = Arc::clone(&self.onlooker);
        let its = server.again();
        let told = pane.clone();
        let tell = move |image: Image| {
            onlooker(Mirrored {
                pane: told.clone(),
                image,
            });
        };
        // The program is tied to the thread that starts it.
        let thread = thread::Builder::new().name("mirror".to_owned());
        let thread = thread.spawn(move || stream::follow(&its, number, &end, &tell));
        Ok(Watched {
            pane,
            server,
            number,
            wanted: Some(wanted),
            thread: Some(thread.map_err(refused)?),
        })
    }
}

impl Watched {
    fn is_told_of(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }
}

impl SplitView for Mirror {
    fn toggle(&mut self, _: Duration) -> Outcome<Beside> {
        if self.is_open {
            self.shut();
            return Ok(self.beside(None));
        }
        let news = self.open();
        Ok(self.beside(news))
    }

    fn show(&mut self, place: &Place, _: &str, _: Duration) -> Outcome<Beside> {
        let news = self.open();
        if let Err(undone) = self.watch(place) {
            self.leave(Some(undone.to_string()));
        }
        Ok(self.beside(news))
    }

    fn refresh(&mut self, _: &[(Server, PaneId)], within: Duration) -> Outcome<Beside> {
        self.now(within)
    }

    fn empty(&mut self, stopped: &(Server, PaneId), _: Duration) -> Outcome<Beside> {
        if self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.pane == *stopped)
        {
            self.leave(Some(STOPPED.to_owned()));
        }
        Ok(self.beside(None))
    }

    fn close(&mut self, _: Duration) -> Outcome<Beside> {
        self.shut();
        Ok(self.beside(None))
    }

    fn now(&self, _: Duration) -> Outcome<Beside> {
        Ok(self.beside(None))
    }

    fn type_into(
        &mut self,
        pane: &(Server, PaneId),
        typed: &Typed,
        within: Duration,
    ) -> Outcome<()> {
        let shown = self.shown.as_ref().filter(|shown| shown.pane == *pane);
        let shown = shown.filter(|shown| shown.is_told_of());
        let shown = shown.ok_or("it is not mirrored any more")?;
        type_into(&shown.server, shown.number, typed, within)?;
        // Whoever looks is behind by more than the pipe holds, or has ended.
        let _ = shown
            .wanted
            .as_ref()
            .map(|pipe| rustix::io::write(pipe, &[1]));
        Ok(())
    }
}
