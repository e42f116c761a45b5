//! No multiplexer: an assistant in a plain terminal, or in the background. It can be seen and asked to
//! end; nothing can be typed or shown, and nobody can be taken there but where the terminal's own program can be told
//! which of its windows to show.

mod kitty;
mod shown;
mod wezterm;
mod window;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use pane_patrol_hooks::outside::terminal_program_around;
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::process::stat;

use super::{
    Absent, Arrival, Attach, Audience, Entry, Glimpse, Gone, Guard, Here, Home, Kind, Multiplexer,
    Onlooker, Opened, Opening, Outcome, Owner, PaneList, Pipe, Place, Press, Pressed, Proof,
    Screen, Sidebar, Sign, SplitView, Standing, Stirring, Switch, Switched, Undone, Windows,
    proof::NoServers,
};
use crate::sys::process::lives;

/// A plain terminal.
pub(crate) const KIND: Kind = Kind("terminal");

/// Its line of the registry: it has no servers.
pub(super) const ENTRY: Entry = Entry {
    kind: KIND,
    is_offered: false,
    variables: &[],
    around: |_| None,
    default_socket: |_, _| None,
    has_sockets_at: |_| false,
    is_of_a_session: |_| false,
    with: |_| Box::new(Terminals),
};

/// Why nothing is done with it.
const OUTSIDE: &str = "it runs outside of any multiplexer: go to its terminal yourself";

/// All plain terminals.
struct Terminals;

/// Whether a person can be taken there as far as can be told without asking: by the program of its terminal.
pub(crate) fn may_go(place: &Target) -> bool {
    let pid = place.terminal().and(place.process());
    pid.is_some_and(|pid| matches!(shown::around(pid), Ok(Some(_))))
}

/// Why nobody is taken there; says where it is.
fn not_there(place: &Place) -> String {
    let Target::Process { pid, .. } = place.pane else {
        return OUTSIDE.to_owned();
    };
    let Some(terminal) = place.pane.terminal() else {
        return "this assistant runs outside of any multiplexer and has no terminal: look for it where you have started it".to_owned();
    };
    let program = terminal_program_around(pid);
    let program = program.map_or_else(String::new, |it| format!(" of {}", it.1.name));
    format!(
        "this assistant runs outside of any multiplexer: go to its terminal yourself, {terminal}{program}"
    )
}

fn absent<T>() -> Outcome<T> {
    Err(OUTSIDE.into())
}

impl Multiplexer for Terminals {
    fn kind(&self) -> Kind {
        KIND
    }

    fn absent(&self) -> Absent {
        Absent {
            jump: None,
            open: Some(OUTSIDE),
            close: Some("it runs outside of any multiplexer: there is no pane to close"),
            guarded_keys: Some(OUTSIDE),
            split: Some(OUTSIDE),
            message: Some(OUTSIDE),
            stirs: Some(OUTSIDE),
            restore: Some(OUTSIDE),
            pipe: Some(OUTSIDE),
            sidebar: Some(OUTSIDE),
        }
    }

