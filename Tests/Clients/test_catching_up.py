"""What gets lost between Graph and us is found again, and says so: emulator and relay as programs, and a wire that fails."""
import http.server
import json
import subprocess
import threading
import time
import urllib.request

import pytest
import requests

from conftest import BINARY, Tidings, free_port, until

TENANT = "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611"
APPLICATION = "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"
SECRET = "contoso-development-secret"
MAIL = "users/sales@example.com/messages"


class Wire:
    """Stands between the two: passes on what Graph posts, or answers 202 and loses it."""

    def __init__(self, target):
        wire = self
        self.loses, self.lost = False, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer, kind = 202, b"", "text/plain"
                if wire.loses and "validationToken" not in self.path:
                    wire.lost += json.loads(body)["value"]
                else:
                    request = urllib.request.Request(
                        target + self.path, data=body, headers={"Content-Type": self.headers.get("Content-Type") or ""})
                    with urllib.request.urlopen(request, timeout=10) as response:
                        status, answer = response.status, response.read()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def emulator(tmp_path):
    port = free_port()
    (tmp_path / "emulator").mkdir()
    program = Tidings(
        ["emulate", "--port", port, "--admin-port", free_port(), "--quiet"], tmp_path / "emulator", f"http://127.0.0.1:{port}/health/live").start()
    program.url = f"http://127.0.0.1:{port}"
    yield program
    program.stop()


@pytest.fixture
def relay(tmp_path, emulator):
    port = free_port()
    wire = Wire(f"http://127.0.0.1:{port}")
    configuration = tmp_path / "tidings.yaml"
    configuration.write_text(f"""\
http:
  port: {port}
  publicUrl: {wire.url}
storage:
  directory: {tmp_path / "data"}
graph:
  tenantId: {TENANT}
  clientId: {APPLICATION}
  clientSecret: {SECRET}
  endpoint: {emulator.url}/v1.0
  authority: {emulator.url}
subscriptions:
  sales:
    resource: {MAIL}
    fetch:
      select: [subject]
""")
    (tmp_path / "relay").mkdir()
    program = Tidings(
        ["serve", "--config", configuration], tmp_path / "relay", f"http://127.0.0.1:{port}/health/ready").start()
    program.url, program.wire = f"http://127.0.0.1:{port}", wire
    program.token = next((tmp_path / "data").glob("*token*")).read_text().strip()
    yield program
    program.stop()
    wire.close()


def metric(relay, name):
    answer = requests.get(f"{relay.url}/metrics", headers={"Authorization": f"Bearer {relay.token}"}, timeout=10)
    return sum(float(line.split()[-1]) for line in answer.text.splitlines() if line.startswith(name))


def create(emulator, subject):
    answer = requests.post(f"{emulator.url}/v1.0/{MAIL}", json={"subject": subject}, timeout=10)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_what_is_lost_on_the_way_is_found_and_says_so(emulator, relay, tmp_path):
    shown = tmp_path / "tail.txt"
    with shown.open("w") as output:
        tail = subprocess.Popen(
            [str(BINARY), "tail", "--url", relay.url, "--json"], cwd=tmp_path, stdout=output, stderr=subprocess.PIPE, text=True)
    try:
        def updates():
            return [json.loads(line) for line in shown.read_text().splitlines() if line.endswith("}")]

        def settled():
            before = metric(relay, "tidings_catch_up_pages_total")
            time.sleep(0.5)
            return before > 0 and before == metric(relay, "tidings_catch_up_pages_total")
        until(settled, what="the first reading of all folders")
        until(lambda: create(emulator, "heard") and updates(), every=0.2, what="tail")

        relay.wire.loses = True
        lost = {create(emulator, f"lost {number}"): f"lost {number}" for number in range(3)}
        # A notification of before may be among them.
        until(lambda: lost.keys() <= {item["resourceData"]["id"] for item in relay.wire.lost}, what="the losses")
        relay.wire.loses = False
        item = relay.wire.lost[0]
        told = {key: item[key] for key in ("subscriptionId", "clientState", "tenantId", "subscriptionExpirationDateTime")}
        answer = requests.post(
            f"{relay.wire.url}/lifecycle", timeout=10, json={"value": [{**told, "lifecycleEvent": "missed"}]})
        assert answer.status_code == 202

        def found():
            return [update for update in updates() if update["resourceId"] in lost]
        until(lambda: len(found()) >= 3, what="what was lost")
        until(lambda: metric(relay, "tidings_catch_up_pending") == 0, what="the end of it")
        assert sorted(update["resourceId"] for update in found()) == sorted(lost)
        for update in found():
            assert update["recovered"] and update["changeType"] == "created" and update["subscription"] == "sales"
            assert update["data"]["subject"] == lost[update["resourceId"]]
        heard = [update for update in updates() if not update["recovered"]]
        assert heard and all(update["data"]["subject"] == "heard" for update in heard)
        assert {topic for update in heard for topic in update["topics"]} == {
            topic for update in found() for topic in update["topics"]}
        assert metric(relay, "tidings_catch_up_recovered_total") >= 3
        assert metric(relay, "tidings_fetch_objects_total") >= 4
        # Links are as good as the mail.
        assert "deltatoken" not in relay.stderr().lower()
    finally:
        tail.terminate()
        tail.wait(10)
