//! Plays one scripted assistant in a pane: what a person sees there, and what the one that it plays would
//! tell by its hooks and files meanwhile.

mod pane;

use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::dialog::Dialog;
use super::project;
use super::puppets::{Answer, Call, Place, Puppet, puppet};
use super::screen::Screen;
use super::story::{Act, Errand, LASTS, Script, Step, Tool};

/// How long it thinks.
const THINKS: Duration = Duration::from_secs(1);

/// One scripted assistant at work.
pub(crate) struct Player<W> {
    script: Script,
    screen: Screen<W>,
    puppet: Box<dyn Puppet>,
    cwd: PathBuf,
    /// When the story began, this time.
    began: Instant,
    /// Whether its turn goes on.
    works: bool,
    /// What waits for the person; the first one is on the screen.
    asks: VecDeque<Dialog>,
    /// What the person has said to the assistant itself.
    answered: Option<Answer>,
    /// What she has chosen last.
    chosen: &'static str,
    sent: Option<Sent>,
    calls: u32,
}

/// A sub-agent that is at work.
struct Sent {
    agent: String,
    errand: &'static Errand,
    /// When it goes on; `None`: when it is answered.
    due: Option<Instant>,
    /// Whether it has asked, and what it was allowed to do.
    has_asked: bool,
    allowed: Option<Call>,
}

/// Who has answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Keys in this pane.
    Keys,
    /// The hook: a rule, the person's trust, or she herself from the dashboard.
    Hook,
    /// The story is over.
    Nobody,
}

/// Whether the story goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    On,
    /// The act is over.
    Off,
}

impl<W: Write> Player<W> {
    /// An assistant that plays `script` at `place`. `None` where nobody can play that.
    pub(crate) fn new(script: Script, out: W, place: Place) -> Option<Self> {
        let cwd = place.cwd.clone();
        let puppet = puppet(script.plays, place)?;
        Some(Self {
            script,
            screen: Screen::new(out),
            puppet,
            cwd,
            began: Instant::now(),
            works: false,
            asks: VecDeque::new(),
            answered: None,
            chosen: "",
            sent: None,
            calls: 0,
        })
    }

