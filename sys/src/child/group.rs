//! A child and all that it starts, ended together.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process_group};

/// A child that was started in a process group of its own (`process_group(0)`). Unless it has ended by then, all of
/// the group is killed, and the child reaped, when this is dropped.
#[derive(Debug)]
pub struct Group(pub Child);

impl Drop for Group {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            // Not reaped yet: the number is still that of this group.
            let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
            let _ = self.0.wait();
        }
    }
}
