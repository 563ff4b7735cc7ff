"""What every form of ``netscope dns`` needs of its surroundings: files to read, documents to print."""

from __future__ import annotations

import os
from typing import Any

from netscope.cli.output import Output
from netscope.core.errors import NetscopeError
from netscope.core.host import Host
from netscope.core.text import printable
from netscope.domains.dns.grammar import Command


def read_text(path: str) -> str:
    """Return a file's text, that of standard input for "-". Raises NetscopeError."""
    try:
        with open(0 if path == "-" else path, encoding="utf-8", errors="surrogateescape", closefd=path != "-") as file:
            return file.read()
    except OSError as error:
        raise NetscopeError(f"cannot read {path}", os.strerror(error.errno or 0)) from error


def safe(line: str) -> str:
    """Return a line (of several, laid out with tabs, under +multiline) that a terminal shows and does not obey."""
    if line.isascii() and line.replace("\t", "").replace("\n", "").isprintable():
        return f"{line}\n"
    return "\n".join("\t".join(map(printable, row.split("\t"))) for row in line.split("\n")) + "\n"


def print_documents(command: Command, records: list[dict[str, Any]], host: Host, output: Output) -> None:
    """Print objects as asked for: in the envelope of all topics, a line each, or indented."""
    if command.form == "json":
        from netscope.domains.dns import DOMAIN, answered
        from netscope.export import document

        output.write(document(DOMAIN, answered(records, host), host))
        return
    import json

    shape: dict[str, Any] = {"separators": (",", ":")} if command.form else {"indent": 2}
    for record in records:
        output.write([json.dumps(record, **shape), "\n"])
