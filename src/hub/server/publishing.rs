//! What publishers say that the table needs not know, and the patches that are made here or by them.

use std::path::{Path, PathBuf};

use super::cache::Cache;
use super::connection::Client;
use super::event::{Event, Said};
use super::order::Done;
use super::outbox::Item;
use super::patch_worker::Job;
use super::serving::Server;
use pane_patrol_hooks::target::Target;

use crate::git::DiffState;
use crate::hub::protocol::{
    AgentPatch, Envelope, ErrorPayload, Heartbeat, RequestPatch, Right, code,
};
use crate::state::Row;
use crate::tasks::TaskState;

/// Said to whoever asks for more patches than it takes.
const BUSY: &str = "too many patches are asked for at once";

/// Said to whoever asks for patches of a folder that only a publisher has named.
const HEARSAY: &str = "only a client that may do nothing but publish says that somebody works there: its patches \
                       are for the hub's owner";

impl Server {
    /// Whether the client is the publisher of that agent.
    pub(super) fn speaks_for(&self, index: usize, agent: &str) -> bool {
        let client = &self.clients[index];
        match self.cache.row(agent) {
            Some(row) => row.publisher.as_deref() == Some(client.name()),
            // By the name in its hello, of which nothing is told yet; an id of ours is nobody's.
            None => client.agent() == Some(agent) && Target::agent(agent).is_some(),
        }
    }

    /// The row of which the client tells under that name, where its id is another.
    fn row_called(&self, index: usize, name: &str) -> Option<&str> {
        let publisher = self.clients[index].name();
        let is_its = |id: &str| {
            let row = self.cache.row(id);
            row.is_some_and(|row| row.publisher.as_deref() == Some(publisher))
        };
        let mut told = self.tell_of_work.iter();
        let found = told.find(|(id, called)| *called == name && is_its(id));
        found.map(|(id, _)| id.as_str())
    }

    /// What a publisher has complained of is over when it tells of the same without a fault.
    pub(super) fn note_mended(&mut self, index: usize, said: &Said) {
        let about = match said {
            Said::Diff(_, diff) if matches!(diff.state, DiffState::Ok | DiffState::NotGitRepo) => {
                "git_"
            }
            Said::Tasks(_, tasks) if tasks.state != TaskState::TasksMalformed => "tasks_",
            _ => return,
        };
        let name = self.clients[index].name().to_owned();
        let complaint = self.cache.complaint_of(&name);
        if complaint.is_some_and(|complaint| complaint.code.starts_with(about)) {
            self.cache.forget_complaint(&name);
            self.trouble_at(&name, None);
        }
    }

    /// Tells a client that it does not speak for an agent.
    fn refuse_agent(&mut self, index: usize, agent: &str, question: &Envelope) {
        let words = format!("you do not speak for `{agent}`");
        let request = question.request_id.as_deref();
        self.clients[index].say_error(&self.cache, code::UNKNOWN_AGENT, &words, false, request);
    }

    pub(super) fn post(&mut self, item: &Item) {
        for client in &mut self.clients {
            client.post(item);
        }
    }

    pub(super) fn hear_heartbeat(
        &mut self,
        index: usize,
        mut beat: Heartbeat,
        question: &Envelope,
    ) {
        if !self.speaks_for(index, &beat.agent_id) {
            return self.refuse_agent(index, &beat.agent_id, question);
        }
        if let Some(row) = self.row_called(index, &beat.agent_id) {
            row.clone_into(&mut beat.agent_id);
        }
        let item = self.cache.hear_heartbeat(beat);
        self.post(&item);
    }

    /// What a publisher says is wrong goes to whoever looks, and stays until it goes.
    pub(super) fn hear_complaint(
        &mut self,
        index: usize,
        mut complaint: ErrorPayload,
        question: &Envelope,
    ) {
        if let Some(agent) = complaint.agent_id.clone()
            && !self.speaks_for(index, &agent)
        {
            return self.refuse_agent(index, &agent, question);
        }
        // It is the publisher that may end, not the connection of whoever hears of it.
        complaint.fatal = false;
        let own = self.clients[index].agent().map(str::to_owned);
        let own = own.filter(|own| self.speaks_for(index, own));
        complaint.agent_id = complaint.agent_id.or(own);
        let name = self.clients[index].name().to_owned();
        let words = format!("{} ({})", complaint.message, complaint.code);
        self.trouble_at(&name, Some(words));
        let item = self.cache.hear_complaint(&name, complaint);
        self.post(&item);
    }

