//! `wrap`: any program in this pane, as without us, and its row in the list.

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::outside::as_target;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::system::uname;

use super::Context;
use super::emit::{address_of, label};
use crate::assistants;
use crate::cli::WrapArgs;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::hub::client::{Address, AddressError, Remote, Way};
use crate::hub::protocol::StatusRecord;
use crate::hub::websocket::usual_address;
use crate::wrap::{self, News, Program, Setup, Subject, Teller, Turn};

pub use crate::wrap::LEADER;

/// What a shell says for a program that is not there, and for one that cannot be run.
const EXIT_NOT_FOUND: u8 = 127;
const EXIT_NOT_RUNNABLE: u8 = 126;

/// Leads the session of a program that `wrap` runs; `words` are the program and its arguments.
pub fn lead(words: impl Iterator<Item = OsString>) -> ExitCode {
    // Whoever has started us sees it, and does without.
    wrap::lead(words).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

/// Runs the program and ends as it ended.
pub(super) fn run(context: &Context, arguments: &WrapArgs) -> CommandResult {
    let words = &arguments.command;
    let Some(name) = words.first() else {
        return Err(CommandError::new("there is no command to run").exit(EXIT_USAGE));
    };
    // Before there is any other thread.
    wrap::hold_stops();
    let reporter = Reporter::new(context, arguments)?;
    let mut speaks = reporter.as_ref().is_some_and(|it| it.is_session);
    let target = reporter.as_ref().map(|it| it.subject.target.clone());
    let program = Program {
        words,
        place: target.as_ref().filter(|place| place.process().is_some()),
    };
    let end = wrap::run(program, !context.is_dumb, |news| {
        let Some(reporter) = &reporter else { return };
        let Reporter {
            subject, teller, ..
        } = reporter;
        let now = Timestamp::now();
        match news {
            News::Record(record) => {
                speaks = true;
                teller.tell_record(StatusRecord::of(record, now));
            }
            News::Turn(turn) => {
                teller.tell(subject.event(turn, speaks, now));
                // Stopped or gone, we say nothing any more.
                if !matches!(turn, Turn::Running { .. }) {
                    teller.settle();
                }
            }
        }
    })
    .map_err(|error| explain(&name.to_string_lossy(), &error))?;
    wrap::end_like(end)
}

/// Who is told, and of what.
struct Reporter {
    subject: Subject,
    teller: Teller,
    /// It is a known assistant that a person sits before: how it is, it tells by its own ways.
    is_session: bool,
}

impl Reporter {
    /// `None` where there is nothing to tell about: the program runs all the same.
    fn new(context: &Context, arguments: &WrapArgs) -> Result<Option<Self>, CommandError> {
        let pane = context.around.pane;
        let told = context
            .told
            .target
            .as_ref()
            .and_then(|told| told.parse().ok());
        let own = pane.filter(|_| told.is_none());
        let in_pane = || Some(address_of(context, own?));
        // Outside of any pane we are the place: we live as long as the program.
        let target: Option<Target> = told
            .or_else(in_pane)
            .or_else(|| as_target(std::process::id()));
        let Some(target) = target else {
            return Ok(None);
        };
        let folder = match &context.told.project {
            Some(folder) => folder.clone(),
            None => std::env::current_dir().unwrap_or_default(),
        };
        let started = Timestamp::now();
        let name = format!("wrap-{}-{}", std::process::id(), started.as_micros());
        let command: Vec<_> = arguments
            .command
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        let assistant = name_in_list(arguments, &command[0])?;
        let words: Vec<String> = command.iter().map(ToString::to_string).collect();
        let is_session = assistants::of(&assistant).is_some_and(|it| !it.is_headless(&words));
        let subject = Subject {
            assistant,
            instance_id: name.clone(),
            command: command.join(" "),
            target,
            pane: context.around.server.clone().zip(own),
            label: label(context, arguments.label.as_deref()),
            cwd: Some(folder.to_string_lossy().into_owned()),
        };
        let places = context.places();
        let host = uname();
        let host = host.nodename().to_string_lossy();
        let setup = Setup {
            way: way(context)?,
            log: places.event_log(),
            session: places.session.clone(),
            agents: wrap::names_elsewhere(&subject.assistant, &host, &name),
            name,
            folder,
            homes: context.homes(),
            clock: Timestamp::now,
        };
        // Without a thread the program runs untold.
        let teller = Teller::start(setup).ok();
        Ok(teller.map(|teller| Self {
            subject,
            teller,
            is_session,
        }))
    }
}

/// Where the hub is: where the person says; else on this machine, or where Mission Control's programs look
/// for it, if there is a token to show.
fn way(context: &Context) -> Result<Way, CommandError> {
    let token = context.told.token_file.clone();
    if let Some(text) = &context.told.hub {
        let address = text.parse().map_err(|error: AddressError| {
            CommandError::new("`PANE_PATROL_HUB` cannot be used")
                .caused_by(&error)
                .hint("nothing was run; from elsewhere, forward the port to this machine")
                .exit(EXIT_USAGE)
        })?;
        return Ok(Way {
            here: None,
            there: Some(Remote { address, token }),
        });
    }
    let places = context.places();
    let session = context.told.aoc.session.as_ref().unwrap_or(&places.session);
    let told = [&context.told.aoc.url, &context.told.aoc.address];
    let told = told
        .into_iter()
        .flatten()
        .find_map(|text| text.parse().ok());
    let address: Address = told.unwrap_or_else(|| Address::at(usual_address(session)));
    let there = (token.is_some() || address.has_token()).then_some(Remote { address, token });
    Ok(Way {
        here: Some((places, context.environment.uid)),
        there,
    })
}

/// What it is called: as the person says, else after the program.
fn name_in_list(arguments: &WrapArgs, program: &str) -> Result<Assistant, CommandError> {
    let typed = arguments.assistant.as_deref();
    let found = if typed.is_none() {
        wrap::name_of(program)
    } else {
        None
    };
    found
        .map_or_else(|| typed.unwrap_or("wrap").parse(), Ok)
        .map_err(|error| {
            CommandError::new("the program cannot be called that")
                .caused_by(&error)
                .hint("nothing was run; give it another name after `--assistant`")
                .exit(EXIT_USAGE)
        })
}

fn explain(program: &str, error: &io::Error) -> CommandError {
    let failed = CommandError::new(format!("could not run `{program}`")).caused_by(error);
    let failed = failed.hint("nothing was run; is it a program, and on PATH?");
    failed.exit(match error.kind() {
        io::ErrorKind::NotFound => EXIT_NOT_FOUND,
        _ => EXIT_NOT_RUNNABLE,
    })
}
