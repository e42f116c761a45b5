//! What comes back, and what does not and why: by what was written down of the sessions, by the settings, and by what
//! is there now. Nothing is changed by that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::STARTED_ALREADY;
use crate::commands::Context;
use crate::commands::ended::Ended;
use crate::commands::status::aligned;
use crate::config::Config;
use crate::error::CommandError;
use crate::launch::Resumption;
use crate::mux::Reach;
use crate::mux::proof::Disbelief;
use crate::state::{EndedSession, NoSessionId};

/// For a moment after the end of a session it is not known whether its server has ended, too.
const UNDECIDED_FOR: Duration = Duration::from_secs(4);

/// How long to wait between two looks at that.
const PAUSE: Duration = Duration::from_millis(200);

/// All of it.
#[derive(Debug, Default)]
pub(in crate::commands) struct Plan {
    /// The windows of each session of a server, in their order.
    pub(super) chains: Vec<Vec<Window>>,
    /// What stays as it is, and why.
    left: Vec<(EndedSession, String)>,
    /// So many lines of the file of sessions are none.
    nonsense: usize,
}

/// What comes back into one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The server's socket.
    pub(super) socket: PathBuf,
    /// In the order of their panes.
    pub(super) panes: Vec<EndedSession>,
    /// How many panes it had, as far as that was told.
    pub(super) had: Option<usize>,
    /// How it was divided.
    pub(super) layout: Option<String>,
}

impl Plan {
    /// By what is known now.
    pub(in crate::commands) fn of(context: &Context) -> Result<Self, CommandError> {
        let ended = settled(context)?;
        let (config, reach) = (context.config()?, context.reach());
        let judge = |session: &EndedSession| objection(session, &ended, context, (&config, &reach));
        let judged = ended.sessions.iter().map(|session| {
            let why = judge(session);
            (session.clone(), why)
        });
        Ok(Self {
            nonsense: ended.nonsense,
            ..Self::sorted(judged.collect())
        })
    }

    /// Of sessions, each with what speaks against it.
    fn sorted(mut judged: Vec<(EndedSession, Option<String>)>) -> Self {
        judged.sort_by_cached_key(|(session, _)| order(session));
        let mut plan = Self::default();
        let mut windows: BTreeMap<_, Vec<EndedSession>> = BTreeMap::new();
        let newest = newest(&judged);
        for (session, why) in judged {
            let is_newest = newest.get(&pane(&session)) == Some(&session.ended);
            let later = || "another session was in its pane after it".to_owned();
            match why.or_else(|| (!is_newest).then(later)) {
                Some(why) => plan.left.push((session, why)),
                None => windows.entry(window(&session)).or_default().push(session),
            }
        }
        let mut chains: BTreeMap<_, Vec<Window>> = BTreeMap::new();
        // Sorted by their servers and numbers as well.
        for ((socket, name, ..), panes) in windows {
            let place = panes.iter().find_map(|session| session.window.as_ref());
            let window = Window {
                socket: PathBuf::from(&socket),
                had: place.and_then(|place| usize::try_from(place.panes).ok()),
                layout: place.map(|place| place.layout.clone()),
                panes,
            };
            chains.entry((socket, name)).or_default().push(window);
        }
        plan.chains = chains.into_values().collect();
        plan
    }

    /// The sessions that come back, in the order in which they are told.
    pub(super) fn back(&self) -> impl Iterator<Item = &EndedSession> {
        self.chains
            .iter()
            .flatten()
            .flat_map(|window| &window.panes)
    }

    /// Whether nothing comes back.
    pub(super) fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    /// Leaves out what was not among `shown`.
    pub(super) fn keep(&mut self, shown: &BTreeSet<String>) {
        for window in self.chains.iter_mut().flatten() {
            window.panes.retain(|session| shown.contains(&session.id()));
        }
        for chain in &mut self.chains {
            chain.retain(|window| !window.panes.is_empty());
        }
        self.chains.retain(|chain| !chain.is_empty());
    }

