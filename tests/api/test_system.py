"""What the service tells its admin of itself, and what it keeps."""

import httpx
from pydantic import SecretStr

from resources.setting_values import PREFIX
from resources.settings import Settings
from tests.api.server import Store, served

PATH = "/api/admin/system/info"
SECRET = "0123456789abcdef0123456789abcdef"


def test_only_an_admin_is_told(service: httpx.Client, reader: httpx.Client) -> None:
    assert service.get(PATH).status_code == 401
    assert reader.get(PATH).status_code == 403


def test_every_setting_is_told_and_no_secret(store: Store) -> None:
    settings = store.settings.model_copy(update={"secret_key": SecretStr(SECRET)})
    with served(settings) as client:
        answer = client.get(PATH, headers={"X-API-Key": store.key("admin")})
    body = answer.json()
    told = body["configuration"]
    assert {PREFIX + name.upper() for name in Settings.model_fields} <= told.keys()
    assert told["HEADWATER_SECRET_KEY"] == "set"
    assert SECRET not in answer.text
    assert told["HEADWATER_COLLECTION_INTERVALS"] == ["1h", "1d"]
    assert told["HEADWATER_HOME"] == str(store.settings.home)
    assert told["keys_set"] == []


def test_store_and_scheduler_are_told(store: Store) -> None:
    with served(store.settings) as client:
        client.headers["X-API-Key"] = store.key("admin")
        body = client.get(PATH).json()
        again = client.get(PATH).json()
    assert body["database"]["kind"] == "sqlite"
    assert body["database"]["schema"] >= "0007"
    assert body["database"]["size_mb"] > 0
    assert body["scheduler"] == {"status": "unknown", "schedule": "1 */6 * * *"}
    assert body["configuration"]["HEADWATER_SECRET_KEY"] == "unset"
    assert again["uptime"] >= body["uptime"] >= 0
