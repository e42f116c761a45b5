//! A file of the person's with one line of ours in it, and a file that is all ours: byte for byte out
//! again, also after a death at any step, and refused where there is no place for them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::{
    Content, Plan, PlanError, Setting, Spot, apply, plan_put, plan_take, standing_files,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::sandbox::Sandbox;

const OURS: &str = "source-file -q ~/.config/pane-patrol/tmux.conf";
const WHOLE: &str = "# pane-patrol: keys\nbind-key P display-popup\n";
const SETTINGS: &[Setting] = &[Setting {
    table: "notice",
    key: "error",
    value: r#"["bell"]"#,
}];

/// A home whose file of the person's is `.tmux.conf`.
pub(crate) struct Desk {
    pub(crate) world: Sandbox,
}

impl Desk {
    pub(crate) fn at(root: PathBuf) -> Self {
        Self {
            world: Sandbox::at(root),
        }
    }

    pub(crate) fn with(bytes: Option<&[u8]>) -> Self {
        let desk = Self {
            world: Sandbox::empty(),
        };
        if let Some(bytes) = bytes {
            fs::write(desk.conf(), bytes).unwrap();
        }
        desk
    }

    pub(crate) fn conf(&self) -> PathBuf {
        self.world.home().join(".tmux.conf")
    }

    fn own(&self) -> PathBuf {
        self.world.home().join(".config/pane-patrol/tmux.conf")
    }

    fn settings(&self) -> PathBuf {
        self.world.home().join(".config/pane-patrol/config.toml")
    }

    pub(crate) fn installs(&self) -> PathBuf {
        self.world.root().join("state/pane-patrol/installs/setup")
    }

    fn spot(&self, file: &Path) -> Spot {
        Spot {
            file: file.to_owned(),
            home: Some(self.world.home()),
            installs: self.installs(),
            uid: fs::metadata(self.world.root()).unwrap().uid(),
            now: Timestamp::parse("2026-02-27T10:00:00Z").unwrap(),
        }
    }

    /// The plan that a word of a scenario means.
    pub(crate) fn plan(&self, action: &str) -> Plan {
        self.try_plan(action).unwrap()
    }

    fn try_plan(&self, action: &str) -> Result<Plan, PlanError> {
        let line = Content::Line {
            text: OURS,
            at: None,
        };
        match action {
            "line" => plan_put(&self.spot(&self.conf()), &line),
            "no line" => plan_take(&self.spot(&self.conf()), &line),
            "whole" => plan_put(&self.spot(&self.own()), &Content::Whole(WHOLE)),
            "not whole" => plan_take(&self.spot(&self.own()), &Content::Whole(WHOLE)),
            "settings" => plan_put(&self.spot(&self.settings()), &Content::Settings(SETTINGS)),
            _ => plan_take(&self.spot(&self.settings()), &Content::Settings(SETTINGS)),
        }
    }

    fn does(&self, action: &str) {
        apply(&self.plan(action)).unwrap();
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        fs::read(self.conf()).ok()
    }
}

/// Files as people have them: any line ends, with and without the last one, a byte order mark, bytes that
/// are no UTF-8, comments and blank lines.
fn any_conf() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&[u8]> = vec![
        b"set -g mouse on",
        b"",
        b"# caf\xe9 \xff",
        b"bind P display \"x \\\\\"",
        b"\tset -g @a 'b",
        b"c'",
        b"run '~/.tmux/plugins/tpm/tpm'",
        b"source-file -q ~/.config/pane-patrol/tmux.conf # mine",
        b"\xf0\x9f\xa6\x80",
    ];
    let parts = (
        prop::collection::vec(select(lines), 0..7),
        select(vec!["\n", "\r\n"]),
        any::<bool>(),
        any::<bool>(),
    );
    parts.prop_map(|(lines, end, has_mark, is_closed)| {
        let mut bytes = if has_mark {
            b"\xef\xbb\xbf".to_vec()
        } else {
            Vec::new()
        };
        bytes.extend(lines.join(end.as_bytes()));
        if is_closed {
            bytes.extend(end.as_bytes());
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_line_is_put_in_and_taken_out_again_byte_for_byte(
        bytes in prop::option::of(any_conf()),
        mode in select(vec![0o600, 0o644, 0o755]),
        is_linked: bool,
        all: bool,
    ) {
        let desk = Desk::with(None);
        let home = desk.world.home();
        let real = if is_linked { home.join("dotfiles/tmux") } else { desk.conf() };
        if is_linked {
            fs::create_dir(home.join("dotfiles")).unwrap();
            symlink("dotfiles/tmux", desk.conf()).unwrap();
        }
        if let Some(bytes) = &bytes {
            fs::write(&real, bytes).unwrap();
            fs::set_permissions(&real, Permissions::from_mode(mode)).unwrap();
        }
        let before = desk.world.picture();
        if all {
            desk.does("whole");
        }
        desk.does("line");
        let line = format!("{OURS}\n");
        let now = String::from_utf8_lossy(&desk.bytes().unwrap()).into_owned();
        prop_assert_eq!(now.matches(&line).count(), 1);
        prop_assert!(desk.plan("line").is_empty());
        if all {
            desk.does("settings");
            // As `uninstall` takes them.
            for file in standing_files(&desk.installs()).unwrap() {
                let action = match file {
                    file if file == desk.own() => "not whole",
                    file if file == desk.settings() => "no settings",
                    _ => "no line",
                };
                desk.does(action);
            }
        } else {
            desk.does("no line");
        }
        prop_assert_eq!(desk.world.picture(), before);
    }

    #[test]
    fn of_a_file_that_was_edited_since_only_our_line_goes(
        bytes in any_conf(),
        above: bool,
    ) {
        let desk = Desk::with(Some(&bytes));
        desk.does("line");
        let mine = b"set -g status off\n";
        let now = desk.bytes().unwrap();
        let edited = if above { [mine, &*now].concat() } else { [&*now, mine].concat() };
        fs::write(desk.conf(), &edited).unwrap();
        desk.does("no line");
        let left = desk.bytes().unwrap();
        let mut whole = bytes.clone();
        if above {
            whole = [mine, &*bytes].concat();
        } else {
            if !whole.is_empty() && !whole.ends_with(b"\n") {
                whole.push(b'\n');
            }
            whole.extend(mine);
        }
        prop_assert_eq!(left, whole);
    }
}

/// Where an action starts, which it is, and what the person's file is without us.
struct Scenario {
    name: &'static str,
    before: Option<&'static [u8]>,
    prepared: &'static [&'static str],
    action: &'static str,
    undone_by: &'static str,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a line at the end",
        before: Some(b"set -g mouse on\n# \xe9"),
        prepared: &[],
        action: "line",
        undone_by: "no line",
    },
    Scenario {
        name: "a line in a new file",
        before: None,
        prepared: &[],
        action: "line",
        undone_by: "no line",
    },
    Scenario {
        name: "the line out again",
        before: Some(b"set -g mouse on\r\n"),
        prepared: &["line"],
        action: "no line",
        undone_by: "no line",
    },
    Scenario {
        name: "a file of ours",
        before: None,
        prepared: &[],
        action: "whole",
        undone_by: "not whole",
    },
    Scenario {
        name: "a file of ours away",
        before: None,
        prepared: &["whole"],
        action: "not whole",
        undone_by: "not whole",
    },
];

