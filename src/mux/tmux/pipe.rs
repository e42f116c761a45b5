//! The pipe of a pane, of which each pane has one: the person's, or ours where she has none.
//!
//! Ours is known by an option of the pane, which is given with the pipe, in the same message. A reader of ours that has
//! read to the end without having been ended says in it that the person has taken the pipe: such a pane is not taken
//! again before she gives it back. One that was killed says nothing, and the pane is taken again as soon as it is free.
//!
//! tmux notices that a reader has gone only when the pane draws. From 3.7 on it tells which process a pipe was opened
//! for; before that nothing here tells whose a pipe is that is open now, so that one is closed or replaced by name, and
//! only by who knows that ours is read still, or that nobody else can have come after ours.

use std::ffi::OsString;
use std::path::Path;

use pane_patrol_hooks::target::{PaneId, Server};

use super::panes::id_of;
use super::{Ask, Call, Format};
use crate::mux::{Outcome, Pipe, Place};
use crate::sys::shell;

/// The option of a pane whose pipe is or was ours.
const OURS: &str = "@pane_patrol_tap";

/// It says that nobody else has taken the pipe, as far as is known, or that the person has.
const HELD: &str = "1";
const TAKEN: &str = "taken";

/// Whether the first of them stands there.
const IS_HELD: &str = "#{==:#{@pane_patrol_tap},1}";

/// How many panes one message is about.
const AT_ONCE: usize = 50;

/// Of each pane its id, whether it has a pipe, and our option.
const TOLD: &str = "#{pane_id} #{pane_pipe} #{@pane_patrol_tap}";

/// See [`crate::mux::Multiplexer::tap`].
pub(super) fn tap(
    place: &Place,
    (words, left_by): (&[OsString], Option<u32>),
    socket: &Path,
    ask: Ask<'_>,
) -> Outcome<bool> {
    let pane = id_of(place)?;
    let server = place.server.as_ref().ok_or("its server is not known")?;
    let is_free = match left_by {
        None => Format::all(&[
            Format::is("pid", server.pid),
            Format::is("pane_pipe", 0),
            Format::own("#{||:#{==:#{@pane_patrol_tap},},#{==:#{@pane_patrol_tap},1}}"),
        ]),
        Some(reader) => Format::all(&[
            Format::is("pid", server.pid),
            Format::own(IS_HELD),
            // Where tmux does not tell, there is nothing.
            Format::is_or_none("pane_pipe_pid", reader),
        ]),
    };
    let pipe = Call::new("pipe-pane").flag("-O").target(pane);
    let pipe = pipe.format_operand(&Format::timed(command(words)?));
    let mark = Call::new("set-option").flag("-p").target(pane);
    let mark = mark.operand(OURS).operand(HELD);
    let told = Call::new("display-message").flag("-p").operand("tapped");
    let call = when(pane, &is_free, &pipe.then(mark).then(told));
    Ok(ask(socket, &call)?.starts_with(b"tapped"))
}

/// The words as a shell reads them, which becomes the program that they name.
fn command(words: &[OsString]) -> Outcome<OsString> {
    let mut command = OsString::from("exec");
    for text in words {
        let word = shell::word(text).map_err(|error| error.to_string())?;
        command.push(" ");
        command.push(word);
    }
    Ok(command)
}

/// See [`crate::mux::Multiplexer::untap`].
pub(super) fn untap(server: &Server, panes: &[PaneId], socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    let is_ours = Format::all(&[
        Format::is("pid", server.pid),
        Format::is("pane_pipe", 1),
        Format::own(IS_HELD),
    ]);
    let close = |pane: &PaneId| {
        let forget = Call::new("set-option").flag("-p").flag("-u");
        let forget = forget.target(pane).operand(OURS);
        let close = Call::new("pipe-pane").target(pane);
        when(*pane, &is_ours, &close.then(forget))
    };
    for some in panes.chunks(AT_ONCE) {
        if let Some(all) = some.iter().map(close).reduce(Call::then) {
            ask(socket, &all)?;
        }
    }
    Ok(())
}

/// See [`crate::mux::Multiplexer::note_taken`].
pub(super) fn note_taken(tap: (&Server, PaneId), socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    let (server, pane) = tap;
    let is_held = Format::all(&[Format::is("pid", server.pid), Format::own(IS_HELD)]);
    let note = Call::new("set-option").flag("-p").target(pane);
    let note = note.operand(OURS).operand(TAKEN);
    ask(socket, &when(pane, &is_held, &note)).map(drop)
}

