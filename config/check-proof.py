#!/usr/bin/env python3
"""Checks a proof of Rongyi with nothing but SHA-256: that an entry stands in a community's public ledger.

    python3 check-proof.py proof.json HISTORY-ROOT

HISTORY-ROOT is the one you kept yourself (notice board, published list): at least 16 digits, spaces allowed.
The format is described in host/core/README.md, so that you can write your own.
用法：把凭证和你自己抄下的总指纹交给它；全部对得上时最后一行是“OK”，退出码 0。
"""
import hashlib, json, sys


def sha(data):
    return hashlib.sha256(data).digest()


def uint(number):  # LEB128: seven bits a byte, the lowest first
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def sint(number):  # zigzag
    return uint(number * 2 if number >= 0 else -number * 2 - 1)


def climb(own, index, size, path):
    """The root that `own`, at `index` of `size`, leads to; a lonely node moves up unchanged."""
    path = [bytes.fromhex(step) for step in path]
    while size > 1:
        if index ^ 1 < size:
            beside = path.pop(0)
            own = sha(b"\1" + (beside + own if index & 1 else own + beside))
        index, size = index >> 1, (size + 1) >> 1
    assert not path, "the path is too long"
    return own


def leaf_over(place, kind, data):
    return sha(b"\0" + uint(place) + bytes([kind]) + data)


def begins(kind):
    """Whether a record of this kind begins an entry."""
    return kind not in (20, 21, 22, 23, 29, 30)


def read_uint(data):
    number = shift = 0
    while True:
        byte = data.pop(0)
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number


def read_sint(data):
    number = read_uint(data)
    return number >> 1 if number & 1 == 0 else -(number + 1 >> 1)


def account(packed):
    holder = ["community", "resident", "household", "fund"][packed >> 60]
    number, asset = packed >> 29 & 0x7FFFFFFF, packed >> 6 & 0x7FFFFF
    return f"{holder} {number} asset {asset} purpose {packed & 63}"


def main(file, root):
    proof = json.load(open(file, encoding="utf-8"))
    block, head = proof["block"], proof["head"]
    version = block["version"]
    assert (proof["format"], version) in (("rongyi-proof/1", 1), ("rongyi-proof/2", 2)), "another format"
    assert proof["records"], "it proves no record"
    for place, record in enumerate(proof["records"], proof["entry"]):
        data = bytes.fromhex(record["bytes"])
        assert record["seq"] == place, f"record {place} is missing"
        leaf = leaf_over(place, record["kind"], sha(data) if version > 1 else data)
        found = climb(leaf, place - block["first_seq"], block["count"], record["path"])
        assert found.hex() == block["root"], f"record {place} does not lead to the block"
        if record["kind"] == 30:  # a movement
            left = list(data)
            entry, debit, credit, amount = read_uint(left), read_sint(left), read_sint(left), read_sint(left)
            print(f"record {place}: {amount} from {account(debit)} to {account(credit)}")
        if version > 1:
            assert begins(record["kind"]) == (place == proof["entry"]), f"record {place} is of another entry"
    after, end = proof.get("after"), proof["entry"] + len(proof["records"])
    if version == 1:
        print("NOTE: the first format does not bind the number of records 旧格式不证明这一笔只有这些记录")
    elif after is None:
        assert end == block["first_seq"] + block["count"], f"nothing shows that the entry ends before record {end}"
    else:
        leaf = leaf_over(end, after["kind"], bytes.fromhex(after["digest"]))
        found = climb(leaf, end - block["first_seq"], block["count"], after["path"])
        assert begins(after["kind"]) and found.hex() == block["root"], f"the entry does not end before record {end}"
    name = proof["community"].encode()
    own = sha(bytes([version]) + uint(len(name)) + name + uint(block["height"]) + bytes.fromhex(block["prev"] + block["root"])
              + uint(block["first_seq"]) + uint(block["count"]) + sint(block["at"]))
    found = climb(own, block["height"] - 1, head["height"], proof["history"]).hex()
    assert found == head["tree"], f"block {block['height']} does not lead to the history root"
    for text in proof["texts"]:
        said = sha(bytes.fromhex(text["salt"]) + text["text"].encode())
        record = proof["records"][text["seq"] - proof["entry"]]
        assert said.hex() in record["bytes"], f"the text of record {text['seq']} is another one"
        print(f"record {text['seq']} says: {text['text']}")
    assert len(root) >= 16 and found.startswith(root), f"it leads to another history root: {found}"
    print(f"OK: entry {proof['entry']} of {proof['community']} is in block {block['height']}, "
          f"under the head at height {head['height']}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        main(sys.argv[1], "".join(sys.argv[2:]).replace("-", "").replace(" ", "").lower())
    except (AssertionError, KeyError, ValueError, IndexError, OSError) as wrong:
        sys.exit(f"NOT PROVED 不成立: {wrong}")
