//! Sub-agents: what they hold open, and what is said in their name.

use super::*;

#[test]
fn a_finished_turn_whose_sub_agent_works_is_running_and_keeps_its_request() {
    let mut story = Story::running();
    story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
    story.tell(event(200, Kind::TurnFinished));
    assert_eq!((story.state(), story.row().sub_agents), (State::Running, 1));
    story.tell(of_agent(
        tool(210, Kind::ApprovalRequested, None, "Bash", "ls"),
        "sub",
    ));
    assert_eq!(story.state(), State::WaitingApproval);
    story.tell(of_agent(event(300, Kind::TurnFinished), "sub"));
    assert_eq!(
        (story.state(), story.row().sub_agents),
        (State::Completed, 0)
    );
}

#[test]
fn the_end_of_a_turn_does_not_clear_the_request_of_a_sub_agent() {
    let mut story = Story::running();
    story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
    story.tell(of_agent(
        tool(190, Kind::ApprovalRequested, None, "Bash", "ls"),
        "sub",
    ));
    story.tell(event(200, Kind::TurnFinished));
    assert_eq!(story.state(), State::WaitingApproval);
}

#[test]
fn a_sub_agent_that_has_ended_is_not_revived_by_its_late_events() {
    let mut story = Story::running();
    story.tell(of_agent(event(150, Kind::TurnStarted), "sub"));
    story.tell(of_agent(event(200, Kind::TurnFinished), "sub"));
    story.tell(event(210, Kind::TurnFinished));
    story.tell(of_agent(
        tool(220, Kind::ToolFinished, Some("c1"), "Bash", "ls"),
        "sub",
    ));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn what_qwen_does_in_the_name_of_a_sub_agent_that_has_ended_is_its_own() {
    let qwen = |mut event: Event, name: &str| {
        event.assistant = Assistant::QWEN;
        event.event = Some(name.to_owned());
        event
    };
    let named = |event, name: &str| of_agent(qwen(event, name), "a1");
    let mut story = Story::new();
    story.tell(qwen(event(0, Kind::SessionStarted), "SessionStart"));
    story.tell(qwen(event(100, Kind::TurnStarted), "UserPromptSubmit"));
    story.tell(named(event(200, Kind::TurnStarted), "SubagentStart"));
    story.tell(named(event(300, Kind::TurnFinished), "SubagentStop"));
    story.tell(qwen(event(400, Kind::TurnFinished), "Stop"));
    assert_eq!(story.state(), State::Completed);
    story.tell(named(event(1000, Kind::TurnStarted), "UserPromptSubmit"));
    assert_eq!(story.state(), State::Running);
    let asks = tool(1100, Kind::ApprovalRequested, None, "Bash", "touch f");
    story.tell(named(asks, "PermissionRequest"));
    assert_eq!(story.state(), State::WaitingApproval);
    let runs = tool(1200, Kind::ToolStarted, Some("c1"), "Bash", "touch f");
    story.tell(named(runs, "PreToolUse"));
    assert_eq!(story.state(), State::Running);
    story.tell(named(event(1300, Kind::TurnFinished), "Stop"));
    assert_eq!(story.state(), State::Completed);
    // An interrupted one: told by the notice alone, which may name nobody.
    story.tell(named(event(2000, Kind::TurnStarted), "UserPromptSubmit"));
    story.tell(qwen(event(2100, Kind::Interrupted), "Notification"));
    assert_eq!(story.state(), State::Idle);
}

#[test]
fn an_interrupt_ends_the_sub_agents_too() {
    let mut story = Story::running();
    story.tell(of_agent(event(200, Kind::TurnStarted), "sub"));
    story.tell(event(500, Kind::Interrupted));
    assert_eq!(story.state(), State::Idle);
    story.tell(of_agent(
        tool(600, Kind::ToolStarted, Some("c9"), "Bash", "ls"),
        "sub",
    ));
    assert_eq!(story.state(), State::Running, "one that lives on says so");
}

/// In Zellij a title is read every two seconds, which may miss the dialog after it; one that says nothing is no reading.
#[test]
fn a_title_that_was_busy_last_holds_nothing_open_once_the_last_sub_agent_has_ended() {
    for assistant in [Assistant::CODEX, Assistant::QWEN] {
        let of = |mut event: Event| {
            event.assistant = assistant.clone();
            event
        };
        let mut story = Story::new();
        story.tell(of(event(0, Kind::SessionStarted)));
        story.tell(of(event(100, Kind::TurnStarted)));
        story.tell(of(of_agent(event(150, Kind::TurnStarted), "sub")));
        let mut busy = reading(Level::Busy, 160);
        busy.assistant = assistant.clone();
        story.apply(Input::Reading(Box::new(busy)), 165);
        let mut end = of(event(200, Kind::TurnFinished));
        end.state = State::Completed;
        story.tell(end);
        let asks = tool(210, Kind::ApprovalRequested, None, "Bash", "ls");
        story.tell(of(of_agent(asks, "sub")));
        assert_eq!(story.state(), State::WaitingApproval, "{assistant}");
        let ran = tool(1900, Kind::ToolFinished, Some("c1"), "Bash", "ls");
        story.tell(of(of_agent(ran, "sub")));
        assert_eq!(story.state(), State::Running, "{assistant}");
        story.tell(of(of_agent(event(2000, Kind::TurnFinished), "sub")));
        assert_eq!(story.state(), State::Completed, "{assistant}");
        assert_eq!(story.row().sub_agents, 0, "{assistant}");
    }
}
