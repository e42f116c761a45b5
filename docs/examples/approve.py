#!/usr/bin/env python3
"""Shows what an assistant asks, to its last line, and approves or denies just that at the hub's own socket.

approve.py AGENT [HUB-SOCKET]; agents are the `id`s of `pane-patrol status --json`, the socket is
`$XDG_RUNTIME_DIR/pane-patrol/hub.sock` unless it is named. Needs nothing but Python.
"""

import json
import os
import socket
import sys
import uuid
from datetime import datetime, timezone

NAME = "approve-example"


class Hub:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.say("hello", {"client_id": NAME, "role": "subscriber", "capabilities": ["act_result"]})

    def say(self, kind, payload):
        now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
        message = {
            "version": "1",
            "type": kind,
            "session_id": os.environ.get("PANE_PATROL_SESSION", "default"),
            "sender_id": NAME,
            "timestamp": now,
            "payload": payload,
        }
        self.socket.sendall((json.dumps(message) + "\n").encode())

    def act(self, agent, act, **more):
        """Has that done under an id that nobody has used; what came of it."""
        self.say("act", {"act_id": str(uuid.uuid4()), "agent_id": agent, "act": act, **more})
        for line in self.lines:
            message = json.loads(line)
            if message["type"] == "act_result":
                return message["payload"]
            if message["type"] == "error":
                sys.exit(message["payload"]["message"])
        sys.exit("the hub has gone; what came of it is not known")


def main():
    folder = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    agent, *path = sys.argv[1:]
    hub = Hub(path[0] if path else f"{folder}/pane-patrol/hub.sock")
    read = hub.act(agent, "read_request")
    if read["outcome"] != "done":
        sys.exit(read["why"])
    request = read["request"]
    print(request["text"])
    if not request["whole"]:
        sys.exit(f"this is not all of it: {request.get('reason', 'go there')}")
    said = input("Approve this, once? [y/N] ")
    decision = "approve" if said.strip() == "y" else "deny"
    # The digest says what was shown: if anything else is asked by then, nothing is done.
    done = hub.act(agent, "decide", decision=decision, digest=request["digest"])
    print(decision, done["outcome"], done.get("why", ""))
    sys.exit(done["outcome"] != "done")


if __name__ == "__main__":
    main()
