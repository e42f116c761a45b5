// One assistant in full: who and where, what it asks and what can be done about that, its changes, tasks and evidence.

import { age, clock } from "./age.js";
import { make, part, put, quoted } from "./dom.js";
import { Manage } from "./manage.js";
import { Request } from "./request.js";
import { line, place } from "./text.js";
import { standing, stateClass, stateMark, stateWord } from "./words.js";
import { changesPart, evidencePart, messagePart, tasksPart } from "./work.js";

/** So many of its requests are read. */
const MOST = 12;

export class RowView {
  node = make("div", {});

  #context;
  #agent = null;
  #requests = new Map();
  #asked = make("div", {});
  #more = make("p", { class: "why" });
  #since = make("span", { class: "age" });
  #title = make("h2", { tabindex: "-1" });
  #head = part("div", { class: "facts" }, facts);
  #message = messagePart();
  #tasks = tasksPart();
  #evidence = evidencePart();
  #changes;
  #manage;

  /** `context`: hub and acts. */
  constructor(context, id) {
    this.#context = { ...context, moved: () => this.settle() };
    this.#changes = changesPart(context, id);
    this.#manage = new Manage(context, id);
    const back = make("a", { href: "#", class: "back" }, "All assistants");
    this.node.append(back, this.#title, this.#head.node, this.#asked, this.#more, this.#message.node, this.#manage.node,
      this.#tasks.node, this.#changes.node, this.#evidence.node);
  }

  /** As it was shown last. */
  get agent() {
    return this.#agent;
  }

  /** The agent as it is now. */
  show(agent) {
    this.#agent = agent;
    this.#drawTitle();
    const { shown_at: shownAt, cwd, branch, called, trusted_until: trusted } = agent;
    this.#head.show({ standing: standing(agent), target: agent.target, shownAt, cwd, branch, called, trusted,
      publisher: agent.publisher, hearsay: agent.hearsay, sub: agent.sub_agents });
    this.#showRequests();
    const isAsked = this.#requests.size > 0;
    this.#message.show(isAsked ? {} : { tool: agent.tool, message: agent.message });
    this.#tasks.show(agent.list);
    this.#changes.show(agent.changes);
    this.#evidence.show(agent.evidence);
    this.#manage.show(agent);
  }

  /** What is asked may stand elsewhere than it did. */
  settle() {
    for (const request of this.#requests.values()) {
      request.settle();
    }
  }

  /** The connection is there again, or lost. */
  live(isLive) {
    for (const request of this.#requests.values()) {
      request.live(isLive);
    }
    this.#manage.show(this.#agent);
  }

  tick() {
    put(this.#since, age(this.#agent.since));
  }

  focus() {
    this.#title.focus({ preventScroll: true });
  }

  end() {
    for (const request of this.#requests.values()) {
      request.end();
    }
  }

  #drawTitle() {
    const { assistant, target, terminal } = this.#agent;
    this.#title.className = stateClass(this.#agent);
    this.#title.replaceChildren(
      make("span", { class: "mark", "aria-hidden": "true" }, stateMark(this.#agent)), " ",
      quoted(line(assistant, 32)), " in ", quoted(place(target, terminal)), " ",
      make("span", { class: "state" }, stateWord(this.#agent)), " ", this.#since);
    this.tick();
  }

  /** What is asked no more goes, what is new is read. What stays is left as it stands before the person. */
  #showRequests() {
    const waiting = (this.#agent.waiting ?? []).slice(0, MOST);
    const left = this.#agent.requests - waiting.length;
    this.#more.hidden = left <= 0;
    put(this.#more, left > 0 ? `${left} more requests are shown when these are answered.` : "");
    const open = new Map(waiting.map((request) => [JSON.stringify(request), request]));
    const isOther = open.size !== this.#requests.size || [...open.keys()].some((key) => !this.#requests.has(key));
    for (const [key, request] of this.#requests) {
      if (!open.has(key)) {
        this.#requests.delete(key);
        this.#context.drafts.delete(`${this.#agent.agent_id} ${key}`);
        if (request.end()) {
          this.focus();
        }
      } else {
        if (isOther) {
          request.forget();
        }
        request.stir();
      }
    }
    for (const [key, asked] of open) {
      if (!this.#requests.has(key)) {
        const request = new Request(this.#context, this.#agent, asked);
        this.#requests.set(key, request);
        this.#asked.append(request.node);
      }
    }
  }
}

function facts(agent) {
  const fact = (name, value) => value && make("div", {}, make("dt", {}, name), make("dd", {}, quoted(line(value, 200))));
  return [
    agent.standing && make("p", { class: "why" }, agent.standing),
    agent.hearsay && make("p", { class: "why" }, "Only a program that may do nothing but publish tells of it."),
    make("dl", {}, [
      fact("shown at", agent.shownAt),
      fact("called", agent.called),
      fact("folder", agent.cwd),
      fact("branch", agent.branch),
      fact("told by", agent.publisher),
      fact("sub-agents", agent.sub > 0 && String(agent.sub)),
      fact("trusted until", agent.trusted && clock(agent.trusted)),
    ]),
  ].filter(Boolean);
}
