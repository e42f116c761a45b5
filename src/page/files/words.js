// The words and marks for states, in the order of attention: the same as on the terminal.

import { line, place } from "./text.js";

/** The sections of the list, the most urgent first. */
export const SECTIONS = [
  { name: "needs", title: "Needs you", states: ["waiting_approval", "waiting_input"], counted: "need you" },
  { name: "failed", title: "Failed", states: ["error"], counted: "failed" },
  { name: "done", title: "Done", states: ["completed"], counted: "done" },
  { name: "working", title: "Working", states: ["running"], counted: "working" },
  { name: "quiet", title: "Quiet", states: ["idle"], counted: "quiet" },
];

const STATES = new Map([
  ["waiting_approval", ["wants approval", "!"]],
  ["waiting_input", ["asks", "?"]],
  ["error", ["failed", "✗"]],
  ["completed", ["done", "✓"]],
  ["running", ["works", "●"]],
  ["idle", ["idle", "·"]],
]);

/** Said beside buttons that cannot be pressed because nothing would reach the hub. */
export const NOT_LIVE = "Not live: no button works before the connection is back.";

const ASKS = "Asks";
const PLANS = "Wants to go on with this plan";

/** What tools are for by which an assistant asks its person: these are not used on anything. */
const PURPOSES = new Map([
  ["AskUserQuestion", ASKS], ["ask_user_question", ASKS], ["ask_user", ASKS], ["request_user_input", ASKS], ["question", ASKS],
  ["ExitPlanMode", PLANS], ["exit_plan_mode", PLANS],
]);

/** What is said instead of such a tool's name; `null`: it is any other tool. */
export function purpose(tool) {
  return PURPOSES.get(tool) ?? null;
}

const ORDER = [...STATES.keys()];

/** Where a state stands in the order; the last is the calmest. */
export function rank(state) {
  const at = ORDER.indexOf(state);
  return at < 0 ? ORDER.length : at;
}

/** The section of a state. */
export function sectionOf(state) {
  return SECTIONS.find((section) => section.states.includes(state)) ?? SECTIONS.at(-1);
}

/** The word for a row's state: of what waits without a question is said that it waits. */
export function stateWord(agent) {
  if (agent.state === "waiting_input" && agent.kind === "prompt_idle") {
    return "waits";
  }
  return STATES.get(agent.state)?.[0] ?? "unknown";
}

/** One character for it. */
export function stateMark(agent) {
  return STATES.get(agent.state)?.[1] ?? "·";
}

/** The class of what is drawn in its colour. */
export function stateClass(agent) {
  return STATES.has(agent.state) ? agent.state : "idle";
}

/** Which assistant it is, and where. */
export function nameOf({ assistant, target }) {
  return `${line(assistant, 32)} in ${place(target)}`;
}

/** Why what is shown is not as fresh as it looks. */
export function standing(agent) {
  if (agent.offline) {
    return "offline: what is shown was true when it was last heard";
  }
  if (agent.suspended) {
    return "suspended: its process is stopped, and what it asks cannot be answered before it goes on";
  }
  return agent.silent ? "runs, has not reported: its state is not known" : null;
}

/** Whether a person has to do something before it goes on. */
export function needsYou(agent) {
  return agent.state === "waiting_approval" || agent.state === "waiting_input";
}
