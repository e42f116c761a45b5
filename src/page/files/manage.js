// What can be done with an assistant that asks nothing: a prompt, an end, quiet, and that it was seen.

import { outcome } from "./acts.js";
import { make, part, quoted } from "./dom.js";
import { may, mayNot } from "./rights.js";
import { line, place } from "./text.js";
import { tell } from "./told.js";
import { NOT_LIVE } from "./words.js";

const SNOOZES = [[600, "10 minutes"], [3600, "1 hour"], [28800, "8 hours"], [0, "not any longer"]];

/** Whether only a publisher tells of it, and nothing here reaches it. */
function isBeyond({ publisher, hearsay, pane, pid }) {
  return !pane && (hearsay || (publisher && !pid));
}

export class Manage {
  node = make("section", { class: "manage", "aria-label": "What can be done" });

  #context;
  #id;
  #agent = null;
  #send;
  #field = make("textarea", { oninput: () => this.#keep(), name: "text", rows: "2", maxlength: "60000", required: true,
    "aria-label": "A prompt for it", placeholder: "a prompt for it" });
  #simple = part("div", { class: "choices" }, (state) => this.#drawSimple(state));
  #question = make("div", { class: "question", role: "group", "aria-label": "Stop it?", tabindex: "-1", hidden: true });

  constructor(context, id) {
    this.#context = context;
    this.#id = id;
    const send = (event) => {
      event.preventDefault();
      this.#sendPrompt();
    };
    this.#field.value = context.drafts.get(id) ?? "";
    this.#send = make("form", { class: "send", onsubmit: send }, this.#field, make("button", {}, "Send"));
    this.node.append(this.#send, this.#simple.node, this.#question);
  }

  show(agent) {
    this.#agent = agent;
    const { right, isLive } = this.#context.hub;
    const isAsking = agent.waiting?.length > 0;
    // What was begun to be written stays.
    this.#send.hidden = !may(right, "send") || isBeyond(agent) || (isAsking && this.#field.value === "");
    for (const control of [...this.#send.elements, ...this.#question.querySelectorAll("button")]) {
      control.disabled = !isLive;
    }
    this.#send.elements[1].disabled ||= isAsking;
    this.#simple.show({ right, isLive, isAsking, state: agent.state, beyond: isBeyond(agent) });
  }

  #drawSimple({ right, isLive, isAsking, state, beyond }) {
    const button = (words, press) => make("button", { type: "button", disabled: !isLive, onclick: press }, words);
    const canAnswer = may(right, "look");
    const isAllowed = may(right, "stop");
    const canManage = isAllowed && !beyond;
    return [
      canManage && isAsking && make("p", { class: "dim" }, "While it asks something it takes no prompt."),
      !isLive && canAnswer && make("p", { class: "why" }, NOT_LIVE),
      canAnswer && state === "completed" && button("Seen", () => this.#do("look", {}, "Marked as seen")),
      canAnswer && this.#snoozes(isLive),
      canManage && button("Stop …", () => this.#ask("end", false)),
      !isAllowed && make("p", { class: "why" }, mayNot(canAnswer ? "stop" : "decide")),
    ].filter(Boolean);
  }

  #snoozes(isLive) {
    const options = SNOOZES.map(([seconds, words]) => make("option", { value: String(seconds) }, words));
    const choose = ({ target }) => {
      const [seconds, words] = SNOOZES[target.selectedIndex - 1];
      target.selectedIndex = 0;
      const done = seconds > 0 ? `No notices of it for ${words}` : "Notices of it again";
      this.#do("snooze", { seconds }, done);
    };
    return make("label", { class: "snooze" }, "No notices for ",
      make("select", { disabled: !isLive, onchange: choose }, make("option", { value: "" }, "choose how long"), options));
  }

  async #do(act, more, done) {
    const agent = this.#agent;
    const result = await this.#context.acts.do(this.#id, act, more);
    tell(agent, outcome(result, done));
    return result;
  }

  async #sendPrompt() {
    const text = this.#field.value;
    const button = this.#send.elements[1];
    button.disabled = true;
    const session = this.#agent.instance_id ?? undefined;
    const result = await this.#do("send", { text, instance_id: session }, "Sent");
    button.disabled = false;
    // What may have come there is not offered to be sent again.
    if (result.outcome === "done" && this.#field.value === text) {
      this.#field.value = "";
    }
    // Of a row that was left and opened again another field may have it by now.
    if (result.outcome === "done" && this.#context.drafts.get(this.#id) === text) {
      this.#context.drafts.delete(this.#id);
    }
  }

  /** What was begun to be written is there again when the row is. */
  #keep() {
    this.#context.drafts.set(this.#id, this.#field.value);
  }

  /** Asks before it stops anything: what was meant is bound to the session that stands there now. */
  #ask(what, closesPane) {
    const { assistant, target, instance_id: session, pid } = this.#agent;
    const meant = { instance_id: session ?? undefined, pid: pid ?? undefined, close_pane: closesPane || undefined };
    const who = [quoted(line(assistant, 32)), " in ", quoted(place(target))];
    const words = closesPane
      ? ["Close the pane of ", ...who, ", with everything that runs in it?"]
      : ["Stop ", ...who, "? What it is doing ends."];
    const leave = () => {
      this.#question.hidden = true;
    };
    const stop = async () => {
      leave();
      const result = await this.#do("stop", meant, closesPane ? "Its pane is closed" : "It has ended");
      if (result.only_by_pane && !closesPane) {
        this.#ask("close", true);
      }
    };
    this.#question.replaceChildren(
      make("p", {}, words),
      make("div", { class: "choices" },
        make("button", { type: "button", onclick: leave }, "Leave it"),
        make("button", { type: "button", class: "deny", onclick: stop }, closesPane ? "Close its pane" : "Stop it")),
    );
    this.#question.hidden = false;
    this.#question.focus();
  }
}
