//! Whole screens as snapshots, at the sizes the dashboard is used at, and one property: no size and
//! no row can make it panic.

use std::collections::BTreeSet;
use std::sync::Arc;

use pane_patrol_hooks::event::State;
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::work_tests::{busy_model, patch};
use crate::actor::{Bound, Decision, Outcome};
use crate::assistants::request::{Full, Known};
use crate::config::{Signs, Theme};
use crate::git::{DiffState, DiffSummary};
use crate::log::away::{Counts, Digest, Happened, Told, What};
use crate::mux::Shown;
use crate::state::fixture::{behind, ended};
use crate::state::update::{Health, Role, Update};
use crate::state::words::word;
use crate::state::{Conflict, Facts, Row, Sharer};
use crate::tasks::{TaskState, TaskSummary};
use crate::test_book::{hold, table};
use crate::tui::effect::Effect;
use crate::tui::fixture::{
    With, day, drawn, in_full, model_with, now, prompt_idle, row, screen, text_of,
};
use crate::tui::labels;
use crate::tui::message::{Awaited, Hooks, InstallOffer, InstallOutcome, Message, OfferedInstall};
use crate::tui::model::Model;
use crate::tui::update::update;
use crate::tui::view;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (100, 30), (200, 50)];

/// What `change` makes of a dashboard with `rows`, at every size.
fn screens(rows: &[Row], change: impl Fn(&mut Model)) -> String {
    at_every_size(|width, height, theme| {
        let mut model = model_with(rows.to_vec(), width, height);
        model.setup.theme = theme.into();
        change(&mut model);
        model
    })
}

/// What is made at every size. The text is the same in every theme, and the one without colours has none:
/// no meaning is by colour alone.
fn at_every_size(make: impl Fn(u16, u16, Theme) -> Model) -> String {
    let one = |(width, height)| {
        let [text, others @ ..] = Theme::NAMES.map(|name| {
            let theme = Theme::from_name(name).unwrap();
            let buffer = drawn(&make(width, height, theme));
            let is_plain = |cell: &Cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset);
            assert!(theme != Theme::None || buffer.content.iter().all(is_plain));
            text_of(&buffer)
        });
        for other in others {
            assert_eq!(text, other, "another theme");
        }
        format!("── {width} x {height} ──\n{text}")
    };
    SIZES.map(one).concat()
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let press = |c: char| {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\t' => KeyCode::Tab,
            c => KeyCode::Char(c),
        };
        update(
            model,
            Message::Key(KeyEvent::new(code, KeyModifiers::NONE)),
            now(),
        )
    };
    keys.chars().flat_map(press).collect()
}

fn tell(model: &mut Model, message: Message) {
    update(model, message, now());
}

#[test]
fn a_row_whose_publisher_is_silent_is_not_shown_as_if_it_were_heard() {
    let mut rows = day();
    let working = rows.iter_mut().find(|row| row.state == State::Running);
    let silent = working.expect("somebody works");
    (silent.offline, silent.publisher) = (true, Some("runner".into()));
    let rows = vec![silent.clone()];
    insta::assert_snapshot!(screens(&rows, |_| {}));
}

/// What three assistants did meanwhile.
fn digest() -> Digest {
    let ago = |seconds| now().minus(std::time::Duration::from_secs(seconds));
    let told = |target: &str, state, counts, what, words: &str| Told {
        assistant: "claude".to_owned(),
        target: target.to_owned(),
        instance_id: None,
        home: None,
        state: Some(state),
        counts: Some(counts),
        happened: vec![Happened {
            at: ago(60),
            what,
            words: Some(words.to_owned()),
        }],
    };
    let counts = Counts {
        turns: 12,
        asked: 3,
        waited: 840,
        finished: 11,
        failed: 1,
        files: 4,
    };
    let one = Counts {
        turns: 1,
        finished: 1,
        ..Counts::default()
    };
    let failed = Counts {
        turns: 1,
        failed: 1,
        ..Counts::default()
    };
    Digest {
        since: ago(11_400),
        until: now(),
        unknown: vec!["the event log begins at 12:00: what was before is not known".to_owned()],
        assistants: vec![
            told(
                "shop:1.1",
                State::WaitingApproval,
                counts,
                What::Asked,
                "Bash: cargo publish --no-verify",
            ),
            told(
                "docs:0.1",
                State::Error,
                failed,
                What::Failed,
                "model answered 500 five times",
            ),
            told(
                "web:3.0",
                State::Completed,
                one,
                What::Finished,
                "All tests pass; the menu works by keyboard, and what was wrong with the second level is mended",
            ),
        ],
    }
}

