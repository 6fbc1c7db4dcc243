"""Every transport, with an unmodified third-party client and with plain requests."""
import logging
import queue

import pytest
import requests
from signalrcore.hub_connection_builder import HubConnectionBuilder
from signalrcore.types import HttpTransportType, HubProtocolEncoding

from test_third_party import create_message

EVENT_STREAM = {"Accept": "text/event-stream"}


def negotiate(dev):
    answer = requests.post(f"{dev.url}/graphUpdates/negotiate?negotiateVersion=1", timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def hub_url(dev, token):
    return f"{dev.url}/graphUpdates?id={token}"


# Server-Sent Events carry text only, and this client's long polling looks for the separators of JSON in MessagePack, too.
WAYS = [(transport, HubProtocolEncoding.text) for transport in HttpTransportType] + [
    (HttpTransportType.web_sockets, HubProtocolEncoding.binary)]


@pytest.mark.parametrize("transport,encoding", WAYS, ids=lambda one: getattr(one, "name", one))
def test_signalrcore_receives_updates(dev, transport, encoding):
    updates, answers = queue.Queue(), queue.Queue()
    hub = (
        HubConnectionBuilder()
        .with_url(f"{dev.url}/graphUpdates", options={"transport": transport})
        .with_hub_protocol(encoding)
        .configure_logging(logging.CRITICAL)
        .build())
    hub.on("graphUpdate", lambda arguments: updates.put(arguments[0]))
    hub.on_open(lambda: hub.send("Subscribe", [["all"], None], lambda message: answers.put(message.result)))
    hub.start()
    try:
        assert answers.get(timeout=15)["gap"] is False
        for number in range(3):
            message = create_message(dev, f"update {number}")
            assert updates.get(timeout=15)["resourceId"] == message
    finally:
        hub.stop()


def test_transports_are_listed_in_order(dev):
    assert negotiate(dev)["availableTransports"] == [
        {"transport": "WebSockets", "transferFormats": ["Text", "Binary"]},
        {"transport": "ServerSentEvents", "transferFormats": ["Text"]},
        {"transport": "LongPolling", "transferFormats": ["Text", "Binary"]},
    ]


def test_server_sent_events_with_plain_requests(dev):
    url = hub_url(dev, negotiate(dev)["connectionToken"])
    with requests.get(url, headers=EVENT_STREAM, stream=True, timeout=30) as events:
        assert events.status_code == 200
        assert events.headers["Content-Type"] == "text/event-stream"
        assert events.raw.read(3) == b":\r\n"
        answer = requests.post(url, data=b'{"protocol":"json","version":1}\x1e', timeout=10)
        assert (answer.status_code, answer.content) == (200, b"")
        assert events.raw.read(13) == b"data: {}\x1e\r\n\r\n"
        assert requests.get(url, headers=EVENT_STREAM, timeout=10).status_code == 409
        assert requests.get(url, timeout=10).text == "Cannot change transports mid-connection"
        requests.post(url, data=b'{"type":7}\x1e', timeout=10)
        # The goodbye, and then the end of the answer.
        assert events.raw.read() == b'data: {"type":7}\x1e\r\n\r\n'


def test_long_polling_with_plain_requests(dev):
    url = hub_url(dev, negotiate(dev)["connectionToken"])
    with requests.Session() as session:
        first = session.get(url, timeout=10)
        assert (first.status_code, first.content) == (200, b"")
        assert session.post(url, data=b'{"protocol":"json","version":1}\x1e', timeout=10).status_code == 200
        answer = session.get(url, timeout=10)
        assert (answer.status_code, answer.content) == (200, b"{}\x1e")
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert session.delete(url, timeout=10).status_code == 202
        assert session.get(url, timeout=10).status_code == 404
