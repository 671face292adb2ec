"""Loaded before your rule: what a rule doesn't have says so, and print goes to the rule's log.

It comes with the host and decides nothing.
"""

import builtins
import datetime
import io
import os
import random
import sys
import time

# Asked for late by datetime and by random, when nothing can be loaded any more.
import _strptime  # noqa: F401
import hashlib  # noqa: F401

from wit_world.imports import host

# Nothing can be said before the first question is asked; what is written while the rule is built waits for it.
EARLY_MAX = 20
_early = []
_asked = False


def both(zh, en):
    """One sentence in both languages."""
    return f"{zh} / {en}"


def write(level, line):
    """A line into the rule's log, which `rongyi rule run` shows."""
    if _asked:
        host.log(level, line)
    elif len(_early) < EARLY_MAX:
        _early.append((level, line))


def begin():
    """Called with each question."""
    global _asked
    if not _asked:
        _asked = True
        for level, line in _early:
            host.log(level, line)


class _Log(io.TextIOBase):
    """Where print writes to: a line is a line of the log."""

    def __init__(self):
        self._begun = ""

    def writable(self):
        return True

    def write(self, text):
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            write(host.Level.INFO, line)
        return len(text)

    def flush(self):
        if self._begun:
            begun, self._begun = self._begun, ""
            write(host.Level.INFO, begun)


class Nothing(OSError):
    """What a rule does not have."""


_CLOCK = both("规则没有时钟：用事项的日期 event.on 和 event.minute",
              "a rule has no clock: use the event's day, event.on and event.minute")
_CHANCE = both("规则没有随机数：用 event.seed 抽签（random.Random(bytes(event.seed))），同一件事永远一样",
               "a rule has no chance: draw with event.seed (random.Random(bytes(event.seed))), the same for the same event for ever")
_FILES = both("规则没有文件和网络：要知道的写进 configure 的 facts，或写进参数",
              "a rule has no files and no network: what it needs to know stands in the plan's facts or in the parameters")
# Where the author's own files are.
AUTHORS = os.path.dirname(os.path.dirname(__file__)) + os.sep


def _never(sentence, real=None):
    def never(*given, **named):
        # While the rule is built, Python's own library may look at the clock; nobody's rule may.
        if real is not None and not _asked and not sys._getframe(1).f_code.co_filename.startswith(AUTHORS):
            return real(*given, **named)
        raise Nothing(sentence)
    return never


class _Datetime(datetime.datetime):
    now = utcnow = today = classmethod(_never(_CLOCK))


class _Date(datetime.date):
    today = classmethod(_never(_CLOCK))


class _Drawn(random.Random):
    """Chance that begins with something known; without that it would be frozen when the rule is built."""

    def __init__(self, seed=None):
        if seed is None:
            raise Nothing(_CHANCE)
        super().__init__(seed)


class _Drawless(random.SystemRandom):
    """The library makes one while it is loaded; nothing can be drawn from it."""

    random = getrandbits = randbytes = _never(_CHANCE)


def _set_aside():
    for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep",
                 "process_time", "localtime", "gmtime", "ctime"):
        real = getattr(time, name, None)
        if real is not None:
            setattr(time, name, _never(_CLOCK, real))
    datetime.datetime, datetime.date = _Datetime, _Date
    for name in random.__all__:
        if name not in ("Random", "SystemRandom"):
            setattr(random, name, _never(_CHANCE))
    random.SystemRandom = _Drawless
    os.urandom = random._urandom = _never(_CHANCE, os.urandom)
    random.Random = _Drawn
    builtins.open = io.open = os.open = _never(_FILES, builtins.open)
    builtins.input = _never(_FILES)
    for name in ("listdir", "scandir", "stat", "lstat", "access", "getcwd", "chdir", "mkdir", "makedirs", "remove",
                 "unlink", "rename", "replace", "rmdir", "system", "popen", "getenv", "walk"):
        real = getattr(os, name, None)
        if real is not None:
            setattr(os, name, _never(_FILES, real))
    sys.stdout = sys.stderr = _Log()


class _Late:
    """Modules are loaded while the rule is built, and never afterwards."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not _asked:
            return None
        raise ImportError(both(f"“{name}”要在 rule.py 最上面 import：规则生成以后什么也装不进来",
                               f"import “{name}” at the top of rule.py: nothing can be loaded once the rule is built"))


_set_aside()
sys.meta_path.insert(0, _Late)
