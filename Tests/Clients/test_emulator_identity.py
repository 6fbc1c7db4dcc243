"""Microsoft's own libraries, unmodified, against the emulator: they sign in, and keep subscriptions."""
import asyncio
import datetime
import http.server
import json
import subprocess
import threading
import urllib.parse

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential, ClientSecretCredential, DeviceCodeCredential, ManagedIdentityCredential)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.subscription import Subscription

from conftest import BINARY, Tidings, free_port

TENANT = "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611"
CLIENT = "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"
PRINCIPAL = "5d20c7e1-8a94-4b3f-a6d2-e91b04f7c385"
SECRET = "contoso-development-secret"
IDENTITY = "91b7e0c3-4d28-4f6a-b5e1-7c03a9d2f846"
IDENTITY_PRINCIPAL = "e3f8a6d1-0b57-4c92-8e34-6a1d95c7b208"
ANNA = "aa51c9d0-7be2-4a55-9f7e-30b7f6c2d481"
SCOPE = "https://graph.microsoft.com/.default"


class Emulator(Tidings):
    """`tidings emulate` with a port with TLS, which Microsoft's libraries insist on."""

    def __init__(self, directory, *options):
        self.port, self.tls_port, self.admin_port = free_port(), free_port(), free_port()
        self.admin = f"http://127.0.0.1:{self.admin_port}"
        self.plain, self.secure = f"http://127.0.0.1:{self.port}", f"https://127.0.0.1:{self.tls_port}"
        self.authority = directory / "certificates" / "emulator-ca.pem"
        super().__init__(
            ["emulate", "--quiet", "--port", self.port, "--admin-port", self.admin_port, "--tls-port", self.tls_port,
             "--data", self.authority.parent, *options],
            directory, f"{self.plain}/health/live")


class Receiver:
    """A webhook that answers the handshake and keeps what it is sent."""

    def __init__(self):
        self.requests = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                receiver.requests.append((self.path, body))
                token = query.get("validationToken", [""])[0].encode()
                self.send_response(200 if token else 202)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(token)))
                self.end_headers()
                self.wfile.write(token)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/notifications"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver():
    one = Receiver()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def trust(monkeypatch):
    """Lets this process's clients trust the emulator's certificate, the way a user would."""
    def apply(server):
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.authority))
        return server
    return apply


@pytest.fixture
def emulator(tmp_path, trust):
    server = Emulator(tmp_path).start()
    yield trust(server)
    server.stop()


@pytest.fixture(scope="module")
def certificate():
    """A key and its self-made certificate, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "contoso relay")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256()))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, made.public_bytes(serialization.Encoding.PEM)


def seed(certificate, **application):
    """A seed file with one application that signs in by certificate, in JSON, which is YAML too."""
    return json.dumps({"tenants": [{
        "id": TENANT, "name": "Contoso",
        "users": [{"id": ANNA, "displayName": "Anna Berg", "userPrincipalName": "anna@example.com"}],
        "applications": [{
            "id": CLIENT, "servicePrincipalId": PRINCIPAL, "certificates": [certificate.decode()],
            "applicationPermissions": ["Mail.Read"], **application}],
    }]})


def secret_credential(emulator, secret=SECRET, tenant=TENANT):
    return ClientSecretCredential(
        tenant, CLIENT, secret, authority=emulator.secure, disable_instance_discovery=True)


def graph(emulator, credential, base=None):
    """Microsoft's client of Graph; only its address is another."""
    provider = AzureIdentityAuthenticationProvider(credential, scopes=[SCOPE], allowed_hosts=["127.0.0.1"])
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{base or emulator.secure}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


def subscription(url, resource="users/anna@example.com/messages", minutes=120):
    return Subscription(
        change_type="created,updated", notification_url=url, resource=resource, client_state="state-1",
        expiration_date_time=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes))


async def live(client, url, creator):
    """One subscription from its creation to its end."""
    created = await client.subscriptions.post(subscription(url))
    assert created.application_id and created.creator_id == creator and created.client_state == "state-1"
    item = client.subscriptions.by_subscription_id(created.id)
    listed = await client.subscriptions.get()
    assert [one.id for one in listed.value] == [created.id] and listed.value[0].client_state is None
    assert (await item.get()).resource == "users/anna@example.com/messages"

    later = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=3)
    renewed = await item.patch(Subscription(expiration_date_time=later))
    assert renewed.expiration_date_time == later
    await item.reauthorize.post()
    await item.delete()
    with pytest.raises(ODataError) as gone:
        await item.get()
    assert gone.value.response_status_code == 404 and gone.value.error.code == "ResourceNotFound"


@pytest.mark.parametrize("over", ["secure", "plain"])
def test_a_subscription_from_beginning_to_end(emulator, receiver, over):
    client = graph(emulator, secret_credential(emulator), base=getattr(emulator, over))
    asyncio.run(live(client, receiver.url, PRINCIPAL))
    assert len(receiver.requests) == 1


