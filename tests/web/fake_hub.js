// Stands in for the WebSocket of the page: a hub that says what a test wants, also what no hub would. `stage` has
// `rows`, `diffs`, `tasks` (payloads), `ended` (sessions, if there are any), `reads` (by request id) and `results` (by
// act); `said` is what the page said.
const isPage = location.protocol === "http:";
window.stage = { rows: [], diffs: [], tasks: [], ended: [], reads: {}, results: {}, right: "manage", device: "phone" };
window.said = [];
isPage && localStorage.setItem("token", "0".repeat(64));
window.WebSocket = class extends EventTarget {
  static OPEN = 1;
  readyState = 1;
  constructor() {
    super();
    window.hub = this;
    setTimeout(() => this.dispatchEvent(new Event("open")));
  }
  send(text) {
    const { type, payload, request_id: requestId } = JSON.parse(text);
    said.push({ type, payload });
    setTimeout(() => this.answer(type, payload, requestId));
  }
  say(type, payload, requestId) {
    const timestamp = new Date().toISOString();
    const data = JSON.stringify({ version: "1", session_id: "s", sender_id: "collector", type, timestamp, payload, request_id: requestId });
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
  answer(type, payload, requestId) {
    if (type === "authenticate") {
      this.say("authenticated", { right: stage.right, device: stage.device });
    } else if (type === "hello") {
      stage.rows.forEach((row) => this.say("agent_status", row));
      stage.diffs.forEach((diff) => this.say("diff_summary", diff));
      stage.tasks.forEach((list) => this.say("task_summary", list));
      stage.ended.length > 0 && this.say("ended_sessions", { sessions: stage.ended });
      this.say("snapshot", { count: stage.rows.length, seq: 1 });
    } else if (type === "ping") {
      this.say("pong", {});
    } else if (type === "act") {
      const read = stage.reads[payload.request?.request_id];
      const result = payload.act === "read_request" && read ? { outcome: "done", request: read } : stage.results[payload.act];
      this.say("act_result", { act_id: payload.act_id, outcome: "done", ...result }, requestId);
    } else if (type === "diff_patch_request") {
      this.say("diff_patch_response", { request_id: requestId, ...stage.patch }, requestId);
    }
  }
  close() {
    this.readyState = 3;
  }
};
