use std::collections::BTreeMap;

use super::*;

const SESSION: &str = "01a1fbb4-bc1e-7691-91c0-76da8aaaaaaa";
const TMUX: u32 = 50;

/// Processes by number: parent, arguments, folder.
#[derive(Default)]
struct Fake(BTreeMap<u32, (u32, String, Option<String>)>);

impl Fake {
    fn with(mut self, pid: u32, parent: u32, line: &str, folder: &str) -> Self {
        let folder = Some(folder.to_owned()).filter(|folder| !folder.is_empty());
        self.0.insert(pid, (parent, line.to_owned(), folder));
        self
    }

    /// Pane %1 with a Codex that started the server, pane %2 with another Codex.
    fn two_screens(first: &str, second: &str) -> Self {
        Self::default()
            .with(TMUX, 1, "tmux new", "/")
            .with(101, TMUX, "bash", first)
            .with(111, 101, "node /bin/codex", first)
            .with(121, 111, "/v/codex/codex", first)
            .with(102, TMUX, "bash", second)
            .with(122, 102, "/v/codex/codex", second)
            .with(200, 1, "/d/codex app-server --listen unix://", "/")
            .with(300, 1, "bash", "/")
    }
}

impl Processes for Fake {
    fn parent(&self, pid: u32) -> Option<u32> {
        self.0.get(&pid).map(|process| process.0)
    }
    fn arguments(&self, pid: u32) -> Vec<String> {
        let line = self.0.get(&pid).map_or("", |process| &process.1);
        line.split(' ').map(str::to_owned).collect()
    }
    fn folder(&self, pid: u32) -> Option<String> {
        self.0.get(&pid)?.2.clone()
    }
    fn start(&self, pid: u32) -> Option<u64> {
        self.0.get(&pid).map(|_| u64::from(pid) * 10)
    }
    fn pane(&self, pid: u32) -> Option<(PaneId, Server)> {
        // What panes of a second tmux server, 60, say.
        (pid == 140).then(|| (PaneId(9), "/tmp/other,60".parse().unwrap()))
    }
    fn all(&self) -> Vec<u32> {
        self.0.keys().copied().collect()
    }
}

fn server() -> Server {
    Server {
        socket: "/tmp/tmux".into(),
        pid: TMUX,
    }
}

fn pane(id: u32, title: &str) -> Pane {
    Pane {
        id: PaneId(id),
        server: server(),
        pid: 100 + id,
        folder: "/a".into(),
        title: title.into(),
    }
}

fn at(id: u32) -> Whereabouts {
    Whereabouts::Pane(PaneId(id), Some(server()))
}

fn session(begins: bool) -> Session<'static> {
    Session {
        id: SESSION,
        folder: "/a",
        begins,
        is_asked: false,
    }
}

/// The pane that a hook finds, with `told` in its environment.
fn find(
    session: Session<'_>,
    told: Option<Whereabouts>,
    parent: u32,
    processes: &Fake,
    memo: Option<&CacheEntry>,
    list: impl FnOnce() -> Option<Vec<Pane>>,
) -> Option<Found> {
    let own = told.and_then(|told| own(&told, parent, processes));
    own.or_else(|| super::find(session, processes, memo, list))
}

/// The pane and process that are found with two panes with these titles.
fn found(processes: &Fake, parent: u32, titles: [&str; 2]) -> Option<(Whereabouts, Option<u32>)> {
    let panes = vec![pane(1, titles[0]), pane(2, titles[1])];
    let found = find(session(false), Some(at(1)), parent, processes, None, || {
        Some(panes)
    })?;
    Some((found.whereabouts, found.pid))
}

const PLAIN: [&str; 2] = ["a", "a"];

#[test]
fn the_environment_counts_for_a_codex_of_that_tmux_only() {
    let processes = Fake::two_screens("/a", "/a");
    let own = find(
        session(false),
        Some(at(2)),
        122,
        &processes,
        None,
        || panic!(),
    );
    assert_eq!(
        own.unwrap(),
        Found {
            whereabouts: at(2),
            pid: Some(122)
        }
    );
    assert_eq!(
        found(&processes, 200, PLAIN),
        None,
        "the server, started in %1"
    );
    assert_eq!(found(&processes, 300, PLAIN), None, "nothing of tmux");
    let served = processes.with(201, 121, "/d/codex app-server", "/");
    assert_eq!(
        found(&served, 201, PLAIN),
        None,
        "a server that is still in %1's tree"
    );
}

#[test]
fn a_pane_that_was_told_by_hand_counts_unless_a_server_shares_it() {
    let processes = Fake::two_screens("/a", "/a");
    let told = || Some(Whereabouts::Told("main:0.1".parse().unwrap()));
    let find = |parent| find(session(false), told(), parent, &processes, None, || None);
    assert_eq!(find(122).map(|found| Some(found.whereabouts)), Some(told()));
    assert_eq!(find(200), None);
}

#[test]
fn a_session_in_a_title_is_in_that_pane() {
    let processes = Fake::two_screens("/a", "/a");
    let title = "⠏ a | 01a1fbb4-bc1e-7691-91c0-76da8...";
    assert_eq!(
        found(&processes, 200, ["a", title]),
        Some((at(2), Some(122)))
    );
    assert_eq!(found(&processes, 200, [title, title]), None, "two say so");
    let other = "⠏ a | 01a1fbb4-bc1e-7691-91c0-99999...";
    assert_eq!(found(&processes, 200, [other, other]), None);
}

