//! The thread that judges requests by the person's rules and writes down what came of it: both may
//! wait for a disk, and the hub waits for nobody.
//!
//! The settings are read for each request, so that a rule counts from the moment it is saved. Rules
//! that cannot be read allow nothing, and the dashboard says so.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::case::Ruled;
use super::event::{Event, Scribe};
use crate::rules::{Ask, By, Ground, Judgement, Rules, Then, judge};
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// Writes down what was decided; the error says in one line why that could not be done.
pub(crate) type WriteDown = Box<dyn Fn(&Ruled) -> Result<(), String> + Send>;

/// What the rules are read from, and where what came of them is written down.
pub(crate) struct Rulebook {
    /// The person's rules as they are now; the error says in one line why they cannot be read.
    pub(crate) read: Box<dyn Fn() -> Result<Rules, String> + Send>,
    /// What they stand on: the person's home, and our own folders.
    pub(crate) ground: Ground,
    /// Where what came of them is kept.
    pub(crate) write_down: WriteDown,
}

/// One request to be judged.
#[derive(Debug)]
pub(super) struct Question {
    /// Comes back with the answer.
    pub(super) ticket: u64,
    pub(super) ask: Ask,
    /// The person trusts its row for a while.
    pub(super) trusted: bool,
}

/// What became of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) ticket: u64,
    pub(super) then: Then,
    pub(super) by: By,
    /// The rule's title, when a rule decided.
    pub(super) rule: Option<String>,
    pub(super) why: String,
    /// What the assistant is told when it is denied.
    pub(super) message: String,
}

/// What the thread is told to do.
#[derive(Debug)]
pub(super) enum Order {
    Judge(Box<Question>),
    Record(Box<Ruled>),
}

/// Starts the thread; it ends with the sender. Answers come out of the inbox.
pub(super) fn start_judge(
    book: Rulebook,
    scribe: Arc<dyn Scribe>,
) -> io::Result<(Sender<Order>, Inbox<Answer>)> {
    let (orders, orders_in) = channel();
    let (answers, answers_in) = inbox()?;
    let mut judge = Judge {
        book,
        scribe,
        had_trouble: false,
    };
    thread::Builder::new()
        .name("judge".into())
        .spawn(move || judge.run(&orders_in, &answers))?;
    Ok((orders, answers_in))
}

struct Judge {
    book: Rulebook,
    scribe: Arc<dyn Scribe>,
    had_trouble: bool,
}

impl Judge {
    fn run(&mut self, orders: &Receiver<Order>, answers: &Orders<Answer>) {
        for order in orders {
            match order {
                Order::Judge(question) => answers.send(self.answer(&question)),
                Order::Record(ruled) => self.write_down(&ruled),
            }
        }
    }

    fn answer(&mut self, question: &Question) -> Answer {
        let ticket = question.ticket;
        match (self.book.read)() {
            Ok(rules) => {
                self.trouble(None);
                let judgement = judge(&rules, &question.ask, &self.book.ground, question.trusted);
                Answer::of(ticket, &rules, judgement)
            }
            Err(error) => {
                let why = format!("the rules cannot be read, so nothing is allowed: {error}");
                self.trouble(Some(why.clone()));
                Answer {
                    ticket,
                    then: Then::Ask,
                    by: By::Principle,
                    rule: None,
                    why,
                    message: String::new(),
                }
            }
        }
    }

    fn write_down(&mut self, ruled: &Ruled) {
        let trouble = (self.book.write_down)(ruled).err();
        self.tell("decisions", trouble);
    }

    fn trouble(&mut self, trouble: Option<String>) {
        self.had_trouble |= trouble.is_some();
        if self.had_trouble {
            self.had_trouble = trouble.is_some();
            self.tell("rules", trouble);
        }
    }

    fn tell(&self, subject: &str, trouble: Option<String>) {
        self.scribe
            .tell(Event::Trouble(subject.to_owned(), trouble));
    }
}

impl Answer {
    fn of(ticket: u64, rules: &Rules, judgement: Judgement) -> Self {
        let rule = match judgement.by {
            By::Rule(number) => rules.iter().find(|rule| rule.number == number),
            By::Trust | By::Principle | By::Nobody => None,
        };
        let message = rule.map(|rule| {
            let message = rule.message.as_deref();
            let message = message.unwrap_or("do it in another way, or ask the person first");
            format!("denied by {} of pane-patrol: {message}", rule.title())
        });
        Self {
            ticket,
            then: judgement.then,
            by: judgement.by,
            rule: rule.map(crate::rules::Rule::title),
            why: judgement.why,
            message: message.unwrap_or_default(),
        }
    }
}
