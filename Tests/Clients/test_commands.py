"""What a user types, and what they see when something is wrong: one sentence, the right exit code, no trace."""
import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest
import requests

from conftest import BINARY, Development, Server, free_port, until
from test_third_party import create_message


def run(*arguments, directory, environment=None, seconds=30):
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TIDINGS_")}
    return subprocess.run(
        [str(BINARY), *map(str, arguments)], cwd=directory, capture_output=True, text=True, timeout=seconds,
        stdin=subprocess.DEVNULL, env={**clean, **(environment or {})})


def assert_one_sentence(result, *words):
    text = result.stderr.strip()
    assert len(text.splitlines()) == 1, text
    assert not re.search(r"Fatal error|Stack dump|Swift\.|\.swift:\d+|Optional\(|Error\(", text), text
    for word in words:
        assert word in text, text


def test_dev_prints_a_banner_with_addresses_and_token(dev):
    text = dev.stdout()
    assert dev.url in text and dev.emulator in text and dev.admin_token()
    assert "tidings tail" in text and "curl" in text
    assert len(text.splitlines()) < 25


def test_the_admin_token_is_kept_in_a_private_file(dev, tmp_path):
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    holding = [path for path in files if path.stat().st_size < 4096 and dev.admin_token() in path.read_text(errors="replace")]
    assert holding and all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_admin_data_needs_the_token(dev):
    assert requests.get(f"{dev.url}/admin/status", timeout=10).status_code == 401
    assert requests.get(f"{dev.url}/metrics", timeout=10).status_code == 401
    header = {"Authorization": f"Bearer {dev.admin_token()}"}
    status = until(
        lambda: (lambda s: s if s["subscriptions"] and all(one.get("id") for one in s["subscriptions"]) else None)(
            requests.get(f"{dev.url}/admin/status", headers=header, timeout=10).json()),
        what="the subscriptions being live")
    assert status["subscriptions"]
    metrics = requests.get(f"{dev.url}/metrics", headers=header, timeout=10)
    assert metrics.status_code == 200 and "# TYPE" in metrics.text
    for limit in ("connections", "negotiated", "receive_size", "outbox", "streams", "send_time", "body_size", "waiting_requests"):
        assert f'signalr_limits_exceeded_total{{hub="graphUpdates",limit="{limit}"}}' in metrics.text
    assert "signalr_reconnect_buffered_bytes{" in metrics.text


def test_tail_shows_an_update_and_its_cursor(dev, tmp_path):
    shown = tmp_path / "tail.txt"
    with shown.open("w") as output:
        tail = subprocess.Popen(
            [str(BINARY), "tail", "--url", dev.url, "--json"], cwd=tmp_path, stdout=output, stderr=subprocess.PIPE, text=True)
    try:
        found = None
        end = time.monotonic() + 30
        while time.monotonic() < end and not found:
            # The first messages may come before tail listens; a new one is made until one is seen.
            message = create_message(dev, "for tail")
            for _ in range(20):
                found = next((line for line in shown.read_text().splitlines() if message in line and line.endswith("}")), None)
                if found:
                    break
                time.sleep(0.05)
        update = json.loads(found)
        assert update["changeType"] == "created" and update["resourceId"] == message
        assert re.fullmatch(r"[0-9A-Za-z]+-\d+", update["cursor"])
        tail.send_signal(signal.SIGINT)
        _, errors = tail.communicate(timeout=10)
        assert update["cursor"].split("-")[0] in errors
    finally:
        if tail.poll() is None:
            tail.kill()
        tail.wait()


def test_tail_against_nothing_is_one_sentence(tmp_path):
    port = free_port()
    result = run("tail", "--url", f"http://127.0.0.1:{port}", directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, str(port))


def test_updates_can_be_caught_up_over_plain_http(dev):
    start = requests.get(f"{dev.url}/updates", timeout=10).json()
    assert start["gap"] is False and start["updates"] == []
    message = create_message(dev, "plain")
    page = until(lambda: (lambda p: p if p["updates"] else None)(
        requests.get(f"{dev.url}/updates", params={"after": start["cursor"], "topics": "all"}, timeout=10).json()))
    assert [one["resourceId"] for one in page["updates"]] == [message]
    assert page["cursor"] == page["updates"][-1]["cursor"]
    gap = requests.get(f"{dev.url}/updates", params={"after": "another-5"}, timeout=10).json()
    assert gap["gap"] is True and gap["updates"] == []
    assert requests.get(f"{dev.url}/updates", params={"after": "nonsense"}, timeout=10).status_code == 400


