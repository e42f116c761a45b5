// Lines of a change, coloured by what became of them. The sign stays before each: colour alone tells nobody.

import { make } from "./dom.js";
import { visible } from "./text.js";

/** So many lines are drawn of a patch; of a request all are. */
const MOST = 4000;

/** Lines as they are, each on its own: what goes on below is further in than where a line begins. */
export function lines(texts, className, kindOf = () => null) {
  const each = texts.map((text) => make("span", { class: kindOf(text) }, visible(text) || " "));
  return make("code", { class: `lines ${className}` }, each);
}

/** Lines that begin with `+`, `-`, a space or `@`. */
export function diff(texts) {
  return lines(texts, "diff", kindOfLine);
}

/** The patch of a file, from its first change on. */
export function patch(text) {
  const all = text.replace(/\n$/, "").split("\n");
  const begin = Math.max(0, all.findIndex((line) => line.startsWith("@@")));
  const shown = all.slice(begin, begin + MOST);
  const left = all.length - begin - shown.length;
  return [diff(shown), left > 0 && make("p", { class: "dim" }, `${left} more lines are not shown`)];
}

function kindOfLine(line) {
  return { "+": "added", "-": "removed", "@": "hunk", "\\": "hunk" }[line[0]] ?? null;
}
