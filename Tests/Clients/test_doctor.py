"""`tidings doctor` against the emulator, with everything well and with each thing broken on purpose."""
import datetime
import email.utils
import http.server
import json
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from conftest import Tidings, free_port
from test_commands import run

TENANT = "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611"
CLIENT = "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"
SECRET = "contoso-development-secret"


def configuration(emulator, directory, *, public=None, endpoint=None, tenant=TENANT, client=CLIENT, secret=SECRET, graph="",
                  subscription=""):
    """A configuration that is right, but for what a test changes."""
    port = free_port()
    file = directory / "tidings.yaml"
    signing_in = f"  clientSecret: {secret}\n" if secret else ""
    file.write_text(f"""\
http:
  port: {port}
  publicUrl: {public or f"http://127.0.0.1:{port}"}
storage:
  directory: {directory / "data"}
graph:
  tenantId: {tenant}
  clientId: {client}
  endpoint: {endpoint or emulator}/v1.0
  authority: {emulator}
{signing_in}{graph}
subscriptions:
  sales:
    resource: users/sales@example.com/messages
{subscription}""")
    return file, f"http://127.0.0.1:{port}"


def doctor(file, directory, *options):
    return run("doctor", "--config", file, *options, directory=directory, seconds=90)


def finding(result, check, verdict):
    """The one finding of a check with this verdict."""
    assert result.returncode in (0, 1) and result.stderr == "", result.stderr
    assert SECRET not in result.stdout and "eyJ" not in result.stdout
    report = json.loads(result.stdout)
    assert report["healthy"] == (result.returncode == 0)
    found = [one["message"] for one in report["findings"] if one["check"] == check and one["verdict"] == verdict]
    assert len(found) == 1, result.stdout
    return found[0]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    directory = tmp_path_factory.mktemp("emulator")
    port = free_port()
    process = Tidings(["emulate", "--quiet", "--port", port, "--admin-port", free_port()], directory, f"http://127.0.0.1:{port}/health/live").start()
    yield f"http://127.0.0.1:{port}"
    process.stop()