    fn names_of_clients(&self) -> Option<&'static str> {
        None
    }

    fn proof(&self) -> &dyn Proof {
        &NoServers
    }

    fn program(&self, _: Duration) -> Option<Outcome<String>> {
        None
    }

    fn list(&self, _: &Path, _: Duration) -> Outcome<PaneList> {
        absent()
    }

    fn address(&self, place: &Place, _: Duration) -> Outcome<Target> {
        Ok(place.pane.clone())
    }

    /// The very one: numbers are given out again.
    fn process(&self, place: &Place, _: Duration) -> Outcome<u32> {
        let Target::Process { pid, start, .. } = place.pane else {
            return absent();
        };
        let is_it = match stat(pid) {
            Some(stat) => stat.start == start,
            None => !cfg!(target_os = "linux"),
        };
        if is_it && lives(pid) {
            Ok(pid)
        } else {
            Err(Undone::Gone(Gone::Pane))
        }
    }

    fn read(&self, _: &Place, _: bool, _: Duration) -> Outcome<Screen> {
        absent()
    }

    fn glance(&self, _: &Place, _: u16, _: Option<&Place>, _: Duration) -> Outcome<Glimpse> {
        absent()
    }

    fn press(&self, _: &Place, _: &Press, _: &Guard, _: Duration) -> Outcome<Pressed> {
        absent()
    }

    fn look_around(&self, here: Here, _: Duration) -> Here {
        here
    }

    fn own_place(&self, _: &Here, _: Duration) -> Outcome<Option<Place>> {
        Ok(None)
    }

    fn has_client(&self, _: &Place, _: &str, _: Duration) -> Outcome<()> {
        absent()
    }

    fn standing(&self, _: &Place, _: &Here, _: Duration) -> Outcome<Option<Standing>> {
        Ok(None)
    }

    fn last_key(&self, _: &Here, _: Duration) -> Outcome<Option<Timestamp>> {
        Ok(None)
    }

    fn go(&self, place: &Place, _: &Here, within: Duration) -> Outcome<Arrival> {
        let pid = self.process(place, within)?;
        let undone = match shown::around(pid) {
            Ok(None) => return Err(not_there(place).into()),
            Ok(Some(window)) => match window.show(within) {
                Ok(()) => {
                    return Ok(Arrival::There {
                        covered: false,
                        by_program: true,
                        remark: None,
                    });
                }
                Err(undone) => undone,
            },
            Err(why) => Undone::Refused(why),
        };
        Err(match undone {
            Undone::Refused(why) => Undone::Refused(format!("{}; {why}", not_there(place))),
            other => other,
        })
    }

    fn attach(&self, _: &Attach) -> Outcome<Command> {
        absent()
    }

    fn open(&self, _: &Opening, _: Duration) -> Outcome<Opened> {
        absent()
    }

    fn arrange(&self, _: &Place, _: &str, _: Duration) -> Outcome<()> {
        absent()
    }

    fn close(&self, _: &Place, _: Duration) -> Outcome<()> {
        absent()
    }

    /// Nobody can be seen to look, and nobody told.
    fn audience(&self, place: &Place, _: Duration) -> Outcome<Audience> {
        Ok(Audience {
            target: Some(place.pane.clone()),
            ..Audience::default()
        })
    }

    fn tell(&self, _: &Place, _: &str, _: &str, _: Duration) -> Outcome<()> {
        absent()
    }

    fn through(&self, sequence: &str) -> String {
        sequence.to_owned()
    }

    fn split(&self, _: Home, _: Onlooker) -> Outcome<Box<dyn SplitView>> {
        absent()
    }

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
        absent()
    }

    fn keep_sidebars(&self, _: &Sidebar, _: Duration) -> Outcome<usize> {
        absent()
    }

    fn out_of_reach(&self, _: &Server) -> Option<String> {
        None
    }

    fn ask_for_stirs(&self, _: &Path, _: &Path, _: Duration) {}

    fn wait_for_stir(&self, _: &Path, _: &Path) -> Outcome<Stirring> {
        absent()
    }

    fn forgo_stirs(&self, _: &Path, _: &Path, _: Duration) {}

    fn put_signs(&self, _: &Path, _: &[(PaneId, Option<Sign>)], _: Duration) -> Outcome<()> {
        absent()
    }

    fn signed(&self, _: &Path, _: Duration) -> Outcome<Vec<PaneId>> {
        absent()
    }

    fn tap(&self, _: &Place, _: &[OsString], _: Option<u32>, _: Duration) -> Outcome<bool> {
        absent()
    }

    fn untap(&self, _: &Server, _: &[PaneId], _: Duration) -> Outcome<()> {
        absent()
    }

    fn note_taken(&self, _: &Server, _: PaneId, _: Duration) -> Outcome<()> {
        absent()
    }

    fn pipes(&self, _: &Path, _: Duration) -> Outcome<Vec<(PaneId, Pipe)>> {
        absent()
    }

    fn give_back(&self, _: PaneId) -> String {
        OUTSIDE.to_owned()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::mux::{PATIENCE, Reach, of};

    #[test]
    fn a_process_is_found_by_its_number_and_its_start() {
        let pid = std::process::id();
        let start = stat(pid).unwrap().start;
        let reach = Reach::default();
        let process = |start| {
            let terminal = "pts/3".to_owned();
            let target = Target::Process {
                terminal,
                pid,
                start,
            };
            let place = reach.place(None, target);
            assert_eq!(place.kind, KIND);
            of(place.kind, &reach).process(&place, PATIENCE)
        };
        assert_eq!(process(start), Ok(pid));
        assert_eq!(process(start + 1), Err(Undone::Gone(Gone::Pane)));
    }

    #[test]
    fn what_cannot_be_done_outside_of_any_multiplexer_is_said() {
        let reach = Reach::default();
        let target = "background@1.2".parse().unwrap();
        let place = reach.place(None, target);
        let mux = of(place.kind, &reach);
        let gone = mux.go(&place, &Here::default(), PATIENCE);
        assert_eq!(gone, Err(Undone::Gone(Gone::Pane)));
        let closed = mux.close(&place, PATIENCE).unwrap_err();
        assert!(closed.to_string().contains("no pane to close"), "{closed}");
    }
}