#[test]
fn what_happened_while_the_person_was_away() {
    let open = |model: &mut Model| {
        press(model, "A");
        tell(model, Message::AwayRead(Ok(Box::new(digest()))));
    };
    let mut between = model_with(day(), 120, 30);
    open(&mut between);
    let between = screen(&between);
    insta::assert_snapshot!(screens(&day(), open) + "── 120 x 30 ──\n" + &between);
}

#[test]
fn what_an_assistant_said_last_stands_below_what_it_does_now() {
    let mut works =
        row(1, "claude", State::Running, "shop:1.1", 60).says(Some("Bash"), "cargo test");
    works.recap = Some(
        "The tax is right now in all countries but two, of which the law says nothing".to_owned(),
    );
    insta::assert_snapshot!(screens(&[works], |_| {}));
}

#[test]
fn with_what_an_assistant_works_stands_in_one_line_and_a_limit_in_its_own_words() {
    let mut works =
        row(1, "codex", State::Running, "shop:1.1", 60).says(Some("Bash"), "cargo test");
    works.cwd = Some("/home/ada/src/shop".to_owned());
    let facts = Facts {
        model: Some("gpt-5.2-codex".to_owned()),
        mode: Some("on-request".to_owned()),
        context_percent: Some(62),
        context_tokens: Some(160_208),
        tokens: Some(1_234_567),
        limit: Some("You’ve hit your usage limit. Try again at 7:38 PM.".to_owned()),
    };
    works.facts = Some(Arc::new(facts));
    insta::assert_snapshot!(screens(&[works], |_| {}));
}

#[test]
fn files_that_two_assistants_have_written_stand_in_both_rows() {
    let mut one = row(1, "claude", State::Running, "shop:1.1", 60)
        .says(Some("Edit"), "src/tax.rs")
        .in_folder("/home/ada/src/shop", Some("fix-tax"));
    let mut two = row(2, "codex", State::Completed, "shop:2.0", 252)
        .says(None, "The tax is rounded by line now")
        .in_folder("/home/ada/src/shop-2", Some("round"));
    two.sub_agents = 1;
    let shares = |other: &Row, paths: &[&str]| {
        let conflict = |path: &&str| Conflict {
            path: (*path).to_owned(),
            with: vec![Sharer {
                id: other.id.clone(),
                assistant: other.assistant.clone(),
            }],
        };
        paths.iter().map(conflict).collect::<Vec<_>>()
    };
    let paths = [
        "Cargo.toml",
        "src/a\u{202e}b.rs",
        "src/lib.rs",
        "src/tax.rs",
    ];
    one.conflicts = shares(&two, &paths[3..]);
    two.conflicts = shares(&one, &paths);
    insta::assert_snapshot!(screens(&[one, two], |_| {}));
}

#[test]
fn an_empty_dashboard_offers_the_install_while_no_hook_is_registered() {
    insta::assert_snapshot!(screens(&[], |model| tell(
        model,
        Message::Hooks(Hooks::Missing)
    )));
}

#[test]
fn an_empty_dashboard_says_that_some_assistants_do_not_report_yet() {
    insta::assert_snapshot!(screens(&[], |model| tell(
        model,
        Message::Hooks(Hooks::Partly)
    )));
}

#[test]
fn an_empty_dashboard_says_what_to_start_when_hooks_are_registered() {
    insta::assert_snapshot!(screens(&[], |model| tell(
        model,
        Message::Hooks(Hooks::Installed)
    )));
}

#[test]
fn one_row() {
    let rows = [prompt_idle(
        row(1, "claude", State::WaitingInput, "main:0.0", 95).in_folder("/home/ada", None),
    )];
    insta::assert_snapshot!(screens(&rows, |_| {}));
}

#[test]
fn a_usual_day() {
    insta::assert_snapshot!(screens(&day(), |_| {}));
}

#[test]
fn a_usual_day_in_plain_signs() {
    let screens = screens(&day(), |model| model.setup.signs = Signs::Plain);
    assert!(!screens.contains(['✗', '✓', '●', '○', '⎇']), "{screens}");
    insta::assert_snapshot!(screens);
}

