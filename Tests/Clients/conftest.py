"""Runs the built `tidings` program for the tests: real processes, real sockets, loopback only."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TIDINGS_BINARY", ROOT / ".build" / "debug" / "tidings"))


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds=30.0, every=0.02, what="the condition"):
    """Waits for `condition()` to be true and returns its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(every)


class Tidings:
    """One running `tidings` process."""

    def __init__(self, arguments, directory, health_url=None, environment=None):
        self.arguments = [str(BINARY), *map(str, arguments)]
        self.directory = directory
        self.health_url = health_url
        self.environment = {**{k: v for k, v in os.environ.items() if not k.startswith("TIDINGS_")}, **(environment or {})}
        self.process = None
        self.starts = 0

    def start(self, wait=True):
        self.starts += 1
        self.out = open(self.directory / f"out-{self.starts}.txt", "w")
        self.err = open(self.directory / f"err-{self.starts}.txt", "w")
        self.process = subprocess.Popen(
            self.arguments, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err,
            env=self.environment)
        if wait and self.health_url:
            try:
                until(self.is_ready, 30, what=f"{' '.join(self.arguments[1:3])} being ready ({self.stderr()[-500:]})")
            except BaseException:
                self.process.kill()
                raise
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"tidings ended with {self.process.returncode}: {self.stderr()}")
        try:
            with urllib.request.urlopen(self.health_url, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self):
        """As a power cut would: no handler runs, nothing is flushed."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self, seconds=20):
        """As an operator would; returns the exit status."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
                raise AssertionError(f"tidings did not end within {seconds} s of SIGTERM")
        for file in (self.out, self.err):
            file.close()
        return self.process.returncode

    def stdout(self):
        return (self.directory / f"out-{self.starts}.txt").read_text()

    def stderr(self):
        return (self.directory / f"err-{self.starts}.txt").read_text()


class Development(Tidings):
    """`tidings dev`: relay, emulator and dashboard in one process."""

    def __init__(self, directory, *options):
        self.port, self.emulator_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.emulator = f"http://127.0.0.1:{self.emulator_port}"
        super().__init__(
            ["dev", "--port", self.port, "--emulator-port", self.emulator_port, "--data", directory / "data", *options],
            directory, f"{self.url}/health/ready")

    def admin_token(self):
        return re.search(r"token=([A-Za-z0-9_-]+)", self.stdout()).group(1)


@pytest.fixture
def dev(tmp_path):
    """A quiet development server; the emulator changes nothing by itself."""
    server = Development(tmp_path, "--quiet").start()
    yield server
    server.stop()


SUBSCRIPTION_ID = "76619225-ff6b-4e86-b4fd-000000000000"
CLIENT_STATE = "secretClientValue"


class Server(Tidings):
    """`tidings serve` with one subscription that somebody else keeps alive, so that a test can play Graph."""

    def __init__(self, directory, *options, settings=""):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        configuration = directory / "tidings.yaml"
        configuration.write_text(f"""\
http:
  port: {self.port}
storage:
  directory: {directory / "data"}
subscriptions:
  load:
    id: {SUBSCRIPTION_ID}
    clientState: {CLIENT_STATE}
{settings}""")
        super().__init__(["serve", "--config", configuration, *options], directory, f"{self.url}/health/ready")


def notification(resource, change_type="created", state=CLIENT_STATE, subscription=SUBSCRIPTION_ID, etag=None):
    """One item as Graph sends it for a mailbox."""
    return {
        "subscriptionId": subscription,
        "subscriptionExpirationDateTime": "2036-11-29T09:30:00+00:00",
        "clientState": state,
        "changeType": change_type,
        "resource": resource,
        "tenantId": "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": resource,
            "@odata.etag": etag or f'W/"{resource}"',
            "id": resource.rsplit("/", 1)[-1],
        },
    }
