//! What publishers say of their agents, as the writer takes it.

use std::sync::Arc;

use pane_patrol_hooks::event::{Assistant, Event, Source};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Writer;
use super::events::Speaker;
use crate::collector::recorded::Spoken;
use crate::collector::sources::changes::Order as WorkOrder;
use crate::hub::protocol::{PublishedStatus, Report, TaskUpdate, code};
use crate::hub::server::{Published, Reply, Said};
use crate::mux;
use crate::state::update::Update;
use crate::state::{Input, PublisherWord, RowKey};
use crate::sys::namespaces::Standing;
use crate::tasks::TaskSummary;

/// What is told of in the words of every client, whichever assistant it is.
const AGENT: Assistant = Assistant::known("agent");

/// Why a message is not taken: the code and the words of an `error`.
type Refusal = (&'static str, String);

impl Writer {
    /// Takes one message of a publisher; what cannot be taken is told to it.
    pub(super) fn take_published(&mut self, published: Published) {
        let Published {
            publisher,
            agent,
            said,
            standing,
            reply,
            hearsay,
            ..
        } = published;
        let taken = match said {
            Said::Report(report) => {
                let speaker = Speaker { publisher, hearsay };
                self.take_report((speaker, agent), *report, standing)
            }
            Said::Word(word) => {
                self.take_word(publisher, word);
                Ok(())
            }
            Said::Diff(agent, diff) => self.work_of(&publisher, &agent).map(|key| {
                self.published.of(&key).diff = Some(Arc::clone(&diff));
                if let Some(hub) = &self.sources.hub {
                    hub.is_told_of_work(key.to_string(), agent);
                }
                self.tell(Update::Diff(key.to_string(), diff));
                self.tell_again(&key);
            }),
            Said::Tasks(agent, tasks) => self
                .work_of(&publisher, &agent)
                .map(|key| self.take_tasks(&key, tasks)),
            Said::Task(update) => self.take_task(&publisher, update),
            Said::Record(record) => {
                self.take_record(Spoken {
                    publisher,
                    hearsay,
                    standing,
                    record,
                });
                Ok(())
            }
        };
        if let (Err((code, words)), Some(reply)) = (taken, reply) {
            self.complain(reply, code, words);
        }
    }

    fn take_word(&mut self, publisher: String, word: PublisherWord) {
        match word {
            PublisherWord::Forgotten => self.published.forget_names_of(&publisher),
            PublisherWord::Left => self.recorded.forget(&publisher),
            PublisherWord::Heard | PublisherWord::Silent => {}
        }
        let at = self.clock.now();
        let of = None;
        self.apply(
            Input::Publisher {
                publisher,
                word,
                of,
            },
            at,
        );
    }

    fn take_report(
        &mut self,
        (speaker, agent): (Speaker, Option<String>),
        report: Report,
        standing: Standing,
    ) -> Result<(), Refusal> {
        let at = self.clock.now();
        match report {
            Report::Status(status) => self.take_status(speaker, status, at),
            Report::Event(event) => {
                if let Target::Agent(own) = &event.target {
                    self.free(own, &speaker.publisher)?;
                }
                if let Some(name) = &agent {
                    self.free(name, &speaker.publisher)?;
                }
                let publisher = speaker.publisher.clone();
                let key = self.take_published_event(speaker, event, standing, at)?;
                if let Some(name) = agent {
                    self.published.name(&publisher, name, key);
                }
                Ok(())
            }
        }
    }

    /// Takes what is told in the words of every client. An agent in a pane of which a row tells is that
    /// row's; else it is a row of its own, by its name.
    fn take_status(
        &mut self,
        speaker: Speaker,
        status: PublishedStatus,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let publisher = speaker.publisher.clone();
        let name = status.agent_id;
        let own = self.free(&name, &publisher)?;
        let known = status
            .pane_id
            .parse()
            .ok()
            .and_then(|pane| self.in_pane(pane));
        let key = known.unwrap_or(RowKey {
            server: None,
            place: own.clone(),
        });
        let Some(state) = status.status.state() else {
            let (word, of) = (PublisherWord::Silent, Some(key));
            self.apply(
                Input::Publisher {
                    publisher,
                    word,
                    of,
                },
                at,
            );
            return Ok(());
        };
        let mut event = Event::new(AGENT, state, own, at);
        if let Target::Pane(pane) = key.place {
            event.server.clone_from(&key.server);
            event.pane = Some(pane);
            event.target = key.place.clone();
        }
        event.source = Source::Emit;
        event.cwd = status.cwd.or(Some(status.project_root));
        event.cwd = event.cwd.filter(|folder| !folder.is_empty());
        let line = |text: String| one_line(&text, MAX_MESSAGE_CHARS);
        event.message = status.message.map(line);
        let key = self.put_published(speaker, Box::new(event), at)?;
        self.published.name(&publisher, name, key);
        Ok(())
    }

    /// The row of that pane of the person's own server, if there is one; where each session has its own, the only
    /// row that there is in such a pane.
    fn in_pane(&self, pane: PaneId) -> Option<RowKey> {
        let on = |server: Server| RowKey {
            server: Some(server),
            place: Target::Pane(pane),
        };
        let own = self.own_server.clone().map(on);
        let own = own.filter(|key| self.table.has_row(key));
        own.or_else(|| {
            let any = mux::is_of_a_session(pane).then(|| self.table.only_row_in(pane));
            any.flatten()
        })
    }

    /// Whether that name is the publisher's or may become so; its place without a pane.
    fn free(&self, name: &str, publisher: &str) -> Result<Target, Refusal> {
        let taken = |words: &str| (code::AGENT_TAKEN, format!("`{name}` {words}"));
        let own = Target::agent(name).ok_or_else(|| {
            taken("is no name for an agent: too long, or of the form of an id given here")
        })?;
        let key = RowKey {
            server: None,
            place: own.clone(),
        };
        // One that has gone keeps nothing from others.
        let living = |key: &RowKey| {
            let row = self.table.row(key).filter(|row| !row.offline);
            row.and_then(|row| row.publisher)
        };
        let is_others = living(&key).is_some_and(|other| other != publisher);
        let mut named = self.published.named_by_others(name, publisher);
        if is_others || named.any(|(whose, key)| living(key).as_deref() == Some(whose)) {
            return Err(taken("is another publisher's"));
        }
        Ok(own)
    }

    fn take_task(&mut self, publisher: &str, update: TaskUpdate) -> Result<(), Refusal> {
        let key = match self.work_of(publisher, &update.agent_id) {
            Ok(key) => key,
            // Who keeps a list that an assistant works on says only that it is another now.
            Err(refused) => {
                let row = self.table.row_with_id(&update.agent_id);
                if row.is_some_and(|row| !row.hearsay) {
                    let order = WorkOrder::Ended(update.agent_id);
                    self.sources.work.order(order);
                    let words = "its tasks are read where they are kept, now anew; \
                                 of what was said of one nothing is taken";
                    return Err((code::NOT_TAKEN, words.to_owned()));
                }
                return Err(refused);
            }
        };
        let known = self.published.known(&key);
        let known = known
            .and_then(|work| work.tasks.clone())
            .unwrap_or_default();
        let tasks = update.put_into(&known);
        let tasks = tasks.map_err(|why| (code::BAD_SCHEMA, why))?;
        self.take_tasks(&key, Arc::new(tasks));
        Ok(())
    }

    fn take_tasks(&mut self, key: &RowKey, tasks: Arc<TaskSummary>) {
        self.published.of(key).tasks = Some(Arc::clone(&tasks));
        self.tell(Update::Tasks(key.to_string(), tasks));
        self.tell_again(key);
    }

    /// The row that a publisher means, by its own name for it or by the row's id.
    pub(super) fn work_of(&self, publisher: &str, agent: &str) -> Result<RowKey, Refusal> {
        let own = self.table.rows_of(publisher);
        let named = self.published.named(publisher, agent);
        let is_it = |key: &&RowKey| named == Some(*key) || key.to_string() == agent;
        own.iter().find(is_it).cloned().ok_or_else(|| {
            let words = format!("you do not speak for `{agent}`: say its `agent_status` first");
            (code::UNKNOWN_AGENT, words)
        })
    }

    fn complain(&self, reply: Reply, code: &'static str, words: String) {
        if let Some(hub) = &self.sources.hub {
            hub.complain(reply, code, words);
        }
    }
}
