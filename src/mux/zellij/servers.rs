//! Zellij behind the trait: which server is asked, and what is not to be had of it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use pane_patrol_hooks::mux::zellij::{Session, number_of};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::belief::Belief;
use super::jump::{self, From};
use super::mirror::Mirror;
use super::socket::{Answering, answering, words_of_lost};
use super::{KIND, audience, call, events, here, inbox, keys, listing, opening, panes, version};
use crate::mux::{
    Absent, Arrival, Attach, Audience, Disbelief, Entry, Glimpse, Gone, Guard, Here, Home, Kind,
    Multiplexer, Onlooker, Opened, Opening, Outcome, Owner, PaneList, Pipe, Place, Press, Pressed,
    Proof, Screen, Sidebar, Sign, SplitView, Standing, Stirring, Switch, Switched, Undone, Windows,
};

/// Its line of the registry.
pub(in crate::mux) const ENTRY: Entry = Entry {
    kind: KIND,
    // Elsewhere its panes are not known.
    is_offered: cfg!(target_os = "linux"),
    variables: here::VARIABLES,
    around: here::around,
    default_socket: |_, _| None,
    has_sockets_at: |name| Session::named(&name.to_string_lossy()).is_some(),
    is_of_a_session: |pane| number_of(pane).is_some(),
    with: |reach| {
        Box::new(Servers {
            belief: Belief::of(reach),
            own: reach.own_socket.to_string_lossy().into_owned(),
            takes_keys: reach.unguarded_keys,
            feeds: reach.feeds,
        })
    },
};

/// How long a server may take for a list, on a busy machine with many panes.
const LISTS_WITHIN: Duration = Duration::from_millis(2500);

const NO_KEYS: &str = "Zellij cannot look at a screen and press in one step; answer there, or allow it with \
                       `answer_by_keys = true` in `[zellij]` of the settings";
const NO_MESSAGE: &str =
    "Zellij shows no messages of other programs: choose another way to be told";
const NO_RESTORE: &str = "it ran in Zellij, whose sessions and tabs are not made anew";
const NO_SIDEBAR: &str = "Zellij gives a tab back no layout that it had; `pane-patrol` in a pane of its own shows the same";
const NO_PIPE: &str = "Zellij gives what a pane shows to no other program";

/// All servers that are believed.
#[derive(Clone)]
struct Servers {
    belief: Belief,
    /// The name of the person's own one, or of another multiplexer's.
    own: String,
    /// The person lets keys be pressed for her although the look and the key are two steps.
    takes_keys: bool,
    /// She wants its own list of what waits to know what we know.
    feeds: bool,
}

impl Servers {
    fn session(&self, name: &str) -> Outcome<Session> {
        self.belief.session(name).map_err(|why| match why {
            Disbelief::Absent(_) => Undone::Gone(Gone::Server),
            Disbelief::Unreadable(words) => Undone::Unknown(words.to_owned()),
            Disbelief::Refuted(why) => Undone::NotBelieved {
                socket: name.to_owned(),
                why,
            },
        })
    }

    /// Whether the person's Zellij has a list of its own of what waits.
    fn has_list(&self, within: Duration) -> Outcome<bool> {
        let program = self.belief.program();
        program.map_or(Ok(false), |program| {
            version::is_from(&version::LISTS, &program, within)
        })
    }

    fn session_of(&self, place: &Place) -> Outcome<Session> {
        let server = place.server.as_ref();
        self.session(server.map_or(&*self.own, |server| &server.socket))
    }

    fn at(&self, place: &Place) -> Outcome<(Answering, u32)> {
        let number = panes::number(&place.pane)?;
        Ok((answering(&self.session_of(place)?)?, number))
    }

    /// Where the jump to that session begins.
    fn from(&self, here: &Here, to: &Session) -> From {
        let server = here.server.as_ref();
        let session = server.and_then(|server| self.session(&server.socket).ok());
        let own = session.zip(jump::own_number(here));
        // Whoever is in another multiplexer in one of its panes would have the session in itself.
        let own = own.or_else(|| Some((to.clone(), panes::on_one_of(to, &here.shown_on)?)));
        let own = own.and_then(|(session, number)| Some((answering(&session).ok()?, number)));
        own.map_or(From::Outside, |(answering, number)| {
            From::Session(answering, number)
        })
    }
}

