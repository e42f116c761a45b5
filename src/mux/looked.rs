//! What is the same for every multiplexer. What it cannot do is refused with its own words before it is
//! asked; and what it says to have done is looked at, with a question of another kind: programs have
//! been seen to say that all went well and to have done nothing.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{
    Absent, Arrival, Attach, Audience, Beside, Glimpse, Guard, Here, Home, Kind, Multiplexer,
    Onlooker, Opened, Opening, Outcome, Owner, PaneList, Pipe, Place, Press, Pressed, Proof,
    Screen, Sidebar, Sign, SplitView, Standing, Stirring, Switch, Switched, Typed, Undone, Windows,
};

/// A multiplexer that is not taken at its word.
pub(super) struct Looked(pub(super) Box<dyn Multiplexer>);

/// Whether it can do that.
fn able(absent: Option<&'static str>) -> Outcome<()> {
    absent.map_or(Ok(()), |words| Err(Undone::Refused(words.to_owned())))
}

/// It says so, and it is not so.
fn denied(kind: Kind, said: &str, is: &str) -> Undone {
    Undone::Unknown(format!("{kind} says that {said}, but {is}"))
}

impl Multiplexer for Looked {
    fn kind(&self) -> Kind {
        self.0.kind()
    }

    fn absent(&self) -> Absent {
        self.0.absent()
    }

    fn names_of_clients(&self) -> Option<&'static str> {
        self.0.names_of_clients()
    }

    fn proof(&self) -> &dyn Proof {
        self.0.proof()
    }

    fn program(&self, within: Duration) -> Option<Outcome<String>> {
        self.0.program(within)
    }

    fn list(&self, socket: &Path, within: Duration) -> Outcome<PaneList> {
        self.0.list(socket, within)
    }

    fn address(&self, place: &Place, within: Duration) -> Outcome<Target> {
        self.0.address(place, within)
    }

    fn process(&self, place: &Place, within: Duration) -> Outcome<u32> {
        self.0.process(place, within)
    }

    fn read(&self, place: &Place, coloured: bool, within: Duration) -> Outcome<Screen> {
        self.0.read(place, coloured, within)
    }

    /// A look itself.
    fn glance(
        &self,
        place: &Place,
        above: u16,
        from: Option<&Place>,
        within: Duration,
    ) -> Outcome<Glimpse> {
        self.0.glance(place, above, from, within)
    }

    /// Whoever presses looks at the screen again.
    fn press(
        &self,
        at: &Place,
        press: &Press,
        guard: &Guard,
        within: Duration,
    ) -> Outcome<Pressed> {
        able(self.absent().guarded_keys)?;
        self.0.press(at, press, guard, within)
    }

    fn look_around(&self, here: Here, within: Duration) -> Here {
        self.0.look_around(here, within)
    }

    fn own_place(&self, here: &Here, within: Duration) -> Outcome<Option<Place>> {
        self.0.own_place(here, within)
    }

    fn has_client(&self, place: &Place, name: &str, within: Duration) -> Outcome<()> {
        able(self.absent().jump)?;
        self.0.has_client(place, name, within)
    }

    fn standing(&self, place: &Place, here: &Here, within: Duration) -> Outcome<Option<Standing>> {
        self.0.standing(place, here, within)
    }

    fn last_key(&self, here: &Here, within: Duration) -> Outcome<Option<Timestamp>> {
        self.0.last_key(here, within)
    }

    fn go(&self, place: &Place, here: &Here, within: Duration) -> Outcome<Arrival> {
        able(self.absent().jump)?;
        let arrival = self.0.go(place, here, within)?;
        // Nobody can see what a program draws by itself, nor what is not attached yet.
        let is_drawn = matches!(
            arrival,
            Arrival::There {
                by_program: false,
                ..
            }
        );
        if is_drawn && !self.0.audience(place, within)?.in_view {
            return Err(denied(
                self.kind(),
                "it went there",
                "nobody has that pane in view",
            ));
        }
        Ok(arrival)
    }

    fn attach(&self, attach: &Attach) -> Outcome<Command> {
        self.0.attach(attach)
    }

    fn open(&self, opening: &Opening, within: Duration) -> Outcome<Opened> {
        able(self.absent().open)?;
        if opening.spot.is_some() {
            able(self.absent().restore)?;
        }
        let opened = self.0.open(opening, within)?;
        let place = opened.pane.parse().map(|pane| Place {
            kind: self.kind(),
            server: None,
            pane: Target::Pane(pane),
        });
        let found = place.ok().map(|place| self.0.process(&place, within));
        Ok(Opened {
            is_there: !matches!(found, Some(Err(Undone::Gone(_)))),
            ..opened
        })
    }

    /// Whoever divides it looks what it is then.
    fn arrange(&self, place: &Place, layout: &str, within: Duration) -> Outcome<()> {
        able(self.absent().restore)?;
        self.0.arrange(place, layout, within)
    }

    fn close(&self, place: &Place, within: Duration) -> Outcome<()> {
        able(self.absent().close)?;
        self.0.close(place, within)?;
        match self.0.process(place, within) {
            Ok(_) => Err(denied(
                self.kind(),
                "it closed the pane",
                "the pane is still there",
            )),
            Err(doubt @ Undone::Unknown(_)) => Err(doubt),
            // With its last pane a server goes, too.
            Err(Undone::Gone(_) | Undone::Refused(_) | Undone::NotBelieved { .. }) => Ok(()),
        }
    }

    fn audience(&self, place: &Place, within: Duration) -> Outcome<Audience> {
        self.0.audience(place, within)
    }

    fn tell(&self, place: &Place, client: &str, text: &str, within: Duration) -> Outcome<()> {
        able(self.absent().message)?;
        self.0.tell(place, client, text, within)
    }

    fn through(&self, sequence: &str) -> String {
        self.0.through(sequence)
    }

    fn split(&self, home: Home, onlooker: Onlooker) -> Outcome<Box<dyn SplitView>> {
        able(self.absent().split)?;
        let split = self.0.split(home, onlooker)?;
        Ok(Box::new(LookedSplit(self.kind(), split)))
    }

    fn heal(&self, is_alive: &dyn Fn(&Owner) -> bool, within: Duration) -> Outcome<bool> {
        able(self.absent().split)?;
        self.0.heal(is_alive, within)
    }

    /// Whoever opens looks itself whether they are there.
    fn switch_sidebars(
        &self,
        windows: &Windows,
        switch: Switch,
        sidebar: &Sidebar,
        within: Duration,
    ) -> Outcome<Switched> {
        able(self.absent().sidebar)?;
        self.0.switch_sidebars(windows, switch, sidebar, within)
    }

    fn keep_sidebars(&self, sidebar: &Sidebar, within: Duration) -> Outcome<usize> {
        able(self.absent().sidebar)?;
        self.0.keep_sidebars(sidebar, within)
    }

    fn out_of_reach(&self, server: &Server) -> Option<String> {
        self.0.out_of_reach(server)
    }

    fn ask_for_stirs(&self, socket: &Path, mark: &Path, within: Duration) {
        if able(self.absent().stirs).is_ok() {
            self.0.ask_for_stirs(socket, mark, within);
        }
    }

    fn wait_for_stir(&self, socket: &Path, mark: &Path) -> Outcome<Stirring> {
        able(self.absent().stirs)?;
        self.0.wait_for_stir(socket, mark)
    }

    fn forgo_stirs(&self, socket: &Path, mark: &Path, within: Duration) {
        if able(self.absent().stirs).is_ok() {
            self.0.forgo_stirs(socket, mark, within);
        }
    }

    /// Nobody looks whether it is there: nothing rests on a sign.
    fn put_signs(
        &self,
        socket: &Path,
        signs: &[(PaneId, Option<Sign>)],
        within: Duration,
    ) -> Outcome<()> {
        self.0.put_signs(socket, signs, within)
    }

    fn signed(&self, socket: &Path, within: Duration) -> Outcome<Vec<PaneId>> {
        self.0.signed(socket, within)
    }

    /// Whether it is read is told by the program that reads it.
    fn tap(
        &self,
        place: &Place,
        words: &[OsString],
        left_by: Option<u32>,
        within: Duration,
    ) -> Outcome<bool> {
        able(self.absent().pipe)?;
        self.0.tap(place, words, left_by, within)
    }

    fn untap(&self, server: &Server, panes: &[PaneId], within: Duration) -> Outcome<()> {
        able(self.absent().pipe)?;
        self.0.untap(server, panes, within)
    }

    fn note_taken(&self, server: &Server, pane: PaneId, within: Duration) -> Outcome<()> {
        able(self.absent().pipe)?;
        self.0.note_taken(server, pane, within)
    }

    fn pipes(&self, socket: &Path, within: Duration) -> Outcome<Vec<(PaneId, Pipe)>> {
        able(self.absent().pipe)?;
        self.0.pipes(socket, within)
    }

    fn give_back(&self, pane: PaneId) -> String {
        self.0.give_back(pane)
    }
}

