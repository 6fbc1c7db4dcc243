"""The dashboard in a real browser: it follows, resumes, says what is missing, and makes no markup of what it shows."""
import re
import shutil

import pytest
import requests

from browser import CHROMIUM, Browser
from conftest import Server, notification, until
from test_third_party import create_message

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

USER = "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235"
AWAY = re.compile(r"ERR_CONNECTION|ERR_INTERNET_DISCONNECTED|ERR_EMPTY_RESPONSE|WebSocket connection to")


class Page(Browser):
    def wait_for(self, state, seconds=30):
        until(
            lambda: self.ask("document.getElementById('state')?.textContent") == state, seconds, 0.05, f"the page being {state}")

    def open(self, url):
        self.load(lambda: super(Page, self).open(url))

    def reload(self):
        self.load(lambda: self.call("Page.reload"))

    def load(self, begin):
        self.ask("window.isOld = true")
        begin()
        until(lambda: self.ask("document.readyState === 'complete' && !window.isOld"), what="the page being loaded")

    def open_live(self, url):
        self.open(url)
        self.wait_for("Live")

    def rows(self):
        """What the list shows, newest first."""
        return self.ask("[...document.querySelectorAll('#updates > li[data-cursor]')].map(row => ({...row.dataset}))")

    def ids(self):
        return [row["resourceId"] for row in self.rows()]

    def text(self, selector):
        """The text that is there to be seen."""
        return self.ask(f"document.querySelector({selector!r})?.innerText")

    def row_text(self):
        """All text of the newest row; what is out of sight is not laid out, so it counts as unseen."""
        return self.ask("document.querySelector('#updates > li').textContent")

    def ask(self, expression):
        try:
            return super().ask(expression)
        except AssertionError as error:
            if re.search("navigated|context was destroyed|context with specified id", str(error)):
                return None  # This page was just then replaced by the next.
            raise


    def click(self, selector):
        self.ask(f"document.querySelector({selector!r}).click()")

    def type(self, selector, text):
        self.ask(f"document.querySelector({selector!r}).focus()")
        self.call("Input.insertText", text=text)

    def press(self, key):
        text = {"text": "\r"} if key == "Enter" else {}
        code = {"Enter": 13, "Tab": 9}[key]
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def set_offline(self, is_offline):
        self.call("Network.enable")
        self.call(
            "Network.emulateNetworkConditions", offline=is_offline, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def unexpected(self):
        """What the console complains about, but for a server that was away."""
        self.ask("1")
        return [problem for problem in self.problems if not AWAY.search(problem)]


@pytest.fixture
def page():
    page = Page()
    yield page
    page.close()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path).start()
    yield server
    server.stop()


def offsets(rows):
    return [int(row["cursor"].split("-")[1]) for row in rows]


def assert_newest_first_and_each_once(rows):
    assert offsets(rows) == sorted(set(offsets(rows)), reverse=True)
    assert len({row["cursor"].split("-")[0] for row in rows}) == 1


def post(server, *items):
    answer = requests.post(f"{server.url}/notifications", json={"value": list(items)}, timeout=10)
    assert answer.status_code == 202


def wait_for_id(page, message):
    until(lambda: message in page.ids(), every=0.05, what="the row of a new message")


def test_a_change_appears_and_has_its_fields(dev, page, tmp_path):
    page.open_live(dev.url)
    assert "curl" in page.text("#empty") and page.rows() == []
    message = create_message(dev, "hello")
    wait_for_id(page, message)
    assert page.rows()[0]["change"] == "created"
    row = page.row_text()
    assert "created" in row and "message" in row and "sales" in row and message not in row
    assert page.ask("document.getElementById('empty').hidden")
    # By keyboard, as well.
    page.ask("document.getElementById('pause').focus()")
    page.press("Tab")
    page.press("Enter")
    until(lambda: page.ask("document.querySelector('#updates details[open] dl') !== null"), what="the fields of the row")
    fields = page.row_text()
    update = requests.get(f"{dev.url}/updates", params={"after": first_cursor(dev)}, timeout=10).json()["updates"][0]
    for value in (update["resource"], message, update["cursor"], update["tenantId"], *update["topics"]):
        assert value in fields
    page.screenshot(tmp_path / "light.png")
    page.use_dark_colors()
    assert page.ask("matchMedia('(prefers-color-scheme: dark)').matches")
    page.screenshot(tmp_path / "dark.png")
    assert page.unexpected() == []


def first_cursor(server):
    return requests.get(f"{server.url}/updates", timeout=10).json()["oldest"]


