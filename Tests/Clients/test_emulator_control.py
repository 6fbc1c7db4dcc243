"""The emulator's admin side, as a user meets it: commands, API, the file of the state, and the page."""
import json
import subprocess

import pytest
import requests

from browser import CHROMIUM, Browser
from conftest import BINARY, free_port, until
from emulated import Emulator, Receiver
from test_commands import assert_one_sentence, run


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def emulator(tmp_path):
    emulator = Emulator(tmp_path, "--clock", "stepped", "--random-seed", "7").start()
    yield emulator
    emulator.stop()


def test_the_banner_shows_both_addresses(emulator):
    text = emulator.stdout()
    assert f"{emulator.graph}/v1.0" in text and emulator.admin in text


def test_a_message_arrives_and_its_delivery_is_listed(emulator, receiver):
    subscription = emulator.subscribe(receiver.url)
    assert emulator.say("send", "--subject", "From a command").startswith("sales@example.com  ")
    emulator.say("advance", "1s")
    assert len(receiver.received) == 1
    lines = emulator.say("deliveries").splitlines()
    assert lines[0].split()[:3] == ["NUMBER", "STARTED", "OUTCOME"]
    assert len(lines) == 2 and "delivered" in lines[1] and "202" in lines[1] and receiver.url in lines[1]
    [delivery] = json.loads(emulator.say("deliveries", "--json", "--subscription", subscription))["deliveries"]
    assert delivery["attempts"][0]["status"] == 202 and delivery["attempts"][0]["latency"] >= 0
    assert emulator.say("deliveries", "--outcome", "lost").splitlines() == [lines[0]]
    state = json.loads(emulator.say("state", "--json"))
    assert state["subscriptions"][0]["id"] == subscription
    assert "state-7" not in json.dumps(state)
    assert subscription in emulator.say("state")


def test_four_hours_pass_at_once(emulator, receiver):
    emulator.subscribe(receiver.url)
    receiver.status = 503
    emulator.say("send")
    emulator.say("advance", "PT4H")
    [delivery] = emulator.api("deliveries?outcome=lost")["deliveries"]
    assert delivery["attemptCount"] == len(receiver.received) > 10


def test_a_clock_that_goes_by_itself_is_moved_and_switched(emulator):
    assert "scaled, 60 times" in emulator.say("clock", "scaled:60")
    before = emulator.api("clock")["now"]
    assert emulator.say("advance", "3d")[6:16] > before[:10]
    assert "(real)" in emulator.say("clock", "real")


def test_lifecycle_commands(emulator, receiver):
    subscription = emulator.subscribe_fully(receiver)
    assert receiver.url in emulator.say("lose", subscription)
    emulator.say("reauthorize", subscription)
    emulator.say("advance", "1s")
    assert sorted(receiver.events()) == ["missed", "reauthorizationRequired"]
    emulator.say("lose", subscription, "--next", "1")
    emulator.say("send")
    emulator.say("advance", "1s")
    assert receiver.events().count("missed") == 2
    assert "is on its way" in emulator.say("remove", subscription)
    emulator.say("advance", "1s")
    assert receiver.events()[-1] == "subscriptionRemoved"
    result = emulator.command("remove", subscription)
    assert result.returncode == 1
    assert_one_sentence(result, subscription)


def test_an_authorization_ends(emulator, receiver):
    subscription = emulator.subscribe(receiver.url, receiver.url)
    assert "It is authorized until" in emulator.say("authorization", subscription, "--ends-in", "10m")
    emulator.say("advance", "10m")
    [shown] = emulator.api("state")["subscriptions"]
    assert not shown["authorizedNow"] and receiver.events().count("reauthorizationRequired") >= 1
    answer = requests.post(
        f"{emulator.graph}/v1.0/subscriptions/{subscription}/reauthorize", headers=emulator.graph_headers(), timeout=20)
    assert answer.status_code == 204
    assert emulator.api("state")["subscriptions"][0]["authorizedNow"]


def test_permissions_and_keys(emulator, receiver):
    shown = emulator.say("permissions")
    assert "Contoso Relay" in shown and "Mail.ReadWrite" in shown and "secret" not in shown
    for permission in ("Mail.ReadBasic", "Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"):
        shown = emulator.say("revoke", permission, "contoso relay")
    assert "Mail." not in shown.splitlines()[1] and "Mail.Read" in shown.splitlines()[2]
    assert emulator.create(receiver.url).status_code == 403
    emulator.say("grant", "mail.read", "Contoso Relay")
    emulator.subscribe(receiver.url)
    before = emulator.graph_headers()
    lines = emulator.say("rotate").splitlines()
    assert len(lines) == 2 and lines[0].endswith("signs") and lines[1].endswith("is served")
    assert requests.get(f"{emulator.graph}/v1.0/subscriptions", headers=before, timeout=10).status_code == 200


