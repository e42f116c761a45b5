//! Folders that go and come back, and links that come and lead elsewhere, below the list of tasks and the changes of
//! a row, on the real executable and the real git.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::common::{Collector, TestEnv};

/// A repository with a list, in which an assistant works; below two folders that no row is about.
struct Shop<'env> {
    env: &'env TestEnv,
    folder: PathBuf,
}

impl<'env> Shop<'env> {
    fn new(env: &'env TestEnv) -> Self {
        let folder = env.path("far/near/shop");
        let shop = Self { env, folder };
        shop.make(0);
        shop
    }

    /// Makes all of it, with so many tasks done.
    fn make(&self, done: u64) {
        fs::create_dir_all(self.folder.join("src")).expect("it is new");
        fs::write(self.folder.join("src/a"), "").expect("a file");
        self.env.git(&self.folder, &["init", "-q", "-b", "main"]);
        // The list is none of what is changed.
        fs::write(self.folder.join(".git/info/exclude"), ".taskmaster\n").expect("a file");
        self.env.git(&self.folder, &["add", "src"]);
        self.env.git(&self.folder, &["commit", "-q", "-m", "x"]);
        self.write(done);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(".taskmaster").join(name)
    }

    /// Writes the list, with so many tasks done, and as many lines into a file.
    fn write(&self, done: u64) {
        write_into(&self.folder, done);
    }

    /// The assistant says that it works there.
    fn works(&self) {
        let event = json!({
            "assistant": "claude", "state": "running", "kind": "turn_started", "target": "a:0.0",
            "cwd": self.folder.join("src"), "instance_id": "s1", "ts": Timestamp::now(),
        });
        self.env.send(event.to_string().as_bytes());
    }
}

fn write_into(shop: &Path, done: u64) {
    fs::create_dir_all(shop.join(".taskmaster/tasks")).expect("a folder");
    let list = shop.join(".taskmaster/tasks/tasks.json");
    fs::write(list, list_of(done)).expect("a file");
    let lines = "line\n".repeat(usize::try_from(done).expect("a few"));
    fs::write(shop.join("src/a"), lines).expect("a file");
}

/// Three tasks, of which so many are done.
fn list_of(done: u64) -> String {
    let task = |id: u64| {
        let status = if id <= done { "done" } else { "pending" };
        json!({"id": id, "title": format!("task {id}"), "status": status})
    };
    let tasks: Vec<Value> = (1..=3).map(task).collect();
    json!({"master": {"tasks": tasks}}).to_string()
}

/// Waits until the row tells so many tasks done.
fn until_done(collector: &Collector<'_>, what: &str, done: u64) {
    let expected = [json!("ok"), json!(done), json!(3)];
    collector.until(what, |rows| {
        let tasks = &rows[0]["tasks"];
        ["state", "done", "total"].map(|name| tasks[name].clone()) == expected
    });
}

/// Waits until it tells so many tasks done and lines added, and that again after each of two more changes.
fn until_it_follows(collector: &Collector<'_>, shop: &Shop<'_>, what: &str, done: u64) {
    let until = |what: &str, done: u64| {
        until_done(collector, what, done);
        collector.until(what, |rows| rows[0]["diff"]["additions"] == json!(done));
    };
    until(what, done);
    for more in [3, 1] {
        shop.write(more);
        until(&format!("{what}, and changes are seen"), more);
    }
}

fn until_gone(collector: &Collector<'_>, what: &str) {
    collector.until(what, |rows| rows[0]["tasks"]["state"] == "tasks_missing");
}

/// A row with a list of which nothing is done.
fn followed(env: &TestEnv) -> (Shop<'_>, Collector<'_>) {
    let shop = Shop::new(env);
    let collector = Collector::start(env);
    shop.works();
    collector.until("there is a row", |rows| rows.len() == 1);
    until_it_follows(&collector, &shop, "it is told", 0);
    (shop, collector)
}

#[test]
fn a_project_that_is_moved_away_and_back_is_followed_again() {
    let env = TestEnv::new();
    let (shop, collector) = followed(&env);
    let away = env.path("away");
    for done in [2, 1] {
        fs::rename(&shop.folder, &away).unwrap();
        until_gone(&collector, "the project was moved away");
        write_into(&away, done);
        fs::rename(&away, &shop.folder).unwrap();
        until_it_follows(&collector, &shop, "it was moved back", done);
    }
    // So quickly that nobody has looked in between, and as another one.
    shop.write(0);
    until_done(&collector, "it is as it was", 0);
    fs::rename(&shop.folder, &away).unwrap();
    shop.make(2);
    until_it_follows(&collector, &shop, "another one is there at once", 2);
}

#[test]
fn a_project_that_is_removed_and_made_anew_is_followed_again() {
    let env = TestEnv::new();
    let (shop, collector) = followed(&env);
    for is_worked_in in [false, true] {
        // What is somebody's folder is there for the system until they leave it.
        let somebody = is_worked_in.then(|| Somebody::in_folder(&shop.folder.join("src")));
        fs::remove_dir_all(&shop.folder).unwrap();
        until_gone(&collector, "the project was removed");
        shop.make(2);
        until_it_follows(&collector, &shop, "it was made anew", 2);
        drop(somebody);
        until_it_follows(&collector, &shop, "nobody is in the old one any more", 1);
    }
}

/// A program that does nothing in a folder.
struct Somebody(Child);

impl Somebody {
    fn in_folder(folder: &Path) -> Self {
        let mut program = Command::new("sleep");
        program.arg("1000").current_dir(folder).stdin(Stdio::null());
        Self(program.spawn().expect("it can be started"))
    }
}

