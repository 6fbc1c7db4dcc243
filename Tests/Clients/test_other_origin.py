"""A page of another origin, in a real browser, connects over every transport with what the browser itself has to offer."""
import http.server
import json
import threading

import pytest
import requests

from browser import CHROMIUM, Browser
from conftest import Server, notification, until

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

TOKEN = "s3cret-0f-the-applications"
USER = "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235"
PAGE = """<!doctype html><title>Elsewhere</title><script>
const END = '\\x1e'
class Client {
  constructor(base, token) { Object.assign(this, {base, token, records: [], waiting: []}) }
  take(text) {
    for (const record of text.split(END).filter(Boolean).map(JSON.parse)) {
      if (record.type === 6) continue
      const waiting = this.waiting.shift()
      waiting ? waiting(record) : this.records.push(record)
    }
  }
  next() {
    return this.records.length ? Promise.resolve(this.records.shift()) : new Promise(done => this.waiting.push(done))
  }
  request(method, path, body, signal) {
    return fetch(this.base + path, {method, body, signal, credentials: 'include', headers: {
      'Authorization': 'Bearer ' + this.token, 'X-Requested-With': 'XMLHttpRequest', 'X-SignalR-User-Agent': 'a page'}})
  }
  async start(transport) {
    const answer = await (await this.request('POST', '/negotiate?negotiateVersion=1')).json()
    this.id = '?id=' + encodeURIComponent(answer.connectionToken)
    await this[transport]()
    await this.send({protocol: 'json', version: 1})
    await this.next()
    await this.send({type: 1, invocationId: '1', target: 'Subscribe', arguments: [['all'], null]})
    return (await this.next()).result.gap
  }
  async WebSockets() {
    this.socket = new WebSocket(this.base.replace('http', 'ws') + this.id + '&access_token=' + this.token)
    this.socket.onmessage = event => this.take(event.data)
    this.sendText = text => this.socket.send(text)
    this.stop = () => this.socket.close()
    await new Promise((done, failed) => { this.socket.onopen = done; this.socket.onerror = () => failed(Error('refused')) })
  }
  async ServerSentEvents() {
    this.events = new EventSource(this.base + this.id + '&access_token=' + this.token, {withCredentials: true})
    this.events.onmessage = event => this.take(event.data)
    this.sendText = text => this.request('POST', this.id, text)
    this.stop = () => this.events.close()
    await new Promise((done, failed) => { this.events.onopen = done; this.events.onerror = () => failed(Error('refused')) })
  }
  async LongPolling() {
    const abort = new AbortController()
    const get = () => this.request('GET', this.id + '&_=' + Date.now(), undefined, abort.signal)
    await (await get()).text()
    this.sendText = text => this.request('POST', this.id, text)
    this.stop = async () => {
      abort.abort()
      await polling
      this.status = (await this.request('DELETE', this.id)).status
    }
    const poll = async () => {
      for (;;) {
        const answer = await get()
        if (answer.status !== 200) return
        this.take(await answer.text())
      }
    }
    const polling = poll().catch(error => { if (!abort.signal.aborted) throw error })
  }
  send(record) { return this.sendText(JSON.stringify(record) + END) }
}
</script>"""


class Elsewhere:
    """A server with one page, at an origin of its own."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(PAGE.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Another host as well as another port: nothing about it is the same site.
        self.origin = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def elsewhere():
    elsewhere = Elsewhere()
    yield elsewhere
    elsewhere.close()


@pytest.fixture
def page(elsewhere):
    browser = Browser()
    try:
        browser.open(elsewhere.origin)
        until(lambda: browser.ask("typeof Client === 'function'"), what="the page being loaded")
        yield browser
    finally:
        browser.close()


def start(directory, *options):
    return Server(
        directory, *options, settings=f"clients:\n  authentication: token\n  token: {TOKEN}\n").start()


def begin(page, server, transport):
    return page.ask(
        f"window.client = new Client({json.dumps(server.url + '/graphUpdates')}, {json.dumps(TOKEN)}); "
        f"client.start({json.dumps(transport)}).catch(error => String(error))")


@pytest.mark.parametrize("transport", ["WebSockets", "ServerSentEvents", "LongPolling"])
def test_a_page_from_elsewhere_receives_updates(tmp_path, elsewhere, page, transport):
    server = start(tmp_path, "--set", f"http.allowedOrigins={elsewhere.origin}")
    try:
        assert begin(page, server, transport) is False
        for name in ("one", "two"):
            items = [notification(f"Users/{USER}/Messages/{name}")]
            assert requests.post(f"{server.url}/notifications", json={"value": items}, timeout=10).status_code == 202
            record = page.ask("client.next()")
            assert record["target"] == "graphUpdate" and record["arguments"][0]["resourceId"] == name
        page.ask("client.stop()")
        if transport == "LongPolling":
            assert until(lambda: page.ask("client.status"), what="the answer to DELETE") == 202
        page.ask("1")
        assert page.problems == []
    finally:
        server.stop()


@pytest.mark.parametrize("transport", ["WebSockets", "ServerSentEvents", "LongPolling"])
def test_a_page_that_may_not_is_refused(tmp_path, page, transport):
    server = start(tmp_path, "--set", "http.allowedOrigins=http://localhost:1")
    try:
        assert "Failed to fetch" in begin(page, server, transport)
        # A WebSocket asks nobody first: it is the server that refuses it.
        refused = page.ask(
            f"client.id = '?x'; client.WebSockets().then(() => 'open', error => String(error))")
        assert "refused" in refused
    finally:
        server.stop()
