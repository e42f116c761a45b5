//! Flags of a file that `lsattr` shows and `chattr` sets, such as `d` (leave it out of dumps): what a new
//! file has to be given before it takes the place of an old one. A file that may not be replaced at all
//! (`i`, `a`) refuses that itself.

#[cfg(target_os = "linux")]
pub(crate) use linux::Flags;

/// The flags of one file.
#[cfg(not(target_os = "linux"))]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags;

#[cfg(not(target_os = "linux"))]
impl Flags {
    /// None are known here.
    pub(crate) fn read(_: &std::fs::File) -> Self {
        Self
    }

    /// Nothing to give.
    #[allow(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "on Linux there is, and it may fail"
    )]
    pub(crate) fn put_on(&self, _: &std::fs::File) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io;

    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

    /// Those that a person sets and that mean something for a file of settings.
    const KEPT: IFlags = IFlags::NODUMP
        .union(IFlags::NOATIME)
        .union(IFlags::SYNC)
        .union(IFlags::JOURNALING)
        .union(IFlags::NOTAIL)
        .union(IFlags::SECURE_REMOVAL)
        .union(IFlags::UNRM);

    /// How its bytes are stored. Not every file system changes that once a file has some.
    const STORED: IFlags = IFlags::COMPRESSED.union(IFlags::NOCOW);

    /// The flags of one file.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Flags(Option<IFlags>);

    impl Flags {
        /// Those of an open file; none where the file system has none.
        pub(crate) fn read(file: &File) -> Self {
            Self(ioctl_getflags(file).ok())
        }

        /// Gives them to `file`, which may have got others from its folder.
        pub(crate) fn put_on(&self, file: &File) -> io::Result<()> {
            let (Some(wanted), Some(there)) = (self.0, Self::read(file).0) else {
                return Ok(());
            };
            let with = |which: IFlags, there: IFlags| (there - which) | (wanted & which);
            let kept = with(KEPT, there);
            if kept != there {
                ioctl_setflags(file, kept)?;
            }
            let stored = with(STORED, kept);
            if stored != kept {
                let _ = ioctl_setflags(file, stored);
            }
            Ok(())
        }
    }
}