#[test]
fn each_state_has_a_sign_and_a_word_of_its_own() {
    for signs in [Signs::Drawn, Signs::Plain] {
        let mut seen = BTreeSet::new();
        for &state in State::ALL {
            let rows = [row(1, "claude", state, "shop:1.1", 5)];
            let mut model = model_with(rows.to_vec(), 100, 30);
            (model.setup.signs, model.setup.theme) = (signs, Theme::None.into());
            let shown = screen(&model);
            let sign_and_word = [signs.of(state), word(state)];
            for part in sign_and_word {
                assert!(shown.contains(part), "{part}:\n{shown}");
                assert!(seen.insert(part), "`{part}` means two things");
            }
        }
    }
}

#[test]
fn the_signs_of_the_book_are_those_of_the_screen() {
    let words = |state| {
        let asks = row(1, "claude", state, "shop:1.1", 5);
        let mut words = [
            labels::state(&asks),
            labels::state(&prompt_idle(asks.clone())),
        ]
        .to_vec();
        words.dedup();
        words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let rows = State::ALL.iter().map(|state| {
        let sign = |signs: Signs| format!("`{}`", signs.of(*state));
        [sign(Signs::Drawn), sign(Signs::Plain), words(*state)]
    });
    hold(
        "accessibility.md",
        "the signs",
        &table(["sign", "plain sign", "word"], rows),
    );
}

#[test]
fn what_a_patch_takes_out_and_puts_in_is_told_by_signs() {
    let shown = works("ll j\n", |model| {
        let id = model.selected_row().unwrap().id.clone();
        let read = Message::PatchRead(id, "src/tax.rs".to_owned(), Ok(patch()));
        tell(model, read);
    });
    let has = |sign: char, text: &str| {
        let line = |line: &str| line.trim_start_matches([' ', '│']).starts_with(sign);
        shown
            .lines()
            .any(|shown| shown.contains(text) && line(shown))
    };
    assert!(has('-', "old") && has('+', "new"), "{shown}");
}

#[test]
fn a_usual_day_by_project() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "bj");
    }));
}

#[test]
fn groups_with_one_folded_one_pinned_and_two_hidden() {
    let mut rows = day();
    rows[2].cwd = Some("/home/ada/src/shop".to_owned());
    let choose = |model: &mut Model, target: &str| {
        let row = model.rows.find(|row| row.target.to_string() == target);
        let id = row.unwrap().id.clone();
        crate::tui::update::selection::select(model, id, now());
    };
    let arrange = |model: &mut Model| {
        press(model, "b");
        for (target, keys) in [
            ("notes:0.0", "P"),
            ("web:3.0", "H"),
            ("docs:0.1", "H"),
            ("shop:1.2", "co"),
        ] {
            choose(model, target);
            press(model, keys);
        }
        model.notice = None;
    };
    let mut between = model_with(rows.clone(), 120, 30);
    arrange(&mut between);
    let between = screen(&between);
    insta::assert_snapshot!(screens(&rows, arrange) + "── 120 x 30 ──\n" + &between);
}

#[test]
fn what_was_sought_and_the_keys_that_go_on() {
    let mut rows = day();
    rows[3].recap = Some("The tax is right now in all countries but two".to_owned());
    let seek = |model: &mut Model| {
        press(model, "/tax\nn");
    };
    let mut between = model_with(rows.clone(), 120, 30);
    seek(&mut between);
    let between = screen(&between);
    insta::assert_snapshot!(screens(&rows, seek) + "── 120 x 30 ──\n" + &between);
}

#[test]
fn all_in_one_by_age() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "o");
    }));
}

#[test]
fn sessions_that_are_over() {
    let mut last = ended("claude", "0199f0c4-7b1e-7c3a");
    last.cwd = Some("/home/ada/src/shop".to_owned());
    last.branch = Some("fix-tax".to_owned());
    last.with_server = Some(true);
    last.message = Some("All tests pass; the menu works by keyboard".to_owned());
    let mut before = ended("opencode", "ses_5f2");
    before.target = "a-session-with-a-long-name:12.3".parse().unwrap();
    before.ended = before.ended.minus(std::time::Duration::from_secs(900));
    let sessions = [last, before];
    let rows = &day()[4..];
    insta::assert_snapshot!(screens(rows, |model| {
        let ended = Update::Ended(sessions.to_vec().into());
        tell(model, Message::Update(ended));
        press(model, "Gk");
    }));
}