def test_another_seed_takes_the_place_of_the_first(emulator, tmp_path):
    (tmp_path / "seed.yaml").write_text(
        "tenants: [{id: t1, name: Fabrikam, users: [{id: u1, displayName: U, userPrincipalName: u@fabrikam.example}]}]")
    emulator.say("reset", "--seed", "seed.yaml")
    assert emulator.say("send").startswith("u@fabrikam.example  ")
    emulator.say("reset")
    users = requests.get(f"{emulator.graph}/v1.0/users", timeout=10).json()["value"]
    assert [one["userPrincipalName"] for one in users] == ["u@fabrikam.example"]


def test_pages_of_others_are_refused(emulator):
    url = f"{emulator.admin}/emulator/v1/reset"
    for headers in ({"Origin": "http://localhost:3000"}, {"Origin": "null"}, {"Host": "evil.example"}):
        answer = requests.post(url, json={}, headers=headers, timeout=10)
        assert answer.status_code == 403 and answer.json()["error"].count(".") == 1
    assert requests.post(url, json={}, headers={"Origin": emulator.admin}, timeout=10).status_code == 204


def test_the_admin_side_listens_elsewhere_if_told_to(tmp_path):
    emulator = Emulator(tmp_path, "--admin-host", "0.0.0.0").start()
    try:
        url = f"{emulator.admin}/emulator/v1/clock"
        assert requests.get(url, timeout=10).status_code == 200
        assert requests.get(url, headers={"Host": "192.0.2.7:8082"}, timeout=10).status_code == 200
        assert requests.get(url, headers={"Host": "evil.example"}, timeout=10).status_code == 403
    finally:
        emulator.stop()


def test_faults_and_throttling(emulator, receiver):
    emulator.subscribe(receiver.url)
    assert "429" in emulator.say("throttle", "--retry-after", "9")
    answer = requests.get(f"{emulator.graph}/v1.0/subscriptions", timeout=10)
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "9"
    emulator.say("throttle", "--off")
    assert requests.get(f"{emulator.graph}/v1.0/subscriptions", timeout=10).status_code == 401
    emulator.say("fault", "add", "duplicate", "--count", "1")
    assert "duplicate, for every delivery, once" in emulator.say("fault", "list")
    emulator.say("send")
    emulator.say("advance", "1s")
    assert sum(len(one["value"]) for one in receiver.received) == 2
    emulator.say("fault", "add", "status", "--status", "503", "--endpoint", receiver.url)
    emulator.say("fault", "clear")
    assert emulator.say("fault") == "No faults are set.\n"


def test_deliveries_can_be_followed(emulator, receiver, tmp_path):
    emulator.subscribe(receiver.url)
    shown = tmp_path / "followed.txt"
    with shown.open("w") as output:
        follower = subprocess.Popen(
            [str(BINARY), "emulate", "deliveries", "--follow", "--json", "--admin", emulator.admin], stdout=output,
            stderr=subprocess.PIPE, text=True)
    try:
        emulator.say("send")
        emulator.say("advance", "1s")
        until(lambda: '"outcome":"delivered"' in shown.read_text(), what="the delivery being shown")
        assert json.loads(shown.read_text().splitlines()[-1])["attemptCount"] == 1
        assert emulator.stop() == 0
        assert follower.wait(20) == 1
        assert "has ended" in follower.stderr.read()
    finally:
        if follower.poll() is None:
            follower.kill()
            follower.wait(10)
        follower.stderr.close()


@pytest.mark.parametrize("arguments, words", [
    (["fault", "add", "dorp"], ["did you mean 'drop'?"]),
    (["fault", "add", "status"], ["status"]),
    (["fault", "clear", "99"], ["99"]),
    (["advance", "soon"], ["PT4H"]),
    (["lose", "nobody"], ["nobody"]),
    (["authorization", "nobody"], ["nobody"]),
    (["grant", "Mail.Raed", "Contoso Relay"], ["did you mean 'Mail.Read'?"]),
    (["revoke", "Mail.Read", "Contoso Rely"], ["did you mean 'Contoso Relay'?"]),
    (["reset", "--seed", "nowhere.yaml"], ["nowhere.yaml"]),
    (["send", "nobody@example.com"], ["Graph refused it"]),
    (["deliveries", "--outcome", "gone"], ["delivered"]),
    (["throttle", "--style", "roman"], ["decimal"]),
])
def test_what_is_wrong_is_one_sentence(emulator, arguments, words):
    result = emulator.command(*arguments)
    assert result.returncode == 1, result.stdout
    assert_one_sentence(result, *words)


