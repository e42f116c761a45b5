//! Edits assistants' settings so that every byte can be given back.
