// The connection to the hub: who this device is, hello, messages both ways, and getting back when it is lost.

import { heard, now } from "./age.js";

const VERSION = "1";
const UNDERSTOOD = ["agent_status", "diff_summary", "task_summary", "ended_sessions", "snapshot", "parts"];
/** Milliseconds: before a try; without a word before the hub is asked for one; and until it has answered. */
const PAUSES = [300, 1000, 2000, 4000, 8000, 15000];
const SILENCE = 20000;
const PATIENCE = 12000;
/** What is said of a token that is none any more. */
const FORGOTTEN = ["unknown_token", "revoked"];
/** What is said of a page that has to go for another one of its device. */
const CROWDED = "too_many_clients";

/** So many random letters: the names of this page and of what it asks for. */
export function randomName(letters) {
  const bytes = crypto.getRandomValues(new Uint8Array(letters / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `heard(type, payload, requestId)` gets each message, `changed()` is called when any of the fields did. */
export class Hub {
  /** Whether what is shown is how it is: the hub has told everything, and goes on telling. */
  isLive = false;
  /** Why not, in words. */
  trouble = "connecting";
  /** When it is tried again, by the clock of `Date.now`; `null` while it is being tried. */
  retryAt = null;
  /** Whether it had to go for another tab: it comes back when the person wants it here, else they throw out each other. */
  isCrowded = false;
  /** `null`: whoever is here has to pair first. */
  right = null;
  device = null;

  #heard;
  #changed;
  #keep;
  #name = `page-${randomName(8)}`;
  #session = "";
  #socket = null;
  #code = null;
  #tries = 0;
  #timer = null;
  #watch = null;

  /** `keep`: where the token is: `get()`, `set(token)`, `forget()`. */
  constructor({ keep, heard, changed }) {
    this.#keep = keep;
    this.#heard = heard;
    this.#changed = changed;
    for (const event of ["online", "focus", "pageshow"]) {
      addEventListener(event, () => this.#stir());
    }
    addEventListener("pagehide", () => this.#socket && this.#lost("this page was left"));
    document.addEventListener("visibilitychange", () => document.hidden || this.#stir());
  }

  /** Whether there is anything to come in by. */
  get isPaired() {
    return this.#code !== null || this.#keep.get() !== null;
  }

  /** Connects by the token that is kept. */
  start() {
    this.#open();
  }

  /** Connects by a one-time code. */
  pair(code, device) {
    this.#code = { code, name: device };
    this.#close();
    this.#open();
  }

  /** Whether it could be said. */
  say(kind, payload, requestId) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.#socket.send(JSON.stringify({
      version: VERSION, type: kind, session_id: this.#session, sender_id: this.#name,
      timestamp: new Date(now()).toISOString(), payload, request_id: requestId,
    }));
    return true;
  }

  #open() {
    clearTimeout(this.#timer);
    this.retryAt = null;
    this.isCrowded = false;
    const token = this.#keep.get();
    if (!this.#code && token === null) {
      this.#lost("this device is not paired", false);
      return;
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/hub`);
    this.#socket = socket;
    const isCurrent = () => this.#socket === socket;
    socket.addEventListener("open", () => {
      if (isCurrent()) {
        this.say(...(this.#code ? ["pair", this.#code] : ["authenticate", { token }]));
      }
    });
    socket.addEventListener("message", ({ data }) => isCurrent() && this.#hear(JSON.parse(data)));
    socket.addEventListener("close", () => isCurrent() && this.#lost("the connection is lost"));
    this.#await();
    this.#changed();
  }

  #hear(message) {
    const { type, payload } = message;
    heard(message.timestamp);
    this.#await();
    switch (type) {
      case "paired":
        this.#keep.set(payload.token);
        this.#code = null;
        this.#enter(message);
        break;
      case "authenticated":
        this.#enter(message);
        break;
      case "refused":
        this.#refused(payload);
        break;
      case "error":
        if (payload.fatal) {
          this.#refused(payload);
        } else {
          this.#heard(type, payload, message.request_id);
        }
        break;
      case "bye":
        this.#lost("the hub has ended; another one may take over");
        break;
      case "pong":
        break;
      case "snapshot":
        this.isLive = true;
        this.trouble = null;
        this.#tries = 0;
        this.#heard(type, payload);
        this.#changed();
        break;
      default:
        this.#heard(type, payload, message.request_id);
    }
  }

  /** The hub knows who this is. */
  #enter({ session_id: session, payload }) {
    this.#session = session;
    this.right = payload.right;
    this.device = payload.device;
    this.#heard("begin", payload);
    this.say("hello", { client_id: this.#name, role: "subscriber", capabilities: UNDERSTOOD });
    this.#changed();
  }

  #refused({ code, message }) {
    if (code === CROWDED) {
      this.isCrowded = true;
      this.#lost("open in too many tabs", false);
      return;
    }
    const isDead = FORGOTTEN.includes(code);
    const wasPairing = this.#code !== null;
    this.#code = null;
    if (isDead) {
      this.#keep.forget();
      this.right = null;
    }
    this.#heard("refused", { why: message, isDead, wasPairing });
    this.#lost(message, this.isPaired);
  }

  /** Not live any more; says why, and tries again after a while. */
  #lost(why, again = true) {
    this.#close();
    this.isLive = false;
    this.trouble = why;
    if (again) {
      const pause = PAUSES[Math.min(this.#tries, PAUSES.length - 1)] * (0.8 + Math.random() * 0.4);
      this.#tries += 1;
      this.retryAt = Date.now() + pause;
      this.#timer = setTimeout(() => this.#open(), pause);
    }
    this.#changed();
  }

  #close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = null;
    this.isLive = false;
    socket?.close();
  }

  /** Asks for a word after a silence; without one nothing is live. */
  #await() {
    clearTimeout(this.#watch);
    const isOpening = !this.isLive;
    this.#watch = setTimeout(() => this.#probe(), isOpening ? PATIENCE : SILENCE);
  }

  #probe() {
    if (this.isLive && this.say("ping", {})) {
      clearTimeout(this.#watch);
      this.#watch = setTimeout(() => this.#lost("the hub does not answer"), PATIENCE);
    } else {
      this.#lost("the hub does not answer");
    }
  }

  /** Somebody looks again: what was lost is tried at once, what seems live has to prove it. */
  #stir() {
    if (this.retryAt !== null) {
      this.#open();
    } else if (this.isLive) {
      this.#probe();
    }
  }
}
