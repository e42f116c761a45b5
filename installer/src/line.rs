//! One line of ours among lines of the person's, byte for byte: the file may be in any encoding, with any
//! line ends.

use serde::{Deserialize, Serialize};

/// How a line of ours ends, also among others that end in a carriage return, which not every program
/// leaves out of the last word.
const END: &str = "\n";

/// A line that was put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// What it says, without its end.
    pub(crate) text: String,
    /// What was put before it: the end of a last line that had none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    in_front: String,
}

impl Line {
    /// A line of which nothing else is known.
    pub(crate) fn alone(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            in_front: String::new(),
        }
    }
}

/// Whether one of the lines is this one.
pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    first_place(bytes, text).is_some()
}

/// The bytes with the line in them: at byte `at`, the beginning of a line, or at the end. One that is there
/// already stays where it is, and an earlier one of ours is changed in its place. The error is the number
/// of the line, from 1, that would continue into ours.
pub(crate) fn put(
    mut bytes: Vec<u8>,
    text: &str,
    at: Option<usize>,
    previous: Option<Line>,
) -> Result<(Vec<u8>, Line), usize> {
    if holds(&bytes, text) {
        return Ok((bytes, previous.unwrap_or_else(|| Line::alone(text))));
    }
    if let Some(mut previous) = previous
        && let Some((start, end)) = first_place(&bytes, &previous.text)
    {
        let length = previous.text.len().min(end - start);
        bytes.splice(start..start + length, text.bytes());
        text.clone_into(&mut previous.text);
        return Ok((bytes, previous));
    }
    let at = at.unwrap_or(bytes.len()).min(bytes.len());
    let before = &bytes[..at];
    if continues(before) {
        let lines = before.split_inclusive(|byte| *byte == b'\n');
        return Err(lines.count());
    }
    let is_open = !before.is_empty() && !before.ends_with(b"\n");
    let in_front = if is_open { END } else { "" };
    let put_in = [in_front, text, END].concat();
    bytes.splice(at..at, put_in.bytes());
    let line = Line {
        text: text.to_owned(),
        in_front: in_front.to_owned(),
    };
    Ok((bytes, line))
}

/// The bytes without the line, wherever it stands by now, and also where it was indented or has got a
/// remark. Where the lines around it would become another command by that, it stays.
pub(crate) fn take(bytes: &[u8], line: &Line) -> Vec<u8> {
    let mut left = bytes.to_vec();
    let mut places: Vec<_> = places(bytes, &line.text).collect();
    if places.is_empty() {
        places = places_where(bytes, |words| is_still(words, &line.text)).collect();
    }
    places.retain(|(start, end)| !continues(&bytes[..*start]) && !continues(&bytes[*start..*end]));
    for (start, end) in places.into_iter().rev() {
        let is_last = end == left.len();
        left.drain(start..end);
        // The last line of before has no end again, unless something follows by now.
        if is_last && !line.in_front.is_empty() && left.ends_with(line.in_front.as_bytes()) {
            left.truncate(start - line.in_front.len());
        }
    }
    left
}

/// Where lines of this text begin, and where the next ones do.
fn places<'a>(bytes: &'a [u8], text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    places_where(bytes, move |words| words == text.as_bytes())
}

/// Where lines begin that are such, and where the next ones do.
fn places_where<'a>(
    bytes: &'a [u8],
    is_such: impl Fn(&[u8]) -> bool + 'a,
) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut start = 0;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.filter_map(move |line| {
        let place = (start, start + line.len());
        start += line.len();
        let words = line.strip_suffix(b"\n").unwrap_or(line);
        let words = words.strip_suffix(b"\r").unwrap_or(words);
        is_such(words).then_some(place)
    })
}

fn first_place(bytes: &[u8], text: &str) -> Option<(usize, usize)> {
    places(bytes, text).next()
}

/// Whether a line says that and nothing else, apart from blanks around it and a remark after it.
fn is_still(line: &[u8], text: &str) -> bool {
    let rest = line.trim_ascii_start().strip_prefix(text.as_bytes());
    rest.is_some_and(|rest| {
        let remark = rest.trim_ascii_start();
        remark.is_empty() || remark.len() < rest.len() && remark.starts_with(b"#")
    })
}

