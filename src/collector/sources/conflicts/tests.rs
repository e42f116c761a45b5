//! What is compared with what, and what is kept of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Author;
use super::ledger::{Answer, FRESH, Ledger, MAX_MARKED, Question};
use super::trees::Place;
use crate::git::Tree;

fn tree(name: &str, common: &str, remote: Option<&str>) -> Arc<Tree> {
    Arc::new(Tree {
        root: PathBuf::from("/").join(name),
        common: PathBuf::from("/").join(common),
        remote: remote.map(PathBuf::from),
    })
}

fn place(tree: Option<&Arc<Tree>>, path: &str) -> Place {
    Place {
        tree: tree.cloned(),
        path: Path::new(path).into(),
    }
}

fn author(session: &str) -> Author {
    Author {
        assistant: "claude".parse().unwrap(),
        session: Some(session.to_owned()),
    }
}

struct Book {
    ledger: Ledger,
    now: Instant,
}

impl Book {
    fn new() -> Self {
        Self {
            ledger: Ledger::default(),
            now: Instant::now(),
        }
    }

    /// The row writes, in a session of the same name; what is to be asked then.
    fn writes<'a>(
        &mut self,
        row: &str,
        tree: impl Into<Option<&'a Arc<Tree>>>,
        path: &str,
    ) -> Vec<Question> {
        self.writes_in(row, row, tree, path)
    }

    fn writes_in<'a>(
        &mut self,
        row: &str,
        session: &str,
        tree: impl Into<Option<&'a Arc<Tree>>>,
        path: &str,
    ) -> Vec<Question> {
        let place = place(tree.into(), path);
        self.ledger.wrote(row, &author(session), &place, self.now);
        self.ledger.take_questions(usize::MAX)
    }

    fn answers(&mut self, questions: &[Question], answer: Answer) {
        for question in questions {
            self.ledger.answer(question, answer);
        }
    }

    /// What is told now, of each row whose marks are others, as `a: x+b,y+b`.
    fn told(&mut self) -> String {
        let told = self.ledger.take_changed().into_iter().map(|(row, all)| {
            let one = |conflict: &crate::state::Conflict| {
                let with: Vec<&str> = conflict.with.iter().map(|it| &*it.id).collect();
                format!("{}+{}", conflict.path, with.join("+"))
            };
            let all: Vec<String> = all.iter().map(one).collect();
            format!("{row}: {}", all.join(","))
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

#[test]
fn what_two_have_written_is_asked_about_and_told_of_both() {
    let mut book = Book::new();
    let (main, side) = (tree("m", "m/.git", None), tree("s", "m/.git", None));
    assert_eq!(book.writes("a", &main, "x"), []);
    assert_eq!(book.writes("a", &main, "x"), [], "with nobody but itself");
    assert_eq!(book.writes("b", &side, "y"), [], "another file");
    let asked = book.writes("b", &side, "x");
    assert_eq!(asked.len(), 1);
    book.answers(&asked, Answer::Same);
    assert_eq!(book.told(), "a: x+b; b: x+a");
    assert_eq!(book.writes("a", &main, "x"), [], "it is marked already");
    assert_eq!(book.told(), "");
    book.ledger.doubt(&["b".to_owned()]);
    let again = book.ledger.take_questions(9);
    assert_eq!(again, asked);
    book.answers(&again, Answer::Unknown);
    assert_eq!(book.told(), "", "what is not known takes nothing away");
    book.ledger.forget("b");
    assert_eq!(book.told(), "a: ; b: ");
    assert_eq!(book.ledger.sizes(), (1, 1, 1));
}

#[test]
fn clones_are_found_by_where_they_came_from_and_others_are_not_compared() {
    let mut book = Book::new();
    let source = tree("r", "r/.git", None);
    let c1 = tree("c1", "c1/.git", Some("/r/.git"));
    let c2 = tree("c2", "c2/.git", Some("/r/.git"));
    let fork = tree("f", "f/.git", Some("example.org/f"));
    let other = tree("o", "o/.git", None);
    book.writes("1", &c1, "x");
    assert_eq!(book.writes("f", &fork, "x"), []);
    assert_eq!(book.writes("o", &other, "x"), []);
    assert_eq!(book.writes("d", None, "/c1/x"), []);
    assert_eq!(book.writes("2", &c2, "x").len(), 1);
    assert_eq!(book.writes("r", &source, "x").len(), 2);
    assert_eq!(book.writes("e", None, "/c1/x").len(), 1, "the same path");
}

#[test]
fn the_same_session_elsewhere_shares_nothing_with_itself() {
    let mut book = Book::new();
    let main = tree("m", "m/.git", None);
    book.writes_in("a", "s", &main, "x");
    assert_eq!(book.writes_in("b", "s", &main, "x"), []);
    // Another session in the same row has not written what the one before has.
    assert_eq!(book.writes_in("a", "t", &main, "y"), []);
    assert_eq!(book.writes_in("c", "u", &main, "x").len(), 1);
}

#[test]
fn what_is_settled_counts_no_more_and_what_nobody_minds_is_asked_about_again() {
    let mut book = Book::new();
    let main = tree("m", "m/.git", None);
    book.writes("a", &main, "x");
    let asked = book.writes("b", &main, "x");
    book.answers(&asked, Answer::Other);
    assert_eq!(book.told(), "");
    let asked = book.writes("b", &main, "x");
    book.answers(&asked, Answer::Same);
    assert_eq!(book.told(), "a: x+b; b: x+a");
    let first = Answer::Settled {
        first: false,
        second: true,
    };
    book.answers(&asked, first);
    assert_eq!(book.told(), "a: ; b: ");
    assert_eq!(
        book.writes("b", &main, "x"),
        [],
        "what `a` has written is settled"
    );
    assert_eq!(book.writes("a", &main, "x").len(), 1);
}

#[test]
fn what_was_written_long_ago_is_no_reason_for_a_new_mark() {
    let mut book = Book::new();
    let main = tree("m", "m/.git", None);
    book.writes("a", &main, "x");
    book.now += FRESH;
    assert_eq!(book.writes("b", &main, "x").len(), 1);
    book.now += Duration::from_secs(1);
    assert_eq!(book.writes("c", &main, "x").len(), 1, "only with `b`");
}

#[test]
fn a_row_that_goes_before_the_answer_comes_is_not_marked() {
    let mut book = Book::new();
    let main = tree("m", "m/.git", None);
    book.writes("a", &main, "x");
    let asked = book.writes("b", &main, "x");
    book.ledger.forget("a");
    book.answers(&asked, Answer::Same);
    assert_eq!(book.told(), "");
}

#[test]
fn of_very_many_files_and_rows_only_so_much_is_kept() {
    let mut book = Book::new();
    let main = tree("m", "m/.git", Some("example.org/r"));
    for n in 0..10_000 {
        book.writes("a", &main, &format!("{n}"));
        book.writes("a", &main, "often");
    }
    assert_eq!(book.ledger.sizes(), (1, 1000, 2000));
    for n in 0..10_000 {
        let asked = book.writes("b", &main, &format!("{n}"));
        book.answers(&asked, Answer::Same);
    }
    assert_eq!(book.told().matches("+a").count(), MAX_MARKED);
    for n in 0..1000 {
        let asked = book.writes(&format!("r{n}"), &main, "often");
        assert!(asked.len() <= 8, "{}", asked.len());
    }
    for n in 0..1000 {
        book.ledger.forget(&format!("r{n}"));
    }
    book.ledger.forget("a");
    book.ledger.forget("b");
    assert_eq!(book.ledger.sizes(), (0, 0, 0), "nothing is left of them");
}

#[test]
fn a_path_that_holds_what_no_screen_should_is_told_on_one_line() {
    let mut book = Book::new();
    let main = tree("m", "m/.git", None);
    let hostile = "a\x1b[2J\n\u{202e}b";
    book.writes("a", &main, hostile);
    let asked = book.writes("b", &main, hostile);
    book.answers(&asked, Answer::Same);
    let (_, told) = book.ledger.take_changed().pop().unwrap();
    assert_eq!(told[0].path, "a [2J b");
}
