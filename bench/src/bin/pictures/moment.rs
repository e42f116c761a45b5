//! Times of day and ages, made those of one moment, so that a picture changes only when the screen does.

/// The time of day in every picture; only as much of it as stands on the screen.
const TIME: &str = "14:02:31";

/// Every age below 100 seconds.
const AGE: &str = "4s";

/// What a temporary folder of the demo begins with, and the letters that stand for its own ones.
const FOLDER: (&str, &str) = ("pane-patrol-demo-", "abcdef");

/// Every folder of a demo becomes the same one.
fn of_one_demo(screen: &str) -> String {
    let (begins, letters) = FOLDER;
    let mut parts = screen.split(begins);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        told.push_str(begins);
        let own = part.chars().take(letters.len());
        let count = own.take_while(char::is_ascii_alphanumeric).count();
        told.push_str(&letters[..count]);
        told.push_str(&part[count..]);
    }
    told
}

/// Every time of day becomes the same one, and every age in seconds: `14:02`, `14:02:31`, ` 4s`.
pub(crate) fn at_one_moment(screen: &str) -> String {
    let characters: Vec<char> = of_one_demo(screen).chars().collect();
    let (mut told, mut at) = (String::new(), 0);
    while at < characters.len() {
        let is_inside = at > 0 && characters[at - 1].is_ascii_alphanumeric();
        let rest = &characters[at..];
        let length = if is_inside {
            0
        } else {
            time(rest).max(age(rest))
        };
        if length == 0 {
            told.push(characters[at]);
            at += 1;
            continue;
        }
        if time(rest) > 0 {
            told.push_str(&TIME[..length]);
        } else {
            // As long as it was, so that nothing moves.
            told.extend(std::iter::repeat_n(' ', length - AGE.len()));
            told.push_str(AGE);
        }
        at += length;
    }
    told
}

/// How many characters a time of day at the start has; 0: there is none.
fn time(text: &[char]) -> usize {
    let is = |pattern: &str| {
        let mut pairs = pattern.chars().zip(text);
        let fits = pairs.all(|(wanted, found)| match wanted {
            '0' => found.is_ascii_digit(),
            other => other == *found,
        });
        let next = text.get(pattern.len());
        fits && text.len() >= pattern.len() && !next.is_some_and(char::is_ascii_digit)
    };
    ["00:00:00", "00:00"]
        .into_iter()
        .find(|pattern| is(pattern))
        .map_or(0, str::len)
}

/// The same of an age below 100 seconds.
fn age(text: &[char]) -> usize {
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let ends = |at: usize| !text.get(at).is_some_and(char::is_ascii_alphanumeric);
    let is_age = (1..=2).contains(&digits) && text.get(digits) == Some(&'s') && ends(digits + 1);
    if is_age { digits + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_the_demo_is_always_the_same_and_as_long() {
        let told =
            at_one_moment("in /tmp/pane-patrol-demo-Xy9Qa2/home and /tmp/pane-patrol-demo-Q");
        assert_eq!(
            told,
            "in /tmp/pane-patrol-demo-abcdef/home and /tmp/pane-patrol-demo-a"
        );
    }

    #[test]
    fn only_times_and_ages_are_made_one_moment() {
        let told = at_one_moment("shop:0.0  12s  since 09:08:07, 0s ago  12:40 v1s 3sx 1.4.0");
        assert_eq!(
            told,
            "shop:0.0   4s  since 14:02:31, 4s ago  14:02 v1s 3sx 1.4.0"
        );
    }
}
