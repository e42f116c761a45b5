//! The table of assistants and situations, and the verdict.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use super::Findings;
use super::assistant::Manners;
use super::finding::Finding;
use super::situation::Situation;

/// Nothing is wrong, but not everything was tried.
const EXIT_SKIPPED: u8 = 77;

/// One way of running an assistant.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// The version that was tried; empty when it was not.
    pub(super) version: String,
    /// What was found out, each time that it was tried.
    pub(super) rounds: Vec<Findings>,
}

impl Column {
    fn of(&self, situation: Situation) -> impl Iterator<Item = &Finding> {
        self.rounds
            .iter()
            .filter_map(move |round| round.get(&situation))
    }

    fn has(&self, situation: Situation) -> bool {
        self.of(situation).next().is_some()
    }

    fn findings(&self) -> impl Iterator<Item = (&Situation, &Finding)> {
        self.rounds.iter().flatten()
    }
}

/// What was found out of everybody.
#[derive(Default)]
pub(super) struct Table {
    columns: Vec<Column>,
}

impl Table {
    /// Adds a column and prints it at once: the whole takes minutes.
    pub(super) fn add(&mut self, manners: &Manners, version: String, rounds: Vec<Findings>) {
        let column = Column {
            name: manners.name,
            version,
            rounds,
        };
        for situation in Situation::all().filter(|it| column.has(*it)) {
            let found = told(&column, situation);
            println!("  {:<16} {:<16} {found}", column.name, situation.name());
        }
        self.columns.push(column);
    }

    /// The whole table, then what cannot be known, what was late, left out or wrong.
    pub(super) fn print(&self, evidence: &Path) {
        let widths = self
            .columns
            .iter()
            .map(|it| it.name.len().max(it.version.len()));
        let width = widths.max().unwrap_or(0).max(9) + 2;
        println!("\n{:<51}{}", "", self.row(width, |it| it.name.to_owned()));
        println!("{:<51}{}", "", self.row(width, |it| it.version.clone()));
        let is_tried = |situation: &Situation| self.columns.iter().any(|it| it.has(*situation));
        for situation in Situation::all().filter(is_tried) {
            let cells = self.row(width, |column| cell(column, situation));
            println!(
                "{:<19}{:<32}{cells}",
                situation.name(),
                shortened(situation.meaning())
            );
        }
        if self.columns.iter().any(|it| it.version.ends_with('*')) {
            println!("\n* as it was installed: the registry could not be asked for a newer one");
        }
        self.list("cannot be known", &|finding| match finding {
            Finding::Unknowable(why) => Some((*why).to_owned()),
            _ => None,
        });
        self.list("SKIPPED", &|finding| match finding {
            Finding::Skipped(why) => Some(why.clone()),
            _ => None,
        });
        self.list("LATE", &|finding| match finding {
            Finding::Late(..) => Some(finding.to_string()),
            _ => None,
        });
        self.list("WRONG", &|finding| {
            finding.is_failure().then(|| finding.to_string())
        });
        if self.any(Finding::is_failure) {
            println!("\ntranscripts: {}", evidence.display());
        }
    }

    fn row(&self, width: usize, cell: impl Fn(&Column) -> String) -> String {
        let cells = self
            .columns
            .iter()
            .map(|it| format!("{:<width$}", cell(it)));
        cells.collect::<String>().trim_end().to_owned()
    }

    /// One line for each reason that an assistant has, with the situations it is about.
    fn list(&self, heading: &str, what: &dyn Fn(&Finding) -> Option<String>) {
        let mut lines = Vec::new();
        for column in &self.columns {
            let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (situation, finding) in column.findings() {
                if let Some(why) = what(finding) {
                    reasons.entry(why).or_default().push(situation.name());
                }
            }
            let about = |(why, names): (String, Vec<&str>)| {
                format!("  {}, {}: {why}", column.name, names.join(", "))
            };
            lines.extend(reasons.into_iter().map(about));
        }
        if !lines.is_empty() {
            println!("\n{heading}:\n{}", lines.join("\n"));
        }
    }

    fn any(&self, is: impl Fn(&Finding) -> bool) -> bool {
        let mut findings = self.columns.iter().flat_map(Column::findings);
        findings.any(|(_, finding)| is(finding))
    }

    /// What the program ends with: being late for want of a quiet machine is no failure.
    pub(super) fn exit_code(&self) -> ExitCode {
        if self.any(Finding::is_failure) {
            ExitCode::FAILURE
        } else if self.any(|finding| matches!(finding, Finding::Skipped(_))) {
            ExitCode::from(EXIT_SKIPPED)
        } else {
            ExitCode::SUCCESS
        }
    }
}

/// How often it was right, of how many times; in a word where it was tried once.
fn cell(column: &Column, situation: Situation) -> String {
    let findings: Vec<_> = column.of(situation).collect();
    match findings.as_slice() {
        [] => "-".to_owned(),
        [finding] => word(finding),
        many => {
            let is_right =
                |it: &&&Finding| matches!(it, Finding::Right(_) | Finding::Unknowable(_));
            let right = many.iter().filter(is_right).count();
            format!("{right}/{} ok", many.len())
        }
    }
}

fn word(finding: &Finding) -> String {
    match finding {
        Finding::Right(after) => format!("ok {}ms", after.as_millis()),
        Finding::Late(after, _) => format!("late {}ms", after.as_millis()),
        Finding::Unknowable(_) => "unknown".to_owned(),
        Finding::Wrong(_) => "WRONG".to_owned(),
        Finding::Stuck(_) => "STUCK".to_owned(),
        Finding::Skipped(_) => "skipped".to_owned(),
    }
}

/// The same with what was worst.
fn told(column: &Column, situation: Situation) -> String {
    let mut worst: Option<&Finding> = None;
    for finding in column.of(situation) {
        if worst.is_none_or(|worst| finding.is_worse_than(worst)) {
            worst = Some(finding);
        }
    }
    let worst = worst.map(ToString::to_string).unwrap_or_default();
    if column.rounds.len() == 1 {
        return worst;
    }
    format!("{}; at worst {worst}", cell(column, situation))
}

fn shortened(text: &str) -> String {
    text.chars().take(31).collect()
}
