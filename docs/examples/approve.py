#!/usr/bin/env python3
"""Shows each request that waits, in full, and approves it when you say `y`, or denies it when you say `n`.

    approve.py PLACE [TOKEN-FILE]

PLACE is `hub.sock` in the runtime folder, or ws://127.0.0.1:PORT/ws with the file of a token to answer. What
is approved is what was shown: its digest is given back as it came, never computed. Whoever carries it out
looks again, and does nothing when anything is different by then; what was refused is offered again when
there is news of its agent.
"""

import sys
import uuid

from hub import Hub

UNDERSTANDS = ["agent_status", "act_result"]


def act(hub, agent, what, **more):
    act_id = str(uuid.uuid4())
    hub.say("act", {"act_id": act_id, "agent_id": agent, "act": what, **more}, request_id=act_id)
    return act_id


class Person:
    def __init__(self, hub):
        self.hub = hub
        self.agents = {}
        self.seen = set()
        self.reading = {}
        self.deciding = {}

    def hear_of(self, agent):
        """Has what is new read in full."""
        self.agents[agent["agent_id"]] = agent
        if agent["state"] != "waiting_approval":
            return
        for request in agent.get("waiting", []):
            mark = (agent["agent_id"], str(request))
            if mark not in self.seen:
                self.seen.add(mark)
                act_id = act(self.hub, agent["agent_id"], "read_request", request=request)
                self.reading[act_id] = mark

    def hear_result(self, result):
        is_done = result["outcome"] == "done"
        if mark := self.reading.pop(result["act_id"], None):
            if is_done:
                self.decide(mark, result["request"])
            else:
                print("could not be read:", result["why"], flush=True)
                self.seen.discard(mark)
        elif decided := self.deciding.pop(result["act_id"], None):
            print(result["outcome"], result.get("why") or "", flush=True)
            # Done with a reason: another one that asks just the same was answered in its place.
            if not is_done or result.get("why"):
                self.offer_again(*decided)

    def offer_again(self, mark, before):
        """It was not answered. With the next word about its agent another dialog may be on the screen: of
        several agents of one session the other may have been answered by then, or is already."""
        self.seen.discard(mark)
        now = self.agents.get(mark[0])
        if now and now.get("waiting") != before:
            self.hear_of(now)

    def decide(self, mark, read):
        print(read["text"])
        if not read["whole"]:
            print("This is not all of it:", read["reason"], flush=True)
            return
        print("approve? [y/n]", flush=True)
        answer = sys.stdin.readline().strip()
        decision = {"y": "approve", "n": "deny"}.get(answer)
        if decision:
            # The agent may ask something else by now: its generation would be another one.
            bound = {"digest": read["digest"], "generation": read["generation"]}
            wanted = {"decision": decision, "request": read["request"], **bound}
            act_id = act(self.hub, mark[0], "decide", **wanted)
            self.deciding[act_id] = (mark, self.agents[mark[0]].get("waiting"))


def main(place, token_file=None):
    hub = Hub("approve-example", place, token_file, UNDERSTANDS)
    person = Person(hub)
    for message in hub.hear():
        kind, payload = message["type"], message["payload"]
        if kind == "agent_status" and not payload.get("gone"):
            person.hear_of(payload)
        elif kind == "act_result":
            person.hear_result(payload)
        elif kind == "error":
            print("error:", payload["code"], payload["message"], file=sys.stderr)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