#[test]
fn sessions_in_the_background() {
    let src = |name: &str| format!("/home/ada/src/{name}");
    let asks = behind(30_711, "claude", State::WaitingApproval, 95)
        .asks("Bash", "cargo publish --no-verify")
        .in_folder(&src("shop"), Some("fix-tax"));
    let failed = behind(4780, "claude", State::Error, 130)
        .says(None, "the model answered 500 five times")
        .in_folder(&src("docs"), None);
    let done = behind(7225, "claude", State::Completed, 500)
        .says(None, "All tests pass; the menu works by keyboard")
        .in_folder(&src("web"), Some("nav"));
    let works = behind(900, "claude", State::Running, 12)
        .says(Some("Edit"), "modules/vpc.tf")
        .in_folder(&src("infra"), Some("tf"));
    let behind = [asks, failed, done, works];
    let rows: Vec<Row> = day()[4..].iter().cloned().chain(behind).collect();
    insta::assert_snapshot!(screens(&rows, |_| {}));
}

#[test]
fn long_and_wide_names() {
    let long = "x".repeat(190);
    let rows = [
        row(
            1,
            "claude",
            State::WaitingApproval,
            "a session with a rather long name:12.34",
            4_000,
        )
        .asks(
            "mcp__filesystem__write_many_files",
            &format!("a word, then {long}"),
        )
        .in_folder(
            "/home/ada/src/a-project-with-a-long-name/packages/the-innermost-package",
            Some("feature/very-long-branch-name-of-somebody"),
        ),
        row(2, "qwen", State::WaitingInput, "日本語のセッション:0.0", 20)
            .asks(
                "AskUserQuestion",
                "どのデータベースを使いますか？ PostgreSQL か SQLite か、それとも 👩‍👩‍👧‍👦 か？",
            )
            .in_folder("/home/ada/プロジェクト", Some("機能/税")),
        row(
            3,
            "a-very-long-assistant-name_-_32c",
            State::Running,
            "e:0.0",
            4,
        )
        .says(Some("Bash"), "echo 🦀🦀🦀 é ﷽ done"),
    ];
    insta::assert_snapshot!(screens(&rows, |_| {}));
}

#[test]
fn a_filter_that_is_being_typed() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "/shop");
    }));
}

#[test]
fn a_filter_that_is_in_force_with_only_what_wants_attention() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "/claude\nf");
    }));
}

#[test]
fn the_help() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "?");
    }));
}

#[test]
fn the_explanation_of_a_row() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "e");
    }));
}

#[test]
fn troubles() {
    insta::assert_snapshot!(screens(&day(), |model| {
        let health = Health {
            rejected: [("malformed".to_owned(), 2), ("oversized".to_owned(), 1)].into(),
            foreign: 1,
            troubles: vec!["tmux does not answer: targets may be out of date".to_owned()],
            ..Health::default()
        };
        tell(model, Message::Update(Update::Health(health)));
        let why = "another process holds the event socket and does not answer";
        tell(
            model,
            Message::Update(Update::Role(Role::Nobody(why.to_owned()))),
        );
    }));
}

#[test]
fn the_rows_of_another_dashboard() {
    insta::assert_snapshot!(screens(&day(), |model| {
        tell(model, Message::Update(Update::Role(Role::Subscriber)));
    }));
}

#[test]
fn the_changes_of_an_install() {
    let diff = "--- /home/ada/.claude/settings.json\n+++ /home/ada/.claude/settings.json\n@@ -1,3 +1,9 @@\n {\n-  \"model\": \"opus\"\n+  \"model\": \"opus\",\n+  \"hooks\": {\n+    \"SessionStart\": [\n+    ]\n+  }\n }";
    insta::assert_snapshot!(screens(&[], |model| {
        tell(model, Message::Hooks(Hooks::Missing));
        assert_eq!(press(model, "i"), [Effect::PlanInstall]);
        let offered = |title: &str, file: &str, what: &str, is_ready| OfferedInstall {
            title: title.to_owned(),
            file: file.to_owned(),
            what: what.to_owned(),
            is_ready,
        };
        let broken = "could not read /home/ada/.qwen/settings.json: line 3, column 7: expected a \
            comma; nothing was changed";
        let offer = InstallOffer {
            assistants: vec![
                offered(
                    "Claude Code",
                    "~/.claude/settings.json",
                    "4 lines more",
                    true,
                ),
                offered(
                    "Codex",
                    "~/.codex/hooks.json",
                    "a new file, 164 lines",
                    true,
                ),
                offered(
                    "Gemini CLI",
                    "~/.gemini/settings.json",
                    "reports already",
                    false,
                ),
                offered("Qwen Code", "~/.qwen/settings.json", broken, false),
            ],
            changes: diff.lines().map(str::to_owned).collect(),
        };
        tell(model, Message::InstallPlanned(Ok(offer)));
    }));
}

