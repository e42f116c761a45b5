//! tmux behind the trait: which server is asked, with how much patience, and what its failures mean.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::ask::{Ask, asking, undone};
use super::stirs::Mark;
use super::{
    Belief, CALL_BUDGET, Call, Disbelief, TmuxError, audience, glance, here, jump, lost, opening,
    panes, pipe, restoring, sidebar, signs, split, version,
};
use crate::mux::{
    Absent, Arrival, Attach, Audience, Entry, Glimpse, Gone, Guard, Here, Home, Kind, Multiplexer,
    Onlooker, Opened, Opening, Outcome, Owner, PaneList, Pipe, Place, Press, Pressed, Proof,
    Screen, Sidebar, Sign, SplitView, Standing, Stirring, Switch, Switched, Undone, Windows,
};

/// tmux.
pub(super) const KIND: Kind = Kind("tmux");

/// Its line of the registry: every socket that is nobody else's may be one of its servers'.
pub(in crate::mux) const ENTRY: Entry = Entry {
    kind: KIND,
    is_offered: true,
    variables: here::VARIABLES,
    around: here::around,
    default_socket: |variables, uid| Some(here::default_socket(variables, uid)),
    has_sockets_at: |_| true,
    is_of_a_session: |_| false,
    with: |reach| {
        Box::new(Servers {
            belief: Belief::of(reach),
            own_socket: reach.own_socket.clone(),
        })
    },
};

/// All servers that are believed.
struct Servers {
    belief: Belief,
    /// Where the person's own one listens.
    own_socket: PathBuf,
}

impl Servers {
    /// Bounded calls, all of them within that time.
    fn ask(&self, within: Duration) -> impl Fn(&Path, &Call) -> Outcome<Vec<u8>> {
        asking(self.belief.clone(), within)
    }

    /// Has something done with the pane's server.
    fn on<T>(
        &self,
        place: &Place,
        within: Duration,
        work: impl FnOnce(&Path, Ask<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let server = place.server.as_ref();
        let own = &*self.own_socket;
        let socket = server.map_or(own, |server| Path::new(&server.socket));
        work(socket, &self.ask(within)).map_err(|undone| match undone {
            Undone::Gone(_) | Undone::NotBelieved { .. } => {
                let words = server.and_then(lost::words);
                words.map_or(undone, |words| Undone::Gone(Gone::OutOfReach(words)))
            }
            other => other,
        })
    }

    /// Tells the server that, if it still is one that is believed. What it refuses, an old one for a
    /// hook that it does not know, is left at that: the next listing tells the same.
    fn tell_server(&self, socket: &Path, call: Option<Call>, within: Duration) {
        if let Some(call) = call {
            let _ = self.ask(within)(socket, &call);
        }
    }
}

impl Multiplexer for Servers {
    fn kind(&self) -> Kind {
        KIND
    }

    fn absent(&self) -> Absent {
        Absent::default()
    }

    fn names_of_clients(&self) -> Option<&'static str> {
        Some("`tmux list-clients` names the clients")
    }

    fn proof(&self) -> &dyn Proof {
        &self.belief
    }

    fn program(&self, within: Duration) -> Option<Outcome<String>> {
        Some(version(within).ok_or_else(|| "`tmux -V` gives no answer".into()))
    }

    fn list(&self, socket: &Path, within: Duration) -> Outcome<PaneList> {
        let tmux = self.belief.tmux(socket);
        let listed = tmux.and_then(|tmux| tmux.with_budget(within.min(CALL_BUDGET)).list_panes());
        listed.map_err(|error| match error {
            // It takes no connection just now: nothing bad is known of it.
            TmuxError::NotBelieved {
                why: Disbelief::Unreadable,
                ..
            } => Undone::Unknown(error.to_string()),
            TmuxError::NoServer { .. } | TmuxError::NotBelieved { .. } => undone(error),
            // Whatever it is, it says nothing of the panes.
            other => Undone::Unknown(other.to_string()),
        })
    }

