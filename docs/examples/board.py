#!/usr/bin/env python3
"""Prints every change of every agent, and the patch of each changed file, through the hub's WebSocket.

Needs `pip install websockets`, and `pane-patrol --listen` or `pane-patrol collect --listen`, which say
the two arguments: board.py ws://127.0.0.1:PORT/ws TOKEN-FILE
"""

import asyncio
import json
import pathlib
import sys
from datetime import datetime, timezone

import websockets

NAME = "board-example"
HELLO = {"client_id": NAME, "role": "subscriber", "capabilities": ["agent_status", "diff_summary", "parts"]}


def message(kind, payload, request_id=None):
    now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    envelope = {
        "version": "1",
        "type": kind,
        "session_id": "default",
        "sender_id": NAME,
        "timestamp": now,
        "payload": payload,
    }
    if request_id:
        envelope["request_id"] = request_id
    return json.dumps(envelope)


def show(agent):
    if agent.get("gone"):
        print("gone", agent["agent_id"])
    else:
        what = agent.get("message") or ""
        print(agent["state"], agent["assistant"], agent["target"], what)


async def main(address, token_file):
    token = pathlib.Path(token_file).read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with websockets.connect(address, additional_headers=headers) as hub:
        await hub.send(message("hello", HELLO))
        async for text in hub:
            heard = json.loads(text)
            kind, payload = heard["type"], heard["payload"]
            if kind == "agent_status":
                show(payload)
            elif kind == "diff_summary":
                for file in payload["files"][:1]:
                    wanted = {"agent_id": payload["agent_id"], "path": file["path"]}
                    await hub.send(message("diff_patch_request", wanted, file["path"]))
            elif kind == "diff_patch_response":
                print(payload["patch"] or payload["error"]["message"], end="")
            elif kind == "error":
                print("error:", payload["code"], payload["message"], file=sys.stderr)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
