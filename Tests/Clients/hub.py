"""A bare SignalR client over WebSockets, to look at each record a server sends."""
import json
import socket
import struct

import requests
from websockets.sync.client import connect

END = "\x1e"


class Hub:
    """One connection to a hub; synchronous, one record at a time."""

    def __init__(self, url, negotiate=True, timeout=20):
        self.timeout = timeout
        query = ""
        if negotiate:
            answer = requests.post(f"{url}/negotiate?negotiateVersion=1", timeout=timeout)
            answer.raise_for_status()
            query = f"?id={answer.json()['connectionToken']}"
        self.opened = connect(url.replace("http", "ws", 1) + query, open_timeout=timeout, max_size=None)
        self.socket = self.opened.__enter__()
        self.records = []
        self.calls = 0
        self.invocations = []
        self.socket.send('{"protocol":"json","version":1}' + END)
        assert self.receive() == {}

    def receive(self, timeout=None):
        """The next record, pings left out."""
        while True:
            while not self.records:
                text = self.socket.recv(timeout=timeout or self.timeout)
                if isinstance(text, bytes):
                    text = text.decode()
                assert text.endswith(END), "a frame must end with a whole record"
                self.records += [json.loads(record) for record in text.split(END) if record]
            record = self.records.pop(0)
            if record.get("type") != 6:
                return record

    def invoke(self, method, *arguments):
        """Calls a hub method and returns its result; invocations that arrive meanwhile are kept."""
        self.calls += 1
        call = str(self.calls)
        self.socket.send(json.dumps(
            {"arguments": list(arguments), "invocationId": call, "target": method, "type": 1}) + END)
        while True:
            record = self.receive()
            if record["type"] == 3 and record["invocationId"] == call:
                if "error" in record:
                    raise RuntimeError(record["error"])
                return record.get("result")
            self.invocations.append(record)

    def next_invocation(self, timeout=None):
        """The next call of a client method: its record."""
        return self.invocations.pop(0) if self.invocations else self.receive(timeout)

    def updates(self):
        """Updates as they come, one after another."""
        while True:
            record = self.next_invocation()
            if record.get("target") == "graphUpdate":
                yield record["arguments"][0]
            elif record.get("target") == "graphUpdates":
                yield from record["arguments"][0]
            else:
                raise AssertionError(f"unexpected record {record}")

    def ping(self):
        self.socket.send('{"type":6}' + END)

    def close(self):
        self.socket.close()

    def cut(self):
        """Ends the TCP connection with a reset, as a failing network would."""
        raw = self.socket.socket
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
