"""What goes over the border between rule and host, checked before it goes: whole numbers, range, shape.

A mistake is told with its field and your line. It comes with the host and decides nothing.
"""

import dataclasses
import enum
import os
import sys
import typing

from componentize_py_types import Err
from wit_world.imports import host, types

from .guard import AUTHORS, Nothing, begin, both, write

_HERE = os.path.dirname(__file__)
_INT32 = (-2147483648, 2147483647)
# What is narrower than 32 bits, by type and field.
_RANGES = {
    ("Date", "year"): (1970, 2199), ("Date", "month"): (1, 12), ("Date", "day"): (1, 31),
    ("Decimal", "scale"): (0, 4), ("KindPlan", "scale"): (0, 4), ("FieldKind_Decimal", "value"): (1, 4),
    ("Window_TrailingDays", "value"): (1, 65535),
}
# Made by the host, so they are right.
_GIVEN = {"Event", "Basket", "BasketLine", "Closing", "Fact"}


class Mistake(TypeError):
    """What is wrong, with its field; the line of the rule is added where it is caught."""


def say(path, zh, en):
    """Ends the question with a sentence."""
    raise Mistake(both(f"{path}：{zh}", f"{path}: {en}"))


def _shown(value):
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def whole(path, value, bounds=_INT32):
    """A whole number within bounds."""
    if isinstance(value, float):
        say(path, f"{value} 是小数：用 // 或 round(…) 取整", f"{value} is no whole number: use // or round(…)")
    if not isinstance(value, int) or isinstance(value, bool):
        say(path, f"要整数，这里是 {_shown(value)}", f"needs a whole number, not {_shown(value)}")
    least, most = bounds
    if not least <= value <= most:
        say(path, f"{value} 超出了 {least} 到 {most}", f"{value} is outside {least} to {most}")


def _name(form):
    return getattr(form, "__name__", str(form)).removeprefix("typing.")


def check(path, value, form, bounds=_INT32):
    """Whether a value has the form that the interface's own types declare."""
    origin, inner = typing.get_origin(form), typing.get_args(form)
    if origin is typing.Union:
        if value is None and type(None) in inner:
            return
        forms = [one for one in inner if one is not type(None)]
        if len(forms) == 1:
            check(path, value, forms[0], bounds)
        elif type(value) not in forms:
            names = ", ".join(_name(one) for one in forms)
            say(path, f"这里是 {_shown(value)}，可以是：{names}", f"{_shown(value)} is none of: {names}")
    elif origin is list:
        if not isinstance(value, (list, tuple)):
            say(path, f"要列表 […]，这里是 {_shown(value)}", f"needs a list […], not {_shown(value)}")
        for at, one in enumerate(value):
            check(f"{path}[{at}]", one, inner[0], bounds)
    elif origin is tuple:
        if not isinstance(value, (list, tuple)) or len(value) != len(inner):
            say(path, f"要 {len(inner)} 个值，这里是 {_shown(value)}", f"needs {len(inner)} values, not {_shown(value)}")
        for at, (one, of) in enumerate(zip(value, inner)):
            check(f"{path}[{at}]", one, of, bounds)
    elif form is int:
        whole(path, value, bounds)
    elif form in (str, bool):
        if not isinstance(value, form):
            zh, en = ("文字", "a text in quotes") if form is str else (" True 或 False", "True or False")
            say(path, f"要{zh}，这里是 {_shown(value)}", f"needs {en}, not {_shown(value)}")
    elif not isinstance(value, form):
        if issubclass(form, enum.Enum):
            names = ", ".join(f"{form.__name__}.{one.name}" for one in form)
            say(path, f"这里是 {_shown(value)}，可以是：{names}", f"{_shown(value)} is none of: {names}")
        say(path, f"要 {form.__name__}(…)，这里是 {_shown(value)}", f"needs {form.__name__}(…), not {_shown(value)}")


def _parts(form):
    hints = typing.get_type_hints(form)
    return [(field.name, hints[field.name], _RANGES.get((form.__name__, field.name), _INT32))
            for field in dataclasses.fields(form)]


def _mend(form):
    """A value that cannot be is told where it is made, with the rule's own line."""
    made, parts = form.__init__, _parts(form)
    names = [name for name, _, _ in parts]

    def init(self, *given, **named):
        unknown = [name for name in named if name not in names]
        have = names[:len(given)] + list(named)
        lacking = [name for name in names if name not in have]
        if unknown or lacking or len(given) > len(names):
    
            zh = f"没有 {', '.join(unknown)} 这一项" if unknown else f"缺少 {', '.join(lacking)}" if lacking else "值太多"
            en = f"there is no {', '.join(unknown)}" if unknown else f"{', '.join(lacking)} is missing" if lacking else "too many values"
            say(form.__name__, f"{zh}；要写：{', '.join(names)}", f"{en}; it takes: {', '.join(names)}")
        made(self, *given, **named)
        for name, of, bounds in parts:
            check(f"{form.__name__}.{name}", getattr(self, name), of, bounds)

    form.__init__ = init