/// Whether what follows would belong to the last line: an odd number of backslashes ends it.
fn continues(before: &[u8]) -> bool {
    let last = before.strip_suffix(b"\n").unwrap_or(before);
    let last = last.strip_suffix(b"\r").unwrap_or(last);
    let backslashes = last.iter().rev().take_while(|byte| **byte == b'\\');
    backslashes.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "source-file -q ~/x";

    fn at_end(text: &str) -> (String, Line) {
        let (bytes, line) = put(text.into(), OURS, None, None).unwrap();
        (String::from_utf8(bytes).unwrap(), line)
    }

    #[test]
    fn a_line_is_put_in_as_the_file_is_written_and_taken_out_again() {
        for (before, after) in [
            ("", "OURS\n"),
            ("a\n", "a\nOURS\n"),
            ("a", "a\nOURS\n"),
            ("a\r\nb\r\n", "a\r\nb\r\nOURS\n"),
            ("a\r\nb", "a\r\nb\nOURS\n"),
            ("a \\\\\n", "a \\\\\nOURS\n"),
        ] {
            let (put_in, line) = at_end(before);
            assert_eq!(put_in, after.replace("OURS", OURS));
            assert_eq!(take(put_in.as_bytes(), &line), before.as_bytes());
            let again = put(put_in.clone().into(), OURS, None, Some(line.clone()));
            assert_eq!(again.unwrap(), (put_in.clone().into(), line.clone()));
            let more = format!("{put_in}b\n");
            let left = String::from_utf8(take(more.as_bytes(), &line)).unwrap();
            let closed = put_in.strip_suffix(&format!("{OURS}\n")).unwrap();
            assert_eq!(left, format!("{closed}b\n"));
        }
    }

    #[test]
    fn a_place_in_the_middle_is_kept_and_a_line_that_goes_on_is_refused() {
        let (after, line) = put(b"a\nrun tpm\n".to_vec(), OURS, Some(2), None).unwrap();
        assert_eq!(after, format!("a\n{OURS}\nrun tpm\n").as_bytes());
        assert_eq!(take(&after, &line), b"a\nrun tpm\n");
        for (text, number) in [
            ("a\nb \\", 2),
            ("a\nb \\\n", 2),
            ("\\\r\n", 1),
            ("a \\\\\\", 1),
        ] {
            assert_eq!(put(text.into(), OURS, None, None), Err(number), "{text:?}");
        }
    }

    #[test]
    fn an_earlier_line_of_ours_is_changed_in_its_place() {
        let (text, line) = at_end("a");
        let mut text = text.into_bytes();
        text.extend(b"b\n");
        let (after, line) = put(text, "source-file -q /y", None, Some(line)).unwrap();
        assert_eq!(after, b"a\nsource-file -q /y\nb\n");
        assert_eq!(take(&after, &line), b"a\nb\n");
    }

    #[test]
    fn a_line_that_was_indented_or_remarked_upon_is_ours_still_and_others_are_not() {
        let line = Line::alone(OURS);
        for (now, left) in [
            ("a\n\t OURS \nb\n", "a\nb\n"),
            ("a\nOURS # its keys\nb\n", "a\nb\n"),
            ("a\nOURS\nOURS # mine\n", "a\nOURS # mine\n"),
            ("OURS#x\n", "OURS#x\n"),
            ("OURS ~/more\n", "OURS ~/more\n"),
            ("# OURS\n", "# OURS\n"),
            ("a \\\nOURS\nb\n", "a \\\nOURS\nb\n"),
            ("OURS # x \\\nb\n", "OURS # x \\\nb\n"),
        ] {
            let [now, left] = [now, left].map(|text| text.replace("OURS", OURS));
            let taken = String::from_utf8(take(now.as_bytes(), &line)).unwrap();
            assert_eq!(taken, left, "{now:?}");
        }
    }
}
