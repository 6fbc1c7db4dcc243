"""`tidings serve` signs in without a secret: as the identity of an Azure service, and by what a platform vouches for."""
import base64
import hashlib
import time
import uuid

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from conftest import Tidings, free_port, until
from test_emulator_identity import CLIENT, IDENTITY, SECRET, TENANT, Emulator, certificate, seed  # noqa: F401


def subscribed(started, emulator, directory, settings, environment):
    """Starts `tidings serve` and waits until its subscription is at the emulated Graph; returns the process."""
    port = free_port()
    (directory / "tidings.yaml").write_text(f"""\
http:
  port: {port}
  publicUrl: http://127.0.0.1:{port}
storage:
  directory: {directory / "relay"}
graph:
  tenantId: {TENANT}
  endpoint: {emulator.plain}/v1.0
  authority: {emulator.plain}
{settings}
subscriptions:
  anna:
    resource: users/anna@example.com/messages
""")
    place = directory / "serve"
    place.mkdir()
    relay = Tidings(
        ["serve", "--config", directory / "tidings.yaml"], place, f"http://127.0.0.1:{port}/health/live", environment).start()
    started.running.append(relay)
    found = until(lambda: all_subscriptions(emulator), 20, what=f"the subscription ({relay.stderr()[-500:]})")
    assert [one["notificationUrl"] for one in found] == [f"http://127.0.0.1:{port}/notifications"]
    return relay


def all_subscriptions(emulator):
    return requests.get(f"{emulator.admin}/emulator/v1/state", timeout=10).json()["subscriptions"]


@pytest.fixture
def started(tmp_path):
    """Starts emulators; ends all that was started."""
    def start(*options):
        server = Emulator(tmp_path, *options).start()
        start.running.append(server)
        return server
    start.running = []
    yield start
    for one in reversed(start.running):
        assert one.stop() == 0


@pytest.mark.parametrize("which", ["system", IDENTITY])
def test_the_identity_of_an_azure_service(started, tmp_path, which):
    emulator = started()
    relay = subscribed(
        started, emulator, tmp_path, f"  credential: managedIdentity\n  managedIdentity: {which}",
        {"IDENTITY_ENDPOINT": f"{emulator.plain}/msi/token", "IDENTITY_HEADER": "contoso-identity-header"})
    assert "contoso-identity-header" not in relay.stderr()


def test_an_identity_that_is_not_given_is_said(started, tmp_path):
    emulator = started()
    with pytest.raises(AssertionError):
        subscribed(
            started, emulator, tmp_path, "  credential: managedIdentity\n  managedIdentity: system",
            {"IDENTITY_ENDPOINT": f"{emulator.plain}/msi/token", "IDENTITY_HEADER": "wrong"})
    (error,) = [line for line in (tmp_path / "serve" / "err-1.txt").read_text().splitlines() if "not as declared" in line]
    assert "wrong" not in error and "managed identity" in error.lower()


def test_a_workload_of_which_its_platform_writes_a_token(started, tmp_path, certificate):  # noqa: F811
    private, public = certificate
    (tmp_path / "seed.json").write_text(seed(public))
    emulator = started("--seed", tmp_path / "seed.json")
    der = x509.load_pem_x509_certificate(public).public_bytes(serialization.Encoding.DER)
    now = int(time.time())
    token = jwt.encode(
        {"iss": CLIENT, "sub": CLIENT, "aud": f"{emulator.plain}/{TENANT}/oauth2/v2.0/token", "jti": str(uuid.uuid4()),
         "nbf": now - 60, "iat": now - 60, "exp": now + 500},
        private, algorithm="PS256",
        headers={"x5t#S256": base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")})
    (tmp_path / "token").write_text(token + "\n")
    relay = subscribed(
        started, emulator, tmp_path, f"  clientId: {CLIENT}\n  credential: workload",
        {"AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token")})
    assert token not in relay.stderr()
