"""Every notification that was answered 202 reaches a client that resumes by cursor, whatever happens to the process."""
import http.client
import json
import os
import random
import threading
import time

from conftest import Server, notification, until
from hub import Hub

KILLS = int(os.environ.get("TIDINGS_TEST_KILLS", "25"))
CONNECTIONS = 8
USER = "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235"


class Load:
    """Posts notifications from several connections and notes which were answered 202."""

    def __init__(self, port):
        self.port = port
        self.acknowledged = set()
        self.refused = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(CONNECTIONS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        connection, sequence = None, 0
        rng = random.Random(number)
        while not self.stopping.is_set():
            ids = [f"m{number}x{sequence + n}" for n in range(rng.choice([1, 1, 1, 5]))]
            sequence += len(ids)
            body = json.dumps({"value": [notification(f"Users/{USER}/Messages/{i}") for i in ids]})
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("POST", "/notifications", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 202:
                    with self.lock:
                        self.acknowledged.update(ids)
                else:
                    self.refused += 1
            except (OSError, http.client.HTTPException):
                connection = None
                time.sleep(0.01)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(15)


class Follower(threading.Thread):
    """A client that follows everything, notes its cursor, and comes back after every loss."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.cursor = url, None
        self.seen, self.offsets, self.gaps, self.resumes = {}, [], 0, 0
        self.stopping = threading.Event()
        self.start()

    def take(self, update):
        self.cursor = update["cursor"]
        self.offsets.append(int(self.cursor.split("-")[1]))
        self.seen[update["resourceId"]] = self.seen.get(update["resourceId"], 0) + 1

    def run(self):
        while not self.stopping.is_set():
            hub = None
            try:
                hub = Hub(f"{self.url}/graphUpdates", timeout=5)
                answer = hub.invoke("Subscribe", ["all"], self.cursor)
                self.resumes += 1
                self.gaps += answer["gap"]
                if self.cursor is None:
                    self.cursor = answer["cursor"]
                for update in answer["updates"]:
                    self.take(update)
                for update in hub.updates():
                    self.take(update)
            except Exception:  # the server is gone: whatever the client library makes of that, come back
                time.sleep(0.02)
            finally:
                if hub:
                    hub.close()


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path):
    server = Server(tmp_path).start()
    follower = Follower(server.url)
    until(lambda: follower.cursor, what="the first subscription")
    load = Load(server.port)
    rng = random.Random(20261124)
    try:
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.05, 0.9))
            server.kill()
            server.start()
        time.sleep(0.5)
        load.stop()
        acknowledged = load.acknowledged
        until(lambda: acknowledged <= follower.seen.keys(), 60, what="the delivery of everything acknowledged")
    finally:
        follower.stopping.set()
        load.stop()
        lost = load.acknowledged - follower.seen.keys()
        duplicates = sum(count - 1 for count in follower.seen.values())
        print(
            f"\nkilled {KILLS} times: acknowledged {len(load.acknowledged)}, delivered {len(follower.seen)}, "
            f"duplicates {duplicates}, lost {len(lost)}, resumed {follower.resumes} times, gaps {follower.gaps}")
        server.stop()
    assert not lost
    assert follower.gaps == 0
    assert follower.offsets == sorted(follower.offsets), "updates came out of order"
    assert len(load.acknowledged) > 20 * KILLS, "too little load to prove anything"
