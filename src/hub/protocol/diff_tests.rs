//! Changed files over the wire.

use super::super::parse;
use super::*;

fn file(path: String, change: Change) -> FileChange {
    FileChange {
        path,
        status: FileStatus::Unstaged,
        change,
        additions: Some(2),
        deletions: None,
        binary: false,
        submodule: false,
        renamed_from: None,
        changed_by: Vec::new(),
    }
}

fn heard(diff: &Arc<DiffSummary>) -> (usize, DiffSummary) {
    let voice = Voice {
        session_id: "default".into(),
        sender_id: "collector".into(),
    };
    let said = voice.say_diff("a::%1", diff, Timestamp::default());
    let heard: AgentDiff = serde_json::from_value(parse(&said).unwrap().payload).unwrap();
    (said.len(), heard.into_summary())
}

#[test]
fn a_list_of_files_with_very_long_names_is_cut_to_fit_a_message() {
    let long = |n: usize| file(format!("{n}{}", "x".repeat(4000)), Change::Modified);
    let diff = Arc::new(DiffSummary {
        file_count: 500,
        files: (0..500).map(long).collect(),
        ..DiffSummary::default()
    });
    let (length, heard) = heard(&diff);
    assert!(length <= SAID_BYTES);
    assert_eq!((heard.file_count, diff.files.len()), (500, 500));
    assert!(!heard.files.is_empty());
}

#[test]
fn a_summary_is_the_same_after_the_wire() {
    let changes = [Change::Copied, Change::Unmerged, Change::Deleted];
    let mut files: Vec<FileChange> = changes.map(|it| file("a".into(), it)).to_vec();
    files[0].deletions = Some(0);
    files[1].additions = None;
    files[2].deletions = Some(1);
    files[2].status = FileStatus::Staged;
    let diff = DiffSummary {
        root: Some("/src".into()),
        additions: 4,
        deletions: 1,
        file_count: 1,
        ahead: Some(0),
        revision: "r".into(),
        sums: Some(Sums::of(&files)),
        files,
        ..DiffSummary::default()
    };
    assert_eq!(heard(&Arc::new(diff.clone())).1, diff);
    for why in [
        DiffState::NotGitRepo,
        DiffState::GitMissing,
        DiffState::Error,
    ] {
        let diff = DiffSummary {
            state: why,
            why: Some("why".into()),
            sums: Some(Sums::default()),
            ..DiffSummary::default()
        };
        assert_eq!(heard(&Arc::new(diff.clone())).1, diff);
    }
}

#[test]
fn a_client_that_knows_no_more_than_it_must_is_understood() {
    let told = serde_json::json!({
        "agent_id": "agent-1", "repo_root": "/src", "git_available": true,
        "summary": {"staged": {"files": 0, "additions": 0, "deletions": 0},
            "unstaged": {"files": 2, "additions": 8, "deletions": 1}, "untracked": {"files": 1}},
        "files": [{"path": "a.md", "status": "modified", "additions": 8, "deletions": 1,
            "staged": false, "untracked": false}],
    });
    let told: AgentDiff = serde_json::from_value(told).unwrap();
    let diff = told.into_summary();
    assert_eq!((diff.additions, diff.deletions, diff.file_count), (8, 1, 3));
    assert_eq!(diff.files[0].change, Change::Modified);
}
