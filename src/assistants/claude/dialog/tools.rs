//! What Claude Code's dialogs show of its own tools other than commands and files: a call such as
//! `Web Search("x")` or `Agent(x)`, with a sentence of Claude's about it. Newer versions have the call
//! alone between two dotted rules; 2.1.197 has it three cells in, above the sentence. All of the call is
//! compared, and of the sentence whatever of the request stands in it.

use serde_json::Value;

use super::about::TOOL;
use super::address::{addresses, host};
use super::compare::{BareRows, Wanted, file_names, said};
use super::heading::is_title;
use super::sheet::{Layout, Sheet};
use crate::assistants::facets::dialog::cut;
use crate::assistants::facets::dialog::flow::{Breaks, Flow, Tabs};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain};
use crate::state::Bound;

/// Said below a sentence of which newer versions show the beginning.
const MORE: &str = "(ctrl+o to expand description)";

/// How the call of a tool is shown.
struct Call {
    /// The first row.
    title: &'static [&'static str],
    /// The call itself, in one of these ways.
    forms: Vec<String>,
    /// What Claude says about it, where some of the request stands in that.
    about: Option<String>,
}

impl Call {
    /// Refuses what could draw a dialog of its own.
    fn without_frames(mut self) -> Result<Self, Refusal> {
        let about = self.about.as_deref().unwrap_or_default();
        plain(Part::Input, about)?;
        let refused = self.forms.first().map(|form| plain(Part::Input, form));
        self.forms.retain(|form| plain(Part::Input, form).is_ok());
        match refused {
            Some(Err(why)) if self.forms.is_empty() => Err(why),
            _ => Ok(self),
        }
    }
}

impl Sheet {
    /// A tool of Claude's own.
    pub(crate) fn uses(&self, bound: &Bound, tool: &str, message: &str) -> Result<(), Refusal> {
        let Some(input) = &bound.input else {
            return self.names(tool, message);
        };
        match tool {
            "Skill" => self.is_skill(bound, input),
            "WebFetch" => self.fetches(input),
            _ => self.is_call(call(
                tool,
                input,
                message,
                bound.cwd.as_deref().unwrap_or("/"),
            )),
        }
    }

    /// All that is known is the one line of `message`: it has to be what is called, in full.
    fn names(&self, tool: &str, message: &str) -> Result<(), Refusal> {
        if cut(message).1 {
            return Err(Refusal::NotKnown(Part::Input));
        }
        let call = match tool {
            "WebSearch" => call(tool, &serde_json::json!({"query": message}), message, "/"),
            "WebFetch" | "Skill" => return Err(Refusal::NotKnown(Part::Input)),
            _ => call(tool, &Value::Null, message, "/"),
        };
        self.is_call(call)
    }

    fn is_call(&self, call: Call) -> Result<(), Refusal> {
        if !self.is_headed(call.title) {
            return Err(Refusal::OtherDialog);
        }
        let call = call.without_frames()?;
        match &self.layout {
            Layout::Ruled { head, block } => {
                let shown = self.framed(block);
                let is_its = |form: &String| Wanted::All(form).is_in(&shown);
                if !call.forms.iter().any(is_its) {
                    return Err(Refusal::Differs(Part::Input));
                }
                let is_said = |title: usize| {
                    is_title(&head[..title], call.title, self.width())
                        && call
                            .about
                            .as_ref()
                            .is_none_or(|about| self.says(&head[title..], about))
                };
                said((1..=head.len()).any(is_said), Part::Input)
            }
            Layout::Plain { title, block } => {
                if !is_title(title, call.title, self.width()) {
                    return Err(Refusal::OtherDialog);
                }
                let is_its = |end: usize| {
                    let (above, below) = block.split_at(end);
                    let is_form = |form: &String| self.is_sunk(above, form);
                    call.forms.iter().any(is_form)
                        && call
                            .about
                            .as_ref()
                            .is_none_or(|about| self.is_sunk(below, about))
                };
                said((1..=block.len()).any(is_its), Part::Input)
            }
            Layout::Boxed { .. } => Err(Refusal::OtherDialog),
        }
    }

    /// Whether the rows of the newer layout are this sentence, or its beginning where they say so.
    fn says(&self, rows: &[String], about: &str) -> bool {
        let Some((_, shown)) = rows.split_last().filter(|(last, _)| last.trim() == MORE) else {
            return Wanted::All(about).is_in(&self.barred(rows));
        };
        let mut shown = self.barred(shown);
        let Some(last) = shown.rows.last_mut() else {
            return false;
        };
        match last.strip_suffix('…') {
            Some(beginning) => *last = beginning.to_owned(),
            None => return false,
        }
        // The words that follow are not shown, wherever the row was broken.
        let ends = about.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
        ends.into_iter()
            .any(|end| Wanted::All(&about[..end]).is_in(&shown))
    }

    /// As `framed`, with a bar beside a single row, too.
    fn barred(&self, rows: &[String]) -> BareRows {
        let inside = |row: &String| {
            let rest = row.strip_prefix(" │")?;
            Some(rest.strip_prefix(' ').unwrap_or(rest).to_owned())
        };
        match rows.iter().map(inside).collect::<Option<Vec<String>>>() {
            // Here it leaves a few cells more.
            Some(inside) => BareRows {
                rows: inside,
                flow: Flow::words(self.width.saturating_sub(6)),
            },
            None => self.sunk(rows, 1, 2),
        }
    }