#[test]
fn an_install_that_is_over() {
    insta::assert_snapshot!(screens(&day(), |model| {
        let said = [
            "Claude Code reports from now on, also in sessions that run already.",
            "The original is kept in /home/ada/.local/state/pane-patrol/installs/claude/1.",
        ];
        let awaited = |name, title, until| Awaited {
            name,
            title,
            until,
            reports: false,
        };
        let outcome = InstallOutcome {
            said: said.map(str::to_owned).to_vec(),
            at: now().minus(std::time::Duration::from_secs(3600)),
            awaited: vec![
                awaited(
                    "claude",
                    "Claude Code",
                    "running sessions report within a second",
                ),
                awaited(
                    "opencode",
                    "OpenCode",
                    "restart it; the next start takes up to half a minute",
                ),
            ],
        };
        tell(model, Message::Installed(outcome));
    }));
}

fn any_row() -> impl Strategy<Value = Row> {
    let state = prop::sample::select(State::ALL);
    let text = "\\PC{0,40}";
    (
        0..40_u32,
        state,
        "[a-z]{1,32}",
        text,
        text,
        text,
        0..100_000_u64,
        0..3_usize,
    )
        .prop_map(
            |(pane, state, assistant, tool, message, cwd, ago, agents)| {
                let mut row = row(
                    pane,
                    &assistant,
                    state,
                    &format!("s{message}:1.{pane}"),
                    ago,
                )
                .in_folder(&format!("/{cwd}"), Some(&tool));
                row.sub_agents = agents;
                if ago % 2 == 0 {
                    row.asks(&tool, &message)
                } else {
                    row.says(Some(&tool), &message)
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics_at_any_size_with_any_rows(
        rows in prop::collection::vec(any_row(), 0..12),
        (width, height) in (0..220_u16, 0..60_u16),
        (told_width, told_height) in (0..220_u16, 0..60_u16),
        keys in "[jkhlgGfei?/a \t\n\u{1b}]{0,12}",
    ) {
        let mut model = model_with(rows, told_width, told_height);
        press(&mut model, &keys);
        // The terminal may be resized before the model hears of it.
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        view::draw(&model, now(), &mut buffer);
        prop_assert!(view::next_change(&model, now()) > now());
        tell(&mut model, Message::Resize(width, height));
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        view::draw(&model, now(), &mut buffer);
        prop_assert!(model.selected_row().is_some() || model.list.is_empty());
    }
}

/// A request that is longer than any panel, and what it is about.
fn long_request() -> Vec<Row> {
    let mut row = row(1, "claude", State::WaitingApproval, "shop:1.1", 252)
        .asks("Bash", "cat > notes.md <<'EOF' …")
        .in_folder("/home/ada/src/shop", Some("fix-tax"));
    row.instance_id = Some("s".to_owned());
    vec![row]
}

fn full(tool: &str, input: &serde_json::Value) -> Known {
    Known::Whole(Box::new(Full {
        mode: Some("default".to_owned()),
        ..in_full(tool, input)
    }))
}

fn read(model: &mut Model, known: Known) {
    let bound = Bound::to(model.selected_row().unwrap()).unwrap();
    tell(model, Message::RequestRead(Box::new(bound), known));
}

#[test]
fn a_long_command_in_full() {
    let lines: Vec<String> = (1..=40).map(|n| format!("line {n}")).collect();
    let lines = lines.join("\n");
    let command = format!(
        "cat > notes.md <<'EOF'\n{lines}\nEOF\ncurl --silent --fail --location 'https://example.org/a/rather/long/address?with=a&query=that&goes=on' | tee \u{202e}out"
    );
    let input = serde_json::json!({"command": command, "description": "Write notes"});
    insta::assert_snapshot!(screens(&long_request(), |model| {
        read(model, full("Bash", &input));
        press(model, " JJ");
    }));
}

#[test]
fn a_change_of_a_file_in_full() {
    let mut rows = long_request();
    rows[0].waiting[0].tool = Some("Edit".to_owned());
    rows[0].waiting[0].message = Some("src/tax.rs".to_owned());
    let input = serde_json::json!({
        "file_path": "/home/ada/src/shop/src/tax.rs",
        "old_string": "fn tax(net: u32) -> u32 {\n    net * 19 / 100\n}",
        "new_string": "fn tax(net: u32, rate: u32) -> u32 {\n    // In percent.\n    net * rate / 100\n}",
        "replace_all": false,
    });
    insta::assert_snapshot!(screens(&rows, |model| {
        read(model, full("Edit", &input));
    }));
}

#[test]
fn a_question_with_its_options() {
    let rows = [row(1, "claude", State::WaitingInput, "api:2.0", 31)
        .asks("AskUserQuestion", "Which port should it use?")
        .in_folder("/home/ada/src/api", Some("main"))];
    let option =
        |label: &str, about: &str| serde_json::json!({"label": label, "description": about});
    let options = [
        option("8080", "What the others use"),
        option("0", "Whichever is free"),
    ];
    let input = serde_json::json!({"questions": [{"question": "Which port should it use?", "header": "Port", "multiSelect": false, "options": options}]});
    insta::assert_snapshot!(screens(&rows, |model| {
        read(model, full("AskUserQuestion", &input));
    }));
}

#[test]
fn a_message_that_is_being_typed() {
    insta::assert_snapshot!(screens(&long_request(), |model| {
        press(
            model,
            "Duse make instead of the script, and then run all the tests again",
        );
        for _ in 0..6 {
            tell(
                model,
                Message::Key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE)),
            );
        }
    }));
}

#[test]
fn a_prompt_that_is_being_written() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "jjm");
        let text = "Use 漢字 and 👩\u{200d}💻 in the title, and a word that is longer than its line.\n\n\tfirst\nsecond";
        tell(model, Message::Paste(text.to_owned()));
    }));
}

