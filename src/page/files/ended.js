// Sessions that are over and can be taken up again: below all rows, folded, and counted nowhere else.

import { outcome } from "./acts.js";
import { age } from "./age.js";
import { Armed } from "./armed.js";
import { make, put, quoted } from "./dom.js";
import { may } from "./rights.js";
import { line } from "./text.js";
import { tell } from "./told.js";

export class Ended {
  node = make("details", { class: "ended", hidden: true });

  #context;
  #count = make("span", { class: "count" });
  #list = make("ul", { "aria-label": "Ended" });
  #drawn = "";
  /** What shows how long ago each ended. */
  #ages = [];
  /** The ids of those that were asked to be taken up, until it is told what came of that. */
  #asked = new Set();
  #armed;

  /** `context`: hub and acts. */
  constructor(context) {
    this.#context = context;
    this.#armed = new Armed(this.#list, () => context.hub.isLive);
    this.node.append(make("summary", {}, "Ended ", this.#count), this.#list);
  }

  /** All that there are now. */
  show(sessions) {
    const drawn = JSON.stringify([sessions, this.#context.hub.right, [...this.#asked]]);
    if (drawn === this.#drawn) {
      return;
    }
    this.#drawn = drawn;
    this.#ages = [];
    put(this.#count, String(sessions.length));
    const hadFocus = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(...sessions.map((session) => this.#row(session)));
    this.node.hidden = sessions.length === 0;
    if (hadFocus) {
      // The button that was pressed has gone.
      this.node.firstElementChild.focus({ preventScroll: true });
    }
    this.#armed.arm();
  }

  /** It may stand elsewhere than it did. */
  settle() {
    this.#armed.settle();
  }

  /** The connection is there again, or lost. */
  live() {
    this.#armed.disarm();
    this.#armed.arm();
  }

  /** Lets the ages go on. */
  tick() {
    for (const [node, session] of this.#ages) {
      put(node, since(session));
    }
  }

  #row(session) {
    const { assistant, target, label, branch, message } = session;
    const ago = make("span", { class: "age" }, since(session));
    this.#ages.push([ago, session]);
    const place = branch ? `${line(label, 60)} ⎇ ${line(branch, 60)}` : line(label, 60);
    return make("li", {},
      make("div", { class: "head" }, quoted(line(assistant, 32), "who"), quoted(line(target, 60), "where"), ago),
      make("div", { class: "about" }, quoted(place, "project")),
      message && make("div", {}, quoted(line(message), "what")),
      this.#resume(session));
  }

  #resume(session) {
    const { agent_id: id, assistant, label, resuming } = session;
    if (resuming || this.#asked.has(id)) {
      return make("p", { class: "dim" }, "is being started");
    }
    if (!may(this.#context.hub.right, "resume")) {
      return null;
    }
    const name = `Resume ${line(assistant, 32)} of ${line(label, 60)}`;
    return make("button", { type: "button", disabled: true, "aria-label": name, onclick: () => this.#ask(session) }, "Resume");
  }

  async #ask(session) {
    const id = session.agent_id;
    if (this.#asked.has(id)) {
      return;
    }
    this.#asked.add(id);
    this.#context.changed();
    const result = await this.#context.acts.do(id, "resume");
    this.#asked.delete(id);
    this.#context.changed();
    const place = result.place ? ` in ${line(result.place.target, 60)}` : "";
    tell(session, outcome(result, `Resumed${place}`));
  }
}

function since({ ended, unseen }) {
  return `${unseen ? "found ended" : "ended"} ${age(ended, true)} ago`;
}
