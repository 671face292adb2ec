#!/usr/bin/env python3
"""Checks a certificate of volunteer hours of Rongyi without asking anybody: that the community's key signed what it says.

    python3 check-certificate.py certificate.json --key KEY
    python3 check-certificate.py certificate.pdf  --key KEY

KEY is the community's public key as it publishes it: 64 hexadecimal digits, or a file that holds them.
It cannot know whether a certificate was replaced or taken back since: that is on the public page (scan the code).
用法：把证明（PDF 或 JSON）和社区公布的公钥交给它，不用联网。逐项对照它列出的内容和纸面；
是否后来作废或换了新版，请扫码看网页。
Exit code 退出码: 0 proved 成立, 1 not proved 不成立, 2 no certificate or wrong usage 不是证明文件或用法不对.
"""
import argparse, datetime, hashlib, json, re, sys, zlib

FORMAT = "rongyi-certificate/1"
PREFIX = b"rongyi certificate 1\n"
TEXT_MAX, LINE_MAX, NUMBER_MAX, KINDS_MAX, PROOFS_MAX = 60, 30, 40, 10, 6
MINUTES_MAX = 1_000_000_000
# Controls, line breaks, marks of direction, characters without width, halves of characters.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
                    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3"
                    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]")


class Wrong(Exception):
    """The certificate proves nothing, and why."""


class NoCertificate(Exception):
    """The file is no certificate."""


# Ed25519, from the description in RFC 8032, section 5.1: points of -x² + y² = 1 + d·x²·y² over the integers modulo P,
# kept as (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)


def plus(a, b):
    one = (a[1] - a[0]) * (b[1] - b[0]) % P
    two = (a[1] + a[0]) * (b[1] + b[0]) % P
    three = 2 * D * a[3] * b[3] % P
    four = 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = ZERO
    while number:
        if number & 1:
            result = plus(result, point)
        point, number = plus(point, point), number >> 1
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(data):
    """The point that 32 bytes stand for; None where they stand for none."""
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    if x & 1 != odd:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed_by(key, message, signature):
    a, r = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    # Keys of small order fit signatures of everything.
    if a is None or r is None or s >= ORDER or same(times(8, a), ZERO) or same(times(8, r), ZERO):
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    h = int.from_bytes(digest, "little") % ORDER
    return same(times(s, BASE), plus(r, times(h, a)))


