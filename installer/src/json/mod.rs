//! Editing JSON without touching a byte that is not ours: read with positions ([`scan`]), print in
//! the file's own manner ([`style`]), and put the pieces in or take them out ([`splice`]).

pub(crate) mod scan;
pub(crate) mod splice;
pub(crate) mod style;
