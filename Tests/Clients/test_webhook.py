"""The webhook as Graph and its enemies see it, through the real server."""
import concurrent.futures
import json
import socket
import urllib.parse

import pytest
import requests

from conftest import CLIENT_STATE, Server, notification, until

USER = "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235"
OTHER = "aa51c9d0-7be2-4a55-9f7e-30b7f6c2d481"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("webhook"), "--log-level", "trace").start()
    yield server
    server.stop()
    text = server.stdout() + server.stderr()
    for secret in (CLIENT_STATE, "wrong-state", "AAMk", "hidden-token"):
        assert secret not in text, f"a secret or payload was logged: {secret}"


def post(server, body, path="/notifications", **headers):
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return requests.post(server.url + path, data=data, timeout=10, headers={"Content-Type": "application/json", **headers})


def cursor(server):
    return requests.get(f"{server.url}/updates", timeout=10).json()["cursor"]


def updates(server, after, count):
    def page():
        found = requests.get(f"{server.url}/updates", params={"after": after}, timeout=10).json()["updates"]
        return found if len(found) >= count else None
    return until(page, what=f"{count} updates")


@pytest.mark.parametrize("path", ["/notifications", "/webhook", "/lifecycle"])
@pytest.mark.parametrize("token", [
    "Validation: Testing client application reachability for subscription Request-Id: 5b0c9d1e-7a44-4a27-9f0e-3c5f6a1d2b99",
    "a+b%c/d=e&f", "%2B%20+", "é ü 漢字", "=&=&", "a" * 2048,
])
def test_the_handshake_echoes_the_token(server, path, token):
    query = urllib.parse.urlencode({"shard": "4", "validationToken": token})
    answer = requests.post(f"{server.url}{path}?{query}", timeout=10, headers={"Content-Type": "text/plain; charset=utf-8"})
    assert answer.status_code == 200
    assert answer.content == token.encode()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("token", ["<script>", "a>b", "a" * 2049, ""])
def test_a_suspicious_token_is_not_echoed(server, token):
    answer = requests.post(f"{server.url}/notifications?{urllib.parse.urlencode({'validationToken': token})}", timeout=10)
    assert answer.status_code == 400 and (not token or token[:10] not in answer.text)


SHAPES = {  # the payload families of Graph's documentation
    "Outlook": {"resource": f"users/{USER}@7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611/messages/AAMkAGE2Zm9vAAA="},
    "Outlook, quoted ids": {"resource": f"Users('{USER}')/messages('AAMkAGE2YmFyAAA=')"},
    "Teams chat": {"resource": "chats('19:abc@thread.v2')/messages('1732384012345')", "changeType": "Created",
                   "resourceData": {"@odata.type": "#Microsoft.Graph.chatMessage", "id": "1732384012345"}},
    "Teams reply": {"resource": "teams('g')/channels('19:x@thread.tacv2')/messages('173')/replies('174')"},
    "directory": {"resource": f"Users/{OTHER}", "changeType": "updated", "resourceData": {
        "@odata.type": "#Microsoft.Graph.User", "id": OTHER, "eventTime": "2026-11-23T17:58:02.1183Z",
        "sequenceNumber": 638679610821183000}},
    "group membership": {"resource": "Groups/4b0f", "changeType": "updated", "resourceData": {
        "id": "4b0f", "sequenceNumber": 638679610821183000,
        "members@delta": [{"id": USER}, {"id": OTHER, "@removed": "deleted"}]}},
    "drive": {"resource": "me/drive/root", "changeType": "updated",
              "resourceData": {"@odata.type": "#Microsoft.Graph.DriveItem"}},
    "no data": {"resource": "sites/s/lists/l", "changeType": "updated", "resourceData": None},
}


def test_every_documented_shape_becomes_an_update(server):
    start = cursor(server)
    items = [{**notification("x"), **shape} for shape in SHAPES.values()]
    assert post(server, {"value": items}).status_code == 202
    seen = updates(server, start, len(items))
    assert [one["resource"] for one in seen] == [shape["resource"] for shape in SHAPES.values()]
    assert [one["changeType"] for one in seen] == [item["changeType"].lower() for item in items]
    assert f"user/{USER}" in seen[0]["topics"] and f"user/{USER}" in seen[1]["topics"]
    assert all("all" in one["topics"] and "subscription/load" in one["topics"] for one in seen)


