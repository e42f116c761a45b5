#!/usr/bin/env python3
"""Follows agents: prints every change of them, and the patch of each one's first changed file.

    follow.py PLACE [TOKEN-FILE] [AGENT...]

PLACE is `hub.sock` in the runtime folder, or ws://127.0.0.1:PORT/ws with the file that holds a token, as
`pane-patrol --listen` and `pane-patrol collect --listen` say. Without agents all are followed.
"""

import sys

from hub import Hub

UNDERSTANDS = ["agent_status", "diff_summary", "parts"]


def show(agent):
    if agent.get("gone"):
        print("gone", agent["agent_id"], flush=True)
    else:
        what = agent.get("message") or ""
        print(agent["state"], agent["assistant"], agent["target"], what, flush=True)


def ask_for_patch(hub, diff):
    for file in diff["files"][:1]:
        wanted = {"agent_id": diff["agent_id"], "path": file["path"]}
        hub.say("diff_patch_request", wanted, request_id=file["path"])


def main(place, *rest):
    token_file, *agents = rest if place.startswith("ws://") else (None, *rest)
    hub = Hub("follow-example", place, token_file, UNDERSTANDS)
    for message in hub.hear():
        kind, payload = message["type"], message["payload"]
        if kind == "error":
            print("error:", payload["code"], payload["message"], file=sys.stderr)
        elif agents and payload.get("agent_id") not in agents:
            continue
        elif kind == "agent_status":
            show(payload)
        elif kind == "diff_summary":
            ask_for_patch(hub, payload)
        elif kind == "diff_patch_response":
            print(payload["patch"] or payload["error"]["message"], end="", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
