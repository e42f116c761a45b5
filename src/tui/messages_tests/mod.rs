//! What the dashboard says in its last line where something is not as the person wanted it: each message is
//! brought about here, and the page of the book is made of what was said.

mod arranging;
mod panels;
mod sources;
mod trials;
mod writing;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::actor::{Bound, Decision, Outcome};
use crate::test_book::{hold, table};
use crate::tui::effect::Effect;
use crate::tui::fixture::{day, draw, model_with, now};
use crate::tui::message::Message;
use crate::tui::model::Model;
use crate::tui::update::update;

/// The page, below the folder of the book.
const PAGE: &str = "dashboard-messages.md";

/// Stands between what is so and what to do.
const BETWEEN: &str = " · ";

/// The names by which values of the trials stand on the page.
const VALUES: &[(&str, &str)] = &[
    ("shop:1.1", "TARGET"),
    ("api:2.0", "TARGET"),
    ("notes:0.0", "TARGET"),
    ("agent/build@host", "TARGET"),
    ("claude in", "ASSISTANT in"),
    ("claude of work:1.0", "ASSISTANT of FOLDER"),
    ("claude of shop", "ASSISTANT of FOLDER"),
    ("codex in", "ASSISTANT in"),
];

/// All that was said: what, when, and what to do.
#[derive(Default)]
struct Said(Vec<[String; 3]>);

impl Said {
    /// Takes in what the dashboard says now.
    fn take(&mut self, when: &str, model: &mut Model) {
        let notice = model.notice.take();
        let text = notice
            .unwrap_or_else(|| panic!("nothing is said: {when}"))
            .text;
        self.text(when, &text);
    }

    fn text(&mut self, when: &str, text: &str) {
        let (says, next) = text.split_once(BETWEEN).unwrap_or((text, ""));
        self.row(when, says, next);
    }

    fn row(&mut self, when: &str, says: &str, next: &str) {
        let mut row = [says, when, next].map(str::to_owned);
        for (value, name) in VALUES {
            for cell in [0, 2] {
                row[cell] = row[cell].replace(value, name);
            }
        }
        if !self.0.contains(&row) {
            self.0.push(row);
        }
    }

    fn table(&self) -> String {
        let shown = |cell: &String| cell.replace('<', "&lt;");
        let rows = self.0.iter().map(|row| row.each_ref().map(shown));
        table(["it says", "when", "what next"], rows)
    }

    /// Without when.
    fn reasons(&self) -> String {
        let rows = self
            .0
            .iter()
            .map(|[says, _, next]| [says.clone(), next.clone()]);
        table(["it says", "what next"], rows)
    }
}

fn usual() -> Model {
    model_with(day(), 100, 30)
}

fn tell(model: &mut Model, message: Message) -> Vec<Effect> {
    update(model, message, now())
}

fn press(model: &mut Model, key: KeyCode) -> Vec<Effect> {
    tell(model, Message::Key(KeyEvent::new(key, KeyModifiers::NONE)))
}

fn keys(model: &mut Model, keys: &str) {
    for key in keys.chars() {
        draw(model, now());
        press(model, KeyCode::Char(key));
    }
}

/// The selected row's request.
fn bound(model: &Model) -> Bound {
    let row = model.selected_row().expect("a row is selected");
    Bound::to(row).expect("it asks")
}

/// What became of approving it.
fn decided(model: &mut Model, outcome: Outcome) {
    let bound = Box::new(bound(model));
    tell(model, Message::Decided(bound, Decision::Approve, outcome));
}

#[test]
fn the_page_of_the_book_has_all_that_the_dashboard_says() {
    let (mut line, mut whys, mut shown) = (Said::default(), Said::default(), Said::default());
    trials::bring_about(&mut line);
    trials::refusals(&mut whys);
    panels::bring_about(&mut shown);
    sources::assert_all_are_among(&line);
    let page = format!(
        "## In the last line\n\n{}\n\
         ## Why nothing was sent\n\n\
         What stands after `nothing was sent:`, or after `an answer was sent, but`. Whoever asks is as before.\n\n{}\n\
         ## Above the list and in the panels\n\n{}",
        line.table(),
        whys.reasons(),
        shown.table()
    );
    hold(PAGE, "what the dashboard says", &page);
}
