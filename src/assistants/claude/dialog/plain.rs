//! What of a text and of a name stands for itself, and for nothing else that Claude draws.

/// How the sentence begins that is drawn in the place of what is too long.
const IN_ITS_PLACE: &str = "(value cannot";

/// The name of a field, as it is or in quotes: nothing of it reads like what stands between fields. Blanks
/// within it are seen.
pub(super) fn is_tame_name(name: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
    let is_number = name.starts_with(|first: char| first.is_ascii_digit());
    !is_number && name.trim() == name && name.bytes().all(is_plain)
}

/// Whether it does not read like something that stands in the place of another text.
pub(super) fn is_no_sentence(text: &str) -> bool {
    !text.contains(IN_ITS_PLACE) && !text.contains("<U+")
}
