// The list: one row an assistant, in the order of attention. A row is made once and changed where it stands.

import { age } from "./age.js";
import { make, put, quoted } from "./dom.js";
import { byUrgency } from "./model.js";
import { line, place } from "./text.js";
import { needsYou, purpose, SECTIONS, sectionOf, standing, stateClass, stateMark, stateWord } from "./words.js";

/** From so many changes on, all rows are put in order at once. */
const MANY = 24;

/** The address of a row within the page. */
export function addressOf(id) {
  return `#row=${encodeURIComponent(id)}`;
}

export class List {
  #root;
  #model;
  #rows = new Map();
  #places = new Map();
  #empty = make("p", { class: "empty" });
  #chosen = null;

  constructor(root, model) {
    this.#root = root;
    this.#model = model;
    for (const section of SECTIONS) {
      const list = make("ul", { "aria-label": section.title });
      const node = make("section", { class: section.name, hidden: true }, make("h2", {}, section.title), list);
      this.#places.set(section.name, { node, list });
      root.append(node);
    }
    root.append(this.#empty);
    root.addEventListener("keydown", (event) => this.#press(event));
    root.addEventListener("focusin", ({ target }) => this.#makeStop(target.closest("a")));
  }

  /** Draws what has changed of these agents. */
  show(ids, words) {
    const focused = document.activeElement;
    const moved = [...ids].filter((id) => this.#draw(id));
    this.#order(moved);
    for (const { node, list } of this.#places.values()) {
      node.hidden = list.childElementCount === 0;
    }
    put(this.#empty, this.#rows.size === 0 ? words : "");
    if (focused !== document.activeElement && this.#root.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
    this.#haveStop();
  }

  /** Lets the ages go on. */
  tick() {
    for (const [id, row] of this.#rows) {
      const agent = this.#model.agents.get(id);
      put(row.age, age(agent.since, !needsYou(agent)));
    }
  }

  /** Marks the row that is open beside the list; `null`: none. */
  choose(id) {
    this.#rows.get(this.#chosen)?.link.removeAttribute("aria-current");
    this.#chosen = id;
    this.#rows.get(id)?.link.setAttribute("aria-current", "true");
    this.#makeStop(this.#rows.get(id)?.link);
  }

  /** Takes the focus, on the row of `id` if there is one. */
  focus(id) {
    (this.#rows.get(id)?.link ?? this.#links()[0])?.focus();
  }

  /** Whether the row has to be put in another place. */
  #draw(id) {
    const agent = this.#model.agents.get(id);
    const row = this.#rows.get(id);
    if (!agent) {
      row?.item.remove();
      this.#rows.delete(id);
      return false;
    }
    const drawn = row ?? this.#make(id);
    const key = `${agent.state} ${agent.since} ${agent.target}`;
    const isMoved = drawn.key !== key;
    drawn.key = key;
    fill(drawn, agent);
    return isMoved;
  }

  #make(id) {
    const parts = {
      mark: make("span", { class: "mark", "aria-hidden": "true" }),
      who: quoted("", "who"),
      where: quoted("", "where"),
      state: make("span", { class: "state" }),
      age: make("span", { class: "age" }),
      project: quoted("", "project"),
      what: quoted("", "what"),
    };
    const { mark, who, where, state, age: since, project, what } = parts;
    const head = make("span", { class: "head" }, mark, who, where, since);
    const about = make("span", { class: "about" }, state, project);
    const link = make("a", { href: addressOf(id), tabindex: "-1" }, head, about, what);
    const row = { ...parts, link, item: make("li", {}, link), key: "" };
    if (id === this.#chosen) {
      link.setAttribute("aria-current", "true");
    }
    this.#rows.set(id, row);
    return row;
  }

  #order(ids) {
    const all = ids.length > MANY ? [...this.#model.agents.values()].sort(byUrgency) : null;
    for (const agent of all ?? ids.map((id) => this.#model.agents.get(id))) {
      const { item } = this.#rows.get(agent.agent_id);
      const { list } = this.#places.get(sectionOf(agent.state).name);
      list.insertBefore(item, all ? null : this.#next(list, agent));
    }
  }

  /** The row of that list before which the agent's stands; `null`: it is the last. */
  #next(list, agent) {
    for (const item of list.children) {
      const other = this.#model.agents.get(idOf(item.firstElementChild));
      if (other !== agent && byUrgency(agent, other) < 0) {
        return item;
      }
    }
    return null;
  }

  #links() {
    return [...this.#root.querySelectorAll("a")];
  }

  #press(event) {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    const links = this.#links();
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
  }

  /** Of all rows one is reached by Tab; the others by arrows from there. */
  #makeStop(link) {
    if (link) {
      this.#root.querySelector('a[tabindex="0"]')?.setAttribute("tabindex", "-1");
      link.setAttribute("tabindex", "0");
    }
  }

  #haveStop() {
    if (!this.#root.querySelector('a[tabindex="0"]')) {
      this.#makeStop(this.#root.querySelector("a"));
    }
  }
}

function idOf(link) {
  return decodeURIComponent(link.getAttribute("href").slice("#row=".length));
}

function fill(row, agent) {
  const branch = agent.branch ? ` ⎇ ${line(agent.branch, 60)}` : "";
  // The state says already that it asks.
  const tool = agent.tool && !purpose(agent.tool) ? `${line(agent.tool, 40)}: ` : "";
  const subs = agent.sub_agents > 0 ? ` + ${agent.sub_agents} sub-agent${agent.sub_agents > 1 ? "s" : ""}` : "";
  const one = agent.requests > 1 ? ` (${agent.requests} requests)` : "";
  put(row.mark, stateMark(agent));
  put(row.who, line(agent.assistant, 32));
  put(row.where, place(agent.shown_at ?? agent.target));
  put(row.state, `${stateWord(agent)}${one}`);
  put(row.age, age(agent.since, !needsYou(agent)));
  put(row.project, `${line(agent.label, 60)}${branch}${subs}`);
  put(row.what, agent.message ? `${tool}${line(agent.message)}` : "");
  row.item.className = standing(agent) ? `${stateClass(agent)} stale` : stateClass(agent);
}
