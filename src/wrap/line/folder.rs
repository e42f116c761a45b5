//! What is changed in the program's folder and how far its tasks are, for a hub that does not see it.

use super::Line;
use crate::collector::sources::changes::Report;
use crate::hub::protocol::AgentPatch;
use crate::wrap::complaint;
use crate::wrap::work::Work;

impl Line {
    /// Tells what has changed in its folder.
    pub(in crate::wrap) fn tell_work(&mut self, report: Report) {
        match report {
            Report::Same(_) => return,
            Report::Diff(_, diff) => {
                self.diff = Some(diff);
                self.say_diff();
            }
            Report::Tasks(_, tasks) => {
                self.tasks = Some(tasks);
                self.say_tasks();
            }
        }
        self.complain();
    }

    /// Tells the patch that was asked for.
    pub(in crate::wrap) fn tell_patch(&mut self, patch: AgentPatch) {
        let said = self.voice.say_patch(patch, false, (self.setup.clock)());
        self.put(&said);
    }

    /// Says all that is known of the folder, to a hub that does not see it.
    pub(super) fn say_work(&mut self) {
        if !self.is_elsewhere || self.link.is_none() || self.last.is_none() {
            return;
        }
        if self.work.is_none() {
            // Without a thread there is nothing to tell.
            self.work = Work::start(&self.setup, &self.orders).ok();
        }
        self.say_diff();
        self.say_tasks();
        self.complain();
    }

    fn say_diff(&mut self) {
        if let Some(diff) = self.diff.clone().filter(|_| self.is_elsewhere) {
            let said = self
                .voice
                .say_diff(self.agent(), &diff, (self.setup.clock)());
            self.put(&said);
        }
    }

    fn say_tasks(&mut self) {
        if let Some(tasks) = self.tasks.clone().filter(|_| self.is_elsewhere) {
            let said = self
                .voice
                .say_tasks(self.agent(), &tasks, (self.setup.clock)());
            self.put(&said);
        }
    }

    /// Says what is wrong, when that is something else than before: the hub keeps the last word, and forgets it
    /// when it hears of the same without a fault.
    fn complain(&mut self) {
        if !self.is_elsewhere || self.link.is_none() {
            return;
        }
        let wrong = complaint::all(self.diff.as_deref(), self.tasks.as_deref());
        if wrong != self.complained {
            for one in &wrong {
                self.say("error", one, None);
            }
            self.complained = wrong;
        }
    }
}
