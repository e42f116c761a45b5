//! What tmux prints of panes and clients: the one way of asking for it and of reading it.
//!
//! Fields are separated by tabs: tmux keeps control characters out of names and titles, and prints
//! a tab of a format as it is in every version (other control characters come escaped in newer ones).

use std::borrow::Cow;

use super::{Call, Format};

/// Which of their properties are asked for, each as a format, in the order in which they come.
pub(super) struct Query {
    pub(super) pane: &'static [&'static str],
    /// None: clients are not asked for.
    pub(super) client: &'static [&'static str],
}

/// One line of the answer.
pub(super) enum Line<'a> {
    /// A pane; one of a window that is linked into several sessions comes once for each.
    Pane(Vec<Cow<'a, str>>),
    /// Somebody's client.
    Client(Vec<Cow<'a, str>>),
    /// Nothing that was asked for.
    Other(&'a str),
}

impl Query {
    /// Both lists in one process.
    pub(super) fn call(&self) -> Call {
        let panes = Call::new("list-panes").flag("-a");
        let panes = panes.format("-F", &Format::fields("P", self.pane));
        if self.client.is_empty() {
            return panes;
        }
        let clients = Format::fields("C", self.client);
        panes.then(Call::new("list-clients").format("-F", &clients))
    }

    /// The lines of the answer, with just the fields that were asked for. The last one may hold tabs.
    pub(super) fn lines<'a>(&self, answer: &'a str) -> impl Iterator<Item = Line<'a>> {
        let lines = answer.lines().filter(|line| !line.is_empty());
        lines.map(|line| self.line(line))
    }

    fn line<'a>(&self, line: &'a str) -> Line<'a> {
        let fields = |mark: &str, count: usize| {
            let rest = line.strip_prefix(mark)?;
            // A tmux that escapes tabs too.
            let tab = ["\t", "\\011"]
                .into_iter()
                .find(|tab| rest.starts_with(tab))?;
            let fields: Vec<_> = rest[tab.len()..].splitn(count, tab).collect();
            let fields = fields.into_iter().map(Cow::Borrowed).collect::<Vec<_>>();
            (fields.len() == count).then_some(fields)
        };
        if let Some(pane) = fields("P", self.pane.len()) {
            return Line::Pane(pane);
        }
        let client = fields("C", self.client.len()).filter(|_| !self.client.is_empty());
        client.map_or(Line::Other(line), Line::Client)
    }
}
