//! A program that has begun is smaller once its beginning is forgotten, and goes on. Alone in its file: nothing else
//! runs while it counts.

#![cfg(target_os = "linux")]

use std::fs;

use pane_patrol_bare::forget_the_beginning;

/// The memory of this process, in kilobytes, that is a copy of what is in files.
fn from_files() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system tells");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssFile:"));
    let size = line
        .expect("Linux counts that")
        .trim()
        .trim_end_matches(" kB");
    size.parse().expect("it is a number")
}

#[test]
fn a_program_is_smaller_once_its_beginning_is_forgotten_and_goes_on() {
    let before = from_files();
    forget_the_beginning();
    let after = from_files();
    assert!(after < before, "{before} kB, then {after} kB");
    assert_eq!(format!("{:?}", [1.5, 2.0]), "[1.5, 2.0]");
}
