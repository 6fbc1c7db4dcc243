"""Unmodified third-party SignalR clients see a change in a mailbox, are cut off, come back and resume."""
import asyncio
import logging
import queue
import socket
import threading

import pytest
import requests
from pysignalr.client import SignalRClient
from pysignalr.protocol.json import JSONProtocol
from pysignalr.protocol.messagepack import MessagepackProtocol
from signalrcore.hub_connection_builder import HubConnectionBuilder
from signalrcore.types import HubProtocolEncoding

from conftest import until


def create_message(dev, subject, user="sales@example.com"):
    answer = requests.post(
        f"{dev.emulator}/v1.0/users/{user}/messages", timeout=10,
        json={"subject": subject, "body": {"contentType": "text", "content": "Hi"}})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


class Proxy:
    """A TCP proxy that a test can cut: every connection through it is reset, new ones are accepted again."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self.open += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self.open = []

    def close(self):
        self.listener.close()
        self.cut()


@pytest.fixture
def proxy(dev):
    proxy = Proxy(dev.port)
    yield proxy
    proxy.close()


async def follow_with_pysignalr(url, protocol, cursor, seen, stop_when):
    """Runs one pysignalr client until `stop_when(seen)`; returns the answer to its Subscribe."""
    client = SignalRClient(f"{url}/graphUpdates", protocol=protocol(), retry_count=1)
    answers = asyncio.Queue()

    async def opened():
        async def answered(message):
            await answers.put(message)
        # Not awaited here: pysignalr reports itself connected only after this callback.
        asyncio.get_running_loop().create_task(client.send("Subscribe", [["all"], cursor], answered))

    async def updated(arguments):
        seen.append(arguments[0])

    client.on("graphUpdate", updated)
    client.on_open(opened)
    running = asyncio.create_task(client.run())
    try:
        answer = (await asyncio.wait_for(answers.get(), 15)).result
        seen.extend(answer["updates"])
        for _ in range(1500):
            if stop_when(seen) or running.done():
                break
            await asyncio.sleep(0.01)
        return answer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("protocol", [JSONProtocol, MessagepackProtocol], ids=["json", "messagepack"])
def test_pysignalr_subscribes_receives_is_cut_off_and_resumes(dev, proxy, protocol):
    async def scenario():
        seen = []
        base = f"http://127.0.0.1:{proxy.port}"
        ids = []

        def first_seen(updates):
            if not ids:
                ids.append(create_message(dev, "first"))
            return any(update["resourceId"] == ids[0] for update in updates)

        answer = await follow_with_pysignalr(base, protocol, None, seen, first_seen)
        assert answer["gap"] is False and answer["updates"] == []
        assert [update["changeType"] for update in seen] == ["created"]

        def cut_off(_):
            proxy.cut()
            return True

        await follow_with_pysignalr(base, protocol, seen[-1]["cursor"], seen, cut_off)
        ids += [create_message(dev, "while away"), create_message(dev, "while away, too")]
        answer = await follow_with_pysignalr(
            base, protocol, seen[-1]["cursor"], seen, lambda updates: {u["resourceId"] for u in updates} >= set(ids))
        assert answer["gap"] is False
        assert [update["resourceId"] for update in seen] == ids
        offsets = [int(update["cursor"].split("-")[1]) for update in seen]
        assert offsets == sorted(set(offsets))

    asyncio.run(scenario())


def signalrcore_client(url, cursor, updates, answers, encoding=HubProtocolEncoding.text):
    hub = (
        HubConnectionBuilder()
        .with_url(f"{url}/graphUpdates")
        .with_hub_protocol(encoding)
        .configure_logging(logging.CRITICAL)
        .build())
    hub.on("graphUpdate", lambda arguments: updates.put(arguments[0]))
    hub.on_open(lambda: hub.send("Subscribe", [["all"], cursor], lambda message: answers.put(message.result)))
    hub.start()
    return hub


@pytest.mark.parametrize("encoding", list(HubProtocolEncoding), ids=lambda one: one.name)
def test_signalrcore_subscribes_receives_is_cut_off_and_resumes(dev, proxy, encoding):
    base = f"http://127.0.0.1:{proxy.port}"
    updates, answers = queue.Queue(), queue.Queue()
    hub = signalrcore_client(base, None, updates, answers, encoding)
    try:
        assert answers.get(timeout=15)["gap"] is False
        first = create_message(dev, "first")
        update = updates.get(timeout=15)
        assert update["resourceId"] == first and update["type"] == "graphUpdate"
    finally:
        proxy.cut()
        hub.stop()
    missed = create_message(dev, "while away")
    hub = signalrcore_client(base, update["cursor"], updates, answers, encoding)
    try:
        answer = answers.get(timeout=15)
        assert answer["gap"] is False
        assert [one["resourceId"] for one in answer["updates"]] == [missed]
        live = create_message(dev, "live again")
        assert updates.get(timeout=15)["resourceId"] == live
    finally:
        hub.stop()


def test_an_unknown_method_is_an_error_for_the_caller_only(dev):
    updates, answers = queue.Queue(), queue.Queue()
    hub = signalrcore_client(dev.url, None, updates, answers)
    try:
        answers.get(timeout=15)
        failures = queue.Queue()
        hub.on_error(lambda message: failures.put(message.error))
        hub.send("Nonsense", [], lambda message: failures.put(message.error))
        assert failures.get(timeout=15) == (
            "Failed to invoke 'Nonsense' due to an error on the server. HubException: Method does not exist.")
        message = create_message(dev, "still here")
        assert updates.get(timeout=15)["resourceId"] == message
    finally:
        hub.stop()


def test_negotiation_is_what_clients_expect(dev):
    first = requests.post(f"{dev.url}/graphUpdates/negotiate", timeout=10)
    assert first.headers["Content-Type"] == "application/json"
    assert first.json()["negotiateVersion"] == 0 and "connectionToken" not in first.json()
    second = requests.post(f"{dev.url}/graphUpdates/negotiate?negotiateVersion=1", timeout=10).json()
    assert second["connectionToken"] != second["connectionId"]
    assert requests.get(f"{dev.url}/graphUpdates/negotiate", timeout=10).status_code == 405
    until(lambda: requests.get(f"{dev.url}/health/live", timeout=10).status_code == 200)