def test_nobody_there_is_one_sentence(tmp_path):
    port = free_port()
    for arguments in (["state"], ["deliveries", "--follow"], ["send"]):
        result = run("emulate", *arguments, "--admin", f"http://127.0.0.1:{port}", directory=tmp_path)
        assert result.returncode == 1
        assert_one_sentence(result, str(port), "tidings emulate")


def test_somebody_else_there_is_one_sentence(emulator, tmp_path):
    result = run("emulate", "state", "--admin", emulator.graph, directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, "Graph refused it")


def test_a_taken_admin_port_is_one_sentence(emulator, tmp_path):
    result = run("emulate", "--port", free_port(), "--admin-port", emulator.admin_port, directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, str(emulator.admin_port), "--admin-port")


def test_the_state_survives_a_restart(tmp_path, receiver):
    file = tmp_path / "state.json"
    emulator = Emulator(tmp_path, "--clock", "stepped", "--state", file).start()
    try:
        subscription = emulator.subscribe_fully(receiver)
        emulator.say("send", "--subject", "Kept")
        emulator.say("advance", "PT1H")
        emulator.say("fault", "add", "duplicate", "--count", "1")
        emulator.say("revoke", "Chat.Read.All", "Contoso Relay")
        before, tenants, headers = emulator.api("state"), emulator.api("tenants"), emulator.graph_headers()
        messages = f"{emulator.graph}/v1.0/users/sales@example.com/mailFolders/inbox/messages"
        link = requests.get(f"{messages}/delta", timeout=10).json()["@odata.deltaLink"]
        assert emulator.stop() == 0
        assert file.stat().st_mode & 0o077 == 0
        emulator.start()
        after = emulator.api("state")
        assert after["subscriptions"] == before["subscriptions"] and after["faults"] == before["faults"]
        assert after["counts"] == {**before["counts"], "deliveries": 0}
        assert emulator.api("tenants") == tenants
        # A token and a delta link of before are good.
        seen = requests.get(f"{emulator.graph}/v1.0/subscriptions", headers=headers, timeout=10).json()["value"]
        assert [one["id"] for one in seen] == [subscription]
        requests.post(messages, json={"subject": "Told by delta"}, timeout=10)
        assert [one["subject"] for one in requests.get(link, timeout=10).json()["value"]] == ["Told by delta"]
        assert after["clock"]["now"] >= before["clock"]["now"]
        # It still watches, and the fault is still there: one of the two comes twice.
        receiver.received.clear()
        emulator.say("send", "--subject", "After the restart")
        emulator.say("advance", "1s")
        items = [item for one in receiver.received for item in one["value"]]
        assert [item["subscriptionId"] for item in items] == [subscription] * 3
    finally:
        emulator.stop()


def test_the_state_is_written_while_it_runs(tmp_path):
    file = tmp_path / "state.json"
    emulator = Emulator(tmp_path, "--state", file).start()
    try:
        emulator.say("send", "--subject", "Written before the power cut")
        until(lambda: "Written before the power cut" in file.read_text(), what="the state being written")
        emulator.kill()
        emulator.start()
        messages = requests.get(f"{emulator.graph}/v1.0/users/sales@example.com/messages", timeout=10).json()["value"]
        assert "Written before the power cut" in [one["subject"] for one in messages]
    finally:
        emulator.stop()


