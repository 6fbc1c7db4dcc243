"""Rich notifications of the emulator, opened by another implementation of the cryptography."""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import queue
import threading
import urllib.parse

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from conftest import Tidings, free_port

TENANT = "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611"
APPLICATION = "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"
SECRET = "contoso-development-secret"


@pytest.fixture
def emulator(tmp_path):
    port = free_port()
    program = Tidings(
        ["emulate", "--port", port, "--admin-port", free_port(), "--quiet"], tmp_path,
        f"http://127.0.0.1:{port}/health/live").start()
    program.url = f"http://127.0.0.1:{port}"
    yield program
    program.stop()


@pytest.fixture
def receiver():
    """Answers handshakes, and keeps what else it is sent."""
    received = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("validationToken")
            answer = token[0].encode() if token else b""
            if not token:
                received.put(json.loads(body))
            self.send_response(200 if token else 202)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.received = received
    server.url = f"http://127.0.0.1:{server.server_port}/notifications"
    yield server
    server.shutdown()
    server.server_close()


def self_signed(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "graph-notify-test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256()))


def test_another_implementation_opens_the_content(emulator, receiver):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = self_signed(key)
    token = requests.post(
        f"{emulator.url}/{TENANT}/oauth2/v2.0/token", timeout=10,
        data={"client_id": APPLICATION, "client_secret": SECRET, "grant_type": "client_credentials",
              "scope": "https://graph.microsoft.com/.default"}).json()["access_token"]
    expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
    created = requests.post(
        f"{emulator.url}/v1.0/subscriptions", timeout=20, headers={"Authorization": f"Bearer {token}"},
        json={
            "changeType": "created", "notificationUrl": receiver.url,
            "resource": "users/sales@example.com/messages?$select=subject",
            "expirationDateTime": expiry.isoformat(timespec="seconds"), "includeResourceData": True,
            "encryptionCertificate":
                base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode(),
            "encryptionCertificateId": "test-key"})
    assert created.status_code == 201, created.text
    mail = requests.post(
        f"{emulator.url}/v1.0/users/sales@example.com/messages", timeout=10, headers={"Authorization": f"Bearer {token}"},
        json={"subject": "Größe", "body": {"contentType": "text", "content": "not selected"}})
    assert mail.status_code == 201, mail.text

    body = receiver.received.get(timeout=10)
    content = body["value"][0]["encryptedContent"]
    assert content["encryptionCertificateId"] == "test-key"
    assert content["encryptionCertificateThumbprint"] == certificate.fingerprint(hashes.SHA1()).hex().upper()

    oaep = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    secret = key.decrypt(base64.b64decode(content["dataKey"]), oaep)
    assert len(secret) == 32
    with pytest.raises(ValueError):
        key.decrypt(
            base64.b64decode(content["dataKey"]), rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    sealed = base64.b64decode(content["data"])
    signature = hmac.new(secret, sealed, hashlib.sha256).digest()
    assert hmac.compare_digest(signature, base64.b64decode(content["dataSignature"]))
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    plaintext = unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
    message = json.loads(plaintext)
    assert message["subject"] == "Größe"
    assert message["id"] == mail.json()["id"]
    assert "body" not in message

    [jwt] = body["validationTokens"]
    claims = json.loads(base64.urlsafe_b64decode(jwt.split(".")[1] + "=="))
    assert claims["aud"] == APPLICATION
    assert claims.get("azp", claims.get("appid")) == "0bf30f3b-4a52-48df-9a82-234910c4a086"
