//! A program that has the terminal from its first instruction on.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Has the child lead a group of its own, which is in front of the terminal that is its stdin before its program
/// begins: what reads there earlier would be stopped, or refused where that signal is ignored. `lets`: signals that
/// are held back while this thread starts it and that its program is to get.
#[allow(unsafe_code)]
pub fn begins_in_front(command: &mut Command, lets: &[i32]) {
    // SAFETY: any value is a set once `sigemptyset` has filled it.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is ours and lives; a number that is no signal leaves it as it was.
    unsafe {
        libc::sigemptyset(&raw mut set);
        for signal in lets {
            libc::sigaddset(&raw mut set, *signal);
        }
    }
    let begin = move || {
        // SAFETY: between fork and exec these are system calls and nothing more; the set was copied.
        let failed = unsafe {
            libc::setpgid(0, 0) != 0
                || libc::tcsetpgrp(libc::STDIN_FILENO, libc::getpid()) != 0
                || libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut()) != 0
        };
        if failed {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    };
    // SAFETY: see `begin`: nothing is allocated, locked or freed in it.
    unsafe { command.pre_exec(begin) };
}
