// What others have written, made safe to look at: nothing in it hides, and nothing moves what stands beside it.
// It reaches the page as text only (dom.js); these are the same characters that the terminal spells out.

/** What is drawn as nothing, or changes the order of others. Format characters that are drawn are not of them; four signs
 * that are drawn as nothing are. */
const UNSEEN = /[\u2800\ufffc\u{16fe4}\u{1d159}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\p{Zl}\p{Zp}]|(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])\p{Cf}|[\ud800-\udfff]/gu;

/** The joints inside of a picture: without them a family would be three people in a row. */
const JOINT = /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=[\p{Extended_Pictographic}\p{Emoji_Modifier}])|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}])\ufe0f|(?<=[0-9#*])\ufe0f(?=\u20e3)/gu;

/** More marks on one letter than anybody writes: they would be drawn over the rows above. */
const FLOOD = /(\p{M}{4})(\p{M}+)/gu;

/** `text` with what cannot be seen spelt out, `<U+202E>`; line ends and tabs stay. */
export function visible(text) {
  const given = String(text ?? "").replaceAll("\r\n", "\n").replace(FLOOD, (all, few, more) => few + spelt(more));
  if (given.search(UNSEEN) < 0) {
    return given;
  }
  const joints = new Set(Array.from(given.matchAll(JOINT), (found) => found.index));
  return given.replace(UNSEEN, (c, at) => (c === "\n" || c === "\t" || joints.has(at) ? c : spelt(c)));
}

/** The same on one line, of at most `most` characters: line ends and tabs are spelt out, too, as in all names on the terminal. */
export function line(text, most = 300) {
  const start = String(text ?? "").slice(0, most * 2);
  const one = start.replace(/[\r\n\t]/g, spelt);
  const shown = Array.from(visible(one));
  const isCut = shown.length > most || start.length < String(text ?? "").length;
  return isCut ? `${shown.slice(0, most - 1).join("")}…` : shown.join("");
}

/** Where an agent is, as people call it: of a process in a terminal its numbers say nothing to them. */
export function place(target, program) {
  const shown = line(target, 60).replace(/^([^:@]+)@\d+\.\d+$/u, "$1");
  return program ? `${shown} in ${line(program, 32)}` : shown;
}

/** A sentence of the hub's, whose lines are one here. */
export function sentence(text, most = 300) {
  return line(String(text ?? "").replace(/[\r\n\t ]+/g, " ").trim(), most);
}

/** Each character of it by its number. */
function spelt(text) {
  return Array.from(text, (c) => `<U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`).join("");
}
