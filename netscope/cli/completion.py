"""``netscope completion SHELL``: topics, options and fields for the shell's Tab key, from the same declarations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from netscope.cli import snapshot
from netscope.cli.output import Output
from netscope.cli.overview import COMMANDS
from netscope.cli.parser import Parser, build
from netscope.core.domain import Domain
from netscope.core.errors import BadQuery
from netscope.core.fields import field_words
from netscope.domains import DOMAINS, load

SHELLS = ("bash", "zsh", "fish")
_INSTALL = """\
now:   source <(netscope completion bash), in zsh after compinit; netscope completion fish | source
bash:  netscope completion bash > ~/.local/share/bash-completion/completions/netscope
zsh:   netscope completion zsh > DIRECTORY_OF_FPATH/_netscope
fish:  netscope completion fish > ~/.config/fish/completions/netscope.fish
"""


class Words(NamedTuple):
    """What may follow a command: (flags, help, takes a value) of its options, and its fields."""

    command: str
    summary: str
    options: list[tuple[tuple[str, ...], str, bool]]
    fields: list[str]


def main(words: Sequence[str], _netns: str) -> int:
    """Run the command."""
    parser = Parser(
        prog="netscope completion",
        usage="netscope completion bash|zsh|fish",
        description="Prints the completion script of a shell:\n\n" + _INSTALL,
    )
    parser.add_argument("shell", nargs="?", metavar="SHELL", help="bash, zsh or fish")
    parser.add_argument("-h", "--help", action="store_true", help="this help")
    given = parser.parse_args(list(words))
    if given.help:
        Output().tell(parser.format_help())
        return 0
    scripts = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    if given.shell not in scripts:
        raise BadQuery("which shell?", "", f"'netscope completion' with one of {', '.join(SHELLS)}")
    Output().write([scripts[given.shell](vocabulary())])
    return 0


def vocabulary() -> list[Words]:
    """Return every topic and command with what may follow it."""
    found = []
    for name in DOMAINS:
        domain = load(name)
        found.append(Words(name, domain.summary, _options(_parser(domain)), field_words(domain)))
    found.append(Words("snapshot", COMMANDS["snapshot"], _options(snapshot.build()), list(DOMAINS)))
    found.append(Words("schema", COMMANDS["schema"], [], []))
    found.append(Words("completion", COMMANDS["completion"], [], list(SHELLS)))
    return found


def _parser(domain: Domain) -> Parser:
    """Return a topic's parser; a command line of its own may have its own (``build``)."""
    module = import_module(domain.command.partition(":")[0]) if domain.command else None
    own: Callable[[], Parser] | None = getattr(module, "build", None)
    return own() if own is not None else build(domain)


def _options(parser: Parser) -> list[tuple[tuple[str, ...], str, bool]]:
    return [(tuple(action.option_strings), action.help or "", action.nargs != 0) for action in parser.listed]


_NAMESPACES = "ls /run/netns 2>/dev/null"


def _bash(vocabulary: Sequence[Words]) -> str:
    cases = []
    for words in vocabulary:
        flags = " ".join(flag for option in words.options for flag in option[0])
        fields = " ".join(words.fields)
        cases.append(f"    {words.command}) flags='{flags}' fields='{fields}' ;;")
    return f"""\
# bash completion of netscope
_netscope() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} topic= flags= fields= i
  local commands='{" ".join(words.command for words in vocabulary)}'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      --netns|-N) ((i++)) ;;
      -*) ;;
      *) topic=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  [[ $current == : || $before == : ]] && return
  case $before in
    --netns|-N) COMPREPLY=($(compgen -W "$({_NAMESPACES})" -- "$current")); return ;;
    -o|--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case $topic in
    "") COMPREPLY=($(compgen -W "$commands --netns --help --version" -- "$current")); return ;;
{chr(10).join(cases)}
    *) return ;;
  esac
  case $before in
    --fields|-F|--topics)
      local start=${{current%"${{current##*,}}"}}
      COMPREPLY=($(compgen -P "$start" -W "$fields" -- "${{current##*,}}"))
      compopt -o nospace 2>/dev/null
      return ;;
    --sort)
      local sign=${{current%%[^-]*}}
      COMPREPLY=($(compgen -P "$sign" -W "$fields" -- "${{current#"$sign"}}"))
      return ;;
  esac
  case $topic,$current in
    *,-*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    completion,*) COMPREPLY=($(compgen -W "$fields" -- "$current")) ;;
    snapshot,*|schema,*) ;;
    *) COMPREPLY=($(compgen -S : -W "$fields" -- "$current")); compopt -o nospace 2>/dev/null ;;
  esac
}}
complete -F _netscope netscope
"""