#[test]
fn killed_at_any_step_the_file_is_old_or_new_and_the_next_run_heals() {
    for scenario in SCENARIOS {
        let mut deaths = 0;
        for kill_at in 0.. {
            let context = format!("{}, killed at step {kill_at}", scenario.name);
            let desk = Desk::with(scenario.before);
            let untouched = desk.world.picture();
            for action in scenario.prepared {
                desk.does(action);
            }
            let plan = desk.plan(scenario.action);
            let edit = &plan.edits()[0];
            let (path, old) = (edit.path().to_owned(), edit.before().map(<[u8]>::to_vec));
            let new = edit.after().map(<[u8]>::to_vec);
            let action = format!("beside: {}", scenario.action);
            let status = crate::crash::run_again(&desk.world, &action, kill_at);
            if status.success() {
                break;
            }
            deaths += 1;
            let now = fs::read(&path).ok();
            assert!(now == old || now == new, "{context}: {now:?}");
            if kill_at % 2 == 0 {
                desk.does(scenario.action);
                assert_eq!(fs::read(&path).ok(), new, "{context}");
            }
            desk.does(scenario.undone_by);
            assert_eq!(desk.world.picture(), untouched, "{context}");
            assert!(
                standing_files(&desk.installs()).unwrap().is_empty(),
                "{context}"
            );
        }
        assert!(deaths >= 9, "{}: only {deaths} steps", scenario.name);
    }
}

#[test]
fn what_has_no_place_for_ours_is_refused_and_stays() {
    let refused = |desk: &Desk, action: &str| {
        let before = desk.world.whole_picture();
        let error = desk.try_plan(action).unwrap_err();
        assert_eq!(desk.world.whole_picture(), before);
        assert_eq!(error.hints()[0], "nothing was changed");
        assert!(error.hints().len() > 1, "{error}");
        error
    };
    let desk = Desk::with(Some(b"set -g mouse on\nset -g status \\\n"));
    let error = refused(&desk, "line");
    assert!(
        matches!(error, PlanError::Continues { line: 2, .. }),
        "{error}"
    );

    let desk = Desk::with(Some(b"set -g mouse on\n"));
    fs::set_permissions(desk.conf(), Permissions::from_mode(0o444)).unwrap();
    let error = refused(&desk, "line");
    assert!(matches!(error, PlanError::ReadOnly { .. }), "{error}");

    let desk = Desk::with(None);
    fs::create_dir(desk.conf()).unwrap();
    assert!(
        refused(&desk, "line")
            .to_string()
            .contains("is a folder, not a file")
    );

    let desk = Desk::with(None);
    let made = std::process::Command::new("mkfifo")
        .arg(desk.conf())
        .status();
    assert!(made.unwrap().success());
    assert!(
        refused(&desk, "line")
            .to_string()
            .contains("is a named pipe")
    );

    let desk = Desk::with(None);
    fs::create_dir_all(desk.own().parent().unwrap()).unwrap();
    fs::write(desk.own(), "bind x kill-server\n").unwrap();
    let error = refused(&desk, "whole");
    assert!(matches!(error, PlanError::Theirs { .. }), "{error}");
}

#[test]
fn without_a_record_ours_is_known_by_what_it_says() {
    let desk = Desk::with(Some(b"set -g mouse on\n"));
    desk.does("line");
    desk.does("whole");
    fs::remove_dir_all(desk.installs()).unwrap();
    desk.does("no line");
    desk.does("not whole");
    assert_eq!(desk.bytes().unwrap(), b"set -g mouse on\n");
    assert!(!desk.own().exists());
}