for _form in list(vars(types).values()):
    if dataclasses.is_dataclass(_form) and _form.__module__ == types.__name__ and _form.__name__ not in _GIVEN:
        _mend(_form)

HOOKS = ("describe", "configure", "earn", "price", "close")
_ANSWERS = {"describe": types.About, "configure": types.Plan, "earn": types.Decision, "price": types.Quote,
            "close": types.Decision}
# What `configure` answered in this question.
plan = None


def sentence(code):
    """Whether the plan that is in force has this sentence."""
    check("code", code, str)
    if plan is not None and all(phrase.code != code for phrase in plan.phrases):
        has = ", ".join(phrase.code for phrase in plan.phrases)
        say("code", f"configure 的 phrases 里没有“{code}”，有：{has}", f"the plan has no phrase “{code}”; it has: {has}")


def place(error, answer=None):
    """The last line of the author's own that was on the way."""
    at, found = error.__traceback__, None
    while at:
        code = at.tb_frame.f_code
        name = code.co_filename
        if name.startswith(AUTHORS) and not name.startswith(_HERE):
            found = f"{os.path.basename(name)}:{at.tb_lineno}"
        at = at.tb_next
    code = getattr(answer, "__code__", None)
    return found or (f"{os.path.basename(code.co_filename)}:{code.co_firstlineno}" if code else "rule.py")


def _again(path, value, form):
    """What was put into lists after they were made."""
    for name, of, bounds in _parts(form):
        part = getattr(value, name)
        check(f"{path}.{name}", part, of, bounds)
        inner = typing.get_args(of)
        if isinstance(part, (list, tuple)) and inner and dataclasses.is_dataclass(inner[0]):
            for at, one in enumerate(part):
                _again(f"{path}.{name}[{at}]", one, inner[0])


def _checked(name, rules, answer):
    form = _ANSWERS[name]
    if answer is None:
        say(name, "没有回答：最后要 return", "answered nothing: end it with `return`")
    if not isinstance(answer, form):
        say(name, f"要回答 {form.__name__}(…)，这里是 {_shown(answer)}", f"answers {form.__name__}(…), not {_shown(answer)}")
    _again(name, answer, form)
    if name != "configure":
        return
    global plan
    plan = answer

    def lacks(hook, zh, en):
        if not callable(getattr(rules, hook, None)):
            say("configure", f"{zh}，可是没有 def {hook}(self, …)：写上它，或核对拼写",
                f"{en}, but there is no def {hook}(self, …): write it, or check the spelling")

    for kind in answer.kinds:
        if kind.code == "period.close":
            lacks("close", "说明了 period.close", "there is period.close")
        else:
            lacks("earn", f"说明了事项 {kind.code}", f"there is the kind {kind.code}")
    if answer.pricing is not None:
        lacks("price", "说明了 pricing", "there is pricing")


def _no(name, no):
    answer = getattr(no, "answer", None)
    if name == "configure":
        check("Wrong", answer, typing.List[types.Diagnostic])
    else:
        check("No", answer, types.Refusal)
    return Err(answer)


def guarded(author):
    """The class that the host asks, out of the author's own."""
    found = getattr(author, "Rules", None)
    if not isinstance(found, type):
        raise Mistake(both("rule.py 里没有 class Rules：照模板写上，名字要一样",
                           "rule.py has no class Rules: write it as in the template, with this very name"))
    for name in ("describe", "configure"):
        if not callable(getattr(found, name, None)):
            raise Mistake(both(f"class Rules 里缺少 def {name}(self, …)", f"class Rules lacks def {name}(self, …)"))

    def asking(name):
        answer = getattr(found, name, None)

        def ask(self, *given):
            begin()
            try:
                if answer is None:
                    raise Err(types.Refusal("not-handled", [], None))
                said = answer(self, *given)
                _checked(name, found, said)
                return said
            except Err:
                raise
            except BaseException as error:
                if hasattr(error, "answer"):
                    try:
                        no = _no(name, error)
                    except Mistake as mistake:
                        error = mistake
                    else:
                        raise no from None
                told = isinstance(error, (Mistake, Nothing, ImportError))
                kind = "" if told else f"{type(error).__name__}: "
                sys.stdout.flush()
                write(host.Level.ERROR, f"{name} ({place(error, answer)}): {kind}{error}")
                if isinstance(error, Exception):
                    raise
                raise RuntimeError(str(error)) from None
            finally:
                sys.stdout.flush()
        return ask

    return type("Rules", (found,), {name: asking(name) for name in HOOKS})
