// What is said aloud, and stands for a while at the bottom: what came of an act, and who newly waits.

import { make } from "./dom.js";
import { line } from "./text.js";
import { stateWord } from "./words.js";

const STAYS = 8000;
const NAMED = 3;

/** Says it to whoever listens, and shows it for a while. */
export function tell(words, kind = "note") {
  const place = document.getElementById("told");
  const said = make("p", { class: kind }, words);
  place.append(said);
  setTimeout(() => said.remove(), STAYS);
  while (place.childElementCount > NAMED) {
    place.firstElementChild.remove();
  }
}

/** Tells of those who newly wait for the person. */
export function tellWaiting(agents) {
  if (agents.length > NAMED) {
    tell(`${agents.length} assistants newly wait for you`);
    return;
  }
  for (const agent of agents) {
    const what = agent.message ? `: ${line(agent.message, 80)}` : "";
    tell(`${line(agent.assistant, 32)} in ${line(agent.target, 40)} ${stateWord(agent)}${what}`);
  }
}
