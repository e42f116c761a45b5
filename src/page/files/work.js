// What an assistant has changed, how far its tasks are, and what is known of it: the lower half of an open row.

import { clock } from "./age.js";
import { make, part, quoted } from "./dom.js";
import { lines, patch } from "./patch.js";
import { line, sentence, visible } from "./text.js";

const TASKS = new Map([["pending", "○"], ["in_progress", "●"], ["done", "✓"], ["blocked", "✗"], ["cancelled", "–"]]);

/** Its tasks. */
export function tasksPart() {
  return part("section", { class: "tasks", "aria-label": "Tasks" }, (list) => {
    if (!list || list.error?.code === "tasks_missing" || (!list.error && list.counts.total === 0)) {
      return [];
    }
    if (list.error) {
      return [make("h3", {}, "Tasks"), make("p", { class: "why" }, sentence(list.error.message))];
    }
    const { done, total } = list.counts;
    const title = make("h3", {}, "Tasks ", make("span", { class: "dim" }, `${done} of ${total} done`));
    const tasks = list.tasks?.length > 0 ? list.tasks : list.active_tasks ?? [];
    return [title, make("ul", {}, tasks.map(task))];
  });
}

function task({ id, title, status, subtasks }) {
  const known = TASKS.has(status) ? status : "pending";
  const mark = make("span", { class: "mark", "aria-hidden": "true" }, TASKS.get(known));
  const word = make("span", { class: "hidden" }, ` (${known.replace("_", " ")})`);
  const below = subtasks?.length > 0 ? make("ul", {}, subtasks.map(task)) : null;
  const number = /^[\d.]+$/.test(id) ? `${id} ` : "";
  return make("li", { class: known }, mark, ` ${number}`, quoted(line(title)), word, below);
}

/** Its changed files; each is opened to its patch. */
export function changesPart({ acts }, agent) {
  return part("section", { class: "changes", "aria-label": "Changes" }, (summary) => {
    if (!summary || (summary.git_available && summary.files.length === 0)) {
      return [];
    }
    if (!summary.git_available) {
      return summary.message ? [make("h3", {}, "Changes"), make("p", { class: "dim" }, sentence(summary.message))] : [];
    }
    const count = summary.file_count || summary.files.length;
    // Of all that are changed, where the hub has told that; else of those that are listed.
    const listed = (field) => summary.files.reduce((sum, file) => sum + file[field], 0);
    const sums = ["additions", "deletions"].map((field) => summary[field] ?? listed(field));
    const ahead = summary.ahead > 0 ? `, ${summary.ahead} ${summary.ahead === 1 ? "commit" : "commits"} ahead` : "";
    const title = make("h3", {}, "Changes ",
      make("span", { class: "dim" }, `${count} ${count === 1 ? "file" : "files"} `), ...counted(...sums),
      make("span", { class: "dim" }, ahead));
    const left = count - summary.files.length;
    return [
      title,
      make("ul", {}, summary.files.map((changed) => file(acts, agent, changed))),
      left > 0 && make("p", { class: "dim" }, `${left} more ${left === 1 ? "is" : "are"} not listed`),
    ].filter(Boolean);
  });
}

function counted(additions, deletions) {
  return [make("span", { class: "added" }, `+${additions}`), " ", make("span", { class: "removed" }, `−${deletions}`)];
}

function file(acts, agent, changed) {
  const shared = changed.changed_by?.length > 1 ? " (written by several)" : "";
  const kind = `${line(changed.change ?? changed.status, 20).replace("_", " ")}${changed.staged ? ", staged" : ""}${shared}`;
  const sums = changed.uncounted ? [] : counted(changed.additions, changed.deletions);
  const place = make("div", { class: "patch" });
  const open = async (event) => {
    if (event.target.open && place.childElementCount === 0) {
      place.replaceChildren(make("p", { class: "dim" }, "reading …"));
      const { patch: text, error } = await acts.patch(agent, changed.path);
      const why = error?.message ?? "there is nothing to show";
      place.replaceChildren(...(text ? patch(text) : [make("p", { class: "dim" }, sentence(why))]).filter(Boolean));
    }
  };
  const title = make("summary", {}, quoted(line(changed.path), "path"), " ", ...sums, " ",
    make("span", { class: "dim" }, kind));
  return make("li", {}, make("details", { ontoggle: open }, title, place));
}

/** Why it is shown as it is: the last that was heard of it. */
export function evidencePart() {
  return part("section", { class: "evidence", "aria-label": "Evidence" }, (evidence) => {
    if (!evidence || evidence.length === 0) {
      return [];
    }
    const each = evidence.map(({ at, source, what, before, after, reason }) => {
      const change = before && before !== after ? ` → ${line(after, 20).replace("_", " ")}` : "";
      return make("li", {}, make("span", { class: "dim" }, `${clock(at)} ${line(source, 20)} `), quoted(line(what)),
        make("span", { class: "dim" }, change, reason ? ` (${line(reason)})` : ""));
    });
    return [make("h3", {}, "Why it says so"), make("ul", {}, each)];
  });
}

/** What it does, asks or said last, in full. */
export function messagePart() {
  return part("section", { class: "message", "aria-label": "Message" }, ({ tool, message }) => {
    if (!message) {
      return [];
    }
    return [tool && make("h3", {}, quoted(line(tool, 80))), lines(visible(message).split("\n"), "text")].filter(Boolean);
  });
}