def test_graphs_refusals_are_understood(emulator, receiver):
    client = graph(emulator, secret_credential(emulator))

    async def refused(wanted):
        with pytest.raises(ODataError) as error:
            await client.subscriptions.post(wanted)
        return error.value.response_status_code, error.value.error.code, error.value.error.message

    async def all_of_them():
        assert await refused(subscription(receiver.url, minutes=20_000)) == (
            400, "ExtensionError", "Subscription expiration can only be 10070 minutes in the future.")
        created = await client.subscriptions.post(subscription(receiver.url))
        assert await refused(subscription(receiver.url)) == (
            409, "ObjectIdentifierInUse", f"Subscription Id {created.id} already exists for the requested combination")

    asyncio.run(all_of_them())


@pytest.mark.parametrize("send_chain", [False, True])
def test_a_certificate(tmp_path, trust, receiver, certificate, send_chain):
    private, public = certificate
    (tmp_path / "seed.json").write_text(seed(public))
    server = trust(Emulator(tmp_path, "--seed", tmp_path / "seed.json").start())
    try:
        credential = CertificateCredential(
            TENANT, CLIENT, certificate_data=private + public, authority=server.secure, disable_instance_discovery=True,
            send_certificate_chain=send_chain)
        asyncio.run(live(graph(server, credential), receiver.url, PRINCIPAL))
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
            secret_credential(server).get_token(SCOPE)
    finally:
        server.stop()


def test_a_certificate_in_the_older_way(tmp_path, trust, certificate):
    """RS256 and the SHA-1 thumbprint, as libraries of before sign."""
    import msal

    private, public = certificate
    (tmp_path / "seed.json").write_text(seed(public))
    server = trust(Emulator(tmp_path, "--seed", tmp_path / "seed.json").start())
    try:
        thumbprint = x509.load_pem_x509_certificate(public).fingerprint(hashes.SHA1()).hex()
        application = msal.ConfidentialClientApplication(
            CLIENT, authority=f"{server.secure}/{TENANT}", instance_discovery=False,
            client_credential={"private_key": private.decode(), "thumbprint": thumbprint})
        assert "access_token" in application.acquire_token_for_client([SCOPE])
    finally:
        server.stop()


def test_a_device_code(emulator, receiver):
    def approve(uri, code, _):
        assert uri == f"{emulator.secure}/devicelogin"
        answer = requests.post(uri, data={"user_code": code, "user": "anna@example.com", "decision": "approve"}, timeout=10)
        assert answer.status_code == 200

    credential = DeviceCodeCredential(
        CLIENT, tenant_id=TENANT, authority=emulator.secure, disable_instance_discovery=True, prompt_callback=approve)
    record = credential.authenticate(scopes=["https://graph.microsoft.com/Mail.Read"])
    assert record.username == "anna@example.com" and record.tenant_id == TENANT
    asyncio.run(live(graph(emulator, credential), receiver.url, ANNA))


@pytest.mark.parametrize("endpoint", ["service", "machine"])
def test_a_managed_identity(emulator, receiver, monkeypatch, endpoint):
    if endpoint == "service":
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{emulator.plain}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "contoso-identity-header")
    else:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.plain)
    asyncio.run(live(graph(emulator, ManagedIdentityCredential()), receiver.url, IDENTITY_PRINCIPAL))
    asyncio.run(live(graph(emulator, ManagedIdentityCredential(client_id=IDENTITY)), receiver.url, IDENTITY_PRINCIPAL))


def test_what_is_wrong_is_said(emulator):
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        secret_credential(emulator, "wrong").get_token(SCOPE)
    with pytest.raises(ClientAuthenticationError, match="AADSTS70011"):
        secret_credential(emulator).get_token("User.Read")


def test_a_missing_permission(tmp_path, trust, receiver, certificate):
    (tmp_path / "seed.json").write_text(
        seed(certificate[1], secrets=[SECRET], applicationPermissions=["Calendars.Read"]))
    server = trust(Emulator(tmp_path, "--seed", tmp_path / "seed.json").start())
    try:
        client = graph(server, secret_credential(server))
        with pytest.raises(ODataError) as refused:
            asyncio.run(client.subscriptions.post(subscription(receiver.url)))
        assert refused.value.response_status_code == 403 and refused.value.error.code == "ExtensionError"
    finally:
        server.stop()


def test_the_certificates_stay(tmp_path, trust):
    server = Emulator(tmp_path).start()
    first = server.authority.read_text()
    private = server.authority.parent / "emulator-tls-key.pem"
    assert private.stat().st_mode & 0o077 == 0
    server.stop()
    server.start()
    try:
        assert server.authority.read_text() == first
        trust(server)
        assert requests.get(f"{server.secure}/health/live", timeout=10).status_code == 200
        assert f"https://127.0.0.1:{server.tls_port}" in server.stdout()
    finally:
        server.stop()


@pytest.mark.parametrize("text, words", [
    (None, "There is no file"), ("tenants: []", "no tenants"), ("tenants:\n  - id: t\n    user: []", "nobody knows 'user'"),
    ("tenants: [", "cannot be read")])
def test_a_seed_that_makes_no_sense(tmp_path, text, words):
    path = tmp_path / "seed.yaml"
    if text is not None:
        path.write_text(text)
    result = subprocess.run(
        [str(BINARY), "emulate", "--port", str(free_port()), "--admin-port", str(free_port()), "--seed", str(path)], cwd=tmp_path, capture_output=True,
        text=True, timeout=30, stdin=subprocess.DEVNULL)
    assert result.returncode != 0 and words in result.stderr and len(result.stderr.strip().splitlines()) == 1
