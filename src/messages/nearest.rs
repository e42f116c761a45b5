//! The word that was meant, where another one was typed.

/// Beyond so many wrong letters another word was meant than ours.
const MOST_WRONG: usize = 3;

/// The one of `words` that is nearest to `typed`; `None`: none is near.
///
/// Of words with as many wrong letters it is the one that begins most like `typed`.
pub fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = typed.to_lowercase().chars().collect();
    let mut best: Option<((usize, usize), &str)> = None;
    for word in words {
        let letters: Vec<char> = word.to_lowercase().chars().collect();
        let Some(wrong) = wrong_letters(&typed, &letters) else {
            continue;
        };
        let alike = typed.iter().zip(&letters).take_while(|(a, b)| a == b);
        let rank = (wrong, usize::MAX - alike.count());
        if best.is_none_or(|(known, _)| rank < known) {
            best = Some((rank, word));
        }
    }
    best.map(|(_, word)| word)
}

/// How many letters are wrong; `None`: too many for a word that was meant.
fn wrong_letters(typed: &[char], word: &[char]) -> Option<usize> {
    let (short, long) = if typed.len() < word.len() {
        (typed, word)
    } else {
        (word, typed)
    };
    if short.len() >= MOST_WRONG && long.starts_with(short) {
        // `claude-code` is Claude, and `setu` is `setup`.
        return Some(1);
    }
    let most = MOST_WRONG.min(long.len() / 2);
    Some(distance(typed, word)).filter(|wrong| *wrong <= most)
}

/// How many letters are to be put in, taken out, changed, or changed for their neighbour.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut line = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let changed = last[j] + usize::from(a != b);
            let mut fewest = changed.min(last[j + 1] + 1).min(line[j] + 1);
            let is_turned = i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b;
            if is_turned {
                fewest = fewest.min(before[j - 1] + 1);
            }
            line.push(fewest);
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_with_the_fewest_wrong_letters() {
        let assistants = ["claude", "codex", "opencode", "gemini", "copilot", "qwen"];
        for (typed, meant) in [
            ("clod", Some("claude")),
            ("claud", Some("claude")),
            ("Claude-Code", Some("claude")),
            ("codx", Some("codex")),
            ("gemnii", Some("gemini")),
            ("opencod", Some("opencode")),
            ("copilot-cli", Some("copilot")),
            ("foo", None),
            ("tmux", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, assistants), meant, "{typed}");
        }
        assert_eq!(nearest("bsh", ["zsh", "bash"]), Some("bash"));
        assert_eq!(nearest("drak", ["terminal", "dark", "light"]), Some("dark"));
        assert_eq!(nearest("don", ["failed", "done", "idle"]), Some("done"));
        assert_eq!(nearest("tmux", ["assistants", "keys", "status"]), None);
    }
}