def _zsh(vocabulary: Sequence[Words]) -> str:
    cases = []
    for words in vocabulary:
        specs = []
        for flags, text, valued in words.options:
            for flag in flags:
                value = _zsh_value(flag) if valued else ""
                specs.append(f"{flag}[{_zsh_text(text)}]{value}")
        fields = " ".join(words.fields)
        rest = "'*:field:->fields'" if words.command not in ("snapshot", "schema") else ""
        lines = " \\\n        ".join([*(f"'{spec}'" for spec in specs), rest]).rstrip(" \\\n")
        cases.append(f"    {words.command})\n      fields=({fields})\n      _arguments -s -S {lines} ;;")
    commands = "\n".join(f"    '{words.command}:{_zsh_text(words.summary)}'" for words in vocabulary)
    return f"""\
#compdef netscope
_netscope() {{
  local context state state_descr line
  typeset -A opt_args
  local -a commands fields
  commands=(
{commands}
  )
  _arguments -C '(-N --netns)'{{-N,--netns}}'[another network namespace]:namespace:($({_NAMESPACES}))' \\
    '--help[help]' '--version[version]' '1:topic:->topic' '*::arguments:->arguments'
  if [[ $state == topic ]]; then
    _describe topic commands
    return
  fi
  local topic=$line[1]
  case $topic in
{chr(10).join(cases)}
  esac
  if [[ $state == fields ]]; then
    if [[ $topic == completion ]]; then compadd -a fields; else compadd -S : -a fields; fi
  elif [[ $state == list ]]; then
    compadd -a fields
  fi
}}
if [[ $funcstack[1] == _netscope ]]; then
  _netscope "$@"  # the completion system has loaded this file and calls it
elif (( $+functions[compdef] )); then
  compdef _netscope netscope  # it was sourced
fi
"""


def _zsh_text(text: str) -> str:
    for char, safe in (("'", "'\\''"), ("[", "("), ("]", ")"), (":", "\\:")):
        text = text.replace(char, safe)
    return text


def _zsh_value(flag: str) -> str:
    if flag in ("--netns", "-N"):
        return f":namespace:($({_NAMESPACES}))"
    if flag in ("-o", "--output"):
        return ":file:_files"
    if flag in ("--fields", "-F", "--sort", "--topics"):
        return ":field:->list"
    return "::value:" if flag == "--watch" else ":value:"


def _fish(vocabulary: Sequence[Words]) -> str:
    lines = ["# fish completion of netscope", "complete -c netscope -f"]
    commands = " ".join(words.command for words in vocabulary)
    lines.append(f"complete -c netscope -s N -l netns -x -a '({_NAMESPACES})' -d 'another network namespace'")
    for words in vocabulary:
        alone = f"not __fish_seen_subcommand_from {commands}"
        lines.append(f"complete -c netscope -n '{alone}' -a {words.command} -d '{_fish_text(words.summary)}'")
        after = f"__fish_seen_subcommand_from {words.command}"
        for flags, text, valued in words.options:
            if "--netns" in flags:
                continue
            given = " ".join(_fish_flag(flag) for flag in flags)
            value = ""
            if "--output" in flags:
                value = " -r -F"
            elif "--fields" in flags or "--sort" in flags or "--topics" in flags:
                value = f" -x -a '{' '.join(words.fields)}'"
            elif valued and "--watch" not in flags:
                value = " -x"
            lines.append(f"complete -c netscope -n '{after}' {given}{value} -d '{_fish_text(text)}'")
        if words.command not in ("snapshot", "schema"):
            ending = "" if words.command == "completion" else ":"
            fields = " ".join(f"{field}{ending}" for field in words.fields)
            lines.append(f"complete -c netscope -n '{after}' -a '{fields}'")
    return "\n".join(lines) + "\n"


def _fish_flag(flag: str) -> str:
    if flag.startswith("--"):
        return f"-l {flag[2:]}"
    return f"-s '{flag[1:]}'" if len(flag) == 2 else f"-o {flag[1:]}"  # bare, '#' begins a comment


def _fish_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
