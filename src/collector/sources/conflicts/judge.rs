//! Asks git whether two have written the same file, and whether anybody minds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::ledger::{Answer, Question};
use super::trees::Trees;
use crate::git::{Git, GitError, Standing, Tree};

/// How files stand, by the tops of their trees and their paths below them.
type Standings<'a> = BTreeMap<(&'a Path, &'a Path), Standing>;

/// The trees of a question that are to be asked, if those are of one repository; else what is known without.
type Pair<'a> = Result<(&'a Arc<Tree>, &'a Arc<Tree>), Answer>;

/// The answers to these questions, in the same order; each tree is asked once for all of them.
pub(super) fn answers<'a>(git: &Git, trees: &mut Trees, questions: &'a [Question]) -> Vec<Answer> {
    let pairs: Vec<Pair<'a>> = questions
        .iter()
        .map(|question| pair(git, trees, question))
        .collect();
    let mut asked: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for (question, pair) in questions.iter().zip(&pairs) {
        if let Ok((a, b)) = pair {
            for tree in [a, b] {
                let paths = asked.entry(&tree.root).or_default();
                paths.insert(&question.a.place.path);
            }
        }
    }
    let mut standings = Standings::new();
    for (root, paths) in asked {
        let paths: Vec<&Path> = paths.into_iter().collect();
        look(git, root, &paths, &mut standings);
    }
    let answer = |(question, pair): (&'a Question, Pair<'a>)| {
        let (a, b) = match pair {
            Ok(pair) => pair,
            Err(known) => return known,
        };
        let path = &*question.a.place.path;
        let standing = |tree: &'a Tree| standings.get(&(&*tree.root, path));
        match (standing(a), standing(b)) {
            (Some(a), Some(b)) => judge(a, b),
            _ => Answer::Unknown,
        }
    };
    questions.iter().zip(pairs).map(answer).collect()
}

fn pair<'a>(git: &Git, trees: &mut Trees, question: &'a Question) -> Pair<'a> {
    match (&question.a.place.tree, &question.b.place.tree) {
        (Some(a), Some(b)) if trees.are_one(git, a, b) => Ok((a, b)),
        (None, None) => Err(Answer::Same),
        _ => Err(Answer::Other),
    }
}

/// Looks at all files of one tree at once; where one of them is in the way of that, one by one.
fn look<'a>(git: &Git, root: &'a Path, paths: &[&'a Path], standings: &mut Standings<'a>) {
    match git.stand(root, paths) {
        Ok(told) => standings.extend(
            paths
                .iter()
                .zip(told)
                .map(|(path, standing)| ((root, *path), standing)),
        ),
        Err(GitError::Failed(_)) if paths.len() > 1 => {
            for path in paths {
                look(git, root, &[*path], standings);
            }
        }
        Err(_) => {}
    }
}

/// What is so, by how the file stands in the one tree and in the other.
fn judge(a: &Standing, b: &Standing) -> Answer {
    let nobody_minds = |standing: &Standing| standing.ignored || standing.generated;
    if nobody_minds(a) || nobody_minds(b) {
        return Answer::Other;
    }
    let is_one_version = a.committed == b.committed;
    let settled = |standing: &Standing| is_one_version && !standing.changed;
    match (settled(a), settled(b)) {
        (false, false) => Answer::Same,
        (first, second) => Answer::Settled { first, second },
    }
}