    fn address(&self, place: &Place, within: Duration) -> Outcome<Target> {
        self.on(place, within, |socket, ask| {
            panes::address(place, socket, ask)
        })
    }

    fn process(&self, place: &Place, within: Duration) -> Outcome<u32> {
        self.on(place, within, |socket, ask| {
            panes::process(place, socket, ask)
        })
    }

    fn read(&self, place: &Place, coloured: bool, within: Duration) -> Outcome<Screen> {
        self.on(place, within, |socket, ask| {
            panes::read(place, coloured, socket, ask)
        })
    }

    fn glance(
        &self,
        place: &Place,
        above: u16,
        from: Option<&Place>,
        within: Duration,
    ) -> Outcome<Glimpse> {
        self.on(place, within, |socket, ask| {
            glance::glance(place, above, from, (socket, ask))
        })
    }

    fn press(
        &self,
        at: &Place,
        press: &Press,
        guard: &Guard,
        within: Duration,
    ) -> Outcome<Pressed> {
        self.on(at, within, |socket, ask| {
            panes::press(at, press, guard, socket, ask)
        })
    }

    fn look_around(&self, here: Here, within: Duration) -> Here {
        jump::look_around(here, &self.ask(within))
    }

    fn own_place(&self, here: &Here, within: Duration) -> Outcome<Option<Place>> {
        let own = jump::own_place(here, &self.ask(within))?;
        Ok(own.map(|(server, pane)| Place {
            kind: KIND,
            server: Some(server),
            pane: Target::Pane(pane),
        }))
    }

    fn has_client(&self, place: &Place, name: &str, within: Duration) -> Outcome<()> {
        self.on(place, within, |socket, ask| {
            jump::has_client(name, socket, ask)
        })
    }

    fn standing(&self, place: &Place, here: &Here, within: Duration) -> Outcome<Option<Standing>> {
        let found = self.on(place, within, |socket, ask| {
            jump::standing(here, socket, ask)
        })?;
        Ok(found.map(|(client, server, pane)| Standing {
            whose: format!("{server} {client}"),
            place: Place {
                kind: KIND,
                server: Some(server),
                pane: Target::Pane(pane),
            },
        }))
    }