/// A place beside the dashboard that is not taken at its word.
struct LookedSplit(Kind, Box<dyn SplitView>);

impl LookedSplit {
    /// What there is now, if that is what was said.
    fn look(&self, said: &Beside, within: Duration) -> Outcome<Beside> {
        let now = self.1.now(within)?;
        if (now.is_open, &now.shows) != (said.is_open, &said.shows) {
            let said = "it changed what is beside the dashboard";
            return Err(denied(self.0, said, "something else is there"));
        }
        Ok(said.clone())
    }
}

impl SplitView for LookedSplit {
    fn toggle(&mut self, within: Duration) -> Outcome<Beside> {
        let said = self.1.toggle(within)?;
        self.look(&said, within)
    }

    fn show(&mut self, place: &Place, name: &str, within: Duration) -> Outcome<Beside> {
        let said = self.1.show(place, name, within)?;
        self.look(&said, within)
    }

    /// A look itself.
    fn refresh(&mut self, stopping: &[(Server, PaneId)], within: Duration) -> Outcome<Beside> {
        self.1.refresh(stopping, within)
    }

    fn empty(&mut self, stopped: &(Server, PaneId), within: Duration) -> Outcome<Beside> {
        let said = self.1.empty(stopped, within)?;
        self.look(&said, within)
    }

    fn close(&mut self, within: Duration) -> Outcome<Beside> {
        let said = self.1.close(within)?;
        self.look(&said, within)
    }

    fn now(&self, within: Duration) -> Outcome<Beside> {
        self.1.now(within)
    }

    /// What comes of it the person sees there.
    fn type_into(
        &mut self,
        pane: &(Server, PaneId),
        typed: &Typed,
        within: Duration,
    ) -> Outcome<()> {
        self.1.type_into(pane, typed, within)
    }
}
