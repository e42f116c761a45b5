// What is known of the assistants: what the hub has told, and nothing else.

import { needsYou, rank, SECTIONS, sectionOf } from "./words.js";

/** The agents by id, and which of them have changed since somebody took that. */
export class Model {
  /** Each with its `agent_status`, and beside it `changes` and `list`: its diff and task summaries. */
  agents = new Map();

  /** Sessions that are over and can be taken up again, the last one first. */
  ended = [];

  #dirty = new Set();
  #told = null;
  #toldEnded = null;
  #waits = new Set();
  #newly = [];

  /** The hub begins to tell everything. */
  begin() {
    this.#told = new Set();
    this.#toldEnded = [];
  }

  /** It has: what it did not tell of is gone. */
  complete() {
    for (const id of this.agents.keys()) {
      if (this.#told && !this.#told.has(id)) {
        this.#remove(id);
      }
    }
    this.#told = null;
    this.ended = this.#toldEnded ?? this.ended;
    this.#toldEnded = null;
  }

  /** Nothing may be shown any more. */
  clear() {
    for (const id of [...this.agents.keys()]) {
      this.#remove(id);
    }
    this.ended = [];
  }

  /** All sessions that are over now; where there are none the hub does not begin with that. */
  endedSessions(sessions) {
    if (this.#toldEnded) {
      this.#toldEnded = sessions;
    } else {
      this.ended = sessions;
    }
  }

  status(status) {
    const id = status.agent_id;
    if (status.gone) {
      this.#remove(id);
      return;
    }
    this.#told?.add(id);
    const before = this.agents.get(id);
    this.agents.set(id, { ...status, changes: before?.changes, list: before?.list });
    this.#dirty.add(id);
    this.#note(status);
  }

  changes(summary) {
    this.#beside(summary, "changes");
  }

  tasks(summary) {
    this.#beside(summary, "list");
  }

  /** The agent of that id, target or pane. */
  find(name) {
    const agent = this.agents.get(name);
    const is = (other) => [other.target, other.shown_at, other.pane_id].includes(name);
    return agent ?? [...this.agents.values()].find(is) ?? null;
  }

  /** The ids that have changed, or are gone, since this was asked last. */
  takeDirty() {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    return dirty;
  }

  /** The agents that wait for the person since this was asked last, and did not before. */
  takeNewlyWaiting() {
    const newly = this.#newly;
    this.#newly = [];
    return newly.map((id) => this.agents.get(id)).filter((agent) => agent && needsYou(agent));
  }

  /** How many there are in each section that has any. */
  counts() {
    const counts = new Map(SECTIONS.map((section) => [section, 0]));
    for (const agent of this.agents.values()) {
      const section = sectionOf(agent.state);
      counts.set(section, counts.get(section) + 1);
    }
    return [...counts].filter(([, count]) => count > 0);
  }

  #beside(summary, field) {
    const agent = this.agents.get(summary.agent_id);
    if (agent) {
      agent[field] = summary;
      this.#dirty.add(summary.agent_id);
    }
  }

  #note(agent) {
    const id = agent.agent_id;
    if (!needsYou(agent)) {
      this.#waits.delete(id);
    } else if (!this.#waits.has(id)) {
      this.#waits.add(id);
      this.#newly.push(id);
    }
  }

  #remove(id) {
    this.agents.delete(id);
    this.#waits.delete(id);
    this.#dirty.add(id);
  }
}

/** The order of the list: by attention, then the longest wait first, then by address, so that it is total. */
export function byUrgency(a, b) {
  return rank(a.state) - rank(b.state) || order(a.since, b.since) || order(a.target, b.target)
    || order(a.agent_id, b.agent_id);
}

function order(a, b) {
  return a < b ? -1 : Number(a > b);
}
