//! The panes of a session: which there are, the process of each, what it shows, and its end.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::{Session, number_of, pane_started_with};
use pane_patrol_hooks::outside::terminal_of;
use pane_patrol_hooks::target::Target;

use super::call::{act, late, pane_word, words};
use super::direct::{self, Question};
use super::listing::{self, PaneLine};
use super::rest;
use super::socket::{Answering, answering, lives};
use crate::mux::{Glimpse, Gone, Outcome, PaneList, Screen, Shown, Typed, Undone};
use crate::sys::process::{children_of, stat};

/// Said where a pane has no process.
const HELD: &str = "it waits for Enter before it runs anything; go there";

/// Said where only a program would tell what a pane shows, which costs too much again and again.
const NO_GLANCE: &str = "this Zellij does not tell what the pane shows; Enter goes there";

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Zellij's number of the pane that a place names.
pub(super) fn number(pane: &Target) -> Outcome<u32> {
    let number = match pane {
        Target::Pane(pane) => number_of(*pane),
        Target::Address { .. } | Target::Process { .. } | Target::Agent(_) => None,
    };
    number.ok_or_else(|| "its pane is not known yet".into())
}

/// The process that each pane was started with, by the system's word.
pub(super) fn processes(session: &Session) -> BTreeMap<u32, u32> {
    let children = children_of(session.pid).into_iter();
    let of_panes = children.filter_map(|pid| Some((number_of(pane_started_with(pid)?)?, pid)));
    of_panes.collect()
}

/// The pane's first process.
pub(super) fn process(session: &Session, number: u32) -> Outcome<u32> {
    if !lives(session) {
        return Err(Undone::Gone(Gone::Server));
    }
    let found = processes(session).get(&number).copied();
    found.ok_or(Undone::Gone(Gone::Pane))
}

/// The pane that has one of these terminals.
pub(super) fn on_one_of(session: &Session, terminals: &[String]) -> Option<u32> {
    if terminals.is_empty() {
        return None;
    }
    let has_one =
        |pid: u32| terminal_of(pid).is_some_and(|name| terminals.contains(&format!("/dev/{name}")));
    let mut all = processes(session).into_iter();
    all.find_map(|(number, pid)| has_one(pid).then_some(number))
}

/// All panes, and who is on them.
pub(super) fn list(session: &Session, within: Duration) -> Outcome<PaneList> {
    let deadline = Instant::now() + within;
    let questions = [Question::Panes, Question::Clients];
    let goes_on = !stat(session.pid).is_some_and(|its| its.is_stopped);
    let answers = goes_on.then(|| direct::ask_both(session, questions, within / 2));
    let (server, lines, clients) = if let Some((server, [lines, clients])) = answers.flatten() {
        (server, listing::panes(&lines)?, listing::clients(&clients))
    } else {
        let server = answering(session)?;
        let lines = lines(&server, left(deadline))?;
        let clients = clients(&server, left(deadline))?;
        (server, lines, clients)
    };
    rest::note(&server);
    let panes = listing::listed(&server.name(), &lines, &clients, &processes(session));
    Ok(PaneList {
        server_pid: session.pid,
        panes,
    })
}

/// What the server says to that; its program is asked where it does not understand us, as long as there is time.
fn asked(server: &Answering, question: Question, within: Duration) -> Outcome<Vec<u8>> {
    let deadline = Instant::now() + within;
    if let Some(answer) = direct::ask(server, question, within) {
        return Ok(answer);
    }
    let left = left(deadline);
    if left.is_zero() {
        return Err(late(&server.name(), within));
    }
    let words: Vec<&OsStr> = question.words().iter().map(OsStr::new).collect();
    act(server, &words, left)
}

/// All panes as Zellij lists them.
pub(super) fn lines(server: &Answering, within: Duration) -> Outcome<Vec<PaneLine>> {
    listing::panes(&asked(server, Question::Panes, within)?)
}

/// That pane of them.
pub(super) fn line(server: &Answering, number: u32, within: Duration) -> Outcome<PaneLine> {
    let mut lines = lines(server, within)?.into_iter();
    let found = lines.find(|line| line.id == number);
    found.ok_or(Undone::Gone(Gone::Pane))
}

/// Everybody's client, and the pane that it is on. Nobody is said to be there also where somebody is, now and
/// then.
pub(super) fn clients(server: &Answering, within: Duration) -> Outcome<Vec<(String, Option<u32>)>> {
    let answer = asked(server, Question::Clients, within)?;
    Ok(listing::clients(&answer))
}

