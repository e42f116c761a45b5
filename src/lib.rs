//! pane-patrol: tells which AI coding assistant in tmux needs you, and takes you there.
