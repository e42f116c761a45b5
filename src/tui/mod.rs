//! The dashboard: messages in, one model, screens out.
//!
//! | part, from the ground up | does | never |
//! | --- | --- | --- |
//! | `message`, `effect`, `actions`, `setup`, `keymap` | say what happened, what is to be done, and which key means what, as data | |
//! | `kept` | how the list was arranged, as it is remembered | |
//! | `labels`, `age`, `text`, `background`, `theme`, `columns`, `line_writer`, `editor`, `picture` | how it reads and looks; what a pane shows, safe to draw | |
//! | `model` | what is known; rows in order, counted as they change | |
//! | `panels` | one file a panel: what it shows, its room, its keys, its hints | reads a clock, a file, a terminal |
//! | `layout`, `sight`, `view` | where everything stands, what of it is seen; model and time to a buffer | anything else |
//! | `update` | the only writer of the model, with what a panel does for its own keys | reads a clock, a file, a terminal |
//! | this file, `input`, `looks`, `terminal`, `placed` | threads, clock, terminal; carries out effects | decides |
//!
//! Each imports only what stands above it here. A frame, a key and a change of a row touch what is on the
//! screen, however many rows there are.
//!
//! One channel, and one thread for each source that can only send. The loop sleeps until something
//! happens or until a text on the screen is out of date; the first message after a rest is drawn at
//! once, and what comes in a burst is drawn together.
//!
//! May import: `state`, `git` and `tasks`, `act`'s types, `assistants`' requests, `mux`'s words, `launch`,
//! `notify`, `config`; never the collector.

mod actions;
mod age;
mod background;
mod columns;
mod editor;
mod effect;
#[cfg(test)]
mod fixture;
mod input;
mod keeper;
mod kept;
mod labels;
mod layout;
mod line_writer;
mod looks;
mod message;
#[cfg(test)]
mod messages_tests;
mod model;
mod panels;
mod picture;
mod placed;
#[cfg(test)]
mod pulse_tests;
#[cfg(test)]
mod request_tests;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod seen_tests;
mod setup;
#[cfg(test)]
mod sidebar_tests;
mod sight;
mod steps;
#[cfg(test)]
mod task_tests;
mod terminal;
mod text;
mod text_input;
mod theme;
mod typed;
mod undone;
mod update;
#[cfg(test)]
mod update_tests;
pub mod view;
#[cfg(test)]
mod work_tests;

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::{Pid, Signal, kill_process};

use crate::mux::Attach;
use crate::notify::Snoozes;
use crate::state::update::Update;
use crate::tui::message::NotAttached;
use background::{Answer, Question};
use input::Input;
use keeper::Keeper;
use steps::Step;
use terminal::Screen;

pub use crate::config::{ListColumns, Signs};
pub(crate) use crate::keymap;
pub use crate::keymap::Bindings;
pub use actions::Actions;
pub use background::Background;
pub(crate) use effect::PROJECT;
pub use effect::{Choice, Effect, Letter, Look, Split, Whose};
pub use kept::{Change, Flags, Kept, MOST_FOLDS, MOST_KEPT, Scope};
pub use message::{
    Awaited, Hooks, InstallOffer, InstallOutcome, Jumped, Listed, Message, Need, OfferedInstall,
    Posted, Reread, Started,
};
pub use model::Model;
pub(crate) use model::writing::{MOST_REMEMBERED, remember};
pub use setup::{Pulse, Setup};
pub use theme::{Palette, Theme};
pub use undone::{NoOffer, NoPatch, NotStarted, ONLY_A_REPLAY, Unchanged};
pub use update::update;

/// A row that has gone and is there as another one is told of within this time: nothing is drawn in between.
const AS_ANOTHER: Duration = Duration::from_millis(5);

/// How long messages that keep coming are taken in before they are drawn: half of one frame.
const BURST: Duration = Duration::from_millis(8);

/// How long an attached client may take to end when the dashboard must.
const FAREWELL: Duration = Duration::from_secs(1);

