"""A headless Chromium, driven over its DevTools protocol: enough to open a page, ask it things and take its picture."""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import requests
from websockets.sync.client import connect

from conftest import until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One browser with one page."""

    def __init__(self, width=1200, height=900):
        self.profile = tempfile.TemporaryDirectory(prefix="tidings-browser-", ignore_cleanup_errors=True)
        self.log = open(pathlib.Path(self.profile.name) / "log.txt", "w")
        self.process = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={self.profile.name}", f"--window-size={width},{height}",
             "--hide-scrollbars", "about:blank"],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        try:
            port = until(self.debugging_port, 60, what="Chromium starting")
            pages = until(lambda: [one for one in requests.get(f"http://127.0.0.1:{port}/json", timeout=10).json()
                                   if one["type"] == "page"], what="a page")
            self.opened = connect(pages[0]["webSocketDebuggerUrl"], max_size=None)
            self.socket = self.opened.__enter__()
            self.calls = 0
            self.problems = []
            for domain in ("Page", "Runtime", "Log"):
                self.call(f"{domain}.enable")
            self.resize(width, height)
        except BaseException:
            self.close()
            raise

    def debugging_port(self):
        assert self.process.poll() is None, "Chromium ended: " + pathlib.Path(self.log.name).read_text()[-500:]
        found = re.search(r"DevTools listening on ws://127\.0\.0\.1:(\d+)/", pathlib.Path(self.log.name).read_text())
        return found and int(found.group(1))

    def call(self, method, **parameters):
        self.calls += 1
        self.socket.send(json.dumps({"id": self.calls, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=30))
            if message.get("id") == self.calls:
                assert "error" not in message, message
                return message["result"]
            if message.get("method") == "Runtime.exceptionThrown":
                self.problems.append(message["params"]["exceptionDetails"]["text"])
            elif message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                self.problems.append(message["params"]["entry"]["text"] + " " + message["params"]["entry"].get("url", ""))

    def open(self, url):
        self.call("Page.navigate", url=url)

    def ask(self, expression):
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def resize(self, width, height=900):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def use_dark_colors(self):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.log.close()
        self.profile.cleanup()
