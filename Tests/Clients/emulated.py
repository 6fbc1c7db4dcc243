"""The emulator with its admin side, and a receiver in another language."""
import datetime
import http.server
import json
import threading

import requests

from conftest import Tidings, free_port
from test_commands import run

COMPANY = {"tenant": "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611", "client": "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"}


class Emulator(Tidings):
    """`tidings emulate`, with its admin side."""

    def __init__(self, directory, *options):
        self.port, self.admin_port = free_port(), free_port()
        self.graph = f"http://127.0.0.1:{self.port}"
        self.admin = f"http://127.0.0.1:{self.admin_port}"
        super().__init__(
            ["emulate", "--port", self.port, "--admin-port", self.admin_port, "--quiet", *options], directory,
            f"{self.graph}/health/live")

    def command(self, *arguments):
        return run("emulate", *arguments, "--admin", self.admin, directory=self.directory, seconds=60)

    def say(self, *arguments):
        result = self.command(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def api(self, path, body=None):
        url = f"{self.admin}/emulator/v1/{path}"
        answer = requests.get(url, timeout=30) if body is None else requests.post(url, json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def token(self):
        return requests.post(
            f"{self.graph}/{COMPANY['tenant']}/oauth2/v2.0/token", timeout=10, data={
                "client_id": COMPANY["client"], "client_secret": "contoso-development-secret",
                "grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default",
            }).json()["access_token"]

    def graph_headers(self):
        return {"Authorization": f"Bearer {self.token()}"}

    def create(self, url, lifecycle=None, **members):
        """Asks for a subscription, and returns the answer."""
        tomorrow = datetime.datetime.fromisoformat(self.api("clock")["now"]) + datetime.timedelta(days=1)
        return requests.post(
            f"{self.graph}/v1.0/subscriptions", timeout=20, headers=self.graph_headers(), json={
                "changeType": "created", "notificationUrl": url, "resource": "users/sales@example.com/messages",
                "expirationDateTime": tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "clientState": "state-7", **({"lifecycleNotificationUrl": lifecycle} if lifecycle else {}), **members,
            })

    def subscribe(self, url, lifecycle=None, **members):
        answer = self.create(url, lifecycle, **members)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def subscribe_fully(self, receiver, **members):
        """A subscription with lifecycle events, of which the first, about the token's last hour, has been heard."""
        subscription = self.subscribe(receiver.url, receiver.url, **members)
        self.api("clock/advance", {"by": "1s"})
        assert receiver.events() == ["reauthorizationRequired"]
        self.api(f"subscriptions/{subscription}/authorization", {"endsIn": "P2D"})
        receiver.received.clear()
        return subscription


class Receiver:
    """Answers handshakes, keeps what it is sent, and answers `status`."""

    def __init__(self):
        self.received, self.status = [], 202
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = requests.utils.urlparse(self.path).query.removeprefix("validationToken=")
                answer = requests.utils.unquote(token.replace("+", " ")).encode() if token else b""
                if not token:
                    outer.received.append(json.loads(body))
                self.send_response(200 if token else outer.status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def items(self):
        return [item for one in self.received for item in one["value"]]

    def events(self):
        return [item["lifecycleEvent"] for one in self.received for item in one["value"] if "lifecycleEvent" in item]
