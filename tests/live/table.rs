//! The table of assistants and situations, and the verdict.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use super::Findings;
use super::assistant::Manners;
use super::situation::{Finding, Situation};

/// Nothing is wrong, but not everything was tried.
const EXIT_SKIPPED: u8 = 77;

/// What was found out of everybody.
#[derive(Default)]
pub(super) struct Table {
    lines: Vec<(&'static str, Findings)>,
}

impl Table {
    pub(super) fn add(&mut self, manners: &Manners, findings: Findings) {
        self.lines.push((manners.name, findings));
    }

    /// What was found out of one, at once: the whole takes minutes.
    pub(super) fn print_line(manners: &Manners, findings: &Findings) {
        for (situation, finding) in findings {
            println!("  {:<12} {:<12} {finding}", manners.name, situation.name());
        }
    }

    /// The whole table, then what cannot be known, what was left out and what is wrong.
    pub(super) fn print(&self, evidence: &Path) {
        let width = self
            .lines
            .iter()
            .map(|line| line.0.len())
            .max()
            .unwrap_or(0)
            .max(9)
            + 2;
        println!("\n{:<46}{}", "", self.row(width, |line| line.0.to_owned()));
        for situation in Situation::ALL {
            if self
                .lines
                .iter()
                .any(|line| line.1.contains_key(&situation))
            {
                let cells = self.row(width, |line| cell(line.1.get(&situation)));
                println!(
                    "{:<12}{:<34}{cells}",
                    situation.name(),
                    shortened(situation.meaning())
                );
            }
        }
        self.list("cannot be known", &|finding| match finding {
            Finding::Unknowable(why) => Some((*why).to_owned()),
            _ => None,
        });
        self.list("SKIPPED", &|finding| match finding {
            Finding::Skipped(why) => Some(why.clone()),
            _ => None,
        });
        self.list("WRONG", &|finding| {
            finding.is_failure().then(|| finding.to_string())
        });
        if self.any(Finding::is_failure) {
            println!("\ntranscripts: {}", evidence.display());
        }
    }

    fn row(&self, width: usize, cell: impl Fn(&(&'static str, Findings)) -> String) -> String {
        let cells = self
            .lines
            .iter()
            .map(|line| format!("{:<width$}", cell(line)));
        cells.collect::<String>().trim_end().to_owned()
    }

    /// One line for each reason that an assistant has, with the situations it is about.
    fn list(&self, heading: &str, what: &dyn Fn(&Finding) -> Option<String>) {
        let mut lines = Vec::new();
        for (name, findings) in &self.lines {
            let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (situation, finding) in findings {
                if let Some(why) = what(finding) {
                    reasons.entry(why).or_default().push(situation.name());
                }
            }
            let about = |(why, names): (String, Vec<&str>)| {
                format!("  {name}, {}: {why}", names.join(", "))
            };
            lines.extend(reasons.into_iter().map(about));
        }
        if !lines.is_empty() {
            println!("\n{heading}:\n{}", lines.join("\n"));
        }
    }

    fn any(&self, is: impl Fn(&Finding) -> bool) -> bool {
        self.lines.iter().any(|line| line.1.values().any(&is))
    }

    /// What the program ends with.
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

fn cell(finding: Option<&Finding>) -> String {
    match finding {
        None => "-".to_owned(),
        Some(Finding::Right(after)) => format!("ok {}ms", after.as_millis()),
        Some(Finding::Unknowable(_)) => "unknown".to_owned(),
        Some(Finding::Wrong(_)) => "WRONG".to_owned(),
        Some(Finding::Stuck(_)) => "STUCK".to_owned(),
        Some(Finding::Skipped(_)) => "skipped".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(33).collect()
}
