"""From the words of the command line to an exit status."""

from __future__ import annotations

import gc
import os
import sys

from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.host import Host
from netscope.core.typed import Callable, NamedTuple, NoReturn, Sequence

INTERRUPTED = 130


class Call(NamedTuple):
    """What the words before the command's own ones say."""

    netns: str
    command: str
    words: list[str]


def run(argv: Sequence[str]) -> int:
    """Run one command line and return the exit status. Nothing escapes as a traceback."""
    from netscope.cli.output import complain

    try:
        return _dispatch(split(argv))
    except NetscopeError as error:
        _report(error)
        return error.status
    except BrokenPipeError:
        return _broken_pipe()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last resort: one line that can be reported
        if os.environ.get("NETSCOPE_DEBUG"):
            raise
        complain(f"internal error: {type(error).__name__}: {error} (NETSCOPE_DEBUG=1 shows where)")
        return 1


def _broken_pipe() -> int:
    """End as any filter does whose reader has gone: by SIGPIPE, without a word."""
    import signal

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)
    return 141  # SIGPIPE was blocked by the caller


def _report(error: NetscopeError) -> None:
    from netscope.cli.output import complain

    drawn: Callable[[], str] | None = getattr(error, "drawn", None)  # a filter knows the place of its mistake
    complain(str(error))
    if drawn is not None:
        for line in drawn().split("\n"):
            complain(f"  {line}")


def split(argv: Sequence[str]) -> Call:
    """Part the words into what stands before the command, the command, and its words. Raises BadQuery."""
    netns, words = "", list(argv)
    while words:
        word = words.pop(0)
        if word in ("-N", "--netns"):
            if not words:
                raise BadQuery(f"{word} needs a namespace", "", "a name of 'ip netns', a pid or a path")
            netns = words.pop(0)
        elif word.startswith("--netns="):
            netns = word.partition("=")[2]
        elif word in ("-h", "--help", "-V", "--version"):
            return Call(netns, word, words)
        elif word.startswith("-"):
            raise BadQuery(f"no option {word!r} before a topic", "", "'netscope --help' lists topics and options")
        else:
            return Call(netns, word, words)
    return Call(netns, "", [])


def _namespace(call: Call) -> tuple[str, list[str]]:
    """Take ``--netns`` from among the words of a topic that has a grammar of its own. Raises BadQuery."""
    netns, words = call.netns, list(call.words)
    for position, word in enumerate(words):
        if word == "--":
            break
        if word.startswith("--netns="):
            del words[position]
            return word.partition("=")[2], words
        if word == "--netns":
            if position + 1 == len(words):
                raise BadQuery(f"{word} needs a namespace", "", "a name of 'ip netns', a pid or a path")
            netns = words[position + 1]
            del words[position : position + 2]
            break
    return netns, words


def _dispatch(call: Call) -> int:
    if call.command == "":
        return _tui(call.netns)
    if call.command in ("-h", "--help"):
        from netscope.cli.overview import overview

        return _print(overview())
    if call.command in ("-V", "--version"):
        from netscope import __version__

        return _print(f"netscope {__version__}\n")
    if call.command in ("snapshot", "schema", "completion"):
        from importlib import import_module

        status: int = import_module(f"netscope.cli.{call.command}").main(call.words, call.netns)
        return status
    return _topic(call)


def _print(text: str) -> int:
    from netscope.cli.output import Output

    Output().tell(text)
    return 0


def _tui(netns: str) -> int:
    if not (os.isatty(0) and os.isatty(1)):
        raise BadQuery(
            "the interface needs a terminal",
            "input and output are not both one",
            "'netscope --help' lists the commands",
        )
    from netscope.tui import run as run_tui

    return run_tui(netns)


def _topic(call: Call) -> int:
    from netscope.domains import DOMAINS, load

    if call.command not in DOMAINS:
        from netscope.cli.overview import COMMANDS
        from netscope.core.spelling import closest

        close = closest(call.command, [*DOMAINS, *COMMANDS])
        mend = f"did you mean {' or '.join(close)}?" if close else "'netscope --help' lists them"
        raise BadQuery(f"no topic or command {call.command!r}", "", mend)
    domain = load(call.command)
    if domain.command:
        module, _colon, function = domain.command.partition(":")
        own: Callable[[Sequence[str], Host], int] = getattr(__import__(module, fromlist=(function,)), function)
        gc.enable()
        netns, words = _namespace(call)
        return own(words, _host(netns))
    from netscope.cli.words import understand

    wanted = understand(domain, call.words)
    if wanted is None:
        from netscope.cli.parser import help_text

        return _print(help_text(domain))
    from netscope.cli.output import Output

    output = Output(colour=wanted.colour)
    host = _host(wanted.netns or call.netns)
    try:
        if wanted.watch is not None:
            from netscope.cli.watch import watch

            gc.enable()
            return watch(domain, wanted, host, output)
        from netscope.cli.topic import once

        return once(domain, wanted, host, output)
    finally:
        host.close()


def _host(netns: str) -> Host:
    from netscope.system.live import LiveHost

    return LiveHost(netns)


def leave(status: int) -> NoReturn:
    """End at once: a hundred thousand records need not be taken apart one by one first."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)
