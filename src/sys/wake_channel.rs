//! A channel whose receiver can wait for messages and for file descriptors at the same time.
//!
//! The sender's end closing is seen like a message, so a thread that waits in the kernel ends with
//! whoever gives it orders.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};

/// The sender's end.
#[derive(Debug)]
pub(crate) struct Orders<T> {
    sender: Sender<T>,
    bell: UnixStream,
}

/// The receiver's end; readable, as a file descriptor, when there is something to take.
#[derive(Debug)]
pub(crate) struct Inbox<T> {
    receiver: Receiver<T>,
    bell: UnixStream,
}

/// What was taken out of an inbox.
#[derive(Debug)]
pub(crate) struct Taken<T> {
    /// The messages, oldest first.
    pub(crate) messages: Vec<T>,
    /// Whether there will be no more.
    pub(crate) closed: bool,
}

/// Both ends.
pub(crate) fn inbox<T>() -> io::Result<(Orders<T>, Inbox<T>)> {
    let (near, far) = UnixStream::pair()?;
    near.set_nonblocking(true)?;
    far.set_nonblocking(true)?;
    let (sender, receiver) = mpsc::channel();
    let orders = Orders { sender, bell: near };
    let inbox = Inbox {
        receiver,
        bell: far,
    };
    Ok((orders, inbox))
}

impl<T> Orders<T> {
    /// Sends; when nobody is left to receive, nothing happens.
    pub(crate) fn send(&self, message: T) {
        if self.sender.send(message).is_ok() {
            // A full bell rings already.
            let _ = (&self.bell).write(&[1]);
        }
    }
}

impl<T> Inbox<T> {
    /// Takes everything that is there; does not wait.
    pub(crate) fn take(&self) -> Taken<T> {
        // First silence the bell, then look: what comes between rings again.
        let mut bytes = [0; 64];
        let mut hung_up = false;
        loop {
            match (&self.bell).read(&mut bytes) {
                Ok(0) => hung_up = true,
                Ok(_) => continue,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => {}
            }
            break;
        }
        let mut messages = Vec::new();
        loop {
            match self.receiver.try_recv() {
                Ok(message) => messages.push(message),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    hung_up = true;
                    break;
                }
            }
        }
        Taken {
            messages,
            closed: hung_up,
        }
    }
}

impl<T> AsFd for Inbox<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn is_ringing<T>(inbox: &Inbox<T>) -> bool {
        let mut waiting = [PollFd::new(inbox, PollFlags::IN)];
        poll(&mut waiting, Some(&Timespec::default())).unwrap() > 0
    }

    /// Whether it rings soon: what another test is starting may hold its other end until it runs.
    fn rings_in_the_end<T>(inbox: &Inbox<T>) -> bool {
        let mut waiting = [PollFd::new(inbox, PollFlags::IN)];
        let patience = Timespec {
            tv_sec: 60,
            tv_nsec: 0,
        };
        poll(&mut waiting, Some(&patience)).unwrap() > 0
    }

    #[test]
    fn it_rings_while_there_is_something_to_take_and_when_it_is_closed() {
        let (orders, inbox) = inbox().unwrap();
        assert!(!is_ringing(&inbox));
        for n in 0..1000 {
            orders.send(n);
        }
        assert!(is_ringing(&inbox));
        let taken = inbox.take();
        assert_eq!(taken.messages, (0..1000).collect::<Vec<_>>());
        assert!(!taken.closed && !is_ringing(&inbox));
        drop(orders);
        assert!(rings_in_the_end(&inbox));
        assert!(inbox.take().closed);
    }
}