    /// Line by line.
    pub(in crate::commands) fn text(&self) -> String {
        let back: Vec<[String; 5]> = self.back().map(|it| line(it, String::new())).collect();
        let left: Vec<[String; 5]> = self
            .left
            .iter()
            .map(|(it, why)| line(it, format!("not brought back: {why}")))
            .collect();
        let mut text = aligned(&back);
        if !back.is_empty() && !left.is_empty() {
            text.push('\n');
        }
        text.push_str(&aligned(&left));
        if self.nonsense > 0 {
            let lines = if self.nonsense == 1 { "line" } else { "lines" };
            let what = format!("{} {lines} of the file of sessions", self.nonsense);
            let told = format!("not brought back: {what} that we did not write: {NoSessionId}\n");
            text.push_str(&told);
        }
        text
    }
}

/// What is known, once it is known of all that ended a moment ago how they ended.
fn settled(context: &Context) -> Result<Ended, CommandError> {
    let until = Instant::now() + UNDECIDED_FOR;
    loop {
        let ended = Ended::of(context, "resume")?;
        let now = Timestamp::now();
        let is_open = |it: &EndedSession| {
            it.with_server.is_none() && it.server.is_some() && it.ended.plus(UNDECIDED_FOR) > now
        };
        if !ended.sessions.iter().any(is_open) || Instant::now() >= until {
            return Ok(ended);
        }
        std::thread::sleep(PAUSE);
    }
}

/// What speaks against bringing it back.
fn objection(
    session: &EndedSession,
    ended: &Ended,
    context: &Context,
    (config, reach): (&Config, &Reach),
) -> Option<String> {
    if let Some(row) = ended.living_as(session) {
        return Some(format!("it lives, in {}", row.target.shown()));
    }
    if session.resuming {
        return Some(STARTED_ALREADY.to_owned());
    }
    let Some(server) = &session.server else {
        return Some("nobody has told on which server it ran".to_owned());
    };
    let alone = format!("`pane-patrol resume {}` takes it up", session.instance_id);
    match session.with_server {
        Some(true) => {}
        Some(false) => return Some(format!("it ended by itself; {alone}")),
        None => return Some(format!("nobody knows whether it ended by itself; {alone}")),
    }
    let socket = Path::new(&server.socket);
    let mux = reach.at(socket);
    if let Some(words) = mux.absent().restore {
        return Some(format!("{words}; {alone}"));
    }
    match mux.proof().judge(socket) {
        Ok(()) | Err(Disbelief::Unreadable(_)) => {}
        Err(Disbelief::Absent(_)) => {
            return Some(format!(
                "no server is begun on its socket {}, which is none of your places; {alone}",
                socket.display()
            ));
        }
        Err(Disbelief::Refuted(why)) => return Some(why.to_owned()),
    }
    let resumption = match Resumption::of(session, &config.launcher, &context.homes()) {
        Ok(resumption) => resumption,
        Err(why) => return Some(why.to_string()),
    };
    let path = context.path.clone().unwrap_or_default();
    let program = resumption.lacks(&path)?;
    Some(format!("there is no `{program}` on your PATH"))
}

/// By server, session, window and pane.
fn order(session: &EndedSession) -> impl Ord + use<> {
    let (socket, name, server, index) = window(session);
    let pane = match session.target {
        Target::Address { pane, .. } => pane,
        _ => 0,
    };
    let before = session.window.as_ref().map_or(pane, |place| place.before);
    (socket, name, server, index, before, pane, session.id())
}