    pub(super) fn trouble_at(&self, publisher: &str, words: Option<String>) {
        let subject = format!("publisher {publisher}");
        match words.map(|words| format!("{subject}: {words}")) {
            // It is told of here anyway; a collector that is busy has its reasons.
            Some(words) => self.scribe.mention(Event::Trouble(subject, Some(words))),
            // What is over is not to be shown for good.
            None => self.scribe.tell(Event::Trouble(subject, None)),
        }
    }

    /// A patch for whoever asked for it, of the publisher that was asked. Nobody may wait for it any more.
    pub(super) fn hand_on(&mut self, index: usize, mut patch: AgentPatch, question: &Envelope) {
        let serial = self.clients[index].serial;
        let own = question.request_id.clone();
        let ticket = own.or_else(|| patch.request_id.clone());
        let Some(wanted) = self.patch_requests.take(ticket.as_deref(), serial, &patch) else {
            return;
        };
        patch.request_id.clone_from(&wanted.request_id);
        patch.agent_id.clone_from(&wanted.agent);
        self.deliver(&Done {
            client: wanted.client,
            request_id: wanted.request_id,
            result: Ok(patch),
        });
    }

    /// Asks the publisher of an agent for a patch; false when it does not tell of its changes.
    fn ask_publisher(&mut self, index: usize, wanted: &RequestPatch, id: Option<&str>) -> bool {
        let Some(called) = self.tell_of_work.get(&wanted.agent_id).cloned() else {
            return false;
        };
        let row = self.cache.row(&wanted.agent_id);
        let Some(name) = row.and_then(|row| row.publisher.clone()) else {
            return false;
        };
        let Some(serial) = self.publishers.connection_of(&name) else {
            return false;
        };
        let is_its = |client: &&mut Client| client.serial == serial;
        let asker = self.clients[index].serial;
        let Some(publisher) = self.clients.iter_mut().find(is_its) else {
            return false;
        };
        let ticket = self
            .patch_requests
            .ask(wanted, &called, (asker, id), publisher.serial);
        let question = RequestPatch {
            agent_id: called,
            request_id: Some(ticket.clone()),
            ..wanted.clone()
        };
        publisher.ask_for_patch(&question, &ticket, &self.cache);
        true
    }

    pub(super) fn order_patch(
        &mut self,
        index: usize,
        wanted: &RequestPatch,
        request_id: Option<String>,
    ) {
        let client = &mut self.clients[index];
        let is_owners = client.right() == Right::Own;
        let request = request_id.clone();
        let mut refuse = |code, words: &str| {
            client.say_error(&self.cache, code, words, false, request.as_deref());
        };
        let Some(row) = self.cache.row(&wanted.agent_id) else {
            return refuse(code::UNKNOWN_AGENT, "there is no such agent");
        };
        if self.tell_of_work.contains_key(&wanted.agent_id) {
            if !client.may_await_patch() {
                return client.say_error(&self.cache, code::BUSY, BUSY, false, request.as_deref());
            }
            if !self.ask_publisher(index, wanted, request.as_deref()) {
                let why = Err("its publisher is not there");
                self.clients[index].tell_patch(why, request.as_deref(), &self.cache);
            }
            return;
        }
        let Some(folder) = row.cwd.as_ref().map(PathBuf::from) else {
            return refuse(code::NO_PATCH, "nobody has told its folder");
        };
        if row.hearsay && !is_owners && !is_worked_in(&self.cache, &folder) {
            return refuse(code::NO_PATCH, HEARSAY);
        }
        if !client.may_await_patch() {
            return client.say_error(&self.cache, code::BUSY, BUSY, false, request.as_deref());
        }
        let job = Job {
            client: client.serial,
            request_id,
            agent: wanted.agent_id.clone(),
            folder,
            request: wanted.of_git(),
        };
        if !self.patches.order(job) {
            let why = Err("too many patches are waited for");
            client.tell_patch(why, request.as_deref(), &self.cache);
        }
    }
}

/// Whether somebody else has told that an assistant works in that folder, than who may only publish.
fn is_worked_in(cache: &Cache, folder: &Path) -> bool {
    let is_there = |row: &Row| {
        let root = row.diff.as_ref().and_then(|diff| diff.root.as_deref());
        let folders = [row.cwd.as_deref(), root];
        folders
            .into_iter()
            .flatten()
            .any(|it| folder == Path::new(it))
    };
    cache.rows().any(|row| !row.hearsay && is_there(row))
}