#[test]
fn a_session_is_where_the_only_codex_of_its_folder_is() {
    assert_eq!(
        found(&Fake::two_screens("/b", "/a"), 200, PLAIN),
        Some((at(2), Some(122)))
    );
    assert_eq!(
        found(&Fake::two_screens("/a", "/b"), 200, PLAIN),
        Some((at(1), Some(121)))
    );
    assert_eq!(found(&Fake::two_screens("/b", "/b"), 200, PLAIN), None);
    assert_eq!(
        found(&Fake::two_screens("", "/a"), 200, PLAIN),
        None,
        "a pane's folder stands in"
    );
}

#[test]
fn a_codex_that_may_be_the_one_makes_the_other_uncertain() {
    let two = || Fake::two_screens("/b", "/a");
    let outside = two().with(130, 300, "codex", "/a");
    assert_eq!(
        found(&outside, 200, PLAIN),
        None,
        "in no pane, in the same folder"
    );
    let elsewhere = two().with(130, 300, "codex", "");
    assert_eq!(found(&elsewhere, 200, PLAIN), None, "nobody knows where");
    for harmless in [
        "codex exec hi",
        "codex --no-daemon",
        "codex -C /c",
        "codex --cd=../c",
    ] {
        let more = two().with(130, 300, harmless, "/a");
        assert_eq!(
            found(&more, 200, PLAIN),
            Some((at(2), Some(122))),
            "{harmless}"
        );
    }
    let moved = two().with(130, 300, "codex --cd a", "/");
    assert_eq!(found(&moved, 200, PLAIN), None);
}

#[test]
fn a_codex_in_another_tmux_server_tells_its_pane_itself() {
    let other = Fake::two_screens("/b", "/b")
        .with(60, 1, "tmux -L other", "/")
        .with(139, 60, "bash", "/a")
        .with(140, 139, "codex", "/a");
    let there = Whereabouts::Pane(PaneId(9), "/tmp/other,60".parse().ok());
    assert_eq!(found(&other, 200, PLAIN), Some((there, Some(140))));
    let orphan = Fake::two_screens("/b", "/b").with(140, 1, "codex", "/a");
    assert_eq!(
        found(&orphan, 200, PLAIN),
        None,
        "not in the tree of what it names"
    );
}

#[test]
fn a_session_stays_where_it_was_found_until_it_begins_anew_or_its_process_ends() {
    let folder = tempfile::tempdir().unwrap();
    let uid = rustix::process::geteuid().as_raw();
    let memo = CacheEntry::of_session(folder.path(), SESSION, uid);
    let find = |processes: &Fake, begins, list: Option<Vec<Pane>>| {
        find(session(begins), None, 200, processes, Some(&memo), || list)
    };
    let asked = |processes: &Fake| {
        let session = Session {
            is_asked: true,
            ..session(false)
        };
        super::find(session, processes, Some(&memo), || {
            Some(vec![pane(1, ""), pane(2, "")])
        })
    };
    let panes = || Some(vec![pane(1, ""), pane(2, "")]);
    let first = find(&Fake::two_screens("/b", "/a"), true, panes()).unwrap();
    assert_eq!((&first.whereabouts, first.pid), (&at(2), Some(122)));

    let both = Fake::two_screens("/a", "/a");
    assert_eq!(
        find(&both, false, None),
        Some(first.clone()),
        "a second one came to its folder"
    );
    let mut gone = Fake::two_screens("/a", "/b");
    gone.0.remove(&122);
    assert_eq!(
        find(&gone, false, panes()),
        None,
        "it ended, and what goes on without a screen is not shown by another one"
    );
    let titles = Some(vec![pane(1, SESSION), pane(2, "")]);
    assert_eq!(
        find(&gone, false, titles).unwrap().whereabouts,
        at(1),
        "its title names it"
    );
    memo.keep_line("122 1 %2 /tmp/t,1");
    assert_eq!(
        asked(&gone).unwrap().whereabouts,
        at(1),
        "somebody asks it something"
    );
    assert_eq!(
        find(&both, true, panes()),
        None,
        "resumed, and two are possible"
    );
    assert_eq!(find(&both, false, panes()), None);
}

#[test]
fn a_session_that_works_on_is_where_a_screen_was_begun_to_resume_it() {
    let folder = tempfile::tempdir().unwrap();
    let uid = rustix::process::geteuid().as_raw();
    let memo = CacheEntry::of_session(folder.path(), SESSION, uid);
    memo.keep_line("122 1 %2 /tmp/t,1");
    let resumed = |line: &str, other: &str| {
        let mut processes = Fake::two_screens("/a", other);
        processes = processes.with(121, 111, line, "/a");
        find(session(false), None, 200, &processes, Some(&memo), || {
            Some(vec![pane(1, ""), pane(2, "")])
        })
        .map(|found| (found.whereabouts, found.pid))
    };
    let named = format!("/v/codex/codex resume {SESSION}");
    assert_eq!(resumed(&named, "/b"), Some((at(1), Some(121))));
    memo.keep_line("122 1 %2 /tmp/t,1");
    assert_eq!(
        resumed(&named, "/a"),
        Some((at(1), Some(121))),
        "whoever else is there"
    );
    memo.keep_line("122 1 %2 /tmp/t,1");
    let last = "/v/codex/codex resume --last";
    assert_eq!(resumed(last, "/b"), Some((at(1), Some(121))));
    memo.keep_line("122 1 %2 /tmp/t,1");
    assert_eq!(resumed(last, "/a"), None, "two are possible");
    assert_eq!(resumed("/v/codex/codex resume", "/b"), None, "any session");
    assert_eq!(
        resumed("/v/codex/codex", "/b"),
        None,
        "another one's screen"
    );
}
