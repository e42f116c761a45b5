// What this device may do. The hub checks the same again; here it decides what is offered, and what is said instead.

const ORDER = ["read", "answer", "manage", "own"];
const NEEDS = { decide: "answer", snooze: "answer", look: "answer", send: "manage", stop: "manage", resume: "manage" };
const WORDS = { answer: "answer requests", manage: "send prompts, stop or resume assistants" };

/** Whether a device of that right may do it. */
export function may(right, act) {
  return ORDER.indexOf(right) >= ORDER.indexOf(NEEDS[act]);
}

/** Why it may not, for a person. */
export function mayNot(act) {
  const right = NEEDS[act];
  const pair = right === "manage" ? "pane-patrol pair --manage" : "pane-patrol pair";
  return `This device may not ${WORDS[right]}. One that is paired with \`${pair}\` may.`;
}

/** What a device of that right may do, for a person. */
export function describe(right) {
  switch (right) {
    case "read": return "only reads";
    case "answer": return "answers";
    case "manage": return "answers, sends, stops";
    default: return "may do what it likes";
  }
}
