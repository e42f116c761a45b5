// One request: read in full from the hub, shown to its last line, and below that what can be done about it. What is
// done carries the digest of what stood there; of a request that is another one by then nothing is done.

import { outcome } from "./acts.js";
import { Armed } from "./armed.js";
import { make, quoted } from "./dom.js";
import { diff, lines } from "./patch.js";
import { may } from "./rights.js";
import { line, visible } from "./text.js";
import { tell } from "./told.js";
import { NOT_LIVE, purpose } from "./words.js";

/** Between two readings of what is not known in full, in milliseconds. */
const PAUSE = 3000;

export class Request {
  node = make("section", { class: "request", "aria-label": "Request", tabindex: "-1" });

  #context;
  #agent;
  #request;
  #read = null;
  #said = null;
  #readAt = 0;
  #isBusy = false;
  /** Whether what was said is of how its row stands now. */
  #isOfNow = false;
  #armed = new Armed(this.node, () => this.#context.hub.isLive && !this.#isBusy);
  #idle = make("p", { class: "why" }, NOT_LIVE);

  /**
   * `context`: hub and acts, and `moved()`, which is called when it has become longer or shorter. `request`: as it stands
   * in the agent's `waiting`.
   */
  constructor(context, agent, request) {
    this.#context = context;
    this.#agent = agent;
    this.#request = request;
    this.#draw([this.#brief("reading it in full …")]);
    this.read();
  }

  /** Something is new of its agent: it may say more by now. */
  stir() {
    if (!this.#read?.whole && Date.now() > this.#readAt + PAUSE) {
      this.read();
    }
  }

  /** The connection is there again, or lost: only what was read over a living one is acted on. */
  live(isLive) {
    this.#armed.disarm();
    this.#idle.hidden = isLive;
    if (isLive) {
      this.read();
    }
  }

  /** What stands in another place than before is another thing under the finger: its buttons wait a moment again. */
  settle() {
    this.#armed.settle();
  }

  /** It is not asked any more; whether it had the focus. */
  end() {
    const hadFocus = this.node.contains(document.activeElement);
    this.#isBusy = true;
    this.#armed.disarm();
    this.node.remove();
    return hadFocus;
  }

  /** Reads it again. */
  async read() {
    if (this.#isBusy || !this.#context.hub.isLive) {
      return;
    }
    this.#isBusy = true;
    const result = await this.#context.acts.do(this.#agent.agent_id, "read_request", { request: this.#request });
    this.#isBusy = false;
    this.#readAt = Date.now();
    const read = result.request ?? null;
    if (!read || read.digest !== this.#read?.digest) {
      this.#read = read;
      this.#draw([...(read ? shown(read, this.#offered(read)) : [this.#brief(result.why)]), ...this.#choices()]);
    }
    this.#armed.arm();
  }

  async #decide(decision, done) {
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    // A button that cannot be pressed any more loses the focus to nowhere.
    this.node.focus({ preventScroll: true });
    this.#armed.disarm();
    const bound = { request: this.#request, digest: this.#read.digest, ...decision };
    const result = await this.#context.acts.do(this.#agent.agent_id, "decide", bound);
    this.#isBusy = false;
    this.#read = null;
    if (result.outcome !== "refused") {
      this.#context.drafts.delete(this.#draft);
    }
    this.#said = outcome(forPage(result), done);
    this.#isOfNow = result.outcome === "refused" && !result.late;
    tell(this.#agent, this.#said);
    this.#draw([]);
    // Done with a reason: another one that asks just the same was answered in its place.
    if (result.outcome !== "done" || result.why) {
      await this.read();
    }
  }

  /** Other requests stand beside it: what was refused for how it stood is not so any more. */
  forget() {
    if (this.#isOfNow) {
      this.#said = null;
      this.#isOfNow = false;
      this.node.querySelector(":scope > .refused")?.remove();
      this.#context.moved();
    }
  }

  get #draft() {
    return `${this.#agent.agent_id} ${JSON.stringify(this.#request)}`;
  }

  /** Title, what was said of the last act, and that; the focus stays in it. */
  #draw(children) {
    const hadFocus = this.node.contains(document.activeElement);
    const said = this.#said && make("p", { class: this.#said.kind }, this.#said.words);
    this.#idle.hidden = this.#context.hub.isLive;
    this.node.replaceChildren(...[this.#title(), said, ...children, this.#idle].filter(Boolean));
    if (hadFocus) {
      this.node.focus({ preventScroll: true });
    }
    this.#context.moved();
  }

  #title() {
    const { state, tool, agent_id: sub } = this.#request;
    const asks = state === "waiting_approval" ? "Wants to use" : "Asks";
    const by = sub ? make("span", { class: "dim" }, " (a sub-agent)") : null;
    if (purpose(tool)) {
      return make("h3", {}, purpose(tool), by);
    }
    const name = tool ? quoted(line(tool, 80), "tool") : null;
    const words = name ? `${asks} ` : state === "waiting_approval" ? "Wants your approval" : "Asks you";
    return make("h3", {}, words, name, by);
  }