def test_a_restart_is_bridged_without_gap_or_duplicate(dev, page):
    page.open_live(dev.url)
    before = create_message(dev, "before")
    wait_for_id(page, before)
    page.set_offline(True)
    dev.stop()
    page.wait_for("Reconnecting")
    dev.start()
    # The page cannot know of the server yet: this one is truly missed.
    missed = create_message(dev, "while away")
    until(lambda: requests.get(
        f"{dev.url}/updates", params={"after": page.rows()[0]["cursor"]}, timeout=10).json()["updates"], what="the missed one")
    assert missed not in page.ids()
    page.set_offline(False)
    wait_for_id(page, missed)
    page.wait_for("Live")
    after = create_message(dev, "after")
    wait_for_id(page, after)
    assert page.ids() == [after, missed, before]
    assert_newest_first_and_each_once(page.rows())
    assert page.ask("document.querySelectorAll('.gap').length") == 0
    assert page.unexpected() == []


def test_a_reload_goes_on_from_its_cursor(dev, page):
    page.open_live(dev.url)
    messages = [create_message(dev, f"message {n}") for n in range(3)]
    until(lambda: page.ids() == messages[::-1], every=0.05, what="three rows")
    cursor = page.rows()[0]["cursor"]
    until(lambda: page.ask("sessionStorage.getItem('tidings.cursor')") == cursor, what="the cursor being kept")
    page.reload()
    until(lambda: page.ids() == messages[::-1], every=0.05, what="the same rows")
    page.wait_for("Live")
    assert page.ask("document.querySelectorAll('.gap').length") == 0


def test_a_log_begun_anew_is_said_to_be_a_gap(dev, page, tmp_path):
    page.open_live(dev.url)
    old = create_message(dev, "in the old log")
    wait_for_id(page, old)
    dev.stop()
    shutil.rmtree(tmp_path / "data")
    dev.start()
    until(lambda: page.ask("document.querySelectorAll('#updates > .gap').length") == 1, every=0.05, what="the gap's row")
    page.wait_for("Live")
    new = create_message(dev, "in the new one")
    wait_for_id(page, new)
    assert page.ids() == [new, old]
    order = page.ask("[...document.querySelector('#updates').children].map(row => row.className.includes('gap'))")
    assert order == [False, True, False]
    assert page.ask("document.querySelector('#updates > .gap').textContent").startswith("Gap")


def test_the_status_is_for_those_with_the_token(dev, page, tmp_path):
    page.open_live(dev.url)
    assert page.ask("document.getElementById('subscriptions').hidden")
    page.open(f"{dev.url}/?token=wrong")
    until(lambda: "not the admin token" in (page.text("#token-form") or ""), what="the refusal")
    page.type("#token", dev.admin_token())
    page.click("#token-form button")
    rows = until(lambda: page.text("#subscription-rows"), what="the subscriptions")
    assert "users/sales@example.com/messages" in rows and "active" in rows
    assert re.search(r"in \d+ (min|h|d)", rows)
    # Now that it is known whose mailbox it is, rows say so.
    wait_for_id(page, create_message(dev, "hello"))
    assert "sales@example.com" in page.row_text()
    page.screenshot(tmp_path / "status.png")
    refused = [problem for problem in page.unexpected() if "401" not in problem]
    assert refused == []


@pytest.mark.parametrize("mark", ["?", "#"])
def test_the_token_leaves_the_address_and_outlives_a_reload(dev, page, mark):
    page.open(f"{dev.url}/{mark}token={dev.admin_token()}")
    until(lambda: page.text("#subscription-rows"), what="the subscriptions")
    assert page.ask("location.href") == f"{dev.url}/"
    assert page.text("#server").startswith("Version ")
    page.reload()
    until(lambda: page.text("#subscription-rows"), what="the subscriptions after a reload")
    assert page.unexpected() == []


def test_a_token_is_asked_for_where_clients_need_one(tmp_path, page):
    token = "what-applications-present"
    server = Server(tmp_path, settings=f"clients:\n  authentication: token\n  token: {token}\n").start()
    try:
        page.open(server.url)
        page.wait_for("Token needed")
        assert "only to those with a token" in page.text("#token-form") and page.ask("document.getElementById('empty').hidden")
        page.type("#token", token)
        page.click("#token-form button")
        page.wait_for("Live")
        # It opens the updates, and nothing more.
        until(lambda: not page.ask("document.getElementById('ask').hidden"), what="the status being refused")
        assert page.ask("document.getElementById('subscriptions').hidden")
        page.reload()
        page.wait_for("Live")
        assert token not in server.stderr()
    finally:
        server.stop()


