//! Secrets that nobody can guess: numbers of the system's own.

use std::fs::File;
use std::io::{self, Read};

/// So many random bytes, as twice as many hexadecimal digits.
///
/// # Errors
/// The system gives none.
pub(crate) fn digits(bytes: usize) -> io::Result<String> {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let digits = random.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits.map(digit).collect())
}
