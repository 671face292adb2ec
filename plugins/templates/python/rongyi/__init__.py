"""Small helpers for rules in Python. They come with the host; your rule stands in ../rule.py.

Nothing here decides anything. The types are those of wit/v0.2/rules.wit.
"""

import json

from wit_world.imports import host
from wit_world.imports.types import (
    Arg_Code, Arg_Day, Arg_Decimal, Arg_Integer, Award, Date, Decimal, Decision, Diagnostic, Line,
    Phrase, Refusal, Severity, Short, Text,
)

from . import border, guard


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
    """A line for you, never for residents: `rongyi rule run` shows it. So does print."""
    guard.write(host.Level.INFO, str(line))


class _Parameters(dict):
    """One that is neither there nor among the defaults is told when it is read."""

    def __missing__(self, key):
        has = ", ".join(self)
        border.say("params", f"没有“{key}”，有：{has}。可以不写的，给一个默认值",
                   f"there is no “{key}”; there are: {has}. What may be left out needs a default")


def parameters(given, **defaults):
    """The parameters as TOML has them, with what may be left out: parameters(given, clean_bonus=0)."""
    return json.loads(json.dumps(defaults)[:-1] + (", " if defaults and given != "{}" else "") + given[1:],
                      object_pairs_hook=_Parameters)


class No(Exception):
    """Raised, it is the rule's "no": the code of a phrase, its arguments, the day it opens again."""

    def __init__(self, code, args=(), opens=None):
        super().__init__(code)
        border.sentence(code)
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
        border.sentence(code)
        border.whole("amount", amount)
        border.whole("total", self.total + amount)
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
    for kind in border.plan.kinds if border.plan else ():
        if kind.code == event.kind and all(field.name != name for field in kind.fields):
            has = ", ".join(field.name for field in kind.fields)
            border.say(event.kind, f"没有字段“{name}”，有：{has}", f"there is no field “{name}”; there are: {has}")
    for key, value in event.fields:
        if key == name:
            return value.value
    return otherwise


def rule(cls):
    """Marks your class as the rule. (The host guards it with or without this.)"""
    return cls