impl Multiplexer for Servers {
    fn kind(&self) -> Kind {
        KIND
    }

    fn absent(&self) -> Absent {
        Absent {
            guarded_keys: (!self.takes_keys).then_some(NO_KEYS),
            message: Some(NO_MESSAGE),
            restore: Some(NO_RESTORE),
            pipe: Some(NO_PIPE),
            sidebar: Some(NO_SIDEBAR),
            ..Absent::default()
        }
    }

    fn names_of_clients(&self) -> Option<&'static str> {
        None
    }

    fn proof(&self) -> &dyn Proof {
        &self.belief
    }

    /// Whoever has none may well have no use for it.
    fn program(&self, within: Duration) -> Option<Outcome<String>> {
        let ask = || {
            let version = call::version(within).map(|version| call::judged(&version));
            version.ok_or_else(|| "`zellij --version` gives no answer".into())
        };
        self.belief.has_program().then(ask)
    }

    fn list(&self, socket: &Path, within: Duration) -> Outcome<PaneList> {
        let session = self.session(&socket.to_string_lossy())?;
        // A stopped one is known without asking; one that is slow is slow, and its rows would stay.
        panes::list(&session, within.max(LISTS_WITHIN)).map_err(|undone| match undone {
            // Whatever it is, it says nothing of the panes.
            Undone::Refused(why) => Undone::Unknown(why),
            other => other,
        })
    }

    fn address(&self, place: &Place, within: Duration) -> Outcome<Target> {
        let (server, number) = self.at(place)?;
        let line = panes::line(&server, number, within)?;
        let address = listing::address(&server.name(), &line);
        Ok(address.unwrap_or_else(|| place.pane.clone()))
    }

    fn process(&self, place: &Place, _: Duration) -> Outcome<u32> {
        panes::process(&self.session_of(place)?, panes::number(&place.pane)?)
    }

    fn read(&self, place: &Place, coloured: bool, within: Duration) -> Outcome<Screen> {
        let (server, number) = self.at(place)?;
        panes::read(&server, number, coloured, within)
    }

    fn glance(
        &self,
        place: &Place,
        _: u16,
        from: Option<&Place>,
        within: Duration,
    ) -> Outcome<Glimpse> {
        let (server, number) = self.at(place)?;
        let from = from.map(|from| panes::number(&from.pane)).transpose()?;
        panes::glance(&server, number, from, within)
    }

    fn press(
        &self,
        at: &Place,
        press: &Press,
        guard: &Guard,
        within: Duration,
    ) -> Outcome<Pressed> {
        let (server, number) = self.at(at)?;
        keys::press(&server, number, press, guard, within)
    }

    /// Who pressed a key is Zellij's own affair.
    fn look_around(&self, here: Here, _: Duration) -> Here {
        here
    }

    fn own_place(&self, here: &Here, _: Duration) -> Outcome<Option<Place>> {
        let own = here.server.clone().zip(here.pane);
        Ok(own.map(|(server, pane)| Place {
            kind: KIND,
            server: Some(server),
            pane: Target::Pane(pane),
        }))
    }

    fn has_client(&self, _: &Place, _: &str, _: Duration) -> Outcome<()> {
        Err(jump::NOBODY_TO_NAME.into())
    }

    /// A client has another number in each session: hers is told by her kind alone.
    fn standing(&self, _: &Place, here: &Here, within: Duration) -> Outcome<Option<Standing>> {
        let own = self.own_place(here, within)?;
        Ok(own.map(|place| Standing {
            whose: KIND.name().to_owned(),
            place,
        }))
    }

    fn last_key(&self, _: &Here, _: Duration) -> Outcome<Option<Timestamp>> {
        Ok(None)
    }

    fn go(&self, place: &Place, here: &Here, within: Duration) -> Outcome<Arrival> {
        if here.named.is_some() {
            return Err(jump::NOBODY_TO_NAME.into());
        }
        let (to, number) = self.at(place).map_err(jump::nobody_is_moved_yet)?;
        let from = self.from(here, &to.session);
        jump::go(place, (&to, number), &from, within)
    }

    fn attach(&self, attach: &Attach) -> Outcome<Command> {
        let server = answering(&self.session(&attach.socket)?)?;
        let command = call::attach(&server)?;
        if let Ok(pane) = attach.target.parse() {
            jump::show_to_whoever_comes(server, panes::number(&Target::Pane(pane))?)?;
        }
        Ok(command)
    }

    fn open(&self, opening: &Opening, within: Duration) -> Outcome<Opened> {
        opening::open(&answering(&self.session(&self.own)?)?, opening, within)
    }

    fn arrange(&self, _: &Place, _: &str, _: Duration) -> Outcome<()> {
        Err(NO_RESTORE.into())
    }

    fn close(&self, place: &Place, within: Duration) -> Outcome<()> {
        let (server, number) = self.at(place)?;
        panes::close(&server, number, within)
    }

    fn audience(&self, place: &Place, within: Duration) -> Outcome<Audience> {
        let (server, number) = self.at(place)?;
        audience::audience(&server, number, within)
    }

    fn tell(&self, _: &Place, _: &str, _: &str, _: Duration) -> Outcome<()> {
        Err(NO_MESSAGE.into())
    }

    /// It passes on what it is given.
    fn through(&self, sequence: &str) -> String {
        sequence.to_owned()
    }

    fn split(&self, home: Home, onlooker: Onlooker) -> Outcome<Box<dyn SplitView>> {
        let servers = self.clone();
        let find = move |place: &Place| servers.at(place);
        Ok(Box::new(Mirror::new(home, onlooker, Box::new(find))))
    }

    /// Nothing was moved.
    fn heal(&self, _: &dyn Fn(&Owner) -> bool, _: Duration) -> Outcome<bool> {
        Ok(false)
    }

    fn switch_sidebars(
        &self,
        _: &Windows,
        _: Switch,
        _: &Sidebar,
        _: Duration,
    ) -> Outcome<Switched> {
        Err(NO_SIDEBAR.into())
    }

    fn keep_sidebars(&self, _: &Sidebar, _: Duration) -> Outcome<usize> {
        Err(NO_SIDEBAR.into())
    }

    fn out_of_reach(&self, server: &Server) -> Option<String> {
        let session = Session::named(&server.socket)?;
        let is_lost = self.belief.has_lost_its_socket(server);
        is_lost.then(|| words_of_lost(&session))
    }

    fn ask_for_stirs(&self, _: &Path, _: &Path, _: Duration) {}

    fn wait_for_stir(&self, socket: &Path, _: &Path) -> Outcome<Stirring> {
        let session = self.session(&socket.to_string_lossy())?;
        events::of(&session, &self.belief).map(Stirring::Lines)
    }

    fn forgo_stirs(&self, _: &Path, _: &Path, _: Duration) {}

    /// Its borders show nothing but titles; but it has a list of its own.
    fn put_signs(
        &self,
        socket: &Path,
        signs: &[(PaneId, Option<Sign>)],
        within: Duration,
    ) -> Outcome<()> {
        if self.feeds && !signs.is_empty() && self.has_list(within)? {
            inbox::tell(&self.session(&socket.to_string_lossy())?, signs);
        }
        Ok(())
    }

    fn signed(&self, _: &Path, _: Duration) -> Outcome<Vec<PaneId>> {
        Ok(Vec::new())
    }

    fn tap(&self, _: &Place, _: &[OsString], _: Option<u32>, _: Duration) -> Outcome<bool> {
        Err(NO_PIPE.into())
    }

    fn untap(&self, _: &Server, _: &[PaneId], _: Duration) -> Outcome<()> {
        Err(NO_PIPE.into())
    }

    fn note_taken(&self, _: &Server, _: PaneId, _: Duration) -> Outcome<()> {
        Err(NO_PIPE.into())
    }

    fn pipes(&self, _: &Path, _: Duration) -> Outcome<Vec<(PaneId, Pipe)>> {
        Err(NO_PIPE.into())
    }

    fn give_back(&self, _: PaneId) -> String {
        NO_PIPE.to_owned()
    }
}
