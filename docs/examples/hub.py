"""A connection to the hub, by its socket or over WebSocket, with nothing but Python's own library."""

import base64
import json
import os
import socket
import struct
from datetime import datetime, timezone


class Hub:
    """Says hello as a subscriber that understands these types of messages (none: all)."""

    def __init__(self, name, place, token_file=None, understands=()):
        self.name = name
        self.session = "default"
        if place.startswith("ws://"):
            self.way = WebSocket(place, open(token_file).read().strip())
        else:
            self.way = Lines(place)
        self.hello = {"client_id": name, "role": "subscriber", "capabilities": list(understands)}
        self.say("hello", self.hello)

    def say(self, kind, payload, request_id=None):
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        message = {
            "version": "1",
            "type": kind,
            "session_id": self.session,
            "sender_id": self.name,
            "timestamp": now,
            "payload": payload,
        }
        if request_id:
            message["request_id"] = request_id
        self.way.send(json.dumps(message))

    def hear(self):
        """Every message, until the hub goes."""
        while text := self.way.receive():
            message = json.loads(text)
            is_misnamed = message["payload"].get("code") == "wrong_session"
            if message["type"] == "error" and is_misnamed and message["session_id"] != self.session:
                # The hub says how it is called.
                self.session = message["session_id"]
                self.say("hello", self.hello)
                continue
            yield message


class Lines:
    """`hub.sock` in the runtime folder: one message a line."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def send(self, text):
        self.socket.sendall(text.encode() + b"\n")

    def receive(self):
        return self.file.readline()


class WebSocket:
    """`ws://127.0.0.1:PORT/ws`: one message a text frame."""

    def __init__(self, address, token):
        place, _, path = address.removeprefix("ws://").partition("/")
        host, _, port = place.rpartition(":")
        self.socket = socket.create_connection((host, int(port)))
        self.file = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        request = [
            f"GET /{path} HTTP/1.1",
            f"Host: {place}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            f"Authorization: Bearer {token}",
        ]
        self.socket.sendall("\r\n".join([*request, "", ""]).encode())
        status = self.file.readline().decode().strip()
        if " 101 " not in status:
            raise ConnectionError(status)
        while self.file.readline().strip():
            pass

    def send(self, text, kind=1):
        data = text if isinstance(text, bytes) else text.encode()
        size = len(data)
        if size < 126:
            head = struct.pack("!BB", 0x80 | kind, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x80 | kind, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | kind, 0x80 | 127, size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))
        self.socket.sendall(head + mask + masked)

    def receive(self):
        text = b""
        while head := self.file.read(2):
            kind, size = head[0] & 15, head[1] & 127
            if size == 126:
                (size,) = struct.unpack("!H", self.file.read(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self.file.read(8))
            data = self.file.read(size)
            if kind == 8:
                return None
            if kind == 9:
                self.send(data, kind=10)
            elif kind in (0, 1):
                text += data
                if head[0] & 0x80:
                    return text
        return None
