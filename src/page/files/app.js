// The page: puts its parts together, and draws at most once a frame.

import { Acts } from "./acts.js";
import { deviceName, doorView, keep, takeCode } from "./door.js";
import { make, put } from "./dom.js";
import { Ended } from "./ended.js";
import { Hub } from "./hub.js";
import { addressOf, List } from "./list.js";
import { Model } from "./model.js";
import { describe } from "./rights.js";
import { RowView } from "./row.js";
import { line, sentence } from "./text.js";
import { hush, tell, tellWaiting } from "./told.js";
import { nameOf } from "./words.js";

const at = (id) => document.getElementById(id);
const model = new Model();
const hub = new Hub({ keep, heard, changed: connectionChanged });
const acts = new Acts(hub);
const list = new List(at("list"), model);
const context = { hub, acts, changed: drawSoon, drafts: new Map() };
const ended = new Ended(context);
/** The open row: its id and view. */
let open = null;
/** Whether the hub has told everything once: only then somebody waits newly. */
let isFirst = true;
let wasLive = false;
/** Whether it has become live since it was drawn. */
let isFresh = false;
let isDrawing = false;

function heard(type, payload, requestId) {
  switch (type) {
    case "begin": model.begin(); break;
    case "agent_status": model.status(payload); break;
    case "diff_summary": model.changes(payload); break;
    case "task_summary": model.tasks(payload); break;
    case "ended_sessions": model.endedSessions(payload.sessions); break;
    case "snapshot": model.complete(); acts.again(); break;
    case "refused":
      tell(null, { words: sentence(payload.why), kind: "refused" });
      if (payload.isDead) {
        model.clear();
      }
      break;
    default: acts.hear(type, payload, requestId);
  }
  // Before the hub has told everything there is nothing to be drawn.
  if (hub.isLive || type === "refused") {
    drawSoon();
  }
}

function drawSoon() {
  if (!isDrawing) {
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw();
    });
  }
}

function draw() {
  const dirty = model.takeDirty();
  list.show(dirty, hub.isLive ? "No assistant runs. One that you start comes here by itself." : "Without a connection nothing is shown: this device keeps nothing.");
  ended.show(model.ended);
  if (isFresh) {
    // What was drawn before the hub had told everything went by another clock.
    isFresh = false;
    tick();
  }
  const newly = model.takeNewlyWaiting();
  if (!isFirst) {
    tellWaiting(newly);
  }
  isFirst &&= !hub.isLive;
  const counts = model.counts();
  put(at("counts"), counts.map(([section, count]) => `${count} ${section.counted}`).join(" · "));
  const waiting = counts.find(([section]) => section.name === "needs")?.[1] ?? 0;
  document.title = waiting > 0 ? `(${waiting}) pane-patrol` : "pane-patrol";
  if (open === null || dirty.has(open.id) || !open.view) {
    showRow();
  }
  open?.view?.settle();
  ended.settle();
}

/** Shows the row that the address names. */
function showRow() {
  const name = /^#row=(.+)$/.exec(location.hash)?.[1];
  const agent = name ? model.find(decode(name)) : null;
  const id = agent?.agent_id ?? null;
  if (agent && decode(name) !== id) {
    // A place may be another one's later; what is open stays this one.
    history.replaceState(null, "", addressOf(id));
  }
  const place = at("row");
  document.body.classList.toggle("open", Boolean(name) && hub.isPaired);
  place.hidden = !name || !hub.isPaired;
  if (open && id === open.id && open.view) {
    open.view.show(agent);
    return;
  }
  const wasOpen = open?.id ?? null;
  const was = open && open.name === name ? open.view?.agent ?? open.was : null;
  open?.view?.end();
  if (id !== null && id !== wasOpen) {
    hush(id);
  }
  open = name ? { id, name: agent ? encodeURIComponent(id) : name, was, view: agent && new RowView(context, id) } : null;
  list.choose(id);
  if (open?.view) {
    open.view.show(agent);
    place.replaceChildren(open.view.node);
    scrollTo(0, 0);
    open.view.focus();
  } else if (open) {
    const words = hub.isLive ? gone(was) : "";
    place.replaceChildren(make("a", { href: "#", class: "back" }, "All assistants"), make("p", { class: "empty" }, words));
  } else if (wasOpen !== null) {
    place.replaceChildren();
    list.focus(wasOpen);
  }
}

/** Why nothing is open; `was`: what was, up to then. */
function gone(was) {
  if (!was) {
    return "There is no such assistant, or not any more.";
  }
  const key = was.instance_id ? "instance_id" : "target";
  const isKept = model.ended.some((it) => it.assistant === was.assistant && it[key] === was[key]);
  return isKept ? `${nameOf(was)} has ended. It stands under Ended, below all assistants.` : `${nameOf(was)} is not there any more.`;
}

function decode(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function connectionChanged() {
  const { isLive, isPaired } = hub;
  document.body.classList.toggle("lost", !isLive);
  at("door").hidden = isPaired;
  at("list").hidden = !isPaired;
  sayConnection();
  if (wasLive !== isLive) {
    wasLive = isLive;
    isFresh = isLive;
    open?.view?.live(isLive);
    ended.live();
  }
  drawSoon();
}

/** Says in words whether what is shown is how it is. */
function sayConnection() {
  const place = at("link");
  const { isLive, isPaired, isCrowded, retryAt, trouble, right, device } = hub;
  at("here").hidden = !isCrowded;
  if (!isPaired) {
    put(place, "");
    return;
  }
  const wait = retryAt === null ? 0 : Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
  const again = isCrowded ? "." : retryAt === null ? " …" : `; trying again in ${wait} s.`;
  const shown = model.agents.size > 0 ? " What is shown was true when it was last heard." : "";
  place.className = isLive ? "link live" : "link";
  put(place, isLive ? `Live · ${describe(right)} · ${line(device, 40)}` : `Not live: ${sentence(trouble)}${again}${shown}`);
}

at("here").addEventListener("click", () => hub.start());
addEventListener("hashchange", () => (takeCodeAndPair() ? null : showRow()));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("input, textarea")) {
    event.target.blur();
  } else if (event.key === "Escape" && open) {
    location.hash = "";
  } else if (["j", "k", "ArrowDown", "ArrowUp"].includes(event.key) && document.activeElement === document.body) {
    event.preventDefault();
    list.focus(open?.id);
  }
});

function tick() {
  list.tick();
  ended.tick();
  open?.view?.tick();
}

/** Each second the ages go on, as long as somebody looks. */
setInterval(() => {
  if (!document.hidden) {
    tick();
    if (!hub.isLive) {
      sayConnection();
    }
  }
}, 1000);

function takeCodeAndPair() {
  const code = takeCode();
  if (code) {
    hub.pair(code, deviceName());
  }
  return code !== null;
}

at("list").append(ended.node);
at("door").append(...doorView((code) => hub.pair(code, deviceName())));
if (!takeCodeAndPair()) {
  hub.start();
}
navigator.serviceWorker?.register("/worker.js").catch(() => {
  // Without it the page works as long as its machine is reached.
});
