"""Each fault of the emulator, as a receiver and a client in another language meet it."""
import base64
import datetime
import email.utils
import hashlib
import hmac
import json
import threading

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from conftest import until
from emulated import COMPANY, Emulator, Receiver

PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    emulator = Emulator(tmp_path_factory.mktemp("faults"), "--clock", "stepped", "--random-seed", "7").start()
    yield emulator
    emulator.stop()


@pytest.fixture
def emulator(running):
    """One that has just begun anew."""
    running.api("reset", {})
    return running


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def message(emulator, subject="Hello"):
    answer = requests.post(
        f"{emulator.graph}/v1.0/users/sales@example.com/messages", json={"subject": subject}, timeout=20)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def advance(emulator, by="1s"):
    emulator.api("clock/advance", {"by": by})


def outcomes(emulator):
    return [(one["outcome"], one["attempts"]) for one in emulator.api("deliveries")["deliveries"]]


# Requests to Graph

def test_a_route_answers_with_a_status(emulator):
    emulator.api("faults", {"route": "GET /v1.0/users", "effect": "status", "status": 503, "retryAfter": 3, "count": 1})
    answer = requests.get(f"{emulator.graph}/v1.0/users", timeout=10)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "3"
    assert requests.get(f"{emulator.graph}/v1.0/users", timeout=10).status_code == 200


@pytest.mark.parametrize("style, seconds", [("seconds", 7), ("decimal", 1.5), ("date", 9), ("none", None)])
def test_throttling_says_when_to_come_again(emulator, style, seconds):
    emulator.api("throttle", {"retryAfterStyle": style, **({"retryAfter": seconds} if seconds else {})})
    answer = requests.get(f"{emulator.graph}/v1.0/subscriptions", headers=emulator.graph_headers(), timeout=10)
    assert answer.status_code == 429 and answer.json()["error"]["code"] == "TooManyRequests"
    hint = answer.headers.get("Retry-After")
    if style == "date":
        now = datetime.datetime.fromisoformat(emulator.api("clock")["now"])
        assert 8 <= (email.utils.parsedate_to_datetime(hint) - now).total_seconds() <= 9
    else:
        assert hint == {"seconds": "7", "decimal": "1.500", "none": None}[style]


def test_a_route_answers_late(emulator):
    emulator.api("faults", {"route": "/v1.0/users", "effect": "delay", "duration": "PT5M", "count": 1})
    before = emulator.api("clock")["now"]
    answers = []
    caller = threading.Thread(
        target=lambda: answers.append(requests.get(f"{emulator.graph}/v1.0/users", timeout=60).status_code))
    caller.start()
    until(lambda: not emulator.api("faults")["faults"], what="the fault being taken")
    assert answers == []
    until(lambda: advance(emulator, "1m") or answers, what="the answer")
    caller.join(10)
    passed = datetime.datetime.fromisoformat(emulator.api("clock")["now"]) - datetime.datetime.fromisoformat(before)
    assert answers == [200] and passed >= datetime.timedelta(minutes=5)


def test_a_route_does_not_answer_in_time(emulator):
    emulator.api("faults", {"route": "POST /v1.0/users/*/messages", "effect": "timeout", "count": 1})
    before = emulator.api("state")["counts"]["messages"]
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{emulator.graph}/v1.0/users/sales@example.com/messages", json={"subject": "x"}, timeout=0.5)
    assert emulator.api("state")["counts"]["messages"] == before


def test_an_answer_breaks_off(emulator):
    emulator.api("faults", {"route": "/v1.0/users", "effect": "drop", "count": 1})
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        requests.get(f"{emulator.graph}/v1.0/users", timeout=10)


def test_created_but_answered_504(emulator, receiver):
    emulator.api("faults", {"route": "POST /v1.0/subscriptions", "effect": "doneButStatus", "status": 504, "count": 1})
    assert emulator.create(receiver.url).status_code == 504
    seen = requests.get(f"{emulator.graph}/v1.0/subscriptions", headers=emulator.graph_headers(), timeout=10).json()["value"]
    assert [one["notificationUrl"] for one in seen] == [receiver.url]
    assert emulator.create(receiver.url).status_code == 409


# Deliveries

def test_a_delivery_is_taken_to_be_refused(emulator, receiver):
    emulator.subscribe(receiver.url)
    emulator.api("faults", {"effect": "status", "status": 503, "count": 1})
    message(emulator)
    advance(emulator)
    assert receiver.received == []
    advance(emulator, "1m")
    [(outcome, attempts)] = outcomes(emulator)
    assert outcome == "delivered" and [one["status"] for one in attempts] == [503, 202]
    assert len(receiver.items()) == 1


