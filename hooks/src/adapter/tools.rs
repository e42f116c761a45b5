//! What an assistant's tools do, by the names that its events give them, as far as anything is made of
//! that. Facts alone, beside each adapter; whoever asks names no assistant and no tool.

use super::{ADAPTERS, Adapter, ToolInput};
use crate::event::Assistant;

/// Says what a call is about, by the tool, its input and the folder that is worked in; `None`: the usual
/// words will do.
pub type About = fn(&str, &ToolInput, &str) -> Option<String>;

/// The tools of an assistant. Whether a file is written is told by a
/// name without regard to capital letters.
#[derive(Clone, Copy, Debug)]
pub struct Tools {
    /// Those that only look: no file and no task is another one after them.
    pub reading: &'static [&'static str],
    /// Those whose events name the one file that they write.
    pub writing: &'static [&'static str],
    /// Those whose events name all the files that they write, as `a, b`.
    pub writing_several: &'static [&'static str],
    /// Those that run a command, which is what their events say: all of it, where that is not cut.
    pub commands: &'static [&'static str],
    /// The one whose commands are processes below the assistant's, which its witness sees.
    pub shell: Option<&'static str>,
    /// Those that ask the person a question: a request for one of them waits for input, not approval.
    pub asking: &'static [&'static str],
    /// Those that lay a plan before the person, which only their dialog answers.
    pub planning: &'static [&'static str],
    /// Those that have another agent work for them: not they ask, but that one does.
    pub delegating: &'static [&'static str],
    /// The events by which a tool ends that has not done its work.
    pub failing: &'static [&'static str],
    /// What a call is about, where the usual words do not say it.
    pub about: Option<About>,
}

impl Tools {
    /// Of an assistant of which nothing is known.
    pub const NONE: Self = Self {
        reading: &[],
        writing: &[],
        writing_several: &[],
        commands: &[],
        shell: None,
        asking: &[],
        planning: &[],
        delegating: &[],
        failing: &[],
        about: None,
    };

    fn write(&self, tool: &str) -> Option<Writes> {
        if is_among(self.writing, tool) {
            Some(Writes::One)
        } else {
            is_among(self.writing_several, tool).then_some(Writes::Several)
        }
    }
}

/// How many files the event of a tool names that it has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Its message is the file.
    One,
    /// Its message is `a, b`.
    Several,
}

/// Whether a tool of this name asks the person a question, whoever's it is.
pub fn is_question(tool: &str) -> bool {
    ADAPTERS
        .iter()
        .any(|adapter| adapter.tools.asking.contains(&tool))
}

fn is_among(tools: &[&str], tool: &str) -> bool {
    tools.iter().any(|known| known.eq_ignore_ascii_case(tool))
}

impl Assistant {
    /// Whether this tool of it only looks.
    pub fn only_looks(&self, tool: &str) -> bool {
        let mut tools = self.tools();
        tools.any(|tools| is_among(tools.reading, tool))
    }

    /// Which files the events of this tool name, if it writes any.
    pub fn writes_by(&self, tool: &str) -> Option<Writes> {
        self.tools().find_map(|tools| tools.write(tool))
    }

    /// Whether a tool that ends by this event of it has not done its work.
    pub fn fails_by(&self, event: &str) -> bool {
        let mut tools = self.tools();
        tools.any(|tools| tools.failing.contains(&event))
    }

    /// Whether this tool of it lays a plan before the person.
    pub fn plans_by(&self, tool: &str) -> bool {
        let mut tools = self.tools();
        tools.any(|tools| is_among(tools.planning, tool))
    }

    /// Whether this tool of it has another agent work.
    pub fn delegates_by(&self, tool: &str) -> bool {
        let mut tools = self.tools();
        tools.any(|tools| tools.delegating.contains(&tool))
    }

    /// Whether what events say of this tool of it is its whole command, where that is not cut.
    pub fn commands_by(&self, tool: &str) -> bool {
        let mut tools = self.tools();
        tools.any(|tools| tools.commands.contains(&tool))
    }

    /// The tool whose commands are processes that can be seen.
    pub fn shell_tool(&self) -> Option<&'static str> {
        super::find(self.as_str())?.tools.shell
    }

    /// Its own tools; of one that is not known, as scripts report it, those of any.
    fn tools(&self) -> impl Iterator<Item = &'static Tools> {
        let own = super::find(self.as_str());
        let is_meant =
            move |adapter: &&Adapter| own.is_none_or(|own| own.assistant == adapter.assistant);
        ADAPTERS
            .iter()
            .filter(is_meant)
            .map(|adapter| &adapter.tools)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_assistant_has_tools_of_its_own_and_an_unknown_one_those_of_any() {
        let of = |name: &str| name.parse::<Assistant>().expect("it is a name");
        assert_eq!(of("claude").writes_by("Edit"), Some(Writes::One));
        assert_eq!(of("claude").writes_by("write_file"), None);
        assert_eq!(of("gemini").writes_by("write_file"), Some(Writes::One));
        assert_eq!(of("codex").writes_by("apply_patch"), Some(Writes::Several));
        assert_eq!(of("own-script").writes_by("EDIT"), Some(Writes::One));
        assert_eq!(of("own-script").writes_by("Bash"), None);
        assert!(of("claude").only_looks("grep") && !of("claude").only_looks("Bash"));
        assert!(of("claude").plans_by("ExitPlanMode") && !of("codex").plans_by("ExitPlanMode"));
        assert!(of("claude").delegates_by("Agent") && !of("codex").delegates_by("Agent"));
        assert!(of("claude").commands_by("Bash") && !of("claude").commands_by("bash"));
        assert!(
            of("gemini").commands_by("run_shell_command") && of("own-script").commands_by("bash")
        );
        assert_eq!(of("claude").shell_tool(), Some("Bash"));
        assert_eq!(of("own-script").shell_tool(), None);
    }

    #[test]
    fn no_tool_of_an_assistant_both_looks_and_writes() {
        for adapter in ADAPTERS {
            let Tools {
                reading,
                writing,
                writing_several,
                ..
            } = adapter.tools;
            let name = adapter.assistant.as_str();
            for tool in reading {
                assert!(!is_among(writing, tool), "{name} {tool}");
                assert!(!is_among(writing_several, tool), "{name} {tool}");
            }
            for tool in writing {
                assert!(!is_among(writing_several, tool), "{name} {tool}");
            }
        }
    }
}