@pytest.mark.parametrize("text, words", [
    ("{", ["damaged"]), ('{"version":2,"now":1}', ["damaged"]), ('{"version":9,"now":1}', ["version 9"]), ("[]", ["damaged"]),
])
def test_a_state_of_no_use_is_one_sentence(tmp_path, text, words):
    (tmp_path / "state.json").write_text(text)
    result = run(
        "emulate", "--port", free_port(), "--admin-port", free_port(), "--state", "state.json", directory=tmp_path)
    assert result.returncode == 1
    assert_one_sentence(result, "state.json", *words)
    assert (tmp_path / "state.json").read_text() == text


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
def test_the_page(emulator, receiver, tmp_path):
    subscription = emulator.subscribe_fully(receiver)
    browser = Browser()
    try:
        click = lambda selector: until(
            lambda: browser.ask(f"(e => e && !e.disabled && (e.click(), true))(document.querySelector({selector!r}))"), what=selector)
        browser.open(emulator.admin)
        until(lambda: browser.ask("document.getElementById('state')?.textContent") == "Live", what="the page being live")
        until(lambda: browser.ask("document.querySelector('#subscriptions li')?.dataset.id") == subscription,
              what="the subscription being shown")
        # A delivery appears by itself, with its attempts, status and latency.
        receiver.status = 503
        emulator.say("send", "--subject", "<b>no markup</b>")
        click("#advance [data-by=PT1M]")
        row = "document.querySelector('#deliveries > li')"
        until(lambda: browser.ask(f"{row}?.dataset.outcome") == "waiting", what="the delivery waiting")
        receiver.status = 202
        click("#advance [data-by=PT1H]")
        until(lambda: browser.ask(f"{row}.dataset.outcome") == "delivered", what="the delivery being delivered")
        assert browser.ask(f"{row}.dataset.status") == "202" and int(browser.ask(f"{row}.dataset.latency")) >= 0
        tries = int(browser.ask(f"{row}.dataset.attempts"))
        assert tries > 1 and browser.ask(f"{row}.querySelectorAll('.more li').length") == tries
        until(lambda: receiver.url in browser.ask("document.getElementById('endpoints').textContent"), what="the endpoint")
        # Faults are added and removed, and what is wrong is said.
        browser.ask("document.getElementById('duration').value = 'soon'; document.getElementById('effect').value = 'delay';"
                    "document.getElementById('effect').dispatchEvent(new Event('change'))")
        click("#fault-form button")
        until(lambda: "duration" in (browser.ask("document.getElementById('problem').textContent") or ""), what="the problem")
        browser.ask("document.getElementById('duration').value = '4s'")
        click("#fault-form button")
        until(lambda: browser.ask("document.querySelectorAll('#faults li').length") == 1, what="the fault being shown")
        assert emulator.api("faults")["faults"][0]["duration"] == 4
        assert browser.ask("document.getElementById('problem').hidden")
        # Permissions of applications.
        click("#tenants summary")
        until(lambda: browser.ask("document.getElementById('application').options.length") == 2, what="the applications")
        browser.ask("document.getElementById('permission').value = 'Mail.Raed'")
        click("#permission-form [value=revoke]")
        until(lambda: "Mail.Read" in (browser.ask("document.getElementById('problem').textContent") or ""), what="the problem")
        browser.ask("document.getElementById('permission').value = 'Mail.ReadBasic'")
        click("#permission-form [value=revoke]")
        until(lambda: "Mail.ReadBasic" not in
              emulator.api("tenants")["tenants"][0]["applications"][0]["applicationPermissions"], what="the permission going")
        click("#rotate")
        until(lambda: len(emulator.api("keys")["keys"]) == 2, what="the second key")
        # Nothing is wider than the window, however narrow that is.
        for width in (1200, 400):
            browser.resize(width)
            assert browser.ask("document.documentElement.scrollWidth") <= width
            browser.screenshot(tmp_path / f"light-{width}.png")
        browser.use_dark_colors()
        for width in (400, 1200):
            browser.resize(width)
            browser.screenshot(tmp_path / f"dark-{width}.png")
        click("#faults button")
        until(lambda: browser.ask("document.querySelectorAll('#faults li').length") == 0, what="the fault being gone")
        # Throttling with and without Retry-After.
        click("#throttle")
        until(lambda: requests.get(f"{emulator.graph}/v1.0/subscriptions", timeout=10).status_code == 429, what="throttling")
        click("#throttle-mute")
        until(lambda: browser.ask("document.querySelectorAll('#faults li').length") > 0, what="the fault being shown")
        emulator.say("fault", "clear")
        # The buttons of a subscription.
        click("#subscriptions button[aria-label^=Lose]")
        click("#subscriptions button[aria-label^=Ask]")
        until(lambda: emulator.say("advance", "1s") and {"missed", "reauthorizationRequired"} <= set(receiver.events()),
              what="both events")
        click("#subscriptions button[aria-label^=Remove]")
        until(lambda: browser.ask("document.querySelectorAll('#subscriptions li').length") == 0, what="no subscription")
        click("#modes [data-rate='60']")
        until(lambda: emulator.api("clock")["rate"] == 60, what="the clock going faster")
        # Not the refusal that was asked for, which browsers write down too.
        assert [one for one in browser.problems if "400" not in one] == []
    finally:
        browser.close()
