//! A child and all that it starts, ended together, and with this program: what is still at work for one that ends
//! would be at work for nobody.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::bounded::{Outputs, REAP_PAUSE, read_outputs};

/// Those that this program has started.
static OURS: Living = Living::none();

/// What is being started when the end comes is waited for: it cannot be named yet. But where the system does not
/// come back from it, not for ever.
const STARTED_WITHIN: Duration = Duration::from_millis(500);

/// A child in a process group of its own. Unless it has ended by then, all of the group is killed, and the child
/// reaped, when this is dropped, or when [`AllGroups`] is.
#[derive(Debug)]
pub struct Group {
    child: Child,
    living: &'static Living,
}

/// Ends every [`Group`] that there is when this is dropped; none is started after that.
#[derive(Debug)]
pub struct AllGroups;

impl Drop for AllGroups {
    fn drop(&mut self) {
        end_groups();
    }
}

/// Ends every [`Group`] that there is; none is started after that. For a program that is about to end.
pub fn end_groups() {
    OURS.end();
}

/// The same for a program that a signal ends in this moment: who waits for one of them hears nothing more of it, and so
/// has nothing to say of its end.
pub fn end_groups_unheard() {
    OURS.lock().is_unheard = true;
    OURS.end();
}

impl Group {
    /// Starts it.
    ///
    /// # Errors
    /// It cannot be started, or this program is ending.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        Self::start_among(&OURS, command)
    }

    fn start_among(living: &'static Living, command: &mut Command) -> io::Result<Self> {
        living.begin()?;
        let started = command.process_group(0).spawn();
        living.begun(started.as_ref().ok());
        started.map(|child| Self { child, living })
    }

    /// As [`read_outputs`].
    ///
    /// # Errors
    /// A pipe cannot be read.
    pub fn outputs(&mut self, rooms: (usize, usize), deadline: Instant) -> io::Result<Outputs> {
        let outputs = read_outputs(&mut self.child, rooms, deadline);
        self.living.hold();
        outputs
    }

    /// What it prints and what it complains of, to be read as it comes; `None` where that is no pipe, or was taken.
    pub fn pipes(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// The child's end; `None` when the deadline comes first.
    ///
    /// # Errors
    /// It is not ours to wait for.
    pub fn wait(&mut self, deadline: Instant) -> io::Result<Option<ExitStatus>> {
        loop {
            let ended = self.try_wait()?;
            if ended.is_some() || Instant::now() >= deadline {
                self.living.hold();
                return Ok(ended);
            }
            sleep(REAP_PAUSE);
        }
    }

    fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        // Held: once it is reaped its number may be another's.
        let mut living = self.living.lock();
        let ended = self.child.try_wait()?;
        if ended.is_some() {
            living.forget(Pid::from_child(&self.child));
        }
        Ok(ended)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !matches!(self.try_wait(), Ok(Some(_))) {
            let group = Pid::from_child(&self.child);
            // Not reaped yet: the number is still that of this group.
            let _ = kill_process_group(group, Signal::KILL);
            self.living.lock().forget(group);
            let _ = self.child.wait();
        }
    }
}

/// Groups that have not ended.
#[derive(Debug)]
struct Living(Mutex<State>);

#[derive(Debug)]
struct State {
    groups: Vec<Pid>,
    /// So many are being started.
    starting: usize,
    is_over: bool,
    is_unheard: bool,
}

impl State {
    fn forget(&mut self, group: Pid) {
        self.groups.retain(|known| *known != group);
    }
}

impl Living {
    const fn none() -> Self {
        Self(Mutex::new(State {
            groups: Vec::new(),
            starting: 0,
            is_over: false,
            is_unheard: false,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stays here where nobody is to hear of them any more.
    fn hold(&self) {
        while self.lock().is_unheard {
            sleep(STARTED_WITHIN);
        }
    }

    fn begin(&self) -> io::Result<()> {
        self.hold();
        let mut state = self.lock();
        if state.is_over {
            return Err(io::Error::other("this program is ending"));
        }
        state.starting += 1;
        Ok(())
    }

    fn begun(&self, child: Option<&Child>) {
        let mut state = self.lock();
        state.starting -= 1;
        state.groups.extend(child.map(Pid::from_child));
    }

    fn end(&self) {
        self.lock().is_over = true;
        let until = Instant::now() + STARTED_WITHIN;
        while self.lock().starting > 0 && Instant::now() < until {
            sleep(REAP_PAUSE);
        }
        for group in &self.lock().groups {
            let _ = kill_process_group(*group, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// One that has started another, which holds its output.
    fn group(living: &'static Living) -> Group {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo; wait"]);
        let group = Group::start_among(living, command.stdout(Stdio::piped())).unwrap();
        let begun = Instant::now() + PATIENCE;
        let pipe = group.child.stdout.as_ref().unwrap();
        assert!(super::super::wait_for(
            pipe,
            rustix::event::PollFlags::IN,
            begun
        ));
        group
    }

    fn all() -> &'static Living {
        Box::leak(Box::new(Living::none()))
    }

    #[test]
    fn all_end_with_the_program_and_none_is_started_after() {
        let living = all();
        let mut groups = [group(living), group(living)];
        living.end();
        for group in &mut groups {
            let until = Instant::now() + PATIENCE;
            let outputs = group.outputs((16, 0), until).unwrap();
            assert_eq!(outputs.ended, super::super::Ended::Closed);
            assert!(!group.wait(until).unwrap().unwrap().success());
        }
        let mut late = Command::new("true");
        let refused = Group::start_among(living, &mut late).unwrap_err();
        assert_eq!(refused.to_string(), "this program is ending");
    }

    #[test]
    fn what_has_ended_or_was_dropped_is_not_named_any_more() {
        let living = all();
        drop(group(living));
        let mut short = Group::start_among(living, &mut Command::new("true")).unwrap();
        let ended = short.wait(Instant::now() + PATIENCE).unwrap();
        assert!(ended.unwrap().success());
        assert!(living.lock().groups.is_empty());
        assert!(Group::start_among(living, &mut Command::new("/nowhere/x")).is_err());
        assert_eq!(living.lock().starting, 0);
    }
}
