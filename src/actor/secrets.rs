//! What is named like a secret, and is not written down.

use pane_patrol_hooks::text::is_mark;

/// The message without the values of what is named like a secret.
pub(super) fn without_secrets(message: &str) -> String {
    let mut hide_next = false;
    let mut word = |word: &str| {
        if word.is_empty() {
            return String::new();
        }
        let hidden = std::mem::replace(&mut hide_next, false);
        let (name, value) = word.split_once(['=', ':']).unwrap_or((word, ""));
        if !is_secret(name) {
            return if hidden {
                "…".to_owned()
            } else {
                word.to_owned()
            };
        }
        if value.is_empty() {
            hide_next = true;
            return word.to_owned();
        }
        format!("{name}=…")
    };
    // Every word stands behind a blank, or behind a mark of one.
    let is_blank = |c: char| c == ' ' || is_mark(c);
    let part = |part: &str| {
        let end = part.trim_end_matches(is_blank).len();
        word(&part[..end]) + &part[end..]
    };
    message.split_inclusive(is_blank).map(part).collect()
}

fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 7] = [
        "token", "secret", "passw", "apikey", "api_key", "api-key", "bearer",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_like_a_secret_is_not_written_down() {
        for (message, kept) in [
            ("git push origin main", "git push origin main"),
            ("API_TOKEN=abc make", "API_TOKEN=… make"),
            (
                "curl -H 'Authorization: Bearer abc' x",
                "curl -H 'Authorization: Bearer … x",
            ),
            ("psql --password abc db", "psql --password … db"),
            ("npm login --api-key=abc", "npm login --api-key=…"),
            ("psql --password␠␠abc db", "psql --password␠␠… db"),
            ("make␊API_TOKEN=abc␉x", "make␊API_TOKEN=…␉x"),
        ] {
            assert_eq!(without_secrets(message), kept);
        }
    }
}