def test_only_one_subscription_is_concerned(emulator, receiver):
    other = Receiver()
    try:
        lost = emulator.subscribe(receiver.url)
        emulator.subscribe(other.url, resource="users/anna@example.com/messages")
        emulator.api("faults", {"subscription": lost, "effect": "drop"})
        message(emulator)
        requests.post(f"{emulator.graph}/v1.0/users/anna@example.com/messages", json={"subject": "x"}, timeout=20)
        advance(emulator)
        assert receiver.received == [] and len(other.items()) == 1
    finally:
        other.close()


def test_only_one_endpoint_is_concerned(emulator, receiver):
    emulator.subscribe(receiver.url + "/one")
    emulator.subscribe(receiver.url + "/two", resource="users/anna@example.com/messages")
    emulator.api("faults", {"endpoint": receiver.url + "/two", "effect": "drop"})
    message(emulator)
    requests.post(f"{emulator.graph}/v1.0/users/anna@example.com/messages", json={"subject": "x"}, timeout=20)
    advance(emulator)
    assert len(receiver.items()) == 1


def test_a_delivery_comes_late(emulator, receiver):
    emulator.subscribe(receiver.url)
    emulator.api("faults", {"effect": "delay", "duration": "PT10M", "count": 1})
    message(emulator)
    advance(emulator, "9m")
    assert receiver.received == []
    advance(emulator, "2m")
    assert len(receiver.items()) == 1


def test_an_answer_is_taken_to_come_too_late(emulator, receiver):
    emulator.subscribe(receiver.url)
    emulator.api("faults", {"effect": "timeout", "count": 1})
    message(emulator)
    advance(emulator, "1m")
    [(outcome, attempts)] = outcomes(emulator)
    assert outcome == "delivered" and [one["outcome"] for one in attempts] == ["timedOut", "accepted"]
    # It had arrived: the receiver gets it twice.
    first, second = receiver.received
    assert first == second


def test_a_delivery_is_lost_and_nobody_is_told(emulator, receiver):
    emulator.subscribe_fully(receiver)
    emulator.api("faults", {"effect": "drop", "count": 1})
    message(emulator)
    advance(emulator, "1m")
    assert receiver.received == []


def test_a_delivery_comes_twice(emulator, receiver):
    emulator.subscribe(receiver.url)
    emulator.api("faults", {"effect": "duplicate", "count": 1})
    message(emulator)
    advance(emulator)
    first, second = receiver.items()
    assert first == second


def test_a_delivery_comes_behind_the_next(emulator, receiver):
    emulator.subscribe(receiver.url)
    emulator.api("faults", {"effect": "reorder", "count": 1})
    first, second = message(emulator, "first"), message(emulator, "second")
    advance(emulator, "5s")
    assert [item["resourceData"]["id"] for item in receiver.items()] == [second, first]


def test_a_slow_answer_makes_an_endpoint_slow(emulator, receiver):
    emulator.subscribe(receiver.url)
    emulator.api("faults", {"effect": "slowAnswer", "duration": "4s"})
    for _ in range(20):
        message(emulator)
        advance(emulator)
    assert all(attempts[0]["latency"] >= 4000 for _, attempts in outcomes(emulator))
    [endpoint] = emulator.api("endpoints")["endpoints"]
    assert endpoint["url"] == receiver.url and endpoint["condition"] == "slow"
    # From now on they are ten minutes late.
    requests.delete(f"{emulator.admin}/emulator/v1/faults", timeout=10)
    arrived = lambda: [item["resourceData"]["id"] for item in receiver.items()]
    late = message(emulator)
    advance(emulator, "9m")
    assert late not in arrived()
    advance(emulator, "2m")
    assert late in arrived()


def test_a_lost_delivery_is_said_to_be_missed(emulator, receiver):
    emulator.subscribe_fully(receiver)
    emulator.api("faults", {"effect": "missed", "count": 1})
    message(emulator)
    advance(emulator)
    assert receiver.events() == ["missed"] and len(receiver.items()) == 1


def test_a_subscription_is_removed(emulator, receiver):
    subscription = emulator.subscribe_fully(receiver)
    emulator.api("faults", {"subscription": subscription, "effect": "removal", "count": 1})
    message(emulator)
    advance(emulator)
    assert receiver.events() == ["subscriptionRemoved"]
    answer = requests.get(
        f"{emulator.graph}/v1.0/subscriptions/{subscription}", headers=emulator.graph_headers(), timeout=10)
    assert answer.status_code == 404


