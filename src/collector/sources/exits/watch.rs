//! How the end of a process is noticed: the kernel tells of any number of them in one place, and each
//! takes one of the files that may be open.

#[cfg(target_vendor = "apple")]
mod kqueue;
#[cfg(target_os = "linux")]
mod pidfd;

#[cfg(target_vendor = "apple")]
pub(super) use kqueue::{Held, Kernel};
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) use nobody::{Held, Kernel};
#[cfg(target_os = "linux")]
pub(super) use pidfd::{Held, Kernel};

/// How the end of one process is noticed.
#[derive(Debug)]
pub(super) enum Watch {
    /// The kernel tells.
    #[cfg_attr(
        not(any(target_os = "linux", target_vendor = "apple")),
        allow(dead_code, reason = "no kernel tells")
    )]
    Told(#[allow(dead_code, reason = "the kernel tells as long as it is there")] Held),
    /// It is to be looked at.
    Asked,
    /// It has ended, and that was reported.
    Reported,
}

/// What the kernel tells where it is not asked.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
mod nobody {
    use std::convert::Infallible;
    use std::io;

    use rustix::event::PollFd;

    use super::Watch;

    /// There is none.
    pub(in super::super) type Held = Infallible;

    /// Tells nothing.
    #[derive(Debug)]
    pub(in super::super) struct Kernel;

    #[allow(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "elsewhere it tells, and may fail"
    )]
    impl Kernel {
        pub(in super::super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in super::super) fn watch(&self, _pid: u32, _watched: usize) -> Watch {
            Watch::Asked
        }

        pub(in super::super) fn as_poll_fd(&self) -> Option<PollFd<'_>> {
            None
        }

        pub(in super::super) fn ended(&self) -> Vec<u32> {
            Vec::new()
        }
    }
}
