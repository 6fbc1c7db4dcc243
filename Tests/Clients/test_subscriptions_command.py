"""`tidings subscriptions` and `/admin/subscriptions` against a running server and the emulator."""
import json

import pytest
import requests

from conftest import Development, Tidings, free_port, until
from test_commands import assert_one_sentence, run
from test_doctor import SECRET, TENANT, configuration
from test_third_party import create_message

RESOURCE = "users/anna@example.com/contacts"


def subscriptions(server, directory, *arguments, ok=True):
    result = run("subscriptions", *arguments, "--data", server.directory / "data", directory=directory, seconds=60)
    if ok:
        assert result.returncode == 0 and result.stderr == "", result.stderr
    assert server.admin_token() not in result.stdout + result.stderr
    return result


def answer(server, directory, *arguments):
    return json.loads(subscriptions(server, directory, *arguments, "--json").stdout)


def admin(server, method, path, **options):
    return requests.request(
        method, f"{server.url}/admin/{path}", headers={"Authorization": f"Bearer {server.admin_token()}"}, timeout=60, **options)


def at_graph(server):
    """The resources of all subscriptions that Graph has."""
    token = requests.post(f"{server.emulator}/{TENANT}/oauth2/v2.0/token", timeout=10, data={
        "client_id": "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924", "client_secret": SECRET, "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default"}).json()["access_token"]
    listed = requests.get(
        f"{server.emulator}/v1.0/subscriptions", headers={"Authorization": f"Bearer {token}"}, timeout=10).json()
    return {one["id"]: one for one in listed["value"]}


def test_the_list_shows_each_with_its_health(dev, tmp_path):
    lines = subscriptions(dev, tmp_path, "list").stdout.splitlines()
    assert lines[0].split() == ["NAME", "STATE", "RESOURCE", "LAST", "EVENT", "RENEWS", "NOTE"]
    row = next(line for line in lines if line.startswith("sales"))
    assert "active" in row and "none yet" in row and "in " in row
    create_message(dev, "for the list")
    one = until(lambda: next(
        one for one in answer(dev, tmp_path, "list")["value"] if one["name"] == "sales").get("lastNotificationDateTime"))
    assert one.endswith("Z")
    assert "just now" in subscriptions(dev, tmp_path, "list").stdout or " ago" in subscriptions(dev, tmp_path, "list").stdout


def test_the_server_is_found_by_itself_in_the_usual_place(tmp_path):
    port, emulator_port = free_port(), free_port()
    server = Tidings(["dev", "--quiet", "--port", port, "--emulator-port", emulator_port], tmp_path,
                     f"http://127.0.0.1:{port}/health/ready").start()
    try:
        assert (tmp_path / ".tidings" / "dev" / "address").stat().st_mode & 0o077 == 0
        result = run("subscriptions", "list", directory=tmp_path)
        assert result.returncode == 0 and "active" in result.stdout, result.stderr
    finally:
        server.stop()
    result = run("subscriptions", "list", directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, "No server is running", "tidings serve")


def test_one_is_declared_renewed_and_deleted(dev, tmp_path):
    made = answer(dev, tmp_path, "create", "contacts", "--resource", RESOURCE, "--change-type", "created,updated")
    assert made["state"] == "active" and made["declaredIn"] == "administration" and made["changeType"] == "created,updated"
    assert at_graph(dev)[made["id"]]["resource"] == RESOURCE

    shown = subscriptions(dev, tmp_path, "show", "contacts").stdout
    assert made["id"] in shown and RESOURCE in shown and "renews" in shown
    renewed = answer(dev, tmp_path, "renew", "contacts")
    assert renewed["id"] == made["id"] and renewed["lastRenewalDateTime"] >= made["lastRenewalDateTime"]
    assert answer(dev, tmp_path, "reauthorize", "contacts")["id"] == made["id"]
    again = answer(dev, tmp_path, "recreate", "contacts")
    assert again["id"] != made["id"] and made["id"] not in at_graph(dev) and again["id"] in at_graph(dev)

    assert "forgotten" in subscriptions(dev, tmp_path, "delete", "contacts").stdout
    assert again["id"] not in at_graph(dev)
    assert_one_sentence(subscriptions(dev, tmp_path, "show", "contacts", ok=False), "There is no subscription contacts.")
    assert answer(dev, tmp_path, "orphans") == {"value": []}


def test_what_was_declared_is_there_after_a_restart(tmp_path):
    server = Development(tmp_path, "--quiet").start()
    try:
        assert answer(server, tmp_path, "create", "contacts", "--resource", RESOURCE)["state"] == "active"
        assert server.stop() == 0
        server.start()
        again = answer(server, tmp_path, "show", "contacts")
        assert again["state"] == "active" and again["declaredIn"] == "administration"
        # Its topic is one that clients may follow.
        assert requests.get(f"{server.url}/updates", params={"topics": "subscription/contacts"}, timeout=10).status_code == 200
        message = subscriptions(server, tmp_path, "delete", "sales").stdout
        assert "created again at the next start" in message
        assert "sales" not in [one["name"] for one in answer(server, tmp_path, "list")["value"]]
    finally:
        server.stop()