/// Does something if that is true of the pane. Of one that is gone nothing is.
fn when(pane: PaneId, condition: &Format, call: &Call) -> Call {
    let when = Call::new("if-shell").flag("-F").target(pane);
    when.format_operand(condition).script(call)
}

/// See [`crate::mux::Multiplexer::pipes`].
pub(super) fn pipes(socket: &Path, ask: Ask<'_>) -> Outcome<Vec<(PaneId, Pipe)>> {
    let list = Call::new("list-panes").flag("-a");
    let printed = ask(socket, &list.format("-F", &Format::own(TOLD)))?;
    let printed = String::from_utf8_lossy(&printed);
    Ok(printed.lines().filter_map(pipe_of).collect())
}

fn pipe_of(line: &str) -> Option<(PaneId, Pipe)> {
    let mut words = line.split(' ');
    let pane = words.next()?.parse().ok()?;
    let is_open = words.next()? == "1";
    let pipe = match (is_open, words.next()) {
        (true, Some(HELD)) => Pipe::Held,
        (true, _) => Pipe::Open,
        (false, Some(TAKEN)) => Pipe::Left,
        (false, _) => return None,
    };
    Some((pane, pipe))
}

/// How a person has a pane's pipe read by us again that she has taken.
pub(super) fn give_back(pane: PaneId) -> String {
    format!("tmux set-option -p -u -t {pane} {OURS}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use pane_patrol_hooks::target::Target;

    use super::*;
    use crate::mux::tmux::servers::KIND;
    use crate::test_program::write_program;

    /// A tmux server of its own with one pane, and a program for its pipe.
    struct OnePane {
        folder: tempfile::TempDir,
        server: Server,
    }

    /// Has a name and words with all that tmux, its formats, the clock and a shell read.
    const HOSTILE: &str = "a 'b' \"c\" %H %% #{pid} ##[x] #[fg=red] $(touch P) `touch P` \\ ; ~ é;";

    impl OnePane {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let socket = folder.path().join("s");
            let mut one = Self {
                folder,
                server: format!("{},1", socket.display()).parse().unwrap(),
            };
            one.tmux(["new-session", "-d", "exec cat"].map(OsString::from));
            let pid = one.tmux(["display-message", "-p", "#{pid}"].map(OsString::from));
            one.server.pid = pid.trim().parse().unwrap();
            one
        }

        fn tmux(&self, words: impl IntoIterator<Item = OsString>) -> String {
            let output = Command::new("tmux")
                .args(["-u", "-f", "/dev/null", "-S", &self.server.socket])
                .args(words)
                .env_remove("TMUX")
                .env_remove("TMUX_PANE")
                .env("LC_ALL", "C.UTF-8")
                .current_dir(self.folder.path())
                .output()
                .unwrap();
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{error}");
            String::from_utf8_lossy(&output.stdout).into_owned()
        }

        /// The program, which writes down its words and then reads.
        fn words(&self) -> Vec<OsString> {
            let program = self.folder.path().join(HOSTILE);
            let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" >words\nexec cat >/dev/null\n";
            write_program(&program, script);
            vec![program.into(), HOSTILE.into(), "last".into()]
        }

        fn ask<T>(&self, what: impl FnOnce(&Path, Ask<'_>) -> Outcome<T>) -> T {
            let ask = |_: &Path, call: &Call| Ok(self.tmux(call.arguments()).into_bytes());
            what(Path::new(&self.server.socket), &ask).unwrap()
        }

        fn tap(&self, pane: u32, server: &Server) -> bool {
            let place = Place {
                kind: KIND,
                server: Some(server.clone()),
                pane: Target::Pane(PaneId(pane)),
            };
            self.ask(|socket, ask| tap(&place, (&self.words(), None), socket, ask))
        }

        /// Takes what our reader of that number has left open.
        fn tap_again(&self, left_by: u32) -> bool {
            let place = Place {
                kind: KIND,
                server: Some(self.server.clone()),
                pane: Target::Pane(PaneId(0)),
            };
            self.ask(|socket, ask| tap(&place, (&self.words(), Some(left_by)), socket, ask))
        }

        fn untap(&self, panes: &[u32]) {
            let panes: Vec<PaneId> = panes.iter().copied().map(PaneId).collect();
            self.ask(|socket, ask| untap(&self.server, &panes, socket, ask));
        }

        fn pipes(&self) -> Vec<(PaneId, Pipe)> {
            self.ask(pipes)
        }

        fn written(&self) -> String {
            let words: PathBuf = self.folder.path().join("words");
            let until = Instant::now() + Duration::from_secs(60);
            while Instant::now() < until {
                let text = fs::read_to_string(&words).unwrap_or_default();
                if text.ends_with("last\n") {
                    return text;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            panic!("the program is never started")
        }
    }

    impl Drop for OnePane {
        fn drop(&mut self) {
            self.tmux(["kill-server".into()]);
        }
    }

    #[test]
    fn a_free_pipe_is_taken_once_and_given_back_with_all_that_it_left() {
        let one = OnePane::new();
        let other = Server {
            pid: one.server.pid + 1,
            ..one.server.clone()
        };
        assert!(!one.tap(0, &other), "that server is another one");
        assert!(!one.tap(7, &one.server), "there is no such pane");
        assert_eq!(one.pipes(), []);
        assert!(one.tap(0, &one.server));
        assert_eq!(one.written(), format!("{HOSTILE}\nlast\n"));
        assert!(!one.folder.path().join("P").exists());
        assert_eq!(one.pipes(), [(PaneId(0), Pipe::Held)]);
        assert!(!one.tap(0, &one.server), "it is ours already");
        one.untap(&[7, 0]);
        assert_eq!(one.pipes(), []);
        assert!(one.tap(0, &one.server), "it is free again");
    }

    #[test]
    fn a_pipe_that_was_taken_from_us_is_not_taken_again_and_one_that_never_was_ours_is_left() {
        let one = OnePane::new();
        assert!(one.tap(0, &one.server));
        // The toggle of tmux's manual, once.
        one.tmux(["pipe-pane", "-o", "exec cat >log"].map(OsString::from));
        one.ask(|socket, ask| note_taken((&one.server, PaneId(0)), socket, ask));
        assert_eq!(one.pipes(), [(PaneId(0), Pipe::Left)]);
        assert!(!one.tap(0, &one.server));
        let back = give_back(PaneId(0));
        let back = back.split(' ').skip(1).map(OsString::from);
        one.tmux(back);
        assert_eq!(one.pipes(), []);
        one.tmux(["pipe-pane", "exec cat >log"].map(OsString::from));
        assert!(!one.tap(0, &one.server));
        one.untap(&[0]);
        assert_eq!(one.pipes(), [(PaneId(0), Pipe::Open)]);
        // Nothing of ours was there to be taken.
        one.ask(|socket, ask| note_taken((&one.server, PaneId(0)), socket, ask));
        one.tmux(["pipe-pane"].map(OsString::from));
        assert_eq!(one.pipes(), []);
    }

    #[test]
    fn a_pipe_that_a_reader_of_ours_has_left_open_is_replaced_and_nobody_elses() {
        let one = OnePane::new();
        assert!(!one.tap_again(1), "it never was ours");
        one.tmux(["pipe-pane", "exec cat >log"].map(OsString::from));
        assert!(!one.tap_again(1), "it is hers");
        assert_eq!(one.pipes(), [(PaneId(0), Pipe::Open)]);
        one.tmux(["pipe-pane"].map(OsString::from));
        assert!(one.tap(0, &one.server));
        one.written();
        // Of this tmux it depends on us to know that nobody else has come; a later one tells.
        let reader = one.tmux(["display-message", "-p", "#{pane_pipe_pid}"].map(OsString::from));
        let reader = reader.trim().parse().unwrap_or(1);
        assert!(one.tap_again(reader));
        assert_eq!(one.pipes(), [(PaneId(0), Pipe::Held)]);
        one.ask(|socket, ask| note_taken((&one.server, PaneId(0)), socket, ask));
        assert!(!one.tap_again(reader), "she has taken it");
    }

    #[test]
    fn a_pipe_that_was_ours_and_was_not_taken_is_ours_again() {
        let one = OnePane::new();
        assert!(one.tap(0, &one.server));
        // As where its reader was killed, and the pane has drawn since.
        one.tmux(["pipe-pane"].map(OsString::from));
        assert!(one.tap(0, &one.server));
    }
}
