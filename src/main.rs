//! The executable: `hook` first, else parse, run, exit code.

fn main() {}
