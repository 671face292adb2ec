"""Small helpers for rules in Python. They come with the host; your rule stands in ../rule.py.

Nothing here decides anything. The types are those of wit/v0.2/rules.wit.
"""

from componentize_py_types import Err
from wit_world.imports import host
from wit_world.imports.types import (
    Arg_Code, Arg_Day, Arg_Decimal, Arg_Integer, Award, Date, Decimal, Decision, Diagnostic, Line,
    Phrase, Refusal, Severity, Short, Text,
)


def phrase(code, zh, en):
    """A sentence with holes {0}, {1} ... in both languages."""
    return Phrase(code, Text(zh, en))


def integer(value):
    """A whole number as an argument of a sentence."""
    return Arg_Integer(value)


def decimal(units, scale):
    """A number with decimal places as an argument: 76 at one place is 7.6."""
    return Arg_Decimal(Decimal(units, scale))


def day(date):
    """A date as an argument."""
    return Arg_Day(date)


def code(name):
    """A code that the host or the plan has a text for, as an argument."""
    return Arg_Code(name)


def wrong(path, code, zh, en):
    """Something wrong in the parameters; `path` is dotted: kinds[2].cap."""
    return Diagnostic(Severity.ERROR, path, code, Text(zh, en))


def log(line):
    """A line for you, never for residents: `rongyi rule run` shows it."""
    host.log(host.Level.INFO, str(line))


class No(Exception):
    """Raised, it is the rule's "no": the code of a phrase, its arguments, the day it opens again."""

    def __init__(self, code, args=(), opens=None):
        super().__init__(code)
        self.answer = Refusal(code, list(args), opens)


class Wrong(Exception):
    """Raised by `configure`: everything that is wrong with the parameters."""

    def __init__(self, found):
        super().__init__("wrong parameters")
        self.answer = found


class Sum:
    """Collects the lines of one asset and keeps their sum, so that award and explanation can't disagree."""

    def __init__(self, asset="points"):
        self.asset = asset
        self.lines = []
        self.total = 0

    def add(self, code, args, amount):
        self.lines.append(Line(code, args, self.asset, amount))
        self.total += amount

    def give(self, role="doer", short=Short.CLAMP):
        """The decision: one award to a role, unless it is nothing."""
        awards = [Award(role, self.asset, self.total, short, None)] if self.total else []
        return Decision(awards, self.lines, [])


def next_month(date):
    """The first day of the month after this date."""
    return Date(date.year + 1, 1, 1) if date.month == 12 else Date(date.year, date.month + 1, 1)


def field(event, name, otherwise):
    """What the event says in a field, or `otherwise` when it is not filled in."""
    for key, value in event.fields:
        if key == name:
            return value.value
    return otherwise


def _guarded(name, answer):
    def ask(self, *given):
        try:
            return answer(self, *given)
        except (No, Wrong) as no:
            raise Err(no.answer) from None
        except Exception as error:
            at = error.__traceback__
            while at.tb_next:
                at = at.tb_next
            place = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}"
            host.log(host.Level.ERROR, f"{name}: {type(error).__name__}: {error} ({place})")
            raise
    return ask


def _not_handled(self, given):
    raise No("not-handled")


def rule(cls):
    """Turns your class into the rule. What you don't answer is refused; an exception is told with its place."""
    for name in ("describe", "configure", "earn", "price", "close"):
        setattr(cls, name, _guarded(name, getattr(cls, name, _not_handled)))
    return cls
