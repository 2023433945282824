"""Built-in classes of secrets that logs and traces must not keep: RE2 patterns of the text to remove.

A workspace adds its own under `redact:`. Which lines they are applied to is the collector's business.
"""

from types import MappingProxyType

CLASSES = MappingProxyType(
    {
        "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
        # 15 or 16 digits that begin as the card networks' numbers do: a nanosecond timestamp does not
        "card": r"\b(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6011|65[0-9]{2})(?:[ -]?[0-9]{4}){3}\b"
        r"|\b3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}\b",
        "password": r"(?i)(?:password|passwd|pwd|passphrase|secret)[\"']?\s*[:=]\s*"
        r"(?:\"[^\"]*\"|'[^']*'|[^\s\"',;&}]+)",
        "token": r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
        r"|\b(?:gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16})\b"
        r"|(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"
        r"|(?i:api_?key|access_?token|refresh_?token|token)[\"']?\s*[:=]\s*[\"']?[A-Za-z0-9._~+/=-]{6,}",
        "ip": r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
    }
)
