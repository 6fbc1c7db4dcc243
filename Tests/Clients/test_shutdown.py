"""SIGTERM: clients are sent away one after another, the program ends in time, and they find its successor."""
import asyncio
import socket
import threading
import time

import pytest
import requests
from pysignalr.client import SignalRClient
from pysignalr.protocol.json import JSONProtocol
from pysignalr.protocol.messagepack import MessagepackProtocol
from websockets.exceptions import ConnectionClosed

from conftest import Server, notification, until
from hub import Hub

USER = "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235"


def post(server, *names):
    items = [notification(f"Users/{USER}/Messages/{name}") for name in names]
    answer = requests.post(f"{server.url}/notifications", json={"value": items}, timeout=10)
    assert answer.status_code == 202


class Leaver(threading.Thread):
    """A client that waits to be sent away, and notes when and how."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.hub = Hub(f"{url}/graphUpdates")
        self.record, self.when, self.code = None, None, None
        self.start()

    def run(self):
        self.record = self.hub.receive()
        self.when = time.monotonic()
        try:
            self.hub.socket.recv(timeout=10)
        except ConnectionClosed as end:
            self.code = end.rcvd and end.rcvd.code
        self.hub.close()


def test_clients_are_sent_away_one_after_another(tmp_path):
    server = Server(tmp_path, "--set", "http.drainSeconds=3").start()
    leavers = [Leaver(server.url) for _ in range(12)]
    began = time.monotonic()
    assert server.stop() == 0
    took = time.monotonic() - began
    for leaver in leavers:
        leaver.join(10)
        assert leaver.record == {"type": 7, "allowReconnect": True}
        assert leaver.code == 1000
    times = [leaver.when - began for leaver in leavers]
    assert max(times) - min(times) > 1, "they were all sent away at once"
    assert took < 8


def test_nobody_new_is_taken_meanwhile(tmp_path):
    server = Server(tmp_path, "--set", "http.drainSeconds=5").start()
    leavers = [Leaver(server.url) for _ in range(6)]
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    until(lambda: any(leaver.record for leaver in leavers), what="the first being sent away")
    answer = requests.post(f"{server.url}/graphUpdates/negotiate?negotiateVersion=1", timeout=10)
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    # Notifications are taken as long as there is somebody to take them.
    post(server, "late")
    stopping.join(20)
    assert server.process.returncode == 0


def test_without_clients_it_ends_at_once(tmp_path):
    server = Server(tmp_path, "--set", "http.drainSeconds=60").start()
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5


def mute(port):
    """A client that shakes hands and then neither reads nor answers anything."""
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    client.sendall(
        b"GET /graphUpdates HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % port)
    handshake = b'{"protocol":"json","version":1}\x1e'
    client.sendall(bytes([0x81, 0x80 | len(handshake), 0, 0, 0, 0]) + handshake)
    received = b""
    while not received.endswith(b"{}\x1e"):
        received += client.recv(4096)
    return client


def test_clients_that_do_not_answer_hold_nobody_up(tmp_path):
    server = Server(tmp_path).start()
    clients = [mute(server.port) for _ in range(3)]
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 12
    for client in clients:
        client.close()


@pytest.mark.parametrize("protocol", [JSONProtocol, MessagepackProtocol], ids=["json", "messagepack"])
def test_pysignalr_finds_the_restarted_server_and_goes_on(tmp_path, protocol):
    server = Server(tmp_path).start()
    seen, gaps, connections = [], [], []

    async def once():
        """One connection of pysignalr, until it ends."""
        client = SignalRClient(f"{server.url}/graphUpdates", protocol=protocol(), retry_count=1)

        async def opened():
            cursor = seen[-1]["cursor"] if seen else None

            async def answered(message):
                gaps.append(message.result["gap"])
                seen.extend(message.result["updates"])
                connections.append(message.result)

            # Not awaited here: pysignalr reports itself connected only after this callback.
            asyncio.get_running_loop().create_task(client.send("Subscribe", [["all"], cursor], answered))

        async def updated(arguments):
            seen.append(arguments[0])

        client.on("graphUpdate", updated)
        client.on_open(opened)
        await client.run()

    async def follow():
        while True:
            try:
                await once()
            except asyncio.CancelledError:
                raise
            except Exception:  # the server is away, or no longer knows the connection: begin anew
                await asyncio.sleep(0.05)

    async def reached(condition, what):
        for _ in range(1500):
            if condition():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{what} did not come true")

    async def scenario():
        following = asyncio.create_task(follow())
        try:
            await reached(lambda: connections, "the first connection")
            for round_number in range(3):
                post(server, f"m{round_number}a")
                await reached(lambda: len(seen) == 2 * round_number + 1, "the update before the end")
                before = len(connections)
                assert await asyncio.to_thread(server.stop) == 0
                server.start()
                post(server, f"m{round_number}b")
                await reached(lambda: len(connections) > before, "the connection to the restarted server")
                await reached(lambda: len(seen) == 2 * round_number + 2, "the update after it")
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    try:
        asyncio.run(scenario())
    finally:
        server.stop()
    assert [update["resourceId"] for update in seen] == ["m0a", "m0b", "m1a", "m1b", "m2a", "m2b"]
    assert not any(gaps)
    offsets = [int(update["cursor"].split("-")[1]) for update in seen]
    assert offsets == sorted(set(offsets))