def test_one_bad_item_never_fails_its_batch(server):
    start = cursor(server)
    good = [notification(f"Users/{USER}/Messages/good{n}") for n in range(3)]
    bad = [17, None, {"subscriptionId": 5}, {**good[0], "clientState": "wrong-state"}, {**good[0], "changeType": {}}]
    assert post(server, {"value": [good[0], *bad, *good[1:]], "unknown": {"a": [1]}}).status_code == 202
    assert [one["resourceId"] for one in updates(server, start, 3)] == ["good0", "good1", "good2"]
    status = requests.get(f"{server.url}/health/ready", timeout=10)
    assert status.status_code == 200


def test_a_repeated_delivery_is_one_update(server):
    start = cursor(server)
    body = {"value": [notification(f"Users/{USER}/Messages/again"), notification(f"Users/{USER}/Messages/last")]}
    for _ in range(3):
        assert post(server, body).status_code == 202
    updates(server, start, 2)
    marker = {"value": [notification(f"Users/{USER}/Messages/marker")]}
    assert post(server, marker).status_code == 202
    assert [one["resourceId"] for one in updates(server, start, 3)] == ["again", "last", "marker"]


def test_forged_notifications_are_answered_but_not_delivered(server):
    start = cursor(server)
    assert post(server, {"value": [notification(f"Users/{USER}/Messages/forged", state="wrong-state")]}).status_code == 202
    assert post(server, {"value": [notification(f"Users/{USER}/Messages/real")]}).status_code == 202
    assert [one["resourceId"] for one in updates(server, start, 1)] == ["real"]


@pytest.mark.parametrize("body, headers, status", [
    (b"", {}, 400), (b"{", {}, 400), (b"[]", {}, 400), (b"null", {}, 400), (b'{"value":{}}', {}, 400), (b"\xff\xfe", {}, 400),
    (b'{"value":[' + b"[" * 5000, {}, 400), (b'{"value":[]}', {}, 202), (b'{"value":[]}', {"Content-Type": "text/xml"}, 415),
    (b'{"value":[]}', {"Content-Type": "application/json; charset=utf-8"}, 202),
    (b'{"value":[]' + b" " * (4 << 20) + b"}", {}, 413),
])
def test_what_is_not_a_notification(server, body, headers, status):
    assert post(server, body, **headers).status_code == status


def test_tokens_of_clients_are_not_logged(server):
    """The log is looked at when the server has ended."""
    header = {"Authorization": "Bearer hidden-token"}
    assert requests.post(f"{server.url}/graphUpdates/negotiate", headers=header, timeout=10).status_code == 200
    for path in ("/graphUpdates/negotiate", "/graphUpdates", "/updates", "/nothing-here"):
        requests.post(f"{server.url}{path}?access_token=hidden-token", timeout=10)
        requests.get(f"{server.url}{path}?access_token=hidden-token", timeout=10)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods(server, method):
    answer = requests.request(method, f"{server.url}/notifications", timeout=10)
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"


def test_order_is_kept_on_one_connection_with_mixed_requests(server):
    """A reverse proxy mixes everything on one kept-alive connection; pipelined answers keep their order."""
    body = json.dumps({"value": []}).encode()
    webhook = (b"POST /notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)) + body
    health = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    negotiate = b"POST /graphUpdates/negotiate HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    missing = b"GET /nothing-here HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(webhook + health + webhook + negotiate + missing + webhook + health)
        stream = connection.makefile("rb")
        statuses = []
        for _ in range(7):
            statuses.append(int(stream.readline().split()[1]))
            length = 0
            while (line := stream.readline().strip()):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            stream.read(length)
        assert statuses == [202, 200, 202, 200, 404, 202, 200]


@pytest.mark.parametrize("garbage", [
    b"\x00\x01\x02\r\n\r\n", b"POST /notifications HTTP/1.1\r\nContent-Length: nonsense\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n", b"POST /notifications HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"GET /graphUpdates HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
])
def test_garbage_ends_its_connection_and_nothing_else(server, garbage):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while (part := connection.recv(65536)):
            answer += part
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:80]
    assert requests.get(f"{server.url}/health/live", timeout=10).status_code == 200


def test_many_at_once_are_all_delivered(server):
    start = cursor(server)
    bodies = [{"value": [notification(f"Users/{USER}/Messages/many{n}x{m}") for m in range(4)]} for n in range(200)]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda body: post(server, body).status_code, bodies)) == {202}
    seen, after = [], start
    while len(seen) < 800:
        page = updates(server, after, 1)
        seen += [one["resourceId"] for one in page]
        after = page[-1]["cursor"]
    assert sorted(seen) == sorted(f"many{n}x{m}" for n in range(200) for m in range(4))
    for n in range(200):
        mine = [one for one in seen if one.startswith(f"many{n}x")]
        assert mine == sorted(mine), "items of one POST came out of order"