    /// Whether the rows of the older layout are `text`; where it stands two cells in it is broken anywhere.
    fn is_sunk(&self, rows: &[String], text: &str) -> bool {
        let indent = if self.is_headed(&["Read", "file"]) {
            2
        } else {
            3
        };
        let shown = self.sunk(rows, indent, indent * 2);
        let cells = Flow {
            columns: self.width.saturating_sub(indent * 2),
            breaks: Breaks::Cells,
            tabs: Tabs::Loose,
        };
        Wanted::All(text).is_in(&shown) || indent == 2 && cells.shows(&shown.rows, text)
    }

    /// The address, and what is to be looked for there.
    fn fetches(&self, input: &Value) -> Result<(), Refusal> {
        let text = |name: &str| input[name].as_str().ok_or(Refusal::NotKnown(Part::Input));
        let (url, prompt) = (text("url")?, text("prompt")?);
        plain(Part::Input, url)?;
        plain(Part::Input, prompt)?;
        if !self.is_headed(&["Fetch"]) {
            return Err(Refusal::OtherDialog);
        }
        let addresses = addresses(url);
        let is_its = match &self.layout {
            Layout::Ruled { head, block } => {
                let asks = format!("prompt: {prompt}");
                let is_asked = |end: usize| {
                    let (above, below) = block.split_at(end);
                    let is_address = |url: &String| {
                        Wanted::All(&format!("url: {url}")).is_in(&self.framed(above))
                    };
                    addresses.iter().any(is_address)
                        && Wanted::All(&asks).is_in(&self.framed(below))
                };
                let is_titled = |end: usize| is_title(&head[..end], &["Fetch"], self.width());
                (1..=head.len().min(2)).any(is_titled) && (1..block.len()).any(is_asked)
            }
            Layout::Plain { title, block } => {
                let is_asked = |url: &String| {
                    let call = format!("url: \"{url}\", prompt: \"{prompt}\"");
                    let host = format!("Claude wants to fetch content from {}", host(url));
                    (1..block.len()).any(|end| {
                        self.is_sunk(&block[..end], &call) && self.is_sunk(&block[end..], &host)
                    })
                };
                is_title(title, &["Fetch"], self.width()) && addresses.iter().any(is_asked)
            }
            Layout::Boxed { .. } => false,
        };
        // Browsers know more of other scripts than is known here.
        let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
        if !is_its && !url.chars().all(is_plain) {
            return Err(Refusal::Rewritten(Part::Address));
        }
        said(is_its, Part::Input)
    }
}

/// How a call of `tool` is written.
fn call(tool: &str, input: &Value, message: &str, cwd: &str) -> Call {
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let plain = |forms: Vec<String>| Call {
        title: TOOL,
        forms: with_run_together(forms),
        about: None,
    };
    match tool {
        "WebSearch" => {
            let query = text("query");
            let domains = |name: &str, words: &str| {
                let list = input[name].as_array().into_iter().flatten();
                let list: Vec<&str> = list.filter_map(Value::as_str).collect();
                if list.is_empty() {
                    String::new()
                } else {
                    format!(", {words}: {}", list.join(", "))
                }
            };
            let allowed = domains("allowed_domains", "only allowing domains");
            let blocked = domains("blocked_domains", "blocking domains");
            Call {
                about: Some(format!("Claude wants to search the web for: {query}")),
                ..plain(vec![format!("Web Search(\"{query}\"{allowed}{blocked})")])
            }
        }
        "Agent" | "Task" => {
            let names = ["Agent", "Task", text("subagent_type")];
            let forms = names.iter().filter(|name| !name.is_empty());
            plain(
                forms
                    .map(|name| format!("{name}({})", text("description")))
                    .collect(),
            )
        }
        "EnterWorktree" => plain(vec![
            format!("Creating worktree({})", text("name")),
            "Creating worktree".to_owned(),
        ]),
        "CronCreate" => plain(vec![format!(
            "{tool}({}: {})",
            text("cron"),
            text("prompt")
        )]),
        "Read" => {
            let path = input["file_path"].as_str().unwrap_or(message);
            let lines = lines(input);
            let forms = file_names(path, cwd).into_iter();
            Call {
                title: &["Read", "file"],
                forms: forms.map(|name| format!("Read({name}{lines})")).collect(),
                about: None,
            }
        }
        // Nothing is known of others but that they are named, and what with.
        _ => {
            let fields = input
                .as_object()
                .into_iter()
                .flat_map(|fields| fields.values());
            let fields = fields.filter_map(Value::as_str);
            let given = fields.chain([message]).filter(|text| !text.is_empty());
            let given =
                given.flat_map(|text| [format!("{tool}({text})"), format!("{tool}(\"{text}\")")]);
            plain(
                given
                    .chain([tool.to_owned(), format!("{tool}()")])
                    .collect(),
            )
        }
    }
}

/// Which lines of a file are read, or which pages.
fn lines(input: &Value) -> String {
    let number = |name: &str| input[name].as_u64();
    match (number("offset"), number("limit"), input["pages"].as_str()) {
        (_, _, Some(pages)) => format!(" · pages {pages}"),
        (from, Some(limit), None) => {
            let from = from.unwrap_or(1);
            format!(" · lines {from}-{}", from + limit.saturating_sub(1))
        }
        (Some(from), None, None) => format!(" · from line {from}"),
        (None, None, None) => String::new(),
    }
}

/// Newer versions run the blanks of a call together.
fn with_run_together(forms: Vec<String>) -> Vec<String> {
    let run_together = |form: &String| form.split_whitespace().collect::<Vec<_>>().join(" ");
    let others: Vec<String> = forms.iter().map(run_together).collect();
    [forms, others].concat()
}