impl Drop for Somebody {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_list_that_another_branch_has_not_is_followed_when_it_is_there_again() {
    let env = TestEnv::new();
    let (shop, collector) = followed(&env);
    shop.write(2);
    env.git(&shop.folder, &["checkout", "-q", "-b", "listed"]);
    env.git(&shop.folder, &["add", "-A", "-f"]);
    env.git(&shop.folder, &["commit", "-q", "-m", "y"]);
    for _ in 0..2 {
        env.git(&shop.folder, &["checkout", "-q", "main"]);
        until_gone(&collector, "the branch has no list");
        env.git(&shop.folder, &["checkout", "-q", "listed"]);
        until_done(&collector, "the branch has one", 2);
        fs::write(shop.path("tasks/tasks.json"), list_of(3)).unwrap();
        until_done(&collector, "it is followed", 3);
        env.git(&shop.folder, &["checkout", "-q", "."]);
    }
}

#[test]
fn a_project_is_followed_when_a_folder_far_above_it_is_moved_away_and_back() {
    let env = TestEnv::new();
    let (shop, collector) = followed(&env);
    let (far, away) = (env.path("far"), env.path("away"));
    for done in [2, 3] {
        fs::rename(&far, &away).unwrap();
        until_gone(&collector, "all of it was moved away");
        write_into(&away.join("near/shop"), done);
        fs::rename(&away, &far).unwrap();
        until_it_follows(&collector, &shop, "it was moved back", done);
    }
    // In its place another one, without a moment between.
    let other = env.path("other");
    fs::create_dir(&other).unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-R").arg(far.join("near")).arg(&other);
    assert!(copy.status().unwrap().success());
    write_into(&other.join("near/shop"), 2);
    fs::rename(&far, &away).unwrap();
    fs::rename(&other, &far).unwrap();
    until_it_follows(&collector, &shop, "another one is there", 2);
}

#[test]
fn a_repository_that_is_made_around_a_row_is_seen() {
    let env = TestEnv::new();
    let folder = env.path("plain");
    fs::create_dir_all(folder.join("src")).unwrap();
    let shop = Shop { env: &env, folder };
    let collector = Collector::start(&env);
    shop.works();
    collector.until("there is none", |rows| {
        rows.len() == 1 && rows[0]["diff"]["state"] == "not_git_repo"
    });
    shop.make(2);
    until_it_follows(&collector, &shop, "there is one", 2);
}

#[test]
fn a_link_is_followed_to_its_end_whenever_it_comes_and_wherever_it_leads_next() {
    let env = TestEnv::new();
    let (shop, collector) = followed(&env);
    let other = |name: &str| {
        let tasks = env.path(name).join("tasks");
        fs::create_dir_all(&tasks).expect("a folder");
        fs::write(tasks.join("tasks.json"), list_of(0)).expect("a file");
        env.path(name)
    };
    let (one, two) = (other("one"), other("two"));
    let seen = |what: &str, real: &Path| {
        for done in [2, 3, 1] {
            fs::write(real.join("tasks/tasks.json"), list_of(done)).unwrap();
            until_done(&collector, what, done);
        }
        fs::write(real.join("tasks/tasks.json"), list_of(0)).unwrap();
        until_done(&collector, what, 0);
    };
    let points = |link: &Path, to: &Path| {
        let new = link.with_extension("new");
        symlink(to, &new).unwrap();
        fs::rename(new, link).unwrap();
    };

    let list = shop.path("tasks/tasks.json");
    fs::remove_file(&list).unwrap();
    symlink(one.join("tasks/tasks.json"), &list).unwrap();
    seen("the file is a link", &one);
    points(&list, &two.join("tasks/tasks.json"));
    seen("it leads elsewhere", &two);
    // By another link, which changes beside the list.
    let between = env.path("between");
    symlink(&one, &between).unwrap();
    points(&list, &between.join("tasks/tasks.json"));
    seen("it leads there by another link", &one);
    points(&between, &two);
    seen("that one leads elsewhere", &two);

    let tasks = shop.path("tasks");
    fs::remove_dir_all(&tasks).unwrap();
    symlink(one.join("tasks"), &tasks).unwrap();
    seen("its folder is a link", &one);
    let taskmaster = shop.folder.join(".taskmaster");
    fs::remove_dir_all(&taskmaster).unwrap();
    symlink(&two, &taskmaster).unwrap();
    seen("the folder of all is a link", &two);
    // The target goes and comes.
    fs::rename(&two, env.path("gone")).unwrap();
    until_gone(&collector, "it leads nowhere");
    other("two");
    until_done(&collector, "it leads somewhere again", 0);
    seen("it is followed there", &two);
}

#[test]
fn an_assistant_that_works_below_a_link_is_followed_at_its_end() {
    let env = TestEnv::new();
    let real = Shop::new(&env);
    let link = env.path("link");
    symlink(env.path("far"), &link).unwrap();
    let shop = Shop {
        env: &env,
        folder: link.join("near/shop"),
    };
    let collector = Collector::start(&env);
    shop.works();
    collector.until("there is a row", |rows| rows.len() == 1);
    until_it_follows(&collector, &real, "it is told", 0);
    let other = env.path("other/near");
    fs::create_dir_all(&other).unwrap();
    fs::rename(&real.folder, other.join("shop")).unwrap();
    until_gone(&collector, "it was moved");
    fs::remove_file(&link).unwrap();
    symlink(env.path("other"), &link).unwrap();
    until_it_follows(&collector, &shop, "the link leads there", 1);
}
