"""Where the component begins: what a rule doesn't have is set aside first, then your rule is loaded and guarded.

It comes with the host.
"""

from . import guard
from .border import Mistake, guarded, place

try:
    import rule as author
except SyntaxError:
    raise
except ModuleNotFoundError as lacking:
    raise Mistake(guard.both(
        f"{place(lacking)}：没有模块“{lacking.name}”。能用的是 Python 自带的库；别的，把它的 .py 文件放在 rule.py 旁边（只能是纯 Python）",
        f"{place(lacking)}: there is no module “{lacking.name}”. Python's own library is there; put the .py files of any other beside rule.py (pure Python only)",
    )) from None
except Exception as error:
    raise Mistake(f"{place(error)}: {type(error).__name__}: {error}") from None

Rules = guarded(author)
