"""JSON of plain data in one line, as ``json.dumps`` writes it with ``separators=(",", ":")``.

It calls the C function that does the work for json.dumps: json itself brings its decoder and re, 7 ms of start-up.
"""

from __future__ import annotations

from netscope.core.typed import Any

try:
    from _json import encode_basestring_ascii, make_encoder
except ImportError:  # another Python
    from json import JSONEncoder

    encode = JSONEncoder(separators=(",", ":")).encode
else:

    def _refuse(value: object) -> None:
        raise TypeError(f"{type(value).__name__} is no plain data")

    # Plain data has no cycles to look out for; keys stay in their order, and are texts.
    _pieces = make_encoder(None, _refuse, encode_basestring_ascii, None, ":", ",", False, False, True)

    def encode(o: Any) -> str:
        """Return the JSON of a value."""
        return "".join(_pieces(o, 0))
