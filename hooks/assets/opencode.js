// Tells pane-patrol's dashboard what this process does. Written by `pane-patrol install`, taken out
// by `pane-patrol uninstall`; deleting this file by hand is as good.
//
// It only listens: nothing waits for it, nothing is printed, and whatever goes wrong in here, also
// that pane-patrol is gone, stays in here. What the events mean is decided by the program it
// starts; here is only what no single event says: which session is the one in front, which belong
// to sub-agents, and in which order things happened.

import { spawn, spawnSync } from "node:child_process"
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs"
import { homedir, tmpdir } from "node:os"
import { isAbsolute, join } from "node:path"

const PROGRAM = "@PROGRAM@"
const ASSISTANT = "@ASSISTANT@"
const EVERYWHERE = "@EVERYWHERE@"

// What it is told.
const HOOK = ["hook", ASSISTANT, ...(EVERYWHERE ? ["--everywhere"] : [])]

// The variables by which a pane is known, or what the person says of it.
const PLACES = ["TMUX_PANE", "ZELLIJ_PANE_ID", "PANE_PATROL_TARGET"]

// A message that was not taken after this time, in milliseconds, is waited for no longer.
const LAST_WORD = 300

// A program that has not ended after this time, in milliseconds, has stopped doing what it should; on
// a busy machine one that has not been let run needs longer than the last word may take.
const TOO_LONG = 3000

// Longest text that is told of what was said, in characters: one line of it is shown.
const MOST_SAID = 1000

// More than this is never told at once; the rest is lost.
const MOST_WAITING = 64

// The plugin may be loaded several times in one process: what it knows is kept once.
const known = (globalThis[Symbol.for("pane-patrol")] ??= {
  instance: `${process.pid}-${Date.now()}`,
  loaded: 0,
  front: undefined, // the session in front
  children: new Set(), // sessions of sub-agents
  busy: new Map(), // sessions at work, and whether as the one in front
  seen: new Set(), // the last events, by id
  says: new Map(), // by session, the assistant's last message and its last text
  kept: {}, // what lies in a file, by its kind: where, and of which session
  windows: new Map(), // by model, how long its context window is
  last: 0,
})

const message = (type, properties, agent) => {
  known.last = Math.max(known.last + 1, Date.now() * 1000)
  const context = {
    instance: known.instance,
    pid: String(process.pid),
    at: String(known.last),
    cwd: known.folder,
    agent,
    headless: ["run", "serve", "web", "acp"].includes(process.argv[2]) ? "yes" : undefined,
  }
  return JSON.stringify({ type, pane_patrol: context, properties })
}

const options = (stdin, timeout) => ({
  cwd: "/",
  detached: true,
  stdio: [stdin, "ignore", "ignore"],
  timeout,
})

// A file without a name that holds `text`. What goes through a pipe is written when this process
// comes to it; while it is busy, which it is whenever something happens, that is later than the
// program waits for it.
const holding = (text) => {
  try {
    return holdingIn(process.env.XDG_RUNTIME_DIR, text)
  } catch {
    return holdingIn(tmpdir(), text)
  }
}

const holdingIn = (folder, text) => {
  const path = join(folder, `pane-patrol-${process.pid}-${Date.now()}-${Math.random()}`)
  writeFileSync(path, text, { flag: "wx", mode: 0o600 })
  try {
    return openSync(path, "r")
  } finally {
    unlinkSync(path)
  }
}

const isThere = () => accessSync(PROGRAM, constants.X_OK)

// One process at a time: two would overtake each other.
const waiting = (known.waiting ??= [])

const send = (text) => {
  if (waiting.length < MOST_WAITING) waiting.push(text)
  if (waiting.length === 1) next()
}

const next = () => {
  const text = waiting[0]
  if (text === undefined) return
  const after = () => {
    clearTimeout(limit)
    if (waiting[0] !== text) return
    waiting.shift()
    next()
  }
  const limit = setTimeout(after, LAST_WORD)
  limit.unref()
  try {
    isThere()
    const file = holding(text)
    try {
      const child = spawn(PROGRAM, HOOK, options(file, TOO_LONG))
      child.on("error", after)
      child.on("exit", after)
      child.unref()
    } finally {
      closeSync(file)
    }
  } catch {
    clearTimeout(limit)
    waiting.length = 0
  }
}