def test_half_of_them_come_twice(emulator, receiver):
    emulator.subscribe(receiver.url)
    emulator.api("faults", {"effect": "duplicate", "probability": 0.5})
    for _ in range(40):
        message(emulator)
    advance(emulator)
    assert 45 < len(receiver.items()) < 75


# Encrypted content and validation tokens

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate():
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .sign(KEY, hashes.SHA256()))


CERTIFICATE = certificate()


def rich(emulator, receiver):
    return emulator.subscribe(
        receiver.url, resource="users/sales@example.com/messages?$select=subject", includeResourceData=True,
        encryptionCertificate=base64.b64encode(CERTIFICATE.public_bytes(serialization.Encoding.DER)).decode(),
        encryptionCertificateId="one")


def content_problem(item):
    """What a receiver finds wrong with encrypted content; `None` if nothing."""
    content = item.get("encryptedContent")
    if content is None:
        return "nothing encrypted"
    if content["encryptionCertificateThumbprint"] != CERTIFICATE.fingerprint(hashes.SHA1()).hex().upper():
        return "certificate"
    try:
        oaep = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
        secret = KEY.decrypt(base64.b64decode(content["dataKey"]), oaep)
    except ValueError:
        return "key"
    sealed = base64.b64decode(content["data"])
    if hmac.new(secret, sealed, hashlib.sha256).digest() != base64.b64decode(content["dataSignature"]):
        return "signature"
    decryptor, unpadder = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor(), padding.PKCS7(128).unpadder()
    try:
        plaintext = unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        return "truncated"
    try:
        json.loads(plaintext)
    except ValueError:
        return "no JSON"
    return None


def unpacked(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def token_problem(emulator, body):
    """What a receiver finds wrong with validation tokens; `None` if nothing."""
    if "validationTokens" not in body:
        return "missing"
    if body["validationTokens"] is None:
        return "null"
    [token] = body["validationTokens"]
    head, payload, signature = token.split(".")
    keys = requests.get(f"{emulator.graph}/common/discovery/keys", timeout=10).json()["keys"]
    key = next((one for one in keys if one["kid"] == json.loads(unpacked(head))["kid"]), None)
    if key is None:
        return "unknown key"
    number = lambda name: int.from_bytes(unpacked(key[name]), "big")
    try:
        rsa.RSAPublicNumbers(number("e"), number("n")).public_key().verify(
            unpacked(signature), f"{head}.{payload}".encode(), rsa_padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return "signature"
    claims = json.loads(unpacked(payload))
    now = datetime.datetime.fromisoformat(emulator.api("clock")["now"]).timestamp()
    if claims["exp"] < now:
        return "expired"
    if claims["aud"] != COMPANY["client"]:
        return "audience"
    if claims.get("appid", claims.get("azp")) != PUBLISHER:
        return "publisher"
    if COMPANY["tenant"] not in claims["iss"] or claims["tid"] != COMPANY["tenant"]:
        return "tenant"
    return None


def one_rich_notification(emulator, receiver):
    rich(emulator, receiver)
    message(emulator)
    advance(emulator)
    [body] = receiver.received
    return body


def test_without_a_fault_nothing_is_wrong(emulator, receiver):
    body = one_rich_notification(emulator, receiver)
    assert content_problem(body["value"][0]) is None and token_problem(emulator, body) is None


@pytest.mark.parametrize("flaw, problem", [
    ("wrongSignature", "signature"), ("wrongKey", "key"), ("unknownCertificate", "certificate"),
    ("truncated", "truncated"), ("notJSON", "no JSON"),
])
def test_content_is_wrong(emulator, receiver, flaw, problem):
    emulator.api("faults", {"effect": "content", "flaw": flaw, "count": 1})
    body = one_rich_notification(emulator, receiver)
    assert content_problem(body["value"][0]) == problem and token_problem(emulator, body) is None


@pytest.mark.parametrize("flaw, problem", [
    ("expired", "expired"), ("wrongAudience", "audience"), ("wrongPublisher", "publisher"), ("wrongTenant", "tenant"),
    ("wrongSignature", "signature"), ("unknownKey", "unknown key"), ("missing", "missing"), ("null", "null"),
])
def test_tokens_are_wrong(emulator, receiver, flaw, problem):
    emulator.api("faults", {"effect": "tokens", "flaw": flaw, "count": 1})
    body = one_rich_notification(emulator, receiver)
    assert token_problem(emulator, body) == problem
    assert content_problem(body["value"][0]) == ("nothing encrypted" if flaw == "null" else None)


def test_a_receiver_follows_a_rotated_key(emulator, receiver):
    emulator.api("keys", {})
    body = one_rich_notification(emulator, receiver)
    assert token_problem(emulator, body) is None
