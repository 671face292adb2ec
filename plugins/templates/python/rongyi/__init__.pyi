# What the helpers take and answer, for editors. It comes with the host.
# The types (Plan, Event, Decision …) are in wit_world.imports.types; `rongyi rule build` writes them below built/types,
# where pyrightconfig.json has editors look.

from typing import Any, Sequence, TypeVar

from wit_world.imports.types import (
    Arg, Date, Decision, Diagnostic, Event, Line, Phrase, Short,
)

T = TypeVar("T")

def phrase(code: str, zh: str, en: str) -> Phrase:
    """A sentence with holes {0}, {1} ... in both languages."""

def integer(value: int) -> Arg:
    """A whole number as an argument of a sentence."""

def decimal(units: int, scale: int) -> Arg:
    """A number with decimal places as an argument: 76 at one place is 7.6; scale 0-4."""

def day(date: Date) -> Arg:
    """A date as an argument."""

def code(name: str) -> Arg:
    """A code that the host or the plan has a text for, as an argument."""

def wrong(path: str, code: str, zh: str, en: str) -> Diagnostic:
    """Something wrong in the parameters; `path` is dotted: kinds[2].cap."""

def log(line: object) -> None:
    """A line for you, never for residents: `rongyi rule run` shows it. So does print."""

def parameters(given: str, **defaults: Any) -> dict[str, Any]:
    """The parameters as TOML has them; reading one that is neither there nor among the defaults is an error."""

class No(Exception):
    """Raised, it is the rule's "no": the code of a phrase, its arguments, the day it opens again."""
    def __init__(self, code: str, args: Sequence[Arg] = (), opens: Date | None = None) -> None: ...

class Wrong(Exception):
    """Raised by `configure`: everything that is wrong with the parameters."""
    def __init__(self, found: list[Diagnostic]) -> None: ...

class Sum:
    """Collects the lines of one asset and keeps their sum, so that award and explanation can't disagree."""
    asset: str
    lines: list[Line]
    total: int
    def __init__(self, asset: str = "points") -> None: ...
    def add(self, code: str, args: list[Arg], amount: int) -> None:
        """A line that adds or takes away whole points."""
    def give(self, role: str = "doer", short: Short = Short.CLAMP) -> Decision:
        """The decision: one award to a role, unless it is nothing."""

def next_month(date: Date) -> Date:
    """The first day of the month after this date."""

def field(event: Event, name: str, otherwise: T) -> T:
    """What the event says in a field, or `otherwise` when it is not filled in."""

def rule(cls: type) -> type:
    """Marks your class as the rule."""
