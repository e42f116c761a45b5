// What is said aloud: what came of an act, which stands for a while at the bottom, too, and who newly waits.

import { make, quoted } from "./dom.js";
import { line } from "./text.js";
import { nameOf, stateWord } from "./words.js";

const STAYS = 8000;
/** So many are told of each; of more only how many there are. */
const MOST = 3;

/** Of which agent each is that stands at the bottom. */
const about = new WeakMap();

/**
 * Says what came of something with that agent (`null`: with none), and shows it for a while; a tap on it takes it away and
 * reaches nothing below.
 */
export function tell(agent, { words, kind }) {
  const said = make("p", { class: kind, onclick: () => said.remove() });
  said.append(...(agent ? [quoted(nameOf(agent)), ": "] : []), words);
  about.set(said, agent?.agent_id ?? null);
  say("told", said);
}

/** Takes away what was said of other agents than that: it would lie over what is looked at now. */
export function hush(id) {
  for (const said of [...document.getElementById("told").children]) {
    if (about.get(said) !== id) {
      said.remove();
    }
  }
}

/** Says who newly waits for the person: to those who do not see it in the list and in the numbers at the top. */
export function tellWaiting(agents) {
  if (agents.length > MOST) {
    say("news", make("p", {}, `${agents.length} assistants newly wait for you`));
    return;
  }
  for (const agent of agents) {
    const what = agent.message ? `: ${line(agent.message, 80)}` : "";
    say("news", make("p", {}, `${nameOf(agent)} ${stateWord(agent)}${what}`));
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