/// Shows the dashboard until the person leaves it. The first frame does not wait for `feed`.
///
/// # Errors
/// The terminal cannot be used, or a thread cannot be started. The terminal is given back anyway.
pub fn run(setup: Setup, feed: Receiver<Update>, actions: Arc<dyn Actions>) -> io::Result<()> {
    // The theme has decided, and knows more than the environment variable that crossterm looks at.
    crossterm::style::force_color_output(true);
    let (sender, messages) = channel();
    // Before the terminal is taken: a signal must not end us without giving it back. And before it is measured: a
    // new size that comes between would never be heard of.
    input::hear_signals(sender.clone())?;
    let size = crossterm::terminal::size()?;
    let setup = Setup { size, ..setup };
    let (step, steps) = channel();
    let (look, looks) = channel();
    let mislaid = setup.kept.as_ref().err().cloned();
    if let Some(why) = mislaid {
        let _ = sender.send(Message::Mislaid(why));
    }
    let mut dashboard = Dashboard {
        keeper: Keeper::start(&actions, &sender)?,
        model: Model::new(setup),
        screen: Screen::take()?,
        drawn: None,
        sender,
        actions,
        attached: None,
        steps: step,
        looks: look,
        question: None,
        heard: VecDeque::new(),
    };
    dashboard.draw()?;
    looks::start(looks, &dashboard.actions, &dashboard.sender)?;
    let input = dashboard.start(feed, steps)?;
    let followed = dashboard.follow(&input, &messages);
    dashboard.keeper.end();
    followed
}

struct Dashboard {
    model: Model,
    screen: Screen,
    /// The version that is on the screen, and when a text of it is out of date.
    drawn: Option<(u64, Timestamp)>,
    sender: Sender<Message>,
    actions: Arc<dyn Actions>,
    /// The client that has the terminal now.
    attached: Option<Pid>,
    /// For the one thread that takes them in the order of the keys.
    steps: Sender<Step>,
    /// For the one thread that looks at the pane of the preview.
    looks: Sender<Option<Box<Look>>>,
    /// What the terminal was asked and has not answered.
    question: Option<Question>,
    /// Messages that are to be taken next.
    heard: VecDeque<Message>,
    keeper: Keeper,
}

impl Dashboard {
    fn start(&mut self, feed: Receiver<Update>, steps: Receiver<Step>) -> io::Result<Input> {
        let input = Input::start(self.sender.clone())?;
        let actions = Arc::clone(&self.actions);
        let messages = self.sender.clone();
        actions.draws(Arc::new(move |mirrored| {
            let _ = messages.send(Message::Mirrored(mirrored));
        }));
        input::spawn("split", self.sender.clone(), move |messages| {
            steps::take(&steps, &*actions, &messages);
        })?;
        input::spawn("feed", self.sender.clone(), move |messages| {
            for feed in feed {
                if messages.send(Message::Update(feed)).is_err() {
                    return;
                }
            }
            let _ = messages.send(Message::FeedEnded);
        })?;
        self.in_background(|actions| {
            actions.ready();
            Message::Hooks(actions.hooks())
        })?;
        if let Some(first) = update::startable::ask(&mut self.model, Timestamp::now()) {
            let _ = self.carry_out(first, &input)?;
        }
        if let Some(ask) = update::settings::ask_background(&mut self.model) {
            let _ = self.carry_out(ask, &input)?;
        }
        if self.model.setup.split {
            // Before any key, which may be meant for the place already.
            let _ = self.steps.send(Step::Split(Split::Toggle));
        }
        let actions = Arc::clone(&self.actions);
        input::spawn("settings", self.sender.clone(), move |messages| {
            while let Some(read) = actions.settings() {
                if messages.send(Message::Settings(read)).is_err() {
                    return;
                }
            }
        })?;
        self.in_background(|actions| Message::SnoozesRead(actions.snoozes()))?;
        self.in_background(|actions| Message::Recalled(actions.recall()))?;
        Ok(input)
    }