/// Its window: the server's socket, the session's name, the server's process, the window's number. What had no address
/// has one of its own.
fn window(session: &EndedSession) -> (String, String, u32, (u32, String)) {
    let server = session.server.as_ref();
    let socket = server.map(|server| server.socket.clone());
    let process = server.map_or(0, |server| server.pid);
    let (name, index) = match &session.target {
        Target::Address {
            session: name,
            window,
            ..
        } => (name.clone(), (*window, String::new())),
        _ => (String::new(), (0, session.id())),
    };
    (socket.unwrap_or_default(), name, process, index)
}

/// A pane of a server, or a session of which none is known.
type Pane = (Option<Server>, String);

fn pane(session: &EndedSession) -> Pane {
    let pane = session.pane.map(|pane| Target::Pane(pane).to_string());
    let pane = pane.unwrap_or_else(|| session.id());
    (session.server.clone(), pane)
}

/// Of each pane the end of the session that was in it last.
fn newest(judged: &[(EndedSession, Option<String>)]) -> BTreeMap<Pane, Timestamp> {
    let mut newest = BTreeMap::new();
    for (session, _) in judged.iter().filter(|(_, why)| why.is_none()) {
        let last = newest.entry(pane(session)).or_insert(session.ended);
        *last = session.ended.max(*last);
    }
    newest
}

fn line(session: &EndedSession, why: String) -> [String; 5] {
    [
        session.assistant.to_string(),
        session.instance_id.to_string(),
        session.target.shown(),
        session.cwd.clone().unwrap_or_default(),
        why,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::WindowPlace;
    use crate::state::fixture::ended;

    /// A session of that pane, by the process of its server.
    fn session(id: &str, process: u32, target: &str, (before, panes): (u32, u32)) -> EndedSession {
        EndedSession {
            target: target.parse().unwrap(),
            server: format!("/tmp/s,{process}").parse().ok(),
            pane: None,
            window: Some(WindowPlace {
                name: None,
                before,
                panes,
                layout: "l".to_owned(),
            }),
            ..ended("claude", id)
        }
    }

    fn ids(plan: &Plan) -> Vec<Vec<Vec<String>>> {
        let ids = |window: &Window| {
            window
                .panes
                .iter()
                .map(|it| it.instance_id.to_string())
                .collect()
        };
        let chains = plan.chains.iter();
        chains
            .map(|chain| chain.iter().map(ids).collect())
            .collect()
    }

    #[test]
    fn windows_and_panes_come_in_their_order_whatever_ended_first() {
        let sessions = [
            session("d", 9, "b:2.0", (0, 1)),
            session("c", 9, "a:10.0", (0, 1)),
            session("b", 9, "a:2.4", (1, 2)),
            session("a", 9, "a:2.3", (0, 2)),
        ];
        let mut plan = Plan::sorted(sessions.map(|it| (it, None)).to_vec());
        assert_eq!(
            ids(&plan),
            [vec![vec!["a", "b"], vec!["c"]], vec![vec!["d"]]]
        );
        assert_eq!(plan.chains[0][0].had, Some(2));
        plan.keep(&["ended/claude/b".to_owned()].into());
        assert_eq!(ids(&plan), [vec![vec!["b"]]]);
        plan.keep(&BTreeSet::new());
        assert!(plan.is_empty());
    }

    #[test]
    fn windows_of_two_servers_stay_apart_and_of_one_pane_the_last_session_comes_back() {
        let at = |session: EndedSession, ended| EndedSession {
            ended: Timestamp::from_millis(ended),
            pane: "%1".parse().ok(),
            ..session
        };
        let sessions = [
            at(session("new", 9, "a:1.0", (0, 1)), 500),
            at(session("old", 9, "a:1.0", (0, 1)), 400),
            at(session("before", 8, "a:1.0", (0, 1)), 300),
        ];
        let plan = Plan::sorted(sessions.map(|it| (it, None)).to_vec());
        assert_eq!(ids(&plan), [vec![vec!["before"], vec!["new"]]]);
        let text = plan.text();
        assert!(
            text.ends_with("not brought back: another session was in its pane after it\n"),
            "{text}"
        );
    }
}