@pytest.mark.parametrize("arguments, words", [
    (["create", "sales", "--resource", RESOURCE], "There is a subscription sales already"),
    (["create", "x", "--resource", RESOURCE, "--account", "gone"], "There is no account gone; name one of default."),
    (["create", "x", "--resource", RESOURCE, "--change-type", "renamed"], "changeType must be"),
    (["create", "x", "--resource", "users/nobody@example.com/messages"], "Graph"),
    (["renew", "nobody"], "There is no subscription nobody."),
    (["delete", "nobody"], "There is no subscription nobody."),
])
def test_what_cannot_be_done_is_one_sentence(dev, tmp_path, arguments, words):
    result = subscriptions(dev, tmp_path, *arguments, ok=False)
    assert result.returncode == 1
    assert_one_sentence(result, words)
    assert "x" not in [one["name"] for one in answer(dev, tmp_path, "list")["value"]]


def test_another_token_opens_nothing(dev, tmp_path):
    result = run("subscriptions", "list", "--url", dev.url, "--token", "a" * 43, directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, "another admin token")
    environment = {"TIDINGS_URL": dev.url, "TIDINGS_ADMIN_TOKEN": dev.admin_token()}
    assert run("subscriptions", "list", directory=tmp_path, environment=environment).returncode == 0
    for method, path in [("GET", "subscriptions"), ("POST", "subscriptions"), ("DELETE", "subscriptions/sales"),
                         ("POST", "subscriptions/sales/renew"), ("GET", "orphans")]:
        refused = requests.request(method, f"{dev.url}/admin/{path}", timeout=10)
        assert refused.status_code == 401 and refused.json()["error"]["message"] == "The admin token is needed."
    foreign = requests.post(f"{dev.url}/admin/subscriptions/sales/renew", timeout=10, headers={
        "Authorization": f"Bearer {dev.admin_token()}", "Origin": "https://evil.example.com"})
    assert foreign.status_code == 403


def test_the_answers_are_json_in_graphs_names(dev):
    made = admin(dev, "POST", "subscriptions", json={"name": "hooks", "resource": RESOURCE, "changeType": "updated"})
    assert made.status_code == 201 and made.headers["Content-Type"] == "application/json"
    one = made.json()
    assert {"id", "resource", "changeType", "expirationDateTime", "nextRenewalDateTime", "state"} <= one.keys()
    assert admin(dev, "POST", "subscriptions", json={"name": "hooks", "resource": RESOURCE}).status_code == 409
    assert admin(dev, "POST", "subscriptions/hooks/renew").json()["id"] == one["id"]
    assert admin(dev, "POST", "subscriptions/hooks/nothing").status_code == 404
    assert admin(dev, "DELETE", "subscriptions/hooks").status_code == 200
    assert admin(dev, "DELETE", "subscriptions/hooks").status_code == 404


def test_graph_itself_is_asked_without_a_server(dev, tmp_path):
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    file, _ = configuration(dev.emulator, directory)
    listed = run("subscriptions", "list", "--graph", "--config", file, "--json", directory=directory)
    assert listed.returncode == 0, listed.stderr
    ids = {one["id"] for one in json.loads(listed.stdout)["value"]}
    assert ids == at_graph(dev).keys()
    shown = run("subscriptions", "show", sorted(ids)[0], "--graph", "--config", file, directory=directory)
    assert shown.returncode == 0 and sorted(ids)[0] in shown.stdout
    missing = run("subscriptions", "show", "nothing", "--graph", "--config", file, directory=directory)
    assert missing.returncode == 1
    assert_one_sentence(missing, "Graph has no subscription with the id nothing.")


def test_two_accounts_are_kept_side_by_side(tmp_path):
    """Two applications of one tenant, each with its own subscription, in one process."""
    second, principal = "5c2f8d1b-47aa-4e0e-b3c6-90d1e7a4f258", "11111111-2222-4333-8444-555555555555"
    seed = tmp_path / "seed.yaml"
    seed.write_text(f"""\
tenants:
  - id: {TENANT}
    users:
      - {{id: 0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235, displayName: Sales, userPrincipalName: sales@example.com}}
    applications:
      - id: c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924
        servicePrincipalId: 5d20c7e1-8a94-4b3f-a6d2-e91b04f7c385
        secrets: [{SECRET}]
        applicationPermissions: [Mail.Read]
      - id: {second}
        servicePrincipalId: {principal}
        secrets: [another-secret-value]
        applicationPermissions: [Calendars.Read]
""")
    port = free_port()
    emulator = Tidings(
        ["emulate", "--quiet", "--port", port, "--admin-port", free_port(), "--seed", seed], tmp_path, f"http://127.0.0.1:{port}/health/live").start()
    url = f"http://127.0.0.1:{port}"
    file, relay_url = configuration(url, tmp_path, graph=f"""\
  accounts:
    second:
      tenantId: {TENANT}
      clientId: {second}
      clientSecret: another-secret-value
      endpoint: {url}/v1.0
      authority: {url}
""", subscription="""\
  calendar:
    resource: users/sales@example.com/events
    account: second
""")
    relay = Tidings(["serve", "--config", file], tmp_path, f"{relay_url}/health/ready").start()
    try:
        def listed():
            result = run("subscriptions", "list", "--json", "--config", file, directory=tmp_path)
            assert result.returncode == 0, result.stderr
            return {one["name"]: one for one in json.loads(result.stdout)["value"]}

        both = until(lambda: (lambda all: all if all and all.keys() == {"sales", "calendar"} and
                              all["sales"]["state"] == all["calendar"]["state"] == "active" else None)(listed()))
        assert (both["sales"]["account"], both["calendar"]["account"]) == ("default", "second")
        # Neither application may do what the other does.
        result = run("doctor", "--config", file, directory=tmp_path, seconds=60)
        assert result.returncode == 0 and "account second: " in result.stdout, result.stdout
    finally:
        relay.stop()
        emulator.stop()
