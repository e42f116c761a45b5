//! Whether we are in front, and what the program's terminal has of the person's then.

use std::io;

use rustix::termios::{OptionalActions, tcgetattr, tcsetattr, tcsetwinsize};

use super::super::between::Order;
use super::super::outer;
use super::{News, Relay};

impl<T: FnMut(News<'_>)> Relay<'_, T> {
    /// Makes the program's terminal as large as the person's, and that raw, where it is in front.
    pub(super) fn fit(&mut self) -> io::Result<()> {
        if let Some(inner) = self.inner.as_ref().filter(|_| self.in_front) {
            if let Some(begun) = self.begun.take()
                && outer::are_same(&tcgetattr(inner)?, &begun)
            {
                tcsetattr(inner, OptionalActions::Now, &self.outer.modes()?)?;
            }
            self.outer.make_raw()?;
            tcsetwinsize(inner, self.outer.size()?)?;
        }
        Ok(())
    }

    /// The same, once it may be another than before.
    pub(super) fn fit_again(&mut self) {
        let in_front = self.outer.is_ours();
        let is_news = std::mem::replace(&mut self.in_front, in_front) != in_front;
        // Where the terminal has gone, reading it tells.
        let _ = self.fit();
        // Once it is as it will find it.
        if is_news {
            self.order(Order::Front { in_front });
        }
    }
}
