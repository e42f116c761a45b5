//! The selected row in full: since when, every request with its whole text, where, and why we say so.

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sheet::Sheet;
use super::{Asks, Component, Moves, PLAIN, Page, ended, fold, list, most, startable, two_thirds};
use crate::assistants::request as asked;
use crate::git::words as git_words;
use crate::state::words::word;
use crate::state::{Evidence, Row};
use crate::tasks::words as task_words;
use crate::tui::age::{self, Grain};
use crate::tui::keymap::{Action, Hint, hint, key_for};
use crate::tui::labels;
use crate::tui::model::request;
use crate::tui::model::trust;
use crate::tui::model::{Model, Tab};
use crate::tui::text;

/// Columns beside a text of one line, at most.
const LABELS: usize = 10;

/// What stands before an assistant's last words, where it does something else by now.
const SAID: &str = "said";

/// What stands before the model, the context and the mode.
const WITH: &str = "with";

/// Pieces of evidence that the short form shows.
const FEW: usize = 3;

/// The selected row in short, as much as there is room for.
pub(super) const DETAIL: Component = Component {
    page: |model, now, width| match (model.selected_past(), model.selected_startable()) {
        (Some(past), _) => ended::page(model, past, now, width).into(),
        (None, Some(one)) => startable::page(model, one, now, width).into(),
        (None, None) => match model.selected_fold() {
            Some(folded) => fold::page(model, &folded, now, width).into(),
            None => page(model, now, width, false),
        },
    },
    height,
    hints: |model| match (model.selected_past(), model.selected_startable()) {
        (Some(_), _) => ended::HINTS,
        (None, Some(one)) => startable::hints(one),
        (None, None) if model.selected_fold().is_some() => fold::HINTS,
        (None, None) => list::HINTS,
    },
    next_change: |model, now| match model.selected_past() {
        Some(past) => Some(ended::next_change(past, now)),
        None => next_change(model, now, FEW),
    },
    tab: Some(Tab::Overview),
    asks: Asks::OfRow,
    moves: Moves::List,
    ..PLAIN
};

/// The selected row with everything that was heard of it.
pub(super) const EXPLAIN: Component = Component {
    page: |model, now, width| page(model, now, width, true),
    height: |_, body| two_thirds(body),
    hints: |_| {
        const HINTS: &[Hint] = &[
            hint(&[Action::Go]),
            hint(&[Action::Explain]).to("close"),
            hint(&[Action::Page(1)]),
            hint(&[Action::NextWaiting]),
            hint(&[Action::Help]),
            hint(&[Action::Quit]),
        ];
        HINTS
    },
    next_change: |model, now| next_change(model, now, usize::MAX),
    moves: Moves::Rows,
    ..DETAIL
};

/// What the panel shows of the selected row.
pub(super) fn page(model: &Model, now: Timestamp, width: u16, all: bool) -> Page {
    let Some(row) = model.selected_row() else {
        return folder(model, width).into();
    };
    let sheet = Sheet::new(model, now, width);
    let mut lines = sheet.title(row);
    let first = lines.len();
    let front = request::in_front(model, row);
    lines.extend(front.map_or_else(|| sheet.says(row), |front| sheet.request(row, front)));
    let asked = front.map(|_| first..lines.len());
    lines.extend(sheet.recap(row));
    lines.extend(sheet.limit(row));
    lines.extend(sheet.left_behind(row));
    lines.extend(sheet.others(row));
    lines.extend(sheet.waiting_text(row));
    lines.extend(sheet.trust(row));
    lines.extend(sheet.shares(row, all));
    lines.extend(sheet.folder(row));
    lines.extend(sheet.facts(row));
    lines.extend(sheet.mode(row));
    lines.extend(sheet.evidence(row, all));
    Page { lines, asked }
}