#[test]
fn what_a_pane_shows_stays_in_the_box_of_its_preview() {
    insta::assert_snapshot!(screens(&[], |model| {
        let rows = Message::Update(Update::Snapshot(day()));
        let mut effects = update(model, rows, now());
        effects.extend(press(
            model,
            if model.setup.size.0 < 200 { "p" } else { "" },
        ));
        let look = effects.into_iter().find_map(|effect| match effect {
            Effect::Look(look) => look,
            _ => None,
        });
        let look = look.expect("a pane is looked at");
        let lines = [
            "\u{1b}[1;32m✻\u{1b}[0m Updating the \u{1b}[4mtax rules\u{1b}[0m… (esc to interrupt)",
            "漢字 and 👩\u{200d}💻 beside a\ttab",
            "\u{1b}[999;999Hout of the box\u{1b}]0;a title\u{7}\u{9b}2J and on",
            &"a line that is far too long ".repeat(12),
            "╭──────────────────────────────╮",
            "│ > Try \"fix the lint errors\"   │",
            "╰──────────────────────────────╯",
        ];
        let shown = Shown {
            lines: lines.map(str::to_owned).to_vec(),
            above: 0,
            history: 321,
        };
        tell(model, Message::Previewed(look, Ok(shown)));
    }));
}

#[test]
fn marked_rows_and_a_text_that_waits() {
    insta::assert_snapshot!(screens(&day(), |model| {
        press(model, "jjjjmand then the docs");
        let queue = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL);
        tell(model, Message::Key(queue));
        press(model, "vkkv");
        model.notice = None;
    }));
}

#[test]
fn the_question_before_marked_ones_are_stopped() {
    insta::assert_snapshot!(screens(&day(), |model| drop(press(model, "Vx"))));
}

#[test]
fn a_reason_that_is_long() {
    insta::assert_snapshot!(screens(&long_request(), |model| {
        let bound = Box::new(Bound::to(model.selected_row().unwrap()).unwrap());
        let why = "its dialog is taller than its pane, so it cannot be compared; go there";
        let outcome = Outcome::Nothing(why.to_owned());
        tell(model, Message::Decided(bound, Decision::Approve, outcome));
    }));
}

