//! How single signs are drawn: which as themselves everywhere, and which draw frames.

/// Whether everything draws `c` as itself, in as many cells as are known, wherever it stands.
pub(crate) fn is_certain(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\n' | '\t'
        | '\u{a1}'..='\u{a7}' | '\u{a9}'..='\u{ac}' | '\u{b0}'..='\u{b3}' | '\u{b5}' | '\u{b6}'
        | '\u{b9}'..='\u{24f}'
        // Greek and Cyrillic letters, without marks that join others.
        | '\u{386}' | '\u{388}'..='\u{38a}' | '\u{38c}' | '\u{38e}'..='\u{3a1}'
        | '\u{3a3}'..='\u{3ce}' | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        // Kana, Han, Hangul by syllables.
        | '\u{3001}' | '\u{3002}' | '\u{300c}' | '\u{300d}' | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}' | '\u{4e00}'..='\u{9fef}' | '\u{ac00}'..='\u{d7a3}')
}

/// Whether everything draws `c` as itself, alone and in as many cells as are known: signs and pictures that
/// are one character each, and have been two cells wide, or one, for long. What makes a picture of a sign,
/// or another one of a picture, is none of them.
pub(crate) fn is_as_written(c: char) -> bool {
    let is_sign = matches!(c,
        '\u{2010}'..='\u{2015}' | '\u{2018}'..='\u{2022}' | '\u{2030}' | '\u{20ac}'
        | '\u{2190}'..='\u{2193}' | '\u{21d0}'..='\u{21d4}' | '\u{2200}' | '\u{2202}' | '\u{2203}'
        | '\u{2208}' | '\u{221e}' | '\u{2248}' | '\u{2264}' | '\u{2265}'
        | '\u{25a0}' | '\u{25b2}' | '\u{25bc}' | '\u{25cb}' | '\u{25cf}' | '\u{2605}' | '\u{2606}'
        | '\u{2713}' | '\u{2717}');
    let is_picture = matches!(c,
        '\u{26a1}' | '\u{2705}' | '\u{2728}' | '\u{274c}' | '\u{2753}' | '\u{2757}' | '\u{2b50}'
        | '\u{1f300}'..='\u{1f320}' | '\u{1f37e}'..='\u{1f384}' | '\u{1f3a8}' | '\u{1f3af}'
        | '\u{1f400}'..='\u{1f43e}' | '\u{1f44d}' | '\u{1f44e}' | '\u{1f489}'..='\u{1f4fc}'
        | '\u{1f500}'..='\u{1f53d}' | '\u{1f600}'..='\u{1f64a}' | '\u{1f680}'..='\u{1f6a2}'
        | '\u{1f6a7}' | '\u{1f6a8}');
    is_certain(c) || is_sign || is_picture
}

/// Whether frames are drawn with it.
pub(crate) fn is_frame(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{259f}')
}
