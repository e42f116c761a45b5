//! The watchdog that ends a process in time, with exit status 0 and without a word.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustix::thread::{Timespec, nanosleep};

use crate::leave;
use crate::time::{LAST_TURNS, Seen, Time};

/// Has a thread end this process when `time` is up, unless it was handed over by then.
///
/// It is a thread and not a timer: it also ends a process that hangs in the file system, on a mount
/// whose server is gone. And it is one that only the system knows of, without what a C library and
/// Rust's runtime give theirs: a stack to be mapped and guarded, a heap for what is registered to be
/// done at its end, and the system calls of all that cost a hook as much as half of its own work.
///
/// # Errors
/// There was one before, or the system has none for us (any more, or not here).
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub fn start(time: &Arc<Time>) -> io::Result<()> {
    use std::cell::UnsafeCell;
    use std::ffi::{c_int, c_void};
    use std::sync::atomic::{AtomicBool, Ordering};

    use libc::{CLONE_FILES, CLONE_FS, CLONE_SIGHAND, CLONE_SYSVSEM, CLONE_THREAD, CLONE_VM};

    /// Far more than is used, also by a build for debugging; what is not touched takes no memory.
    const STACK_BYTES: usize = 128 * 1024;

    /// As stacks are aligned.
    #[repr(align(64))]
    struct Stack(UnsafeCell<[u8; STACK_BYTES]>);

    // SAFETY: nobody but the one thread touches it, and there is only one: see `IS_TAKEN`.
    unsafe impl Sync for Stack {}

    static STACK: Stack = Stack(UnsafeCell::new([0; STACK_BYTES]));
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);

    extern "C" fn run(time: *mut c_void) -> c_int {
        // SAFETY: it is the `Time` of an `Arc` that was given away for good.
        end_in_time(unsafe { &*time.cast_const().cast::<Time>() });
        0
    }

    if IS_TAKEN.swap(true, Ordering::Relaxed) {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    // A thread as `pthread_create` makes one, but for thread-local variables of its own.
    let flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    let kept = Arc::into_raw(Arc::clone(time)).cast_mut().cast();
    // SAFETY: the end of an array may be named, and the stack grows down from there. The thread shares
    // the thread-local variables of the one that starts it, the C library's too, so it must use none:
    // no memory from the heap, no lock, no panic, nothing that leaves an error in `errno`.
    // `end_in_time` is written so: it reads what is atomic, the clock and two files, and sleeps.
    let thread = unsafe { libc::clone(run, STACK.0.get().add(1).cast(), flags, kept) };
    if thread == -1 {
        // What was given away stays so: a few bytes, once.
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Only Linux lets a thread be made so.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn start(_: &Arc<Time>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// See [`start`] for what it may not do.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn end_in_time(time: &Time) {
    let mut seen = Seen::default();
    while let Some(left) = time.left(&mut seen) {
        sleep(left);
    }
    if time.is_handed_over() {
        return;
    }
    // What is being done now may hang, too.
    for _ in 0..LAST_TURNS {
        if !time.is_finishing() {
            break;
        }
        sleep(Duration::from_millis(1));
    }
    leave();
}

/// By the system call itself: the C library's own is a place where threads are cancelled.
fn sleep(duration: Duration) {
    if let Ok(time) = Timespec::try_from(duration) {
        // Woken too soon, it looks again.
        let _ = nanosleep(&time);
    }
}
