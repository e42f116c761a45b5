//! The executable: `hook` first, else parse, run, exit code.

use std::env;

fn main() {
    // Before anything that could fail, print or take its time: an assistant waits for it.
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|command| command == "hook") {
        pane_patrol_hooks::run(arguments);
    }
}