@pytest.mark.parametrize("arguments, status, words", [
    (["dev", "--port", "not-a-port"], 64, ["port"]),
    (["dev", "--nonsense"], 64, ["--nonsense"]),
    (["nonsense"], 64, ["nonsense"]),
    (["serve", "--config", "missing.yaml"], 1, ["missing.yaml"]),
])
def test_wrong_usage(tmp_path, arguments, status, words):
    result = run(*arguments, directory=tmp_path)
    assert result.returncode == status, result.stderr
    for word in words:
        assert word in result.stderr
    assert "Fatal" not in result.stderr and ".swift:" not in result.stderr


@pytest.mark.parametrize("yaml, words", [
    ("graph:\n  tenentId: x\n", ["tenentId", "tenantId"]),
    ("http:\n  port: eighty\n", ["http.port"]),
    ("http: [1, 2\n", ["tidings.yaml"]),
    ("http:\n  host: 0.0.0.0\n", ["0.0.0.0", "clients.authentication"]),
    ("subscriptions:\n  a:\n    resource: users/x/messages\n    changeTypes: [creatd]\n", ["creatd"]),
    ("subscriptions:\n  a:\n    changeTypes: [created]\n", ["resource"]),
])
def test_a_wrong_configuration_is_one_sentence(tmp_path, yaml, words):
    (tmp_path / "tidings.yaml").write_text(yaml)
    result = run("serve", "--config", "tidings.yaml", directory=tmp_path)
    assert result.returncode == 1, result.stderr
    assert_one_sentence(result, *words)


def test_an_unknown_environment_variable_is_one_sentence(tmp_path):
    (tmp_path / "tidings.yaml").write_text(f"http:\n  port: {free_port()}\n")
    result = run("serve", "--config", "tidings.yaml", directory=tmp_path, environment={"TIDINGS_HTTP_PROT": "1"})
    assert result.returncode == 1
    assert_one_sentence(result, "TIDINGS_HTTP_PROT")


def test_a_port_in_use_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for options in (["--port", port, "--emulator-port", free_port()], ["--port", free_port(), "--emulator-port", port]):
            result = run("dev", *options, "--data", tmp_path / f"data{port}", directory=tmp_path)
            assert result.returncode == 1
            assert_one_sentence(result, str(port), "in use")


def test_a_data_directory_in_use_is_one_sentence(dev, tmp_path):
    result = run("dev", "--port", free_port(), "--emulator-port", free_port(), "--data", tmp_path / "data", directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, "in use")


def test_a_data_directory_that_is_a_file_is_one_sentence(tmp_path):
    (tmp_path / "data").write_text("not a directory")
    result = run("dev", "--port", free_port(), "--emulator-port", free_port(), "--data", tmp_path / "data", directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, "data")


def test_a_stop_is_clean_and_a_restart_goes_on(tmp_path):
    server = Development(tmp_path, "--quiet").start()
    try:
        cursor = requests.get(f"{server.url}/updates", timeout=10).json()["cursor"]
        message = until(lambda: create_and_see(server, cursor), what="the first update")
        assert server.stop() == 0
        server.start()
        page = requests.get(f"{server.url}/updates", params={"after": cursor}, timeout=10).json()
        assert page["gap"] is False and message in [one["resourceId"] for one in page["updates"]]
    finally:
        server.stop()


def create_and_see(server, cursor):
    message = create_message(server, "before the restart")
    for _ in range(20):
        page = requests.get(f"{server.url}/updates", params={"after": cursor}, timeout=10).json()
        if message in [one["resourceId"] for one in page["updates"]]:
            return message
        time.sleep(0.05)
    return None


def test_help_names_every_command(tmp_path):
    result = run("--help", directory=tmp_path)
    assert result.returncode == 0
    for command in ("dev", "serve", "emulate", "tail"):
        assert re.search(rf"^\s+{command}\b", result.stdout, re.MULTILINE), result.stdout


def test_emulate_alone_serves_graph(tmp_path):
    port = free_port()
    emulator = subprocess.Popen(
        [str(BINARY), "emulate", "--port", str(port), "--admin-port", str(free_port()), "--quiet"], cwd=tmp_path,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        def users():
            try:
                return requests.get(f"http://127.0.0.1:{port}/v1.0/users", timeout=5)
            except requests.ConnectionError:
                return None
        answer = until(users)
        assert len(answer.json()["value"]) == 3
        refused = requests.get(f"http://127.0.0.1:{port}/v1.0/subscriptions", timeout=5)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "InvalidAuthenticationToken"
    finally:
        emulator.terminate()
        assert emulator.wait(15) == 0
        emulator.stderr.close()


def test_the_health_of_a_served_relay(tmp_path):
    server = Server(tmp_path).start()
    assert requests.get(f"{server.url}/health/live", timeout=5).status_code == 200
    assert server.stop() == 0