#[test]
fn a_request_of_which_only_the_beginning_is_known() {
    insta::assert_snapshot!(screens(&long_request(), |model| {
        read(
            model,
            Known::Beginning("its transcript does not hold it".to_owned()),
        );
        press(model, "a");
    }));
}

/// What `keys` make of assistants that have changed files, at every size.
fn works(keys: &str, then: impl Fn(&mut Model)) -> String {
    at_every_size(|width, height, theme| {
        let mut model = busy_model(width, height);
        model.setup.theme = theme.into();
        press(&mut model, keys);
        then(&mut model);
        model
    })
}

#[test]
fn the_tab_of_tasks() {
    insta::assert_snapshot!(works("l", |_| {}));
}

#[test]
fn the_tab_of_changes() {
    insta::assert_snapshot!(works("ll j", |_| {}));
}

#[test]
fn a_patch_in_the_tab_of_changes() {
    insta::assert_snapshot!(works("ll j\n", |model| {
        let id = model.selected_row().unwrap().id.clone();
        tell(
            model,
            Message::PatchRead(id, "src/tax.rs".to_owned(), Ok(patch())),
        );
    }));
}

#[test]
fn the_tab_of_health() {
    insta::assert_snapshot!(works("lll", |model| {
        let health = Health {
            received: 1204,
            by_log: 3,
            rejected: [("malformed".to_owned(), 2), ("oversized".to_owned(), 1)].into(),
            ..Health::default()
        };
        tell(model, Message::Update(Update::Health(health)));
        tell(model, Message::Update(Update::Role(Role::Collector)));
        tell(model, Message::Hooks(Hooks::Installed));
    }));
}

#[test]
fn the_tabs_where_nothing_can_be_told() {
    insta::assert_snapshot!(works("jjll", |_| {}));
}

#[test]
fn the_tabs_without_git_and_with_a_malformed_list() {
    let degraded = |keys: &str| {
        let mut rows = day();
        for row in &mut rows {
            row.diff = Some(Arc::new(DiffSummary {
                state: DiffState::GitMissing,
                ..DiffSummary::default()
            }));
            row.tasks = Some(Arc::new(TaskSummary {
                state: TaskState::TasksMalformed,
                path: Some("/home/ada/src/shop/.taskmaster/tasks/tasks.json".to_owned()),
                line: Some(12),
                column: Some(3),
                why: Some("expected `,` or `}`".to_owned()),
                ..TaskSummary::default()
            }));
        }
        screens(&rows, |model| {
            press(model, keys);
        })
    };
    insta::assert_snapshot!(degraded("l") + &degraded("ll"));
}

/// Sixteen assistants of a large house: names, branches and messages as long as people make them.
fn crowd() -> Vec<Row> {
    let states = [
        State::WaitingApproval,
        State::WaitingInput,
        State::Error,
        State::Completed,
        State::Running,
        State::Running,
        State::Idle,
        State::Running,
    ];
    let assistants = ["claude", "codex", "gemini", "opencode"];
    let one = |number: u32| {
        let at = usize::try_from(number).unwrap();
        let state = states[at % states.len()];
        let pane = format!("{}.{}", number % 4, number % 3);
        let target = format!("customer-portal-rewrite-{number}:{pane}");
        let folder = format!("/home/ada/src/customer-portal-rewrite/services/checkout-{number}");
        let branch = format!(
            "feature/PORT-{}-extract-the-checkout-{number}",
            4100 + number
        );
        let age = 60 * u64::from(number) + 7;
        let row = row(number, assistants[at % 4], state, &target, age);
        let row = row.in_folder(&folder, Some(&branch));
        match state {
            State::WaitingApproval => row.asks(
                "Bash",
                &format!(
                    "cargo test --workspace --features checkout -- --nocapture service_{number}"
                ),
            ),
            State::WaitingInput => row.asks(
                "AskUserQuestion",
                "Which of the three payment providers should the sandbox use first?",
            ),
            _ => row.says(
                Some("Edit"),
                &format!("services/checkout-{number}/src/application/commands/place_order.rs"),
            ),
        }
    };
    (1..=16).map(one).collect()
}

#[test]
fn a_crowd_with_long_names() {
    let rows = crowd();
    let one = |(width, height)| {
        let model = model_with(rows.clone(), width, height);
        format!("── {width} x {height} ──\n{}", screen(&model))
    };
    let screens = [(120, 40), (80, 24), (40, 24), (200, 50)].map(one).concat();
    insta::assert_snapshot!(screens);
}