def test_what_is_shown_never_becomes_markup(server, page):
    page.open_live(server.url)
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    post(server, notification(f"Users/{evil}/Messages/{evil}"), notification(f"{evil}/{evil}", "deleted"))
    until(lambda: len(page.rows()) == 2, every=0.05, what="both rows")
    page.ask("document.querySelectorAll('#updates summary').forEach(summary => summary.click())")
    until(lambda: page.ask("document.querySelectorAll('#updates dl').length") == 2, what="the fields")
    assert page.row_text().count(evil) >= 2
    assert page.ask("document.querySelectorAll('#updates img, #updates script').length") == 0
    assert page.unexpected() == []


def test_filters_and_the_pause(server, page):
    page.open_live(server.url)
    post(server, *[notification(f"Users/{USER}/Messages/m{n}", kind, etag=f"{n}")
                   for n, kind in enumerate(["created", "updated", "deleted", "updated"])])
    until(lambda: len(page.rows()) == 4, every=0.05, what="four rows")
    page.click("input[name=type][value=updated]")
    assert [row["change"] for row in page.rows()] == ["updated", "updated"]
    page.type("#search", "messages/M3")
    assert page.ids() == ["m3"]
    page.type("#search", " nothing")
    assert page.ids() == [] and "Nothing here matches" in page.text("#empty-filter")
    page.click("#clear")
    assert page.ids() == ["m3", "m2", "m1", "m0"]
    page.click("#pause")
    post(server, notification(f"Users/{USER}/Messages/m4"), notification(f"Users/{USER}/Messages/m5"))
    until(lambda: page.text("#pause") == "Resume · 2 new", every=0.05, what="two waiting")
    assert len(page.rows()) == 4
    page.click("#pause")
    assert page.ids() == ["m5", "m4", "m3", "m2", "m1", "m0"] and page.text("#pause") == "Pause"


def test_a_thousand_updates_are_two_hundred_rows(server, page):
    page.open_live(server.url)
    for batch in range(20):
        post(server, *[notification(f"Users/{USER}/Messages/m{batch * 50 + n}") for n in range(50)])
    until(lambda: page.ids()[:1] == ["m999"], every=0.1, what="the last row")
    assert page.ids() == [f"m{n}" for n in range(999, 799, -1)]
    assert_newest_first_and_each_once(page.rows())
    until(lambda: page.text("#seen") == "1,000", what="the count")
    # Who opens the page later begins with the last fifty.
    page.ask("sessionStorage.clear()")
    page.open_live(server.url)
    until(lambda: page.ids() == [f"m{n}" for n in range(999, 949, -1)], every=0.05, what="the last fifty")


def test_an_update_that_comes_twice_is_one_row(server, page):
    page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        window.WebSocket = class extends WebSocket {
            set onmessage(handle) {
                super.onmessage = event => { handle(event); if (event.data.includes('"graphUpdate"')) handle(event); };
            }
        };""")
    page.open_live(server.url)
    for n in range(3):
        post(server, notification(f"Users/{USER}/Messages/m{n}"))
    wait_for_id(page, "m2")
    assert page.ids() == ["m2", "m1", "m0"]


def test_a_small_screen_scrolls_one_way_only(dev, page, tmp_path):
    page.call("Emulation.setDeviceMetricsOverride", width=380, height=800, deviceScaleFactor=2, mobile=True)
    page.open(f"{dev.url}/?token={dev.admin_token()}")
    page.wait_for("Live")
    until(lambda: page.text("#subscription-rows"), what="the subscriptions")
    wait_for_id(page, create_message(dev, "hello"))
    page.click("#updates summary")
    assert page.ask("document.documentElement.scrollWidth") == 380
    page.screenshot(tmp_path / "narrow.png")


def test_the_page_allows_nothing_but_itself(dev):
    answer = requests.get(dev.url, timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?! type=\"module\" src=)", answer.text)
    assert set(re.findall(r"https?://([^/\"']+)", answer.text)) <= {"www.w3.org"}
    for name, kind in (("dashboard.js", "text/javascript"), ("dashboard.css", "text/css")):
        part = requests.get(f"{dev.url}/{name}", timeout=10)
        assert part.status_code == 200 and part.headers["Content-Type"].startswith(kind)
        assert part.headers["X-Content-Type-Options"] == "nosniff"
        assert "innerHTML" not in part.text