    fn last_key(&self, here: &Here, within: Duration) -> Outcome<Option<Timestamp>> {
        let Some(server) = &here.server else {
            return Ok(None);
        };
        let last = jump::last_key(Path::new(&server.socket), &self.ask(within))?;
        let millis = last.and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1000));
        Ok(millis.map(Timestamp::from_millis))
    }

    fn go(&self, place: &Place, here: &Here, within: Duration) -> Outcome<Arrival> {
        self.on(place, within, |socket, ask| {
            jump::go(place, here, socket, ask)
        })
    }

    fn attach(&self, attach: &Attach) -> Outcome<Command> {
        let tmux = self.belief.tmux(Path::new(&attach.socket));
        Ok(tmux.map_err(undone)?.attach(&attach.target))
    }

    fn open(&self, opening: &Opening, within: Duration) -> Outcome<Opened> {
        let (socket, ask) = (&*self.own_socket, &self.ask(within));
        match &opening.spot {
            Some(spot) => restoring::open(opening, spot, socket, ask),
            None => opening::open(opening, socket, ask),
        }
    }

    fn arrange(&self, place: &Place, layout: &str, within: Duration) -> Outcome<()> {
        self.on(place, within, |socket, ask| {
            restoring::arrange(place, layout, socket, ask)
        })
    }

    fn close(&self, place: &Place, within: Duration) -> Outcome<()> {
        self.on(place, within, |socket, ask| {
            panes::close(place, socket, ask)
        })
    }

    fn audience(&self, place: &Place, within: Duration) -> Outcome<Audience> {
        self.on(place, within, |socket, ask| {
            audience::audience(place, socket, ask)
        })
    }

    fn tell(&self, place: &Place, client: &str, text: &str, within: Duration) -> Outcome<()> {
        self.on(place, within, |socket, ask| {
            audience::tell(client, text, socket, ask)
        })
    }

    fn through(&self, sequence: &str) -> String {
        audience::through(sequence)
    }

    fn split(&self, home: Home, _: Onlooker) -> Outcome<Box<dyn SplitView>> {
        Ok(Box::new(split::Split::new(home, self.belief.clone())))
    }

    fn heal(&self, is_alive: &dyn Fn(&Owner) -> bool, within: Duration) -> Outcome<bool> {
        let (socket, ask) = (&*self.own_socket, &self.ask(within));
        let healed = split::heal(socket, is_alive, ask)?;
        let printed = ask(socket, &Mark::question()).unwrap_or_default();
        // Those who have asked for them may all have been killed, and nobody else may come for long.
        let left = Mark::of(socket).tidying(&String::from_utf8_lossy(&printed));
        self.tell_server(socket, left, within);
        Ok(sidebar::heal(socket, ask)? || healed)
    }

    fn switch_sidebars(
        &self,
        windows: &Windows,
        switch: Switch,
        sidebar: &Sidebar,
        within: Duration,
    ) -> Outcome<Switched> {
        let server = (&*self.own_socket, &self.ask(within) as Ask<'_>);
        sidebar::switch(windows, switch, sidebar, server)
    }

    fn keep_sidebars(&self, sidebar: &Sidebar, within: Duration) -> Outcome<usize> {
        sidebar::keep(sidebar, &self.own_socket, &self.ask(within))
    }

    fn out_of_reach(&self, server: &Server) -> Option<String> {
        lost::words(server)
    }

    fn ask_for_stirs(&self, socket: &Path, mark: &Path, within: Duration) {
        let mark = Mark::of(mark);
        let printed = self.ask(within)(socket, &Mark::question()).unwrap_or_default();
        let left = mark.tidying(&String::from_utf8_lossy(&printed));
        self.tell_server(socket, left, within);
        self.tell_server(socket, mark.hooks(), within);
    }

    fn wait_for_stir(&self, socket: &Path, mark: &Path) -> Outcome<Stirring> {
        let tmux = self.belief.tmux(socket).map_err(undone)?;
        let waiting = tmux.spawn(&Mark::of(mark).wait()).map_err(undone)?;
        Ok(Stirring::Once(waiting))
    }

    fn forgo_stirs(&self, socket: &Path, mark: &Path, within: Duration) {
        self.tell_server(socket, Mark::of(mark).farewell(), within);
    }

    fn put_signs(
        &self,
        socket: &Path,
        signs: &[(PaneId, Option<Sign>)],
        within: Duration,
    ) -> Outcome<()> {
        signs::put(signs, socket, &self.ask(within))
    }

    fn signed(&self, socket: &Path, within: Duration) -> Outcome<Vec<PaneId>> {
        signs::signed(socket, &self.ask(within))
    }

    fn tap(
        &self,
        place: &Place,
        words: &[OsString],
        left_by: Option<u32>,
        within: Duration,
    ) -> Outcome<bool> {
        self.on(place, within, |socket, ask| {
            pipe::tap(place, (words, left_by), socket, ask)
        })
    }

    fn untap(&self, server: &Server, panes: &[PaneId], within: Duration) -> Outcome<()> {
        let socket = Path::new(&server.socket);
        pipe::untap(server, panes, socket, &self.ask(within))
    }

    fn note_taken(&self, server: &Server, pane: PaneId, within: Duration) -> Outcome<()> {
        let socket = Path::new(&server.socket);
        pipe::note_taken((server, pane), socket, &self.ask(within))
    }

    fn pipes(&self, socket: &Path, within: Duration) -> Outcome<Vec<(PaneId, Pipe)>> {
        pipe::pipes(socket, &self.ask(within))
    }

    fn give_back(&self, pane: PaneId) -> String {
        pipe::give_back(pane)
    }
}
