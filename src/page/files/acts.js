// What the person wants done: each act once, under an id of its own, until the hub has said what came of it.

import { now } from "./age.js";
import { randomName } from "./hub.js";
import { sentence } from "./text.js";

/** An act that has not reached its agent by then is not done any more. */
const EXPIRES = 30000;
/** After this long nobody knows what came of it, in milliseconds. */
const GIVE_UP = 45000;

export class Acts {
  #hub;
  #open = new Map();

  constructor(hub) {
    this.#hub = hub;
  }

  /** Has it done; the result of the hub, or one that says that nobody knows. */
  async do(agent, act, more = {}) {
    const id = randomName(32);
    const expires = new Date(now() + EXPIRES).toISOString();
    const payload = { act_id: id, agent_id: agent, act, expires, ...more };
    if (!this.#hub.isLive || !this.#hub.say("act", payload, id)) {
      return { outcome: "refused", why: "this page is not connected; nothing was sent" };
    }
    return this.#result(id, payload);
  }

  /** Asks for the patch of a changed file; all of it, or `error`. */
  async patch(agent, path) {
    const id = randomName(32);
    const payload = { agent_id: agent, path, context_lines: 3, include_untracked: true, request_id: id };
    if (!this.#hub.isLive || !this.#hub.say("diff_patch_request", payload, id)) {
      return { patch: null, error: { message: "this page is not connected" } };
    }
    return this.#result(id, null);
  }

  /** A message of the hub that may be an answer. */
  hear(type, payload, requestId) {
    const id = payload.act_id ?? requestId;
    const open = this.#open.get(id);
    if (!open) {
      return;
    }
    if (type === "error") {
      this.#close(id, open.payload
        ? { outcome: "refused", why: payload.message }
        : { patch: null, error: { message: payload.message } });
    } else if (payload.parts > 1) {
      open.pieces[payload.part - 1] = payload.patch ?? "";
      if (open.pieces.filter((piece) => piece !== undefined).length === payload.parts) {
        this.#close(id, { ...payload, patch: open.pieces.join("") });
      }
    } else {
      this.#close(id, payload);
    }
  }

  /** After a loss the same is said again under the same id: what was done is not done twice, and is told. */
  again() {
    for (const [id, { payload }] of this.#open) {
      if (payload && Date.parse(payload.expires) > now()) {
        this.#hub.say("act", payload, id);
      }
    }
  }

  #result(id, payload) {
    return new Promise((resolve) => {
      const unknown = { outcome: "unknown", why: "no answer came; look at it again", patch: null,
        error: { message: "no answer came" } };
      const timer = setTimeout(() => this.#close(id, unknown), GIVE_UP);
      this.#open.set(id, { payload, resolve, timer, pieces: [] });
    });
  }

  #close(id, result) {
    const open = this.#open.get(id);
    this.#open.delete(id);
    clearTimeout(open.timer);
    open.resolve(result);
  }
}

/** What came of an act, for a person. `done`: what is said when all went well. */
export function outcome(result, done) {
  const why = result.why ? `: ${sentence(result.why)}` : "";
  switch (result.outcome) {
    case "done": return { kind: "done", words: result.why ? `${done}${why}` : done };
    case "refused": return { kind: "refused", words: `${result.late ? "Too late, nothing" : "Nothing"} was done${why}` };
    case "unknown":
    default: return { kind: "unknown", words: `What came of it is not known${why}` };
  }
}
