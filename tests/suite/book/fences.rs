//! Blocks of code in a page.

/// What stands between two fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Its language: `sh`, `console`, `toml`, ...
    pub(super) language: String,
    /// Its lines, whole.
    pub(super) text: String,
    /// The line of the page that it begins on, from 1.
    pub(super) line: usize,
}

/// Every block of a page, in order.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (index, line) in page.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            if !is_open {
                blocks.push(Block {
                    language: language.trim().to_owned(),
                    text: String::new(),
                    line: index + 1,
                });
            }
            is_open = !is_open;
        } else if is_open {
            let block = blocks.last_mut().expect("one is open");
            block.text += line;
            block.text.push('\n');
        }
    }
    assert!(!is_open, "a block has no end");
    blocks
}

/// The page without its blocks and without what stands between backquotes.
pub(super) fn without_blocks(page: &str) -> String {
    let mut is_open = false;
    let mut prose = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_open = !is_open;
        } else if !is_open {
            prose += line;
        }
        prose.push('\n');
    }
    prose
}

#[test]
fn blocks_and_prose_are_told_apart() {
    let page = "# a\n```sh\nls # [x](y)\n```\nb\n";
    let block = Block {
        language: "sh".into(),
        text: "ls # [x](y)\n".into(),
        line: 2,
    };
    assert_eq!(blocks(page), [block]);
    assert_eq!(without_blocks(page), "# a\n\n\n\nb\n");
}