def once(pairs):
    """A JSON object in which no key stands twice: otherwise two programs could read two different things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NoCertificate("a key stands twice 有重复的项")
    return found


def parsed(data):
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as wrong:
        raise NoCertificate(f"not JSON 不是 JSON: {wrong}") from wrong
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise NoCertificate(f"not of the format {FORMAT} 格式不对")
    if set(value) != {"format", "key", "signature", "statement"}:
        raise NoCertificate("it has other parts than a certificate has 内容不是证明")
    return value


def attached(data):
    """Certificates attached to a PDF. Only streams of embedded files are looked at, packed or not."""
    found = []
    for match in re.finditer(rb"/EmbeddedFile\b", data):
        begin = data.find(b"stream", match.end())
        end = data.find(b"endstream", begin)
        if begin < 0 or end < 0:
            continue
        begin += len(b"stream")
        begin += 2 if data[begin:begin + 2] == b"\r\n" else 1
        raw = data[begin:end]
        try:
            raw = zlib.decompressobj().decompress(raw, 1 << 20)
        except zlib.error:
            pass
        try:
            found.append(parsed(raw.strip()))
        except NoCertificate:
            continue
    if not found:
        raise NoCertificate("no certificate is attached to this PDF; was it printed anew or changed? "
                            "PDF 里没有附着证明数据，可能被另存或改动过")
    return found


def need(good, english, chinese):
    if not good:
        raise Wrong(f"{english} {chinese}")


def keys(part, names, optional=()):
    need(isinstance(part, dict) and set(names) <= set(part) <= set(names) | set(optional),
         "the statement has other parts than it must have", "内容缺项或多项")
    return part


def text(part, name, most):
    value = part[name]
    need(isinstance(value, str) and 1 <= len(value) <= most and value == value.strip() and not HIDDEN.search(value),
         f"“{name}” is empty, too long or hides something", "文字为空、过长或有看不见的字符")
    return value


def count(part, name, least, most):
    value = part[name]
    need(type(value) is int and least <= value <= most, f"“{name}” is no count from {least} to {most}", "数字不对")
    return value


def day(part, name):
    try:
        return datetime.date.fromisoformat(text(part, name, 10))
    except ValueError:
        raise Wrong(f"“{name}” is no date 日期不对") from None


def lines(said, name, most, title, fields):
    part = said[name]
    need(isinstance(part, list) and len(part) <= most, f"“{name}” is no list of at most {most}", "明细行数不对")
    for line in part:
        text(keys(line, [title, *fields]), title, LINE_MAX)
        for field in fields:
            count(line, field, 0, MINUTES_MAX if field == "minutes" else 2**32 - 1)
    return part


def checked(said):
    """The statement, when it says nothing that no certificate may say: its parts, its limits, its sums."""
    keys(said, ["community", "demo", "form", "holder", "issued", "kinds", "ledger", "minutes", "number", "period",
                "proofs", "revision", "signer"], ["stars", "team"])
    need(type(said["form"]) is int and said["form"] == 1, f"form {said['form']!r} is not known here", "证明版式不认识")
    need(isinstance(said["demo"], bool), "“demo” is neither true nor false", "内容不对")
    for part, name in ((keys(said["community"], ["code", "title"]), "code"), (said["community"], "title"), (said, "holder")):
        text(part, name, TEXT_MAX)
    for name in keys(said["signer"], ["name", "title"]):
        text(said["signer"], name, LINE_MAX)
    if "team" in said:
        text(said, "team", TEXT_MAX)
    if "stars" in said:
        count(said, "stars", 0, 5)
    need(re.fullmatch("[A-Z0-9-]+", text(said, "number", NUMBER_MAX)), "the number has other letters", "编号不对")
    count(said, "revision", 1, 2**32 - 1)
    count(keys(said["ledger"], ["hash", "height"]), "height", 0, 2**63 - 2)
    need(re.fullmatch("[0-9a-f]{64}", text(said["ledger"], "hash", 64)), "the ledger's head is none", "账本指纹不对")
    begin, end, issued = day(keys(said["period"], ["from", "to"]), "from"), day(said["period"], "to"), day(said, "issued")
    need(begin <= end and begin <= issued, "the period does not run forward", "起止日期不对")
    minutes = keys(said["minutes"], ["credit", "honour"])
    total = count(minutes, "credit", 0, MINUTES_MAX) + count(minutes, "honour", 0, MINUTES_MAX)
    kinds = sum(line["minutes"] for line in lines(said, "kinds", KINDS_MAX, "title", ["minutes", "times"]))
    need(kinds == total, f"the lines by kind add up to {kinds} minutes, the total is {total}",
         f"按项目合计 {kinds} 分钟，总数却是 {total} 分钟")
    proofs = sum(line["minutes"] for line in lines(said, "proofs", PROOFS_MAX, "word", ["minutes"]))
    need(not said["proofs"] or proofs == total, f"the lines by proof add up to {proofs} minutes, the total is {total}",
         f"按记录方式合计 {proofs} 分钟，总数却是 {total} 分钟")
    return total


def hours(minutes):
    return f"{minutes // 60} h {minutes % 60} min {minutes // 60} 小时 {minutes % 60} 分钟"


def check(file, key):
    said = file["statement"]
    total = checked(said)
    for part, length in (("key", 64), ("signature", 128)):
        need(isinstance(file[part], str) and re.fullmatch(f"[0-9a-fA-F]{{{length}}}", file[part]),
             f"“{part}” has not {length} hexadecimal digits", "公钥或签名的长度不对")
    named = bytes.fromhex(file["key"])
    need(named == key, f"signed with another key than yours: {file['key']}", "签名用的不是您给的公钥")
    # Sorted keys, no spaces, texts as they are: the same bytes as the program signed.
    message = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    need(signed_by(key, PREFIX + message.encode("utf-8"), bytes.fromhex(file["signature"])),
         "the signature does not fit: something was changed after signing", "签名不符，内容被改动过")
    show(said, total)


def show(said, total):
    rows = [("number", "编号", said["number"]), ("revision", "版次", said["revision"]), ("holder", "姓名", said["holder"])]
    if "team" in said:
        rows.append(("team", "团队", said["team"]))
    rows += [("period", "起止", f"{said['period']['from']} – {said['period']['to']}"), ("total", "总时长", hours(total)),
             ("credit", "信用时长", hours(said["minutes"]["credit"])),
             ("honour", "荣誉时长", hours(said["minutes"]["honour"]))]
    rows += [("kind", "项目", f"{line['title']}: {hours(line['minutes'])}, {line['times']} ×") for line in said["kinds"]]
    rows += [("recorded", "记录方式", f"{line['word']}: {hours(line['minutes'])}") for line in said["proofs"]]
    if "stars" in said:
        rows.append(("stars", "星级", said["stars"]))
    rows += [("issued by", "颁发", f"{said['community']['title']} ({said['community']['code']})"),
             ("signed by", "签发", f"{said['signer']['title']} {said['signer']['name']}"),
             ("issued", "签发日期", said["issued"]),
             ("ledger", "账本", f"{said['ledger']['height']} {said['ledger']['hash']}")]
    print("OK 成立: the community's key signed that 社区的公钥签过以下内容，请与纸面逐项对照：")
    for english, chinese, value in rows:
        print(f"  {english} {chinese}: {value}")
    if said["demo"]:
        print("  NOTE 注意: demonstration data, no certificate 这是演示数据，不是真的证明")
    print("Not proved 不证明: that it was not replaced or taken back since 之后没有换版或作废；请扫码看网页")


def key_of(given):
    found = "".join(given.split())
    if not re.fullmatch("[0-9a-fA-F]{64}", found):
        with open(given, encoding="utf-8") as file:
            found = re.search(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])", file.read())
        if not found:
            raise NoCertificate("the key file holds no 64 hexadecimal digits 公钥文件里没有 64 位公钥")
        found = found.group()
    return bytes.fromhex(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--key", required=True, help="64 hexadecimal digits, or a file that holds them")
    given = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):  # a terminal without Chinese still says the rest
        stream.reconfigure(errors="backslashreplace")
    try:
        key = key_of(given.key)
        with open(given.file, "rb") as file:
            data = file.read()
        files = attached(data) if data[:1024].find(b"%PDF-") >= 0 else [parsed(data)]
    except (NoCertificate, OSError, ValueError) as wrong:
        print(f"NO CERTIFICATE 不是证明文件: {wrong}", file=sys.stderr)
        return 2
    failed = 0
    for file in files:
        try:
            check(file, key)
        except Wrong as wrong:
            said = file["statement"]
            number = said.get("number") if isinstance(said, dict) else None
            print(f"NOT PROVED 不成立 ({number!r}): {wrong}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
