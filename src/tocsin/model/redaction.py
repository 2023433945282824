"""Built-in classes of secrets that logs and traces must not keep: RE2 patterns of the *values* to remove.

A class is a key as well: `"token": ...` and `user.token=...` are masked whatever the value. A class without a
pattern is nothing but that. A pattern must not reach beyond the value (into its key or its quotes), or lines
in JSON are no JSON any more. A workspace adds its own under `redact:`. Which lines they are applied to is the
collector's business.
"""

from types import MappingProxyType

CLASSES = MappingProxyType(
    {
        "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
        # 15 or 16 digits that begin as the card networks' numbers do: a nanosecond timestamp does not
        "card": r"\b(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6011|65[0-9]{2})(?:[ -]?[0-9]{4}){3}\b"
        r"|\b3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}\b",
        # Told by their keys. Bearer tokens, JWTs and providers' keys show themselves and are always removed.
        "password": "",
        "token": "",
        "ip": r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
    }
)
