"""Tokens open what they are for, and are written down nowhere."""
import json

import requests
from websockets.sync.client import connect

from conftest import Server

TOKEN = "s3cret-0f-the-applications"
WRONG = "s3cret-0f-somebody-else"
ADMIN = "admin-token"


def test_no_token_is_in_the_log(tmp_path):
    server = Server(
        tmp_path, "--log-level", "trace",
        settings=f"clients:\n  authentication: token\n  token: {TOKEN}\n").start()
    hub = f"{server.url}/graphUpdates"
    connections = []
    try:
        admin = (tmp_path / "data" / ADMIN).read_text().strip()
        for token, status in ((TOKEN, 200), (WRONG, 401), (admin, 200)):
            header = {"Authorization": f"Bearer {token}"}
            answer = requests.post(f"{hub}/negotiate?negotiateVersion=1", headers=header, timeout=10)
            assert answer.status_code == status
            answer = requests.post(f"{hub}/negotiate?negotiateVersion=1&access_token={token}", timeout=10)
            assert answer.status_code == status
            assert requests.get(f"{server.url}/updates?access_token={token}&topics=all", timeout=10).status_code == status
            if status != 200:
                for accept in ("text/event-stream", "*/*"):
                    refused = requests.get(f"{hub}?id=x&access_token={token}", headers={"Accept": accept}, timeout=10)
                    assert refused.status_code == 401
                continue
            connections.append(answer.json()["connectionToken"])
            with connect(f"{hub}?id={connections[-1]}&access_token={token}".replace("http", "ws", 1)) as socket:
                socket.send('{"protocol":"json","version":1}\x1e')
                assert json.loads(socket.recv().rstrip("\x1e")) == {}
                socket.send('{"type":1,"invocationId":"1","target":"Nope","arguments":[]}\x1e')
                assert "error" in socket.recv()
                socket.send("nonsense\x1e")
                assert '"type":7' in socket.recv()
            for query in ("", f"&access_token={token}"):
                polling = requests.post(
                    f"{hub}/negotiate?negotiateVersion=1", headers=header, timeout=10).json()["connectionToken"]
                connections.append(polling)
                own = {} if query else header
                assert requests.get(f"{hub}?id={polling}{query}", headers=own, timeout=10).status_code == 200
                assert requests.delete(f"{hub}?id={polling}{query}", headers=own, timeout=10).status_code == 202
                assert requests.get(f"{hub}?id={polling}{query}", headers=own, timeout=10).status_code == 404
            requests.get(f"{server.url}/?token={token}", timeout=10)
            requests.get(f"{server.url}/status", headers=header, timeout=10)
    finally:
        assert server.stop() == 0
    written = server.stdout() + server.stderr()
    # Were nothing written down, this would prove nothing.
    assert "A connection has ended" in written
    for token in (TOKEN, WRONG, admin, *connections):
        assert token not in written