  /** As much as the row itself says. */
  #brief(why) {
    const said = this.#request.message ? lines([line(this.#request.message, 4096)], "text") : null;
    return make("div", {}, said, make("p", { class: "dim" }, visible(why)));
  }

  /** What can be done, at the end of what was shown; what cannot be is not offered, and says why. */
  #choices() {
    const read = this.#read;
    if (!read) {
      return [make("div", { class: "choices" }, this.#button("Read it again", "", () => this.read()))];
    }
    if (!may(this.#context.hub.right, "decide")) {
      // Below all requests it is said why.
      return [];
    }
    const can = new Set(read.can);
    const isQuestion = this.#request.state === "waiting_input" || can.has("answer");
    const buttons = [];
    const why = [];
    if (isQuestion) {
      buttons.push(...this.#options(read, why));
    } else if (!read.whole) {
      why.push("Not all of it is known here, so it cannot be approved from here.");
    } else if (can.has("approve")) {
      buttons.push(this.#button("Approve", "approve", () => this.#decide({ decision: "approve" }, "Approved")));
    } else {
      why.push("It cannot be approved from here; it is answered in its pane.");
    }
    if (can.has("deny")) {
      buttons.push(this.#button("Deny", "deny", () => this.#decide({ decision: "deny" }, "Denied")));
    }
    const saying = can.has("deny") && read.takes_words ? this.#saying() : null;
    return [
      why.length > 0 && make("p", { class: "why" }, why.join(" ")),
      make("div", { class: "choices" }, buttons),
      saying,
    ].filter(Boolean);
  }

  /** The options that stand there as buttons. */
  #offered(read) {
    const isOffered = may(this.#context.hub.right, "decide") && read.whole && read.can.includes("answer");
    return isOffered ? read.options ?? [] : [];
  }

  #options(read, why) {
    const options = this.#offered(read);
    if (options.length === 0) {
      why.push("It cannot be answered by one choice; it is answered in its pane.");
    }
    return options.map(({ number, label }) => {
      const told = read.parts?.find((part) => isOption(part, number))?.value;
      const words = [`${number} `, quoted(told ? visible(told) : line(label, 120))];
      const answer = { decision: "answer", option: String(number) };
      return this.#button(words, "option", () => this.#decide(answer, `Answered with ${number}`));
    });
  }

  /** A denial with words. */
  #saying() {
    const field = make("input", { name: "message", maxlength: "1000", autocomplete: "off", required: true,
      "aria-label": "What it should do instead", placeholder: "what it should do instead" });
    const { drafts } = this.#context;
    field.value = drafts.get(this.#draft) ?? "";
    field.addEventListener("input", () => drafts.set(this.#draft, field.value));
    const deny = (event) => {
      event.preventDefault();
      this.#decide({ decision: "deny", message: field.value.trim() }, "Denied, and told why");
    };
    return make("form", { class: "saying", onsubmit: deny }, field, this.#button("Deny and say", "deny", null));
  }

  #button(words, className, press) {
    return make("button", { type: press ? "button" : "submit", class: className, disabled: true, onclick: press },
      words);
  }
}

/** All of a request, part by part. */
function shown(read, offered) {
  const all = read.parts ?? [{ part: "text", text: read.text }];
  // What stands in full on a button does not stand above it, too.
  const given = all.filter((part) => !offered.some(({ number }) => isOption(part, number)));
  const parts = given.length > 0 ? given.map(shownPart) : [make("p", { class: "dim" }, "(nothing more)")];
  const limit = read.reason ? make("p", { class: "why" }, `Only this is known of it: ${visible(read.reason)}`) : null;
  return limit ? [...parts, limit] : parts;
}

function isOption({ part, name }, number) {
  return part === "field" && name === String(number);
}

/** As it is said here, where nobody has a command line. */
function forPage(result) {
  const why = result.why ?? "";
  if (!why.includes("--request")) {
    return result;
  }
  const words = why.startsWith("another request's dialog is on its screen")
    ? "the dialog of another request of it is on its screen; answer the other one first"
    : why.replace(/,?\s*\(?`--request [^`]*`\)?/g, "");
  return { ...result, why: words };
}

function shownPart({ part, text, lines: changed, name, value }) {
  switch (part) {
    case "diff": return diff(changed);
    case "note": return make("p", { class: "note" }, quoted(visible(text)));
    case "field": return make("div", { class: "field" }, quoted(visible(name), "name"), lines(split(value), "value"));
    case "text":
    default: return lines(split(text), "text");
  }
}

function split(text) {
  return text.replace(/\n$/, "").split("\n");
}