// The process is about to end: what still waits is said at once.
const sendLast = (text) => {
  isThere()
  const rest = waiting.splice(0)
  for (const last of [...rest.slice(1), text]) {
    spawnSync(PROGRAM, HOOK, { ...options("pipe", LAST_WORD), input: last })
  }
}

// What no event tells of the session in front lies in files of this process where the dashboard looks
// for them.
const folderOf = (kind) => {
  const home = process.env.XDG_STATE_HOME
  const state = home && isAbsolute(home) ? home : join(homedir(), ".local", "state")
  return join(state, "pane-patrol", kind)
}

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === "EPERM"
  }
}

// What processes left behind that were killed.
const sweep = (folder) => {
  for (const name of readdirSync(folder)) {
    const pid = Number(name.match(/-(\d+)-\d+\.json(\.part)?$/)?.[1])
    if (pid > 0 && !isAlive(pid)) unlinkSync(join(folder, name))
  }
}

const keep = (kind, session, value) => {
  const text = JSON.stringify(value)
  const before = known.kept[kind]
  if (before?.text === text && before.session === session) return
  isThere()
  const folder = folderOf(kind)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (before === undefined) sweep(folder)
  const path = join(folder, `${ASSISTANT}-${known.instance}.json`)
  writeFileSync(`${path}.part`, text, { mode: 0o600 })
  renameSync(`${path}.part`, path)
  known.kept[kind] = { path, session, text }
}

const drop = (kind) => {
  const path = known.kept[kind]?.path
  delete known.kept[kind]
  if (path !== undefined) unlinkSync(path)
}

// Todos are too many for an event.
const MOST_TODOS = 1000

const keepTodos = (session, todos) => {
  if (agentOf(session) !== undefined) return
  const list = todos.slice(0, MOST_TODOS).map(({ content, status }) => ({ content, status }))
  keep("todos", session, list)
}

// With which model it works, and how much of the context is in use, as its own sidebar counts it; and that
// a limit is reached, until the model answers again.
const keepFacts = (info) => {
  const session = info.sessionID
  if (session !== known.front || known.children.has(session)) return
  const { modelID, providerID, mode, tokens, error } = info
  if (tokens?.output > 0) {
    const { input, output, reasoning, cache } = tokens
    const used = input + output + reasoning + cache.read + cache.write
    known.facts = { session, used, provider: providerID, model: modelID, mode }
  } else if (error?.data?.statusCode === 429) {
    const before = known.facts?.session === session ? known.facts : { session, model: modelID }
    known.facts = { ...before, mode, limit: error.data.message }
  } else return
  writeFacts()
}

const writeFacts = () => {
  const { session, used, provider, model, mode, limit } = known.facts
  const window = provider === undefined ? undefined : windowOf(provider, model)
  const percent = window > 0 ? Math.round((used / window) * 100) : undefined
  keep("facts", session, { model, mode, context_tokens: used, context_percent: percent, limit })
}

// How long the context window of a model is, by OpenCode itself, which is asked once; until it has answered
// nothing is known of it.
const windowOf = (provider, model) => {
  const name = `${provider}/${model}`
  if (known.windows.has(name)) return known.windows.get(name)
  known.windows.set(name, undefined)
  const ask = async () => {
    const { data } = await known.client.config.providers()
    const its = data?.providers?.find(({ id }) => id === provider)
    known.windows.set(name, its?.models?.[model]?.limit?.context)
    if (known.facts?.model === model) writeFacts()
  }
  ask().catch(() => {})
}

// As whom a session speaks: the one in front (undefined), or an agent beside it.
const agentOf = (session) => {
  if (known.children.has(session)) return session
  if (known.busy.has(session)) return known.busy.get(session) ? undefined : session
  if (!known.busy.has(known.front)) known.front = session
  return session === known.front ? undefined : session
}