class Answering:
    """A server that answers each request with what `answer(handler)` writes."""

    def __init__(self, answer, context=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def certificate(directory, name, days):
    """A certificate of this machine, and its key, that is good for so many days from now; negative: it is no more."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=400))
            .not_valid_after(now + datetime.timedelta(days=days, hours=1)).sign(key, hashes.SHA256()))
    file = directory / f"{name}.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return file


def test_all_is_well_beside_a_running_relay(emulator, tmp_path):
    file, url = configuration(emulator, tmp_path)
    relay = Tidings(["serve", "--config", file], tmp_path, f"{url}/health/ready").start()
    try:
        result = doctor(file, tmp_path)
        assert result.returncode == 0, result.stdout
        lines = result.stdout.splitlines()
        assert [line[:4].strip() for line in lines] == ["ok"] * 7, result.stdout
        for word in ("configuration", "data directory", "clock", "credential", "permissions", "public URL", "latency"):
            assert any(word in line for line in lines), word
        finding(doctor(file, tmp_path, "--json"), "latency", "ok")
        assert "repeats Graph's token" in finding(doctor(file, tmp_path, "--json"), "public URL", "ok")
    finally:
        relay.stop()


@pytest.mark.parametrize("change, words", [
    ({"secret": "wrong"}, "The client secret is wrong: use the secret's value, not its id."),
    ({"tenant": "00000000-0000-0000-0000-000000000001"}, "There is no tenant 00000000-0000-0000-0000-000000000001"),
    ({"client": "00000000-0000-0000-0000-000000000002"}, "There is no application 00000000-0000-0000-0000-000000000002"),
])
def test_what_the_sign_in_service_refuses_is_explained(emulator, tmp_path, change, words):
    file, _ = configuration(emulator, tmp_path, **change)
    result = doctor(file, tmp_path, "--json")
    assert result.returncode == 1
    assert words in finding(result, "credential", "failed")
    assert "no token" in finding(result, "permissions", "skipped")


def test_a_missing_permission_is_named(tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text(f"""\
tenants:
  - id: {TENANT}
    users:
      - {{id: 0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235, displayName: Sales, userPrincipalName: sales@example.com}}
    applications:
      - id: {CLIENT}
        servicePrincipalId: 5d20c7e1-8a94-4b3f-a6d2-e91b04f7c385
        secrets: [{SECRET}]
        applicationPermissions: [Calendars.Read]
""")
    port = free_port()
    emulator = Tidings(
        ["emulate", "--quiet", "--port", port, "--admin-port", free_port(), "--seed", seed], tmp_path, f"http://127.0.0.1:{port}/health/live").start()
    try:
        file, _ = configuration(f"http://127.0.0.1:{port}", tmp_path)
        result = doctor(file, tmp_path, "--json")
        assert result.returncode == 1
        assert finding(result, "permissions", "failed").startswith("sales needs the application permission Mail.Read to follow")
        finding(result, "credential", "ok")
    finally:
        emulator.stop()


def test_an_address_at_which_nobody_answers(emulator, tmp_path):
    file, _ = configuration(emulator, tmp_path)
    result = doctor(file, tmp_path, "--json")
    failed = [one["message"] for one in json.loads(result.stdout)["findings"] if one["verdict"] == "failed"]
    assert result.returncode == 1 and len(failed) == 2
    assert failed[0].startswith("/notifications: ") and "cannot be reached" in failed[0]


@pytest.mark.parametrize("status, kind, body, words", [
    (200, "text/plain", b"hello", "did not repeat the validation token"),
    (200, "text/html", b"<p>hello", "text/html instead of text/plain"),
    (404, "text/plain", b"", "answered 404 instead of 200"),
])
def test_an_endpoint_that_does_not_echo(emulator, tmp_path, status, kind, body, words):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    with Answering(answer) as server:
        file, _ = configuration(emulator, tmp_path, public=server.url)
        result = doctor(file, tmp_path, "--json")
        failed = [one["message"] for one in json.loads(result.stdout)["findings"] if one["verdict"] == "failed"]
        assert result.returncode == 1 and len(failed) == 2
        assert all(words in one for one in failed), failed


@pytest.mark.parametrize("shift, verdict, words", [
    (900, "failed", "behind Graph's"), (-900, "failed", "ahead of Graph's"), (60, "warning", "behind Graph's")])
def test_a_clock_that_is_wrong(emulator, tmp_path, shift, verdict, words):
    def answer(handler):
        handler.send_response_only(401)
        handler.send_header("Date", email.utils.formatdate(time.time() + shift, usegmt=True))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with Answering(answer) as graph:
        file, _ = configuration(emulator, tmp_path, endpoint=graph.url)
        sentence = finding(doctor(file, tmp_path, "--json"), "clock", verdict)
        assert words in sentence and "NTP" in sentence


def test_certificates_that_have_expired(emulator, tmp_path):
    def answer(handler):
        handler.send_response(200)
        handler.end_headers()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "tls", -3))
    client = certificate(tmp_path, "client", -3)
    folder = tmp_path / "certificates"
    folder.mkdir()
    certificate(folder, "graph", -3)
    with Answering(answer, context) as server:
        file, _ = configuration(
            emulator, tmp_path, public=server.url, secret=None,
            graph=f"  clientCertificate: {client}\n  certificates: {folder}\n")
        result = doctor(file, tmp_path, "--json")
    assert "expired 2 days ago" in finding(result, "public URL", "failed")
    assert "The client certificate has expired" in finding(result, "credential", "failed")
    assert "'graph' has expired" in finding(result, "certificate", "warning")


def test_a_configuration_that_cannot_be_read(tmp_path):
    file = tmp_path / "tidings.yaml"
    file.write_text("http:\n  prot: 1\n")
    result = doctor(file, tmp_path, "--json")
    assert result.returncode == 1
    assert "did you mean http.port?" in finding(result, "configuration", "failed")


def test_a_certificate_to_encrypt_for_is_missing(emulator, tmp_path):
    file, _ = configuration(
        emulator, tmp_path, subscription="    includeResourceData: true\n")
    text = file.read_text().replace("/messages", "/messages?$select=subject")
    file.write_text(text)
    assert "tidings certificate new" in finding(doctor(file, tmp_path, "--json"), "certificate", "failed")
    assert run("certificate", "new", "--folder", tmp_path / "data" / "certificates", directory=tmp_path).returncode == 0
    assert "fits its key" in finding(doctor(file, tmp_path, "--json"), "certificate", "ok")