/// What the pane shows, if anybody is in the tab of the pane `from`. What it has shown before is not told.
pub(super) fn glance(
    server: &Answering,
    number: u32,
    from: Option<u32>,
    within: Duration,
) -> Outcome<Glimpse> {
    let deadline = Instant::now() + within;
    if let Some(from) = from
        && !is_before_anybody(server, from, deadline)?
    {
        return Ok(Glimpse::Unseen);
    }
    let lines = direct::look(server, number, left(deadline)).ok_or(NO_GLANCE)?;
    Ok(Glimpse::Shown(Shown {
        lines,
        ..Shown::default()
    }))
}

fn is_before_anybody(server: &Answering, number: u32, deadline: Instant) -> Outcome<bool> {
    let lines = lines(server, left(deadline))?;
    let clients = clients(server, left(deadline))?;
    let tab_of = |number| {
        let mut found = lines.iter().filter(|line| line.id == number);
        found.next().map(|line| line.tab_id)
    };
    let tab = tab_of(number).ok_or(Undone::Gone(Gone::Pane))?;
    let mut at = clients.iter().filter_map(|(_, at)| tab_of((*at)?));
    Ok(at.any(|one| one == tab))
}

/// What is left until then.
pub(super) fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// What the pane shows.
pub(super) fn read(
    server: &Answering,
    number: u32,
    coloured: bool,
    within: Duration,
) -> Outcome<Screen> {
    let deadline = Instant::now() + within;
    let (line, unfit) = fitness(server, number, within)?;
    let pane = pane_word(number);
    let mut dump = words(["dump-screen", "--pane-id"]);
    dump.push(&pane);
    if coloured {
        dump.push(OsStr::new("--ansi"));
    }
    let shown = act(server, &dump, left(deadline))?;
    // Of a pane that is gone it prints nothing, and says that all is well.
    let pid = process(&server.session, number);
    Ok(Screen {
        text: String::from_utf8_lossy(&shown).into_owned(),
        width: line.pane_content_columns,
        unfit,
        stamp: vec![
            ("process", pid.clone().unwrap_or(0).to_string()),
            ("columns", line.pane_content_columns.to_string()),
            ("lines", line.pane_content_rows.to_string()),
        ],
        pid: pid.ok(),
    })
}

/// The pane, and why nothing should be typed there.
fn fitness(
    server: &Answering,
    number: u32,
    within: Duration,
) -> Outcome<(PaneLine, Option<&'static str>)> {
    let deadline = Instant::now() + within;
    let line = line(server, number, within)?;
    let tabs = asked(server, Question::Tabs, left(deadline))?;
    let mut tabs = listing::tabs(&tabs)?.into_iter();
    let is_synchronised = tabs.any(|tab| tab.tab_id == line.tab_id && tab.is_sync_panes_active);
    let unfit = unfit(&line, is_synchronised);
    Ok((line, unfit))
}

/// Passes on what a person types who has the pane's screen before her.
pub(super) fn type_into(
    server: &Answering,
    number: u32,
    typed: &Typed,
    within: Duration,
) -> Outcome<()> {
    let deadline = Instant::now() + within;
    if let (_, Some(why)) = fitness(server, number, within)? {
        return Err(why.into());
    }
    if direct::is_spoken(server) {
        let typed = direct::type_into(server, number, typed, left(deadline));
        let unknown = || {
            Undone::Unknown(
                "its Zellij session did not say that it has come; look there".to_owned(),
            )
        };
        return typed.ok_or_else(unknown);
    }
    let pane = pane_word(number);
    let (action, text): (_, Vec<OsString>) = match typed {
        Typed::Keys(bytes) => {
            let bytes = bytes.iter().map(|byte| byte.to_string().into());
            ("write", bytes.collect())
        }
        Typed::Paste(text) => ("paste", vec!["--".into(), text.into()]),
    };
    let mut said = words([action, "--pane-id"]);
    said.push(&pane);
    said.extend(text.iter().map(OsString::as_os_str));
    act(server, &said, left(deadline)).map(drop)
}

fn unfit(line: &PaneLine, is_synchronised: bool) -> Option<&'static str> {
    match () {
        () if line.exited => Some("what ran in its pane has ended"),
        () if line.is_held => Some(HELD),
        () if is_synchronised => {
            Some("what is typed there goes into all panes of its tab; go there")
        }
        () => None,
    }
}

/// Closes the pane and waits until what ran there is gone.
pub(super) fn close(server: &Answering, number: u32, within: Duration) -> Outcome<()> {
    let deadline = Instant::now() + within;
    // It says that all is well also where there is no such pane.
    line(server, number, within)?;
    let pane = pane_word(number);
    let mut close = words(["close-pane", "--pane-id"]);
    close.push(&pane);
    act(server, &close, left(deadline))?;
    while process(&server.session, number).is_ok() && Instant::now() < deadline {
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
