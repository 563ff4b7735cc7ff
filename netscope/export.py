"""What leaves the program as data: the JSON envelopes, JSON lines, CSV, and files that are whole or not there.

JSON is ASCII with every value exact: a byte that was not UTF-8 is the escape ``\\udcNN`` (Python's surrogateescape).
All functions yield or take text in large pieces, so that a table of any size is never in memory twice.
"""

from __future__ import annotations

import os
import time

from netscope.core.domain import Domain
from netscope.core.encode import encode
from netscope.core.errors import BadQuery, NeedsPrivilege, NetscopeError, Unavailable
from netscope.core.host import Host
from netscope.core.record import Column
from netscope.core.snapshot import Problem, Snapshot
from netscope.core.typed import Any, Callable, Iterable, Iterator, Sequence

SCHEMA = "netscope/1"
_BATCH = 1000  # records encoded between two writes


def timestamp(seconds: float) -> str:
    """Return a wall clock time as RFC 3339 in UTC, to the millisecond."""
    whole = int(seconds // 1)
    thousandths = min(999, int((seconds - whole) * 1000))
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{thousandths:03d}Z"


def problems_json(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return problems as they stand in every envelope."""
    return [{"what": problem.what, "why": problem.why, "mend": problem.mend} for problem in problems]


def record_chunks(
    domain: Domain, records: Iterable[Any], between: str, fields: Sequence[Column] | None = None
) -> Iterator[str]:
    """Yield the JSON objects of records in large pieces, to be joined by ``between``, which is within them, too."""
    if fields is not None:
        shape: Callable[[Any], dict[str, Any]] = picker(domain, fields)
    else:
        rows = getattr(records, "json_rows", None)  # see netscope.core.domain.JsonRows
        if rows is not None:
            yield from rows(between)
            return
        shape = domain.to_json
    batch: list[str] = []
    for record in records:
        batch.append(encode(shape(record)))
        if len(batch) == _BATCH:
            yield between.join(batch)
            batch = []
    if batch:
        yield between.join(batch)


def picker(domain: Domain, fields: Sequence[Column]) -> Callable[[Any], dict[str, Any]]:
    """Return a function giving an object with just these fields of a record, nested as in the whole, null if absent."""
    paths = [(column, column.name.split(".")) for column in fields]

    def pick(record: Any) -> dict[str, Any]:
        whole = domain.to_json(record)
        picked: dict[str, Any] = {}
        for column, path in paths:
            value: Any = whole
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            if value is None:
                value = column.value(record)
            inner = picked
            for key in path[:-1]:
                inner = inner.setdefault(key, {})
            inner[path[-1]] = value
        return picked

    return pick


def document(
    domain: Domain, snapshot: Snapshot, host: Host, fields: Sequence[Column] | None = None, *, line: bool = False
) -> Iterator[str]:
    """Yield the document of one topic: a record a line, or all on one ``line`` where documents follow each other."""
    return streamed(
        domain, snapshot.records, lambda: snapshot.problems, host, snapshot.taken_at, fields=fields, line=line
    )


def streamed(
    domain: Domain,
    records: Iterable[Any],
    problems: Callable[[], Sequence[Problem]],
    host: Host,
    taken_at: float,
    *,
    fields: Sequence[Column] | None = None,
    line: bool = False,
) -> Iterator[str]:
    """Yield the document of one topic whose records come one after the other; its problems are known at the end."""
    head = encode(
        {
            "schema": SCHEMA,
            "topic": domain.name,
            "host": host.name,
            "namespace": host.namespace,
            "taken_at": timestamp(taken_at),
        }
    )
    yield f'{head[:-1]},"records":['
    yield from _separated(record_chunks(domain, records, "," if line else ",\n", fields), line)
    yield f'],"problems":{encode(problems_json(problems()))}}}\n'


def _separated(chunks: Iterable[str], line: bool) -> Iterator[str]:
    separator = "" if line else "\n"
    for chunk in chunks:
        if separator:
            yield separator
        yield chunk
        separator = "," if line else ",\n"
    if not line and separator != "\n":
        yield "\n"


def snapshot_document(entries: Iterable[tuple[Domain, Snapshot]], host: Host) -> Iterator[str]:
    """Yield the document of several topics. ``entries`` may be lazy: each is looked at when its turn has come."""
    head = encode(
        {
            "schema": SCHEMA,
            "host": {"name": host.name, "kernel": host.kernel, "system": _system(host)},
            "namespace": host.namespace,
            "taken_at": timestamp(host.wall()),
        }
    )
    yield f'{head[:-1]},"topics":{{'
    between = "\n"
    for domain, snapshot in entries:
        yield f'{between}{encode(domain.name)}:{{"taken_at":{encode(timestamp(snapshot.taken_at))},"records":['
        yield from _separated(record_chunks(domain, snapshot.records, ",\n"), False)
        yield f'],"problems":{encode(problems_json(snapshot.problems))}}}'
        between = ",\n"
    yield "\n}}\n"


def _system(host: Host) -> str | None:
    """Return the distribution's own name for itself (os-release(5)), None where it has none."""
    try:
        lines = host.read("/etc/os-release").decode("utf-8", "replace").split("\n")
    except NetscopeError:
        return None
    for line in lines:
        if line.startswith("PRETTY_NAME="):
            return line.removeprefix("PRETTY_NAME=").strip("\"'")
    return None


def lines(
    domain: Domain, snapshot: Snapshot, fields: Sequence[Column] | None = None, *, stamped: bool = False
) -> Iterator[str]:
    """Yield JSON lines, a record each; ``stamped`` puts the time of the look into every record (``taken_at``)."""
    chunks = record_chunks(domain, snapshot.records, "\n", fields)
    if not stamped:
        for chunk in chunks:
            yield chunk + "\n"
        return
    stamp = f'{{"taken_at":{encode(timestamp(snapshot.taken_at))}'
    for chunk in chunks:
        for line in chunk.split("\n"):
            yield f"{stamp}{',' if len(line) > 2 else ''}{line[1:]}\n"


def csv_lines(columns: Sequence[Column], records: Iterable[Any], *, header: bool = True) -> Iterator[str]:
    """Yield comma-separated lines (RFC 4180, but ended by a newline) of raw values.

    An absent value is empty, a flag ``true`` or ``false``, a list of plain words has blanks between them, anything
    nested is JSON.
    """
    if header:
        yield ",".join(_csv(column.name) for column in columns) + "\n"
    getters = [column.value for column in columns]
    for record in records:
        yield ",".join([_csv(get(record)) for get in getters]) + "\n"


def _csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        plain = all(isinstance(item, (str, int, float)) and " " not in str(item) for item in value)
        text = " ".join(map(str, value)) if plain else encode(value)
    elif isinstance(value, dict):
        text = encode(value)
    else:
        text = str(value)
    if any(char in text for char in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_file(path: str, chunks: Iterable[str] | Iterable[bytes], *, force: bool = False) -> None:
    """Write a file whole or not at all: mode 0600, owned by the user who called sudo, never over another by accident.

    The text goes to a temporary file in the same directory, is synced to the disk, and then takes the name in one
    step. Raises BadQuery when something is there and ``force`` is not given (also when it came there meanwhile),
    NeedsPrivilege or NetscopeError when it cannot be written. A name that is no regular file is never replaced.
    """
    _refuse(path, force)
    folder = os.path.dirname(path) or "."
    temporary = os.path.join(folder, f".netscope-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _fill(descriptor, chunks)
            _publish(temporary, path, force)
        finally:
            _remove(temporary)
        _sync(folder)
    except OSError as error:
        raise _failure(path, error) from error


def _refuse(path: str, force: bool) -> None:
    if not os.path.lexists(path):
        return
    if not os.path.isfile(path) or os.path.islink(path):
        raise BadQuery(f"{path} is not written", "it is there and is no regular file", "choose another name")
    if not force:
        raise _exists(path)


def _exists(path: str) -> BadQuery:
    return BadQuery(f"{path} is not written", "it is there already", "--force replaces it")


def _fill(descriptor: int, chunks: Iterable[str] | Iterable[bytes]) -> None:
    with open(descriptor, "wb") as file:
        file.writelines(map(_octets, chunks))
        file.flush()
        if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdigit():
            group = os.environ.get("SUDO_GID", "")
            os.fchown(file.fileno(), int(os.environ["SUDO_UID"]), int(group) if group.isdigit() else -1)
        os.fsync(file.fileno())


def _octets(chunk: str | bytes) -> bytes:
    return chunk if isinstance(chunk, bytes) else chunk.encode("utf-8", "surrogateescape")


def _publish(temporary: str, path: str, force: bool) -> None:
    if force:
        os.replace(temporary, path)
        return
    try:
        os.link(temporary, path)  # unlike rename(2), fails when the name is taken
    except FileExistsError:
        raise _exists(path) from None
    except OSError:
        _rename_exclusive(temporary, path)  # a file system without hard links


def _rename_exclusive(temporary: str, path: str) -> None:
    """renameat2(2) with RENAME_NOREPLACE; Python has no call for it."""
    import ctypes
    import errno

    here, no_replace = -100, 1  # AT_FDCWD, RENAME_NOREPLACE
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(here, os.fsencode(temporary), here, os.fsencode(path), no_replace) == 0:
        return
    code = ctypes.get_errno()
    if code == errno.EEXIST:
        raise _exists(path)
    raise OSError(code, os.strerror(code))


def _remove(temporary: str) -> None:
    try:
        os.unlink(temporary)
    except FileNotFoundError:
        pass  # it has taken its name


def _sync(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failure(path: str, error: OSError) -> NetscopeError:
    what, why, code = f"{path} is not written", os.strerror(error.errno or 0), error.errno or 0
    if isinstance(error, PermissionError):
        return NeedsPrivilege(what, why, "choose a directory you may write to", code)
    if isinstance(error, FileNotFoundError):
        return Unavailable(what, why, "make its directory first", code)
    return NetscopeError(what, why, "", code)
