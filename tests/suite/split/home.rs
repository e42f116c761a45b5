//! Wherever a pane stands while a dashboard shows it, its row is the one of the place where it belongs:
//! for every command, for the filter, and in notices.

use serde_json::Value;

use super::Desk;
use crate::common::{Finished, TestEnv, finish, finish_with_stdin, fixture, lines_so_far};

const ASKS: &str = "claude/permission_request.bash.json";

impl Desk<'_> {
    fn say(&self, words: &[&str]) -> Finished {
        finish(self.env.pane_patrol().args(words))
    }

    fn row(&self, pane: &str) -> Option<Value> {
        let status = self.say(&["status", "--json"]);
        let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap_or_default();
        rows.into_iter().find(|row| row["pane"] == pane)
    }

    /// Waits until the row of `pane` belongs to `home` and is shown at `shown_at`.
    fn wait_for_places(&self, pane: &str, home: &str, shown_at: Option<&str>) {
        let shown_at = shown_at.map_or(Value::Null, Value::from);
        self.wait(
            &format!("{pane} belongs to {home}, shown at {shown_at}"),
            || {
                self.row(pane)
                    .is_some_and(|row| row["target"] == home && row["shown_at"] == shown_at)
            },
        );
    }

    /// Every command knows the row by `place`.
    fn assert_known_as(&self, place: &str, pane: &str, home: &str) {
        let explained = self.say(&["explain", place]);
        assert!(explained.stdout.contains(home), "{place}: {explained:?}");
        let waited = self.say(&[
            "wait",
            "--target",
            place,
            "--state",
            "waiting_approval",
            "--timeout",
            "30s",
        ]);
        assert_eq!(waited.status.code(), Some(0), "{place}: {waited:?}");
        let asked = self.say(&["request", place]);
        assert!(asked.stdout.contains(home), "{place}: {asked:?}");
        let row = self.row(pane).expect("it has a row");
        assert_eq!(row["target"], home);
        let status = self.say(&["status"]);
        assert!(status.stdout.contains(home), "{status:?}");
    }

    fn asks(&self, pane: &str) {
        self.wait("the request is heard", || {
            let mut payload: Value = serde_json::from_str(&fixture(ASKS)).expect("JSON");
            payload["session_id"] = format!("session-{pane}").into();
            let mut hook = self.server.claude_hook(pane);
            finish_with_stdin(&mut hook, payload.to_string().as_bytes()).assert_silent_success();
            self.row(pane)
                .is_some_and(|row| row["state"] == "waiting_approval")
        });
    }

    /// Shows the row in `place`, the only one that its name as a filter leaves.
    fn show(&self, place: &str) -> String {
        let pane = self
            .server
            .run(&["display-message", "-p", "-t", place, "#{pane_id}"]);
        self.client.press(&["/", "C-u", place]);
        self.wait("the others are gone", || {
            let screen = self.client.screen();
            super::rows(&screen).count() == 1 && screen.contains(place)
        });
        self.client.press(&["Enter"]);
        self.swap(0);
        self.wait("it is shown", || self.beside().as_deref() == Some(&pane));
        pane
    }
}

#[test]
fn while_it_is_shown_a_row_is_the_one_of_its_own_place() {
    let env = TestEnv::new();
    let settings = "[notice]\ndelay_seconds = 0\nwaiting_approval = ['command']\n\
                    command = ['sh', '-c', 'cat >> \"$HOME/told\"']\n";
    env.configure(settings);
    let Some(desk) = Desk::new(&env) else { return };
    desk.report_all();
    desk.client.press(&["s"]);
    desk.wait("there is a place beside it", || desk.beside().is_some());

    let pane = desk.show("api:0.1");
    desk.wait_for_places(&pane, "api:0.1", Some("work:0.1"));
    // The row stays under the filter that names its own place.
    desk.client.wait_for("api:0.1");

    // The person looks elsewhere while it is still shown.
    desk.server.run(&["select-window", "-t", "work:1"]);
    desk.asks(&pane);
    let given = || lines_so_far(&env.path("home/told"));
    desk.wait("a notice is given", || !given().is_empty());
    let told: Value = serde_json::from_str(&given()[0]).expect("JSON");
    assert_eq!(told["target"], "api:0.1");
    for place in ["api:0.1", "work:0.1", &pane] {
        desk.assert_known_as(place, &pane, "api:0.1");
    }

    // What is reported by an address means the same row, whichever of the two it names.
    for place in ["api:0.1", "work:0.1"] {
        let emitted = desk.say(&[
            "emit",
            "--assistant",
            "claude",
            "--state",
            "running",
            "--target",
            place,
        ]);
        assert_eq!(emitted.status.code(), Some(0), "{emitted:?}");
    }
    let rows = desk.say(&["status", "--json"]);
    let rows: Vec<Value> = serde_json::from_str(&rows.stdout).expect("JSON");
    let all = desk.panes().len() + usize::from(rows.iter().any(|row| row["pane"] == pane));
    assert_eq!(rows.len(), all - 1, "{rows:?}");

    // Its home may be renamed and renumbered meanwhile.
    desk.server.run(&["rename-session", "-t", "api", "shop"]);
    desk.wait_for_places(&pane, "shop:0.1", Some("work:0.1"));
    desk.server
        .run(&["move-window", "-s", "shop:0", "-t", "shop:7"]);
    desk.wait_for_places(&pane, "shop:7.1", Some("work:0.1"));

    // Another one is shown: the first is home again.
    desk.server.run(&["select-window", "-t", "work:0"]);
    let other = desk.show("web:5.0");
    desk.wait_for_places(&other, "web:5.0", Some("work:0.1"));
    desk.wait_for_places(&pane, "shop:7.1", None);
    let stopped = desk.say(&["stop", "web:5.0"]);
    assert!(
        !stopped.stderr.contains("no assistant is known"),
        "{stopped:?}"
    );
}
