//! Codex as it comes, read by the pipe of its pane: what only the title tells otherwise shows as soon as anything
//! else.

use super::super::super::common::TestEnv;
use super::super::super::model::Model;
use super::super::super::scene::Scene;
use super::super::super::situation::Situation as S;
use super::super::Manners;
use super::{SERVER, again, prepare};

/// See the module.
pub(in super::super) const PIPE: Manners = Manners {
    name: "codex (pipe)",
    prepare: |env: &TestEnv, model: &Model| {
        prepare(env, model);
        env.configure("[witness]\ncodex_pipe = true\n");
    },
    by_title: &[],
    // What it says of itself begins with its start, and has its own commands in it.
    unknowable: &[],
    scenes: &[Scene::new(&[S::OwnCommand], again::own_command)],
    ..SERVER
};
