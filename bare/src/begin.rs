//! Before the first line of `main`, and after the last.

/// Has the program call a `fn()` before its `main`: before Rust's own runtime has begun. That asks the
/// system some twenty things (where the stack ends, handlers and a stack of their own for its overflow,
/// whether the standard files are open), and reads a file for it: more than a hook asks it itself.
///
/// Arguments, environment, clocks, files and threads are there by then; stdin, stdout and stderr may be
/// closed, and `SIGPIPE` ends the process. If the function comes back, the program runs as ever.
///
/// Where it is not known that the arguments are there by then (outside Linux with glibc), nothing is
/// called.
#[macro_export]
macro_rules! before_main {
    ($function:path) => {
        const _: () = {
            extern "C" fn begin() {
                let function: fn() = $function;
                function();
            }

            // Unsafe, because the linker takes its word for what is in that section: addresses of
            // functions that are called one after the other, as this one may be.
            #[cfg(all(target_os = "linux", target_env = "gnu"))]
            #[used]
            #[unsafe(link_section = ".init_array")]
            static BEGIN: extern "C" fn() = begin;

            #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
            const _: extern "C" fn() = begin;
        };
    };
}

/// Ends the process with exit status 0, and does nothing before that: what waits to be written or to be
/// called at the end is left alone.
#[allow(unsafe_code)]
pub fn leave() -> ! {
    // SAFETY: it asks for nothing and does not come back.
    unsafe { libc::_exit(0) }
}