    /// Plays the script again and again, until Ctrl-C.
    ///
    /// # Errors
    /// The terminal or the hook cannot be used.
    pub(crate) fn play(&mut self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()?;
        let outcome = self.play_in_raw_mode();
        self.puppet.leave().ok();
        crossterm::terminal::disable_raw_mode()?;
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    fn play_in_raw_mode(&mut self) -> io::Result<()> {
        self.screen.say(self.puppet.banner());
        self.screen
            .say(&format!("  in {}. Ctrl-C ends it.", self.script.name));
        self.feel()?;
        self.puppet.begin()?;
        loop {
            project::lay_out(&self.script, &self.cwd)?;
            self.began = Instant::now();
            for act in self.script.acts {
                self.rest_until(Duration::from_secs(act.at))?;
                if self.began.elapsed() < LASTS {
                    self.act(act)?;
                }
            }
            self.rest_until(LASTS)?;
            self.wind_up()?;
        }
    }

    fn act(&mut self, act: &Act) -> io::Result<()> {
        let prompt = format!("\n{}{}", self.puppet.sign(), act.prompt);
        self.screen.say(&prompt);
        self.puppet.prompt(act.prompt)?;
        self.works = true;
        self.feel()?;
        self.wait(THINKS)?;
        for step in act.steps {
            if self.step(*step)? == Goes::Off {
                break;
            }
        }
        self.works = false;
        self.feel()
    }

    fn step(&mut self, step: Step) -> io::Result<Goes> {
        match step {
            Step::Says(text) => self.screen.say(&format!("● {text}")),
            Step::Notes(tasks) => self.puppet.note(tasks)?,
            Step::Uses(tool, seconds) => {
                let call = self.call(tool, None);
                self.puppet.start(&call, false)?;
                self.screen.say(&format!("● {}", tool.line()));
                self.work(&call, seconds, &Answer::Yes)?;
            }
            Step::Asks(tool, seconds) => return self.ask(tool, seconds),
            Step::Sends(errand) => {
                self.screen.say(&format!("● Agent({})", errand.task));
                if let Some(agent) = self.puppet.dispatch(errand)? {
                    let due = Some(Instant::now() + Duration::from_secs(errand.works));
                    self.sent = Some(Sent {
                        agent,
                        errand,
                        due,
                        has_asked: false,
                        allowed: None,
                    });
                }
            }
            Step::Joins => {
                while self.sent.is_some() && !self.is_over() {
                    self.wait(THINKS)?;
                }
            }
            Step::Finishes(text) => {
                let text = text.replace(super::story::ANSWER, self.chosen);
                self.screen.say(&format!("● {text}"));
                self.puppet.finish(&text)?;
            }
            Step::Fails(why) => {
                self.screen.say(&format!("● It failed: {why}"));
                self.puppet.fail(why)?;
            }
        }
        self.draw()?;
        Ok(Goes::On)
    }

    fn call(&mut self, tool: Tool, agent: Option<String>) -> Call {
        self.calls += 1;
        let id = format!("toolu_{:08x}{:04x}", std::process::id(), self.calls);
        Call { id, agent, tool }
    }

    /// Asks the person, and does what she has allowed.
    fn ask(&mut self, tool: Tool, seconds: u64) -> io::Result<Goes> {
        let call = self.call(tool, None);
        self.screen.say(&format!("● {}", tool.line()));
        self.put(&call)?;
        while self.answered.is_none() && !self.is_over() {
            self.wait(THINKS)?;
        }
        let Some(answer) = self.answered.take() else {
            return Ok(Goes::Off);
        };
        match &answer {
            Answer::Yes | Answer::Option(_) => {
                self.work(&call, seconds, &answer)?;
                Ok(Goes::On)
            }
            Answer::No => Ok(Goes::Off),
            Answer::Instead(words) => {
                self.wait(THINKS * 3)?;
                self.step(Step::Says("I have done it your way."))?;
                self.puppet.finish(&format!("Done your way: {words}"))?;
                Ok(Goes::Off)
            }
        }
    }

    /// Puts a request before the person, unless a rule or her trust answers it.
    fn put(&mut self, call: &Call) -> io::Result<()> {
        self.puppet.start(call, true)?;
        let dialog = Dialog::of(call.clone(), &*self.puppet);
        self.asks.push_back(dialog);
        self.feel()?;
        if let Some(answer) = self.puppet.ask(call)? {
            self.settle(&call.id, answer, By::Hook)?;
        }
        self.draw()
    }

    /// The request with this id is answered.
    fn settle(&mut self, id: &str, answer: Answer, by: By) -> io::Result<()> {
        let Some(at) = self.asks.iter().position(|dialog| dialog.call.id == id) else {
            return Ok(());
        };
        let Some(Dialog { call, .. }) = self.asks.remove(at) else {
            return Ok(());
        };
        let said = match (&answer, call.tool) {
            (Answer::Yes, _) if by == By::Hook => "allowed without a word at this pane".to_owned(),
            (Answer::No, _) if by == By::Nobody => "nobody has answered".to_owned(),
            (Answer::Option(at), Tool::Question(_, _, options)) => {
                self.chosen = options.get(*at).map_or("", |(label, _)| *label);
                format!("you chose {}", self.chosen)
            }
            (Answer::Yes | Answer::Option(_), _) => "you said yes".to_owned(),
            (Answer::No, _) => "you said no: nothing was done".to_owned(),
            (Answer::Instead(words), _) => format!("you said no, and: {words}"),
        };
        self.screen
            .say(&format!("  ⎿  {} · {said}", call.tool.line()));
        self.puppet.hear(&call, &answer)?;
        let is_allowed = answer == Answer::Yes;
        if let (Some(sent), Some(_)) = (&mut self.sent, &call.agent) {
            let takes = if is_allowed { sent.errand.takes } else { 0 };
            sent.due = Some(Instant::now() + Duration::from_secs(takes));
            sent.allowed = is_allowed.then_some(call);
        } else {
            self.works = answer != Answer::No;
            self.answered = Some(answer);
        }
        self.feel()
    }

    /// What the tool does takes a while.
    fn work(&mut self, call: &Call, seconds: u64, answer: &Answer) -> io::Result<()> {
        self.draw()?;
        self.wait(Duration::from_secs(seconds))?;
        if let Tool::Edit(file, old, new) = call.tool {
            let new = new.replace(super::story::ANSWER, self.chosen);
            project::edit(&self.cwd.join(file), old, &new)?;
        }
        if !call.is_question() {
            self.screen.say("  ⎿  done");
        }
        self.puppet.end(call, answer)
    }

    /// The sub-agent's next step, if it is time for that.
    fn go_on_with_errand(&mut self) -> io::Result<()> {
        let is_due = |sent: &mut Sent| sent.due.is_some_and(|due| due <= Instant::now());
        let Some(mut sent) = self.sent.take_if(is_due) else {
            return Ok(());
        };
        sent.due = None;
        if sent.has_asked {
            if let Some(call) = &sent.allowed {
                self.puppet.end(call, &Answer::Yes)?;
            }
            self.puppet.back(&sent.agent, sent.errand)?;
            self.screen
                .say(&format!("● Its agent says: {}", sent.errand.reports));
            return self.feel();
        }
        sent.has_asked = true;
        let (agent, tool) = (sent.agent.clone(), sent.errand.asks);
        self.sent = Some(sent);
        let call = self.call(tool, Some(agent));
        self.put(&call)
    }

    /// The story is over: what waits still is called off, as with Esc.
    fn wind_up(&mut self) -> io::Result<()> {
        while let Some(dialog) = self.asks.front() {
            let id = dialog.call.id.clone();
            self.settle(&id, Answer::No, By::Nobody)?;
        }
        if let Some(sent) = self.sent.take() {
            self.puppet.back(&sent.agent, sent.errand)?;
        }
        self.answered = None;
        self.works = false;
        self.feel()?;
        self.wait(THINKS * 3)
    }
}