/// The folder that we run in, while there is no row: what is changed there, and how far its tasks are.
fn folder(model: &Model, width: u16) -> Vec<Line<'static>> {
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    let theme = model.setup.theme;
    let path = printable_line(model.shown_folder().map_or("", |pulse| &pulse.folder));
    let path = labels::below_home(&path, model.setup.home.as_deref());
    let told = [
        Some((path, theme.strong())),
        subject
            .diff
            .map(|diff| (git_words::diff(diff), theme.text())),
        subject
            .tasks
            .map(|tasks| (task_words::tasks(tasks), theme.text())),
    ];
    let room = usize::from(width).saturating_sub(3);
    told.into_iter()
        .flatten()
        .map(|(words, style)| Line::styled(format!(" {}", text::fit(&words, room)), style))
        .collect()
}

/// A third of the room, and more where the list leaves it blank and there is more to tell.
pub(super) fn height(model: &Model, body: Rect) -> u16 {
    if body.height < 7 {
        return 0;
    }
    let usual = (body.height / 3).clamp(2, 10).min(most(body));
    usual.max(height_in_blank(model, body, usual))
}

/// As much as shows all of what is asked, or of what is told where nothing is asked, but no more than half, and only
/// what the list leaves blank.
fn height_in_blank(model: &Model, body: Rect, usual: u16) -> u16 {
    let listed = model.lines_of_list(usize::from(body.height));
    let listed = u16::try_from(listed).unwrap_or(u16::MAX);
    let blank = body.height.saturating_sub(listed).saturating_sub(1);
    let most = blank.min(body.height / 2);
    if most <= usual {
        return usual;
    }
    let wanted = wanted(model, body.width, usize::from(most));
    // One more says how much is below.
    u16::try_from(wanted + 1).map_or(most, |wanted| wanted.min(most))
}

/// How many lines it has in a region of that width, with a blank one behind them; more than `most` of a very long one.
pub(crate) fn height_in_full(model: &Model, width: u16, most: u16) -> u16 {
    let Some(row) = model.selected_row() else {
        return most;
    };
    if wanted(model, width, usize::from(most)) >= usize::from(most) {
        return most;
    }
    // How many lines there are hardly depends on the time; one more is there for when it does.
    let lines = page(model, row.since, width, false).lines.len();
    u16::try_from(lines + 1).unwrap_or(most)
}

/// How many lines from the top hold all of what is asked, in a panel of that width; `most` for a very long
/// text. Their number does not depend on the time.
fn wanted(model: &Model, width: u16, most: usize) -> usize {
    /// Of a text as long as this nobody needs to know how many lines it has.
    const HUGE: usize = 16 * 1024;
    let Some(row) = model.selected_row() else {
        return 0;
    };
    let Some(front) = request::in_front(model, row) else {
        // How many lines there are does not depend on the time.
        return page(model, row.since, width, false).lines.len();
    };
    let sheet = Sheet::new(model, row.since, width);
    let known = sheet.known(row, front);
    if known.is_some_and(|known| asked::text(front, known).len() > HUGE) {
        return most;
    }
    sheet.title(row).len() + sheet.request(row, front).len()
}

/// When an age in the panel changes next, of so many pieces of evidence.
fn next_change(model: &Model, now: Timestamp, count: usize) -> Option<Timestamp> {
    let evidence = &model.selected_row()?.evidence;
    evidence
        .iter()
        .take(count)
        .map(|evidence| age::next_change(now, evidence.at, Grain::Coarse))
        .min()
}

