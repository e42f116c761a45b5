//! Editing JSON without touching a byte that is not ours: read with positions ([`document`]), print in
//! the file's own manner ([`style`]), and put the pieces in or take them out ([`splice`]).

pub(crate) mod document;
pub(crate) mod splice;
pub(crate) mod style;
