//! The statistics of a log as a person reads them.

use std::fmt::Write;
use std::time::Duration;

use super::{Figures, Stats};
use crate::log::when::{Grain, age};

/// How wide the longest bar is, in characters.
const BAR_WIDTH: u64 = 40;

/// How many tools are named in the text.
const TOOLS_NAMED: usize = 6;

impl Stats {
    /// The statistics as a person reads them.
    pub(crate) fn to_text(&self) -> String {
        if self.events == 0 {
            return "no event in that time\n".to_owned();
        }
        let mut text = String::new();
        for row in &self.rows {
            row.print(&mut text);
        }
        text.push_str("events by hour of the day\n");
        let most = self.by_hour.iter().copied().max().unwrap_or(0).max(1);
        let first = self
            .by_hour
            .iter()
            .position(|count| *count > 0)
            .unwrap_or(0);
        let last = self
            .by_hour
            .iter()
            .rposition(|count| *count > 0)
            .unwrap_or(23);
        for (hour, count) in self.by_hour.iter().enumerate().take(last + 1).skip(first) {
            let width = (count * BAR_WIDTH).div_ceil(most);
            let bar: String = (0..width).map(|_| '█').collect();
            let line = format!("  {hour:02}  {bar} {count}");
            // A string takes everything.
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

impl Figures {
    fn print(&self, text: &mut String) {
        let Self {
            assistant,
            target,
            turns,
            approvals,
            questions,
            errors,
            waiting,
            ..
        } = self;
        // A string takes everything.
        let _ = writeln!(text, "{assistant} in {target}");
        let _ = writeln!(
            text,
            "  turns {turns}, approvals {approvals}, questions {questions}, errors {errors}"
        );
        if waiting.count > 0 {
            let _ = writeln!(
                text,
                "  waited for you {}: median {}, longest {}, total {}",
                times(waiting.count),
                span(waiting.median),
                span(waiting.longest),
                span(waiting.total),
            );
        }
        if !self.tools.is_empty() {
            let _ = writeln!(text, "  tools {}", self.named_tools());
        }
        text.push('\n');
    }

    fn named_tools(&self) -> String {
        let mut tools: Vec<(&String, &u64)> = self.tools.iter().collect();
        tools.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let named = tools.iter().take(TOOLS_NAMED);
        let mut named: Vec<String> = named
            .map(|(tool, count)| format!("{tool} {count}"))
            .collect();
        if let Some(more) = tools
            .len()
            .checked_sub(TOOLS_NAMED)
            .filter(|more| *more > 0)
        {
            named.push(format!("and {more} more"));
        }
        named.join(", ")
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

/// Seconds as people say them: `4.2s`, `3m 05s`, `2h 10m`.
fn span(seconds: f64) -> String {
    if seconds < 59.95 {
        return format!("{seconds:.1}s");
    }
    age(Duration::from_secs_f64(seconds), Grain::Fine)
}