impl Sheet<'_> {
    /// `shop:1.1 · claude · wants approval since 13:58:03`
    fn title(&self, row: &Row) -> Vec<Line<'static>> {
        let theme = self.theme();
        let target = match &row.terminal {
            Some(program) => format!("{} in {program}", labels::target(row)),
            None => labels::target(row),
        };
        let target = text::fit_end(&target, self.width / 2).into_owned();
        let phrase = labels::phrase(row);
        let state = match row.standing() {
            Some("offline") => format!("offline · last heard: {phrase}"),
            Some(standing) => format!("{standing} · {phrase}"),
            None => phrase.to_owned(),
        };
        let since = format!("{state} since {}", self.moment(row.since));
        let room = self.width.saturating_sub(text::width(&target) + 3);
        let name = match &row.called {
            Some(called) => format!("{} ({called})", row.assistant),
            None => row.assistant.to_string(),
        };
        let both = text::width(&name) + 3 + since.len();
        let (name, state) = match room {
            room if room >= both => (Some(name), since),
            room if room >= since.len() => (None, since),
            _ => (None, state),
        };
        let parts = std::iter::once((target, theme.strong()))
            .chain(name.map(|name| (name, theme.text())))
            .chain([(state, theme.state(row.state))]);
        let mut spans = vec![Span::raw(" ")];
        for (index, (part, style)) in parts.enumerate() {
            if index > 0 {
                spans.push(Span::styled(" · ", theme.dim()));
            }
            spans.push(Span::styled(part, style));
        }
        vec![Line::from(spans)]
    }

    /// What it does or said last.
    fn says(&self, row: &Row) -> Vec<Line<'static>> {
        let theme = self.theme();
        let label = labels::message_title(row);
        self.labelled(label, theme.strong(), row.message.as_deref(), theme.text())
    }

    /// What it said at the end of its last turn, as much of it as one line holds, where that is not told already.
    fn recap(&self, row: &Row) -> Vec<Line<'static>> {
        let recap = row.recap.as_deref().filter(|_| row.recap != row.message);
        let room = self.width.saturating_sub(SAID.len() + 5);
        let recap = recap.map(|words| text::fit(words, room).into_owned());
        let dim = self.theme().dim();
        self.labelled(SAID, dim, recap.as_deref(), dim)
    }

    /// That a limit is reached, where it does not say so itself.
    fn limit(&self, row: &Row) -> Vec<Line<'static>> {
        let limit = row.facts.as_ref().and_then(|facts| facts.limit.as_deref());
        let limit = limit.filter(|limit| row.message.as_deref() != Some(*limit));
        let theme = self.theme();
        self.labelled("limit", theme.state(State::Error), limit, theme.text())
    }

    /// With what it works, as much of it as one line holds.
    fn facts(&self, row: &Row) -> Vec<Line<'static>> {
        let Some(facts) = &row.facts else {
            return Vec::new();
        };
        let room = self.width.saturating_sub(LABELS);
        let mut told = String::new();
        for words in facts.words() {
            let gap = if told.is_empty() { "" } else { " · " };
            if text::width(&told) + text::width(gap) + text::width(&words) <= room {
                told = told + gap + &words;
            }
        }
        let told = Some(told.as_str()).filter(|told| !told.is_empty());
        let dim = self.theme().dim();
        self.labelled(WITH, dim, told, dim)
    }

    /// How one goes of which nothing runs any more.
    fn left_behind(&self, row: &Row) -> Vec<Line<'static>> {
        if !row.is_left_behind() {
            return Vec::new();
        }
        let told = format!(
            "it has ended, and no pane is left of it: {} takes it away, else it goes by itself after a while \
             (`ttl_seconds` below `[table]` in the settings)",
            key_for(Action::Stop)
        );
        let dim = self.theme().dim();
        self.labelled("", dim, Some(&told), dim)
    }

    /// What it asks beside the request in front.
    fn others(&self, row: &Row) -> Vec<Line<'static>> {
        let front = request::in_front(self.model, row);
        let others = row.waiting.iter().filter(|request| Some(*request) != front);
        let others: Vec<_> = others.flat_map(|other| self.in_short(other)).collect();
        if others.is_empty() {
            return others;
        }
        let theme = self.theme();
        let said = format!(
            "one of {}; {} shows the next",
            row.waiting.len(),
            key_for(Action::OtherRequest)
        );
        let mut lines = self.labelled("", theme.dim(), Some(&said), theme.accent());
        lines.extend(others);
        lines
    }

    /// What the person has written, which waits until the turn ends.
    fn waiting_text(&self, row: &Row) -> Vec<Line<'static>> {
        let Some(letter) = self.model.writing.queued_for(&row.id) else {
            return Vec::new();
        };
        let theme = self.theme();
        let first = letter.text.lines().find(|line| !line.trim().is_empty());
        let first = printable_line(first.unwrap_or_default());
        let room = self.width.saturating_sub(LABELS);
        let more = match letter.text.lines().count() {
            0 | 1 => String::new(),
            lines => format!(" ({})", labels::counted(lines, "line")),
        };
        let told = format!(
            "sent when its turn ends; {} takes it back{more}",
            key_for(Action::Write)
        );
        let first = text::fit(&first, room).into_owned();
        let mut lines = self.labelled("text", theme.strong(), Some(&first), theme.text());
        lines.extend(self.labelled("", theme.dim(), Some(&told), theme.dim()));
        lines
    }

    fn trust(&self, row: &Row) -> Vec<Line<'static>> {
        let Some(left) = trust::minutes_left(row, self.now) else {
            return Vec::new();
        };
        let told = format!(
            "{left}m more without asking, as far as rules let it; {} ends it{}",
            key_for(Action::Trust),
            if row.waiting.is_empty() {
                ""
            } else {
                "; what it asks now still waits"
            }
        );
        let theme = self.theme();
        self.labelled("trust", theme.strong(), Some(&told), theme.text())
    }

    fn folder(&self, row: &Row) -> Vec<Line<'static>> {
        let home = self.model.setup.home.as_deref();
        let Some(cwd) = row.cwd.as_deref() else {
            return Vec::new();
        };
        let mut place = labels::below_home(cwd, home);
        if let Some(branch) = &row.branch {
            let sign = labels::branch_sign(self.model.setup.signs);
            place = format!("{place} {sign} {branch}");
        }
        if row.sub_agents > 0 {
            place.push_str(" · ");
            place.push_str(&labels::counted(row.sub_agents, "sub-agent"));
        }
        let dim = self.theme().dim();
        self.labelled("in", dim, Some(&place), dim)
    }

    fn evidence(&self, row: &Row, all: bool) -> Vec<Line<'static>> {
        let count = if all { usize::MAX } else { FEW };
        row.evidence
            .iter()
            .take(count)
            .enumerate()
            .flat_map(|(index, evidence)| {
                let label = if index == 0 { "why" } else { "" };
                self.piece(label, evidence, all)
            })
            .collect()
    }

    /// What was heard, from whom, how long ago, and what it changed.
    fn piece(&self, label: &str, evidence: &Evidence, all: bool) -> Vec<Line<'static>> {
        let theme = self.theme();
        let age = age::text(self.now, evidence.at, Grain::Coarse);
        let mut heard = evidence.what.clone();
        if all {
            heard = format!("{} {heard}", self.moment(evidence.at));
        }
        let heard = format!("{heard} · {} · {age} ago", speaker(evidence.source));
        let mut lines = self.labelled(label, theme.dim(), Some(&heard), theme.text());
        let mut told = change(evidence);
        if let Some(reason) = &evidence.reason {
            told.push_str(": ");
            told.push_str(reason);
        }
        if all {
            let told = format!("→ {told}");
            lines.extend(self.labelled("", theme.dim(), Some(&told), theme.dim()));
        }
        lines
    }
}

fn speaker(source: Source) -> &'static str {
    match source {
        Source::Hook => "hook",
        Source::Witness => "witness",
        Source::User => "you",
        Source::Emit => "script",
    }
}

fn change(evidence: &Evidence) -> String {
    match evidence.before {
        Some(before) if before == evidence.after => "changed nothing".to_owned(),
        Some(before) => format!("{}, was {}", word(evidence.after), word(before)),
        None => format!("{}, a new row", word(evidence.after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixture::{model_with, row, screen};

    #[test]
    fn a_row_of_which_nothing_runs_any_more_says_how_it_goes() {
        for (target, publisher, says) in [
            ("agent/bot@host", None, true),
            ("agent/bot@host", Some("wrap-7"), false),
            ("work:1.0", None, false),
        ] {
            let mut left = row(1, "bot", State::Error, target, 5);
            (left.pane, left.server, left.pid) = (None, None, None);
            left.publisher = publisher.map(str::to_owned);
            let shown = screen(&model_with(vec![left], 100, 30));
            assert_eq!(shown.contains("x takes it away"), says, "{shown}");
        }
    }
}
