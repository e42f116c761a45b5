//! The pages of the program that only its beginning has needed.

/// Has them count for this process no longer: the ones that it needs on come back from the system's cache by
/// themselves. For one that has begun and does one thing from then on, beside many others of its kind.
///
/// Does nothing where the system has no word for it.
#[allow(unsafe_code)]
pub fn forget_the_beginning() {
    #[cfg(target_os = "linux")]
    {
        unsafe extern "C" {
            /// The first byte that is mapped of the program, and the first after its code: the linker puts them there.
            static __executable_start: u8;
            static etext: u8;
        }
        let start = (&raw const __executable_start).addr();
        let page = rustix::param::page_size();
        // The last page may be shared with what may be written to.
        let end = (&raw const etext).addr() / page * page;
        if !start.is_multiple_of(page) || end <= start {
            return;
        }
        let at = (&raw const __executable_start).cast_mut().cast();
        // SAFETY: nothing between the two is ever written to, so each page that is needed again is read from the
        // program's own file as it was. A failure leaves all of it as it is.
        unsafe { libc::madvise(at, end - start, libc::MADV_DONTNEED) };
    }
}
