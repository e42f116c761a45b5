//! What publishers say of their agents, as the writer takes it.

use std::sync::Arc;

use super::Writer;
use crate::collector::hub::{Published, Reply, Said};
use crate::protocol::{TaskUpdate, code};
use crate::state::update::Feed;
use crate::state::{Input, PublisherWord, RowKey};
use crate::tasks::TaskSummary;

impl Writer {
    /// Takes one message of a publisher; what cannot be taken is told to it.
    pub(super) fn take_published(&mut self, published: Published) {
        let Published {
            publisher,
            said,
            standing,
            reply,
            ..
        } = published;
        let taken = match said {
            Said::Event(event) => {
                let at = self.clock.now();
                self.take_published_event(publisher, event, standing, at)
            }
            Said::Word(word) => {
                self.take_word(publisher, word);
                Ok(())
            }
            Said::Diff(agent, diff) => self.work_of(&publisher, agent.as_deref()).map(|key| {
                self.published.of(&key).diff = Some(Arc::clone(&diff));
                self.tell(Feed::Diff(key.to_string(), diff));
                self.tell_again(&key);
            }),
            Said::Tasks(agent, tasks) => self
                .work_of(&publisher, agent.as_deref())
                .map(|key| self.take_tasks(&key, tasks)),
            Said::Task(update) => self.take_task(&publisher, update),
        };
        if let (Err((code, words)), Some(reply)) = (taken, reply) {
            self.complain(reply, code, words);
        }
    }

    fn take_word(&mut self, publisher: String, word: PublisherWord) {
        let at = self.clock.now();
        self.apply(Input::Publisher { publisher, word }, at);
    }

    fn take_task(
        &mut self,
        publisher: &str,
        update: TaskUpdate,
    ) -> Result<(), (&'static str, String)> {
        let key = self.work_of(publisher, update.agent_id.as_deref())?;
        let known = self.published.known(&key);
        let known = known
            .and_then(|work| work.tasks.clone())
            .unwrap_or_default();
        self.take_tasks(&key, Arc::new(update.put_into(&known)));
        Ok(())
    }

    fn take_tasks(&mut self, key: &RowKey, tasks: Arc<TaskSummary>) {
        self.published.of(key).tasks = Some(Arc::clone(&tasks));
        self.tell(Feed::Tasks(key.to_string(), tasks));
        self.tell_again(key);
    }

    /// The row that a publisher means: the one it names, else the only one it speaks for.
    fn work_of(
        &self,
        publisher: &str,
        agent: Option<&str>,
    ) -> Result<RowKey, (&'static str, String)> {
        let mut own = self.table.rows_of(publisher);
        if let Some(agent) = agent {
            own.retain(|key| key.to_string() == agent);
        }
        let words = match (own.len(), agent) {
            (1, _) => return Ok(own.remove(0)),
            (_, Some(agent)) => format!("you do not speak for `{agent}`"),
            (0, None) => "say `agent_status` first".to_owned(),
            (_, None) => "you speak for several agents: name one in `agent_id`".to_owned(),
        };
        Err((code::UNKNOWN_AGENT, words))
    }

    fn complain(&self, reply: Reply, code: &'static str, words: String) {
        self.sources.hub.complain(reply, code, words);
    }
}
