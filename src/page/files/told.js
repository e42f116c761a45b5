// What is said aloud: what came of an act, which stands for a while at the bottom, too, and who newly waits.

import { make } from "./dom.js";
import { line, place } from "./text.js";
import { stateWord } from "./words.js";

const STAYS = 8000;
/** So many are told of each; of more only how many there are. */
const MOST = 3;

/** Says what came of something, and shows it for a while; a tap on it takes it away and reaches nothing below. */
export function tell(words, kind = "note") {
  const said = make("p", { class: kind, onclick: () => said.remove() }, words);
  say("told", said);
}

/** Says who newly waits for the person: to those who do not see it in the list and in the numbers at the top. */
export function tellWaiting(agents) {
  if (agents.length > MOST) {
    say("news", make("p", {}, `${agents.length} assistants newly wait for you`));
    return;
  }
  for (const agent of agents) {
    const what = agent.message ? `: ${line(agent.message, 80)}` : "";
    say("news", make("p", {}, `${line(agent.assistant, 32)} in ${place(agent.target)} ${stateWord(agent)}${what}`));
  }
}

function say(place, said) {
  const region = document.getElementById(place);
  // The same once more stands there once.
  for (const before of [...region.children].filter((it) => it.textContent === said.textContent)) {
    before.remove();
  }
  region.append(said);
  setTimeout(() => said.remove(), STAYS);
  while (region.childElementCount > MOST) {
    region.firstElementChild.remove();
  }
}