// What of an event is worth telling; undefined: nothing.
const pick = {
  "session.status": ({ sessionID, status }) => {
    const again = status.type === "busy" && known.busy.has(sessionID)
    if (status.type === "idle" || again) return undefined
    return { sessionID, status: { type: status.type, message: status.message } }
  },
  "session.idle": ({ sessionID }) => ({ sessionID, said: known.says.get(sessionID)?.text }),
  "session.error": ({ sessionID, error }) => ({
    sessionID: sessionID ?? known.front,
    error: { name: error?.name, data: { message: error?.data?.message } },
  }),
  "permission.asked": ({ id, sessionID, permission, patterns, metadata }) => ({
    id,
    sessionID,
    permission,
    patterns: patterns?.slice(0, 1),
    metadata: { command: metadata?.command, filepath: metadata?.filepath },
  }),
  "permission.replied": ({ sessionID, requestID, reply }) => ({ sessionID, requestID, reply }),
  "question.asked": ({ id, sessionID, questions }) => ({
    id,
    sessionID,
    questions: questions?.map(({ question }) => ({ question })),
  }),
  "question.replied": ({ sessionID, requestID }) => ({ sessionID, requestID }),
  "question.rejected": ({ sessionID, requestID }) => ({ sessionID, requestID }),
}

// What the assistant says is told with the end of its turn: messages come after that, too.
const listen = {
  "message.updated": ({ info }) => {
    if (info?.role === "assistant") quietly(() => keepFacts(info))
    if (info?.role !== "assistant" || known.says.get(info.sessionID)?.message === info.id) return
    known.says.set(info.sessionID, { message: info.id })
  },
  "message.part.updated": ({ part }) => {
    const says = known.says.get(part?.sessionID)
    if (part?.type !== "text" || says?.message !== part.messageID) return
    says.text = part.text?.slice(0, MOST_SAID)
  },
}

// Whether a session works on after an event, where the event says so.
const worksOn = (type, { status, reply }) => {
  if (type === "session.status") return status.type === "busy"
  if (type === "permission.replied" && reply !== "reject") return undefined
  return type.endsWith("asked") || type === "question.replied" ? undefined : false
}

const hear = ({ id, type, properties }) => {
  if (id !== undefined) {
    if (known.seen.has(id)) return
    known.seen.add(id)
    if (known.seen.size > 256) known.seen.delete(known.seen.values().next().value)
  }
  const info = type.startsWith("session.") ? properties.info : undefined
  if (info?.parentID) known.children.add(info.id)
  listen[type]?.(properties)
  if (type === "todo.updated") return keepTodos(properties.sessionID, properties.todos)
  const told = pick[type]?.(properties)
  if (told === undefined) return
  const agent = agentOf(told.sessionID)
  // Another session in front has others.
  for (const [kind, { session }] of Object.entries(known.kept)) {
    if (session !== known.front) quietly(() => drop(kind))
  }
  const works = worksOn(type, properties)
  if (works === true) known.busy.set(told.sessionID, agent === undefined)
  if (works === false) {
    known.busy.delete(told.sessionID)
    known.says.delete(told.sessionID)
  }
  send(message(type, told, agent))
}

const quietly = (work) => {
  try {
    work()
  } catch {
    // Nobody is to be troubled.
  }
}

export const PanePatrol = async (context) => {
  if (!EVERYWHERE && !PLACES.some((name) => process.env[name])) return {}
  quietly(() => {
    known.folder = context?.directory
    known.client ??= context?.client
    known.loaded += 1
    if (known.loaded === 1) send(message("plugin.init", {}))
  })
  return {
    event: async ({ event }) => quietly(() => hear(event)),
    dispose: async () =>
      quietly(() => {
        known.loaded -= 1
        if (known.loaded > 0) return
        for (const kind of Object.keys(known.kept)) quietly(() => drop(kind))
        sendLast(message("dispose", {}))
      }),
  }
}
