"""Talks HTTP to a running engine: JSON in, JSON out; a refusal becomes a `Refused` with the answer.

Which paths exist and what they answer is known by the file of each server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tocsin.engines.answers import EngineError, Refused

if TYPE_CHECKING:
    import requests

TIMEOUT = 30.0


@dataclass(slots=True)
class Client:
    """One engine's API; connections are kept open."""

    title: str
    url: str
    _session: "requests.Session | None" = field(default=None)

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON that the engine answers."""
        return self._ask("GET", path, params=params, headers=headers).json()

    def post(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: str | bytes | Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Send something; the text of the answer."""
        return self._ask("POST", path, params=params, json=json, data=data, headers=headers).text

    def _ask(self, method: str, path: str, **what: Any) -> "requests.Response":
        import requests

        if self._session is None:
            self._session = requests.Session()
            self._session.trust_env = False  # a proxy has no business between us and loopback
        try:
            answer = self._session.request(method, self.url + path, timeout=TIMEOUT, **what)
        except requests.RequestException as error:
            raise EngineError(
                f"{self.title} does not answer {method} {path}", facts=(("error", str(error)),)
            ) from error
        if not answer.ok:
            said = f'{answer.status_code} "{answer.text.strip()[:500]}"'
            raise Refused(f"{self.title} refuses {method} {path}", facts=(("answer", said),))
        return answer
