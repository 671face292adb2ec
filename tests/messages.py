#!/usr/bin/env python3
"""Prints every message of the program in both languages, with the place where it stands: whoever changes texts reads
them all once, beside each other. They are taken from the source, so that none can be forgotten. A text in Chinese
belongs to the English one that comes next in the same statement, or stands in the same text behind " / ".

usage: tests/messages.py [--check] [PATH...]      without a path: all of host/ and plugins/

--check prints nothing but what may not be: words that no resident should have to read, where residents read, and values
printed as the program sees them."""

import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACES = ["host", "plugins/bundled"]
# Where what stands is shown to residents: pages, faults, refusals, reasons.
RESIDENTS = ["host/pages/src", "host/pages/texts", "host/core/src/book/command", "host/core/src/book/kinds"] + [f"host/server/src/{file}" for file in [
    "access/web", "amend/web", "amend/marks/web", "audit/proof/web", "cases", "door/fault", "door/visit", "door/error_page",
    "door/contact", "earning/web", "ledger/carried", "ledger/explain", "ledger/lines", "ledger/months", "ledger/pending",
    "ledger/titles", "ledger/told", "ledger/unmoved", "ledger/web", "ledger/why", "people/accounts", "people/own/web", "people/privacy", "period/web", "redemption/counter",
    "redemption/basket", "redemption/check", "redemption/order", "redemption/shop", "redemption/wishes", "stock/photo", "rulebooks/web", "vitals"]]
# Words of the trade: what they mean is said in other words to whoever collects her rice.
# Said to programs or operators only, in a file of which residents read the rest.
ALLOWED = {("host/server/src/door/fault.rs", "JSON"), ("host/pages/texts/zh-CN.ftl", "UTF-8")}
TRADE = ["幂等", "令牌", "哈希", "事务", "回滚", "序列化", "正则", "枚举", "布尔", "字节", "UTF-8", "JSON", "TOML", "SQL", "wasm", "null",
         "staff/", "token/", "resident/", "terminal/", "jobs/", "panic", "{:?}", ":?}"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<raw>b?r(?P<hash>\#*)".*?"(?P=hash))|(?P<text>b?"(?:[^"\\]|\\.)*")"""
    r"""|(?P<letter>'(?:[^'\\\n]|\\[^\n]{1,8}?)')|(?P<end>[;{}])|(?P<test>\#\[cfg\(test\)\])""", re.S)


for place in RESIDENTS:
    assert glob.glob(os.path.join(ROOT, place) + "*"), f"tests/messages.py names {place}, and there is no such file"


def texts(path):
    """Line, literal and statement of every text of a file, but for its tests."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    found, statement, line, at = [], 0, 1, 0
    for token in TOKEN.finditer(source):
        line += source.count("\n", at, token.start())
        at = token.start()
        if token["test"]:
            # What follows are the tests of the file.
            break
        if token["end"]:
            # A brace inside a struct literal of texts does not end what belongs together; a semicolon does.
            statement += token["end"] == ";"
        elif token["raw"] or token["text"]:
            literal = token["raw"] or token["text"]
            body = literal[literal.index('"') + 1:literal.rindex('"')]
            if token["text"]:
                body = re.sub(r"\\\n\s*", "", body)
                body = body.replace("\\n", "\n").replace('\\"', '"').replace("\\t", "\t").replace("\\\\", "\\")
                body = re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda code: chr(int(code[1], 16)), body)
            found.append((line, body, statement))
    return found


def pages(path):
    """The texts of the pages: a file for each language, with the same keys."""
    told = {}
    for language in ("zh-CN", "en"):
        with open(os.path.join(os.path.dirname(path), f"{language}.ftl"), encoding="utf-8") as file:
            for line, text in enumerate(file, 1):
                key, is_message, value = text.partition(" = ")
                if is_message and re.fullmatch(r"[a-z][a-z0-9-]*", key):
                    told.setdefault(key, {})[language] = (line, value.strip())
                elif text.startswith(" ") and told:
                    newest = list(told.values())[-1]
                    if language in newest:
                        newest[language] = (newest[language][0], f"{newest[language][1]} {text.strip()}")
    return [(message["zh-CN"][0], message["zh-CN"][1], message.get("en", (0, None))[1])
            for message in told.values() if "zh-CN" in message]


def messages(path):
    """Line, Chinese and English of every message; English is None when there is none beside it."""
    if path.endswith(".ftl"):
        return pages(path)
    found = texts(path)
    told = []
    for place, (line, body, statement) in enumerate(found):
        if not CHINESE.search(body):
            continue
        english = None
        if " / " in body:
            chinese, english = body.split(" / ", 1)
            body = chinese if CHINESE.search(chinese) else body
        else:
            for _, other, its in found[place + 1:place + 5]:
                if its != statement or CHINESE.search(other):
                    break
                if re.search(r"[A-Za-z]{2}", other):
                    english = other
                    break
            # The English is another sentence of the same text, as in messages of the terminal.
            if english is None and re.search(r"[。！？：\n] ?[A-Z{“`][^\u4e00-\u9fff]{8,}$", body):
                english = body
        told.append((line, body, english))
    return told


def files(paths):
    for place in paths:
        whole = os.path.join(ROOT, place)
        if os.path.isfile(whole):
            yield whole
        for folder, _, names in sorted(os.walk(whole)):
            inside = os.path.relpath(folder, ROOT).split(os.sep)
            if "target" in inside or "tests" in inside or "scenarios" in inside:
                continue
            for name in sorted(names):
                if name == "zh-CN.ftl" or name.endswith(".rs") and name not in ("build.rs", "tests.rs"):
                    yield os.path.join(folder, name)


def main():
    check = "--check" in sys.argv[1:]
    paths = [path for path in sys.argv[1:] if path != "--check"] or PLACES
    count, wrong = 0, []
    for path in files(paths):
        shown = os.path.relpath(path, ROOT)
        # A file from elsewhere is looked at as closely as those for residents.
        residents = any(shown.startswith(place) for place in [*RESIDENTS, ".."])
        for line, chinese, english in messages(path):
            count += 1
            if not check:
                print(f"{shown}:{line}\n  {chinese!s}\n  {english if english is not None else '-'}\n".replace("\n\n  ", "\n  "))
            if residents:
                for word in TRADE:
                    if word in chinese and (shown, word) not in ALLOWED:
                        wrong.append(f"{shown}:{line}: “{word}” is no word for a resident: {chinese}")
    if not count:
        sys.exit("tests/messages.py: no message was found")
    for fault in wrong:
        print(fault, file=sys.stderr)
    print(f"{count} messages, {len(wrong)} that may not be", file=sys.stderr)
    sys.exit(1 if wrong and check else 0)


if __name__ == "__main__":
    main()
