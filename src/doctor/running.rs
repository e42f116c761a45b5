//! The sessions of an assistant that run in panes, and since when.

use std::path::Path;
use std::time::{Duration, Instant};

use pane_patrol_hooks::process::{Processes, processes};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::witness::started_at;

/// How long the system may take to tell of its processes.
const BUDGET: Duration = Duration::from_secs(2);

/// When each process of `program` in a pane came to life; those of which that is not known are left
/// out. A wrapper and what it starts count both.
pub fn running(program: &str) -> Vec<Timestamp> {
    let processes = processes(Instant::now() + BUDGET);
    let all = processes.all().into_iter();
    all.filter(|pid| is_of(program, &processes.arguments(*pid)))
        .filter(|pid| processes.pane(*pid).is_some())
        .filter_map(|pid| started_at(processes.start(pid)?))
        .collect()
}

/// Whether these are the arguments of `program`, or of an interpreter that runs it.
fn is_of(program: &str, arguments: &[String]) -> bool {
    let named = |argument: &String| {
        let path = Path::new(argument);
        let script = path.extension().is_some_and(|extension| extension == "js");
        let name = if script {
            path.file_stem()
        } else {
            path.file_name()
        };
        name.is_some_and(|name| name == program)
    };
    arguments.iter().take(2).any(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_behind_its_interpreter_too() {
        let is_of = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            is_of("qwen", &words)
        };
        assert!(is_of(&["qwen"]) && is_of(&["node", "/usr/bin/qwen", "-c"]));
        assert!(is_of(&["node", "/x/qwen.js"]));
        assert!(!is_of(&["vim", "notes", "qwen"]) && !is_of(&["qwenx"]) && !is_of(&[]));
    }
}
