//! A death by any signal there is, also by one that has no name.

/// Ends this process by `signal`, whatever it does with that signal otherwise. It comes back where that signal ends
/// nothing, and where there is none of that number.
#[allow(unsafe_code)]
pub fn die_by(signal: i32) {
    // SAFETY: any value is a set once `sigemptyset` has filled it.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is ours and lives, no handler of anybody's is called, and what is refused changes nothing. The
    // system keeps some numbers for itself; it lets them be sent.
    unsafe {
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::signal(signal, libc::SIG_DFL);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut());
        libc::kill(libc::getpid(), signal);
    }
}