    fn follow(&mut self, input: &Input, messages: &Receiver<Message>) -> io::Result<()> {
        loop {
            let mut message = Some(self.next(messages));
            let begun = Instant::now();
            while let Some(next) = message {
                let is_gone = matches!(next, Message::Update(Update::Gone(_)));
                if self.take(next, input)?.is_break() {
                    self.end_attached(messages);
                    self.hear_answer(messages);
                    return Ok(());
                }
                let in_burst = begun.elapsed() < BURST;
                message = if !in_burst {
                    None
                } else if is_gone {
                    self.heard_within(messages, AS_ANOTHER)
                } else {
                    self.heard_within(messages, Duration::ZERO)
                };
            }
            self.draw()?;
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let version = self.model.version();
        if self.model.is_away() || self.drawn.is_some_and(|(drawn, _)| drawn == version) {
            return Ok(());
        }
        let now = Timestamp::now();
        let size = self.screen.draw(&self.model, now)?;
        self.drawn = Some((version, view::next_change(&self.model, now)));
        if let Some((width, height)) = size {
            if (width, height) != self.model.setup.size {
                // Whatever became of its signal: on a screen of another size nothing would ever count as seen.
                let _ = self.sender.send(Message::Resize(width, height));
            }
            // Changes nothing on the screen: the person has seen what stands there now.
            update(
                &mut self.model,
                Message::Drawn(width, height),
                Timestamp::now(),
            );
        }
        Ok(())
    }

    /// Sleeps until something happens.
    fn next(&mut self, messages: &Receiver<Message>) -> Message {
        loop {
            if let Some(message) = self.heard.pop_front() {
                return message;
            }
            let drawn = self.drawn.filter(|_| !self.model.is_away());
            let tick = drawn.map(|(_, out_of_date)| age::until(Timestamp::now(), out_of_date));
            let due = self.question.as_ref().and_then(Question::due);
            let due = due.map(|due| due.saturating_duration_since(Instant::now()));
            let told = match tick.into_iter().chain(due).min() {
                None => messages.recv().map_err(RecvTimeoutError::from),
                Some(rest) => messages.recv_timeout(rest),
            };
            match told {
                Ok(message) => self.hear(message),
                Err(RecvTimeoutError::Timeout) => {
                    self.give_back();
                    if self.heard.is_empty() && tick <= due.or(tick) {
                        return Message::Tick;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Message::Terminate,
            }
        }
    }

    /// The next message that comes within that time.
    fn heard_within(&mut self, messages: &Receiver<Message>, limit: Duration) -> Option<Message> {
        while self.heard.is_empty() {
            match messages.recv_timeout(limit) {
                Ok(message) => self.hear(message),
                Err(_) => return None,
            }
        }
        self.heard.pop_front()
    }

    /// Takes what the terminal answers out of what is typed.
    fn hear(&mut self, message: Message) {
        let (Some(question), Message::Key(key)) = (&mut self.question, &message) else {
            self.heard.push_back(message);
            return;
        };
        let heard = question.hear(*key, Instant::now());
        self.heard.extend(heard.keys.into_iter().map(Message::Key));
        if let Some(answer) = heard.answer {
            self.question = None;
            if let Answer::Of(background) = answer {
                self.heard.push_back(Message::Background(background));
            }
        }
    }

    fn give_back(&mut self) {
        let question = self.question.as_mut();
        let keys = question.map(|question| question.give_back(Instant::now()));
        let keys = keys.into_iter().flatten();
        self.heard.extend(keys.map(Message::Key));
    }

    /// Whoever has the terminal next would take an answer for something that was typed.
    fn hear_answer(&mut self, messages: &Receiver<Message>) {
        while let Some(question) = &self.question {
            let rest = question.parting().saturating_duration_since(Instant::now());
            match messages.recv_timeout(rest) {
                Ok(message) => self.hear(message),
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, message: Message, input: &Input) -> io::Result<ControlFlow<()>> {
        if message == Message::Broken {
            return Err(io::Error::other("a part of the program has failed"));
        }
        let was_away = self.model.is_away();
        for effect in update(&mut self.model, message, Timestamp::now()) {
            if self.carry_out(effect, input)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if was_away && !self.model.is_away() {
            self.come_back(input)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    #[allow(clippy::too_many_lines, reason = "each effect is one of a list")]
    fn carry_out(&mut self, effect: Effect, input: &Input) -> io::Result<ControlFlow<()>> {
        match effect {
            Effect::Quit => return Ok(ControlFlow::Break(())),
            Effect::Redraw => self.screen.forget()?,
            Effect::AskBackground => {
                self.screen.ask(background::QUESTION)?;
                self.question = Some(Question::new(Instant::now()));
            }
            Effect::Attach(attach) => self.step_aside(&attach, input),
            Effect::Jump(row) => {
                self.in_background(move |actions| Message::Jumped(actions.jump(&row)))?;
            }
            // It waits first, and nobody has to wait for it.
            Effect::Split(step @ Split::RefreshLater(_)) => {
                self.in_background(move |actions| Message::SplitSeen(actions.split(&step)))?;
            }
            Effect::Split(step) => {
                // It can only fail when the thread has panicked, which ends the dashboard anyway.
                let _ = self.steps.send(Step::Split(step));
            }
            Effect::Look(look) => {
                let _ = self.looks.send(look);
            }
            Effect::Type(turn, pane, typed) => {
                let _ = self.steps.send(Step::Type(turn, pane, typed));
            }
            Effect::Start {
                choice,
                row,
                beside,
            } => self.in_background(move |actions| {
                Message::Started(actions.start(&choice, row.as_deref(), beside))
            })?,
            Effect::ListItems => {
                self.in_background(|actions| Message::Listed(actions.items()))?;
            }
            Effect::Resume(session, beside) => self.in_background(move |actions| {
                let resumed = actions.resume(&session, beside);
                Message::Resumed(session, resumed)
            })?,
            Effect::Bring(row, beside) => self.in_background(move |actions| {
                let brought = actions.bring(&row, beside);
                Message::Brought(row, brought)
            })?,
            Effect::Stop(row) => self.in_background(move |actions| {
                let stopped = actions.stop(&row);
                Message::Stopped(row, stopped)
            })?,
            Effect::ClosePane(row) => self.in_background(move |actions| {
                let stopped = actions.close_pane(&row);
                Message::Stopped(row, stopped)
            })?,
            Effect::Snooze(id, until) => {
                self.in_background(move |actions| {
                    let snoozes = actions.snooze(&id, until);
                    Message::Snoozed(id, snoozes)
                })?;
            }
            Effect::SnoozeAll(ids, until) => {
                self.in_background(move |actions| snooze_all(actions, ids, until))?;
            }
            Effect::Send(letter) => self.in_background(move |actions| {
                let posted = actions.send(&letter);
                Message::Posted(letter, posted)
            })?,
            Effect::Remember(text) => {
                self.in_background(move |actions| Message::Recalled(actions.remember(&text)))?;
            }
            Effect::Decide(bound, decision, shown) => self.in_background(move |actions| {
                let outcome = actions.decide(&bound, &decision, &shown);
                Message::Decided(bound, decision, outcome)
            })?,
            Effect::ReadRequest(bound) => self.in_background(move |actions| {
                let known = actions.read_request(&bound);
                Message::RequestRead(bound, known)
            })?,
            Effect::ReadRest(bound) => self.in_background(move |actions| {
                let known = actions.read_rest(&bound);
                Message::RequestRead(bound, known)
            })?,
            Effect::Trust(row, minutes) => {
                self.in_background(move |actions| Message::Trusted(actions.trust(&row, minutes)))?;
            }
            Effect::ChangeTask(row, wanted) => self.in_background(move |actions| {
                Message::TaskChanged(actions.change_task(&row, &wanted))
            })?,
            Effect::ReadWork(row) => self.in_background(move |actions| {
                let (diff, tasks) = actions.read_work(&row);
                Message::WorkRead(row.id, Box::new(diff), Box::new(tasks))
            })?,
            Effect::ReadPatch(of, request) => self.in_background(move |actions| {
                let patch = actions.read_patch(&of, &request);
                Message::PatchRead(of.id().to_owned(), request.path, patch)
            })?,
            Effect::ReadAway(since) => {
                self.in_background(move |actions| Message::AwayRead(actions.away(since)))?;
            }
            Effect::AskLastKey => {
                self.in_background(|actions| Message::LastKey(actions.last_key()))?;
            }
            Effect::ReadNeeds => {
                self.in_background(|actions| Message::NeedsRead(actions.needs()))?;
            }
            Effect::Keep(changes) => {
                let _ = self.keeper.keep(changes);
            }
            Effect::ReadKept => {
                self.in_background(|actions| Message::KeptRead(Box::new(actions.kept())))?;
            }
            Effect::CheckHooks => self.in_background(|actions| Message::Hooks(actions.hooks()))?,
            Effect::PlanInstall => {
                self.in_background(|actions| Message::InstallPlanned(actions.plan_install()))?;
            }
            Effect::ApplyInstall => {
                self.in_background(|actions| Message::Installed(actions.apply_install()))?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Has something done that may take a while; what comes of it is a message.
    fn in_background(
        &self,
        work: impl FnOnce(&dyn Actions) -> Message + Send + 'static,
    ) -> io::Result<()> {
        let actions = Arc::clone(&self.actions);
        input::spawn("hands", self.sender.clone(), move |messages| {
            let _ = messages.send(work(&*actions));
        })
    }

    /// Leaves the terminal to a client of a multiplexer. The model goes on hearing, so that it is right at once
    /// when the person comes back.
    fn step_aside(&mut self, attach: &Attach, input: &Input) {
        input.pause();
        self.screen.lend();
        let command = self.actions.attach(attach).map_err(NotAttached::from);
        let started = command.and_then(|mut command| {
            let program = command.get_program().to_string_lossy().into_owned();
            match command.stderr(Stdio::piped()).spawn() {
                Ok(child) => Ok((program, child)),
                Err(error) => Err(NotAttached::NotStarted {
                    program,
                    why: error.to_string(),
                }),
            }
        });
        let messages = self.sender.clone();
        match started {
            Ok((program, child)) => {
                self.attached = Some(Pid::from_child(&child));
                let waited = input::spawn("attached", messages, move |messages| {
                    let _ = messages.send(Message::AttachEnded(wait(&program, child)));
                });
                if let Err(error) = waited {
                    let why = NotAttached::NotWaited(error.to_string());
                    let _ = self.sender.send(Message::AttachEnded(Err(why)));
                }
            }
            Err(why) => {
                let _ = messages.send(Message::AttachEnded(Err(why)));
            }
        }
    }

    fn come_back(&mut self, input: &Input) -> io::Result<()> {
        self.attached = None;
        self.screen.take_again()?;
        input.resume();
        self.drawn = None;
        // The terminal may have another size now, and its signal went to the client as well.
        if let Some(size) = input::size() {
            update(&mut self.model, size, Timestamp::now());
        }
        if let Some(ask) = update::settings::ask_background(&mut self.model) {
            let _ = self.carry_out(ask, input)?;
        }
        Ok(())
    }

    /// A client left behind would share the terminal with whatever comes after us.
    fn end_attached(&self, messages: &Receiver<Message>) {
        let Some(client) = self.attached else { return };
        let _ = kill_process(client, Signal::HUP);
        let until = Instant::now() + FAREWELL;
        while let Ok(message) =
            messages.recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            if matches!(message, Message::AttachEnded(_)) {
                return;
            }
        }
    }
}

/// Snoozes them one after another, each upon what the one before has left.
fn snooze_all(actions: &dyn Actions, ids: Vec<String>, until: Option<Timestamp>) -> Message {
    let mut snoozes = Ok(Snoozes::default());
    for id in &ids {
        snoozes = actions.snooze(id, until);
        if snoozes.is_err() {
            break;
        }
    }
    Message::SnoozedAll(ids, until, snoozes)
}

/// What an attached client ended with.
fn wait(program: &str, child: Child) -> Result<(), NotAttached> {
    let output = child
        .wait_with_output()
        .map_err(|error| NotAttached::NotWaited(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().map(str::to_owned);
    let words = said.unwrap_or_else(|| format!("{program} ended badly"));
    Err(NotAttached::Ended(words))
}
