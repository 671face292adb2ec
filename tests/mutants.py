#!/usr/bin/env python3
"""Changes the arithmetic of host/core and of the bundled rules, one place at a time, and asks whether a test notices.

    tests/mutants.py               a sample, another one each day
    tests/mutants.py --shard 3/40  this part of all of them
    tests/mutants.py --list        how many there are

It runs cargo-mutants (the program that the environment names in RONGYI_CARGO_MUTANTS, or the one of cargo) and fails on a
change that no test notices and that does not stand in tests/mutants.txt with its reason. A change that makes a test hang
is noticed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTED = ROOT / "tests/mutants.txt"
CORE = (
    "counters amount time proof settings book/draft book/order book/scales book/facts "
    "book/priced book/priced/* book/award book/award/* book/period book/period/standing"
)
RULES = "points-table shop-pricing hours period-close"
# What people read is compared by scenarios where it matters; its words are none of arithmetic.
LEFT_OUT = ["plugins/*/src/words.rs", "plugins/*/src/summary.rs", "plugins/*/src/check.rs", "**/tests/**", "**/tests.rs"]
PACKAGES = ["rongyi-core", *(f"rule-{name}" for name in RULES.split())]
SHARDS = 100


def arguments():
    for name in CORE.split():
        yield from ["--file", f"host/core/src/{name}.rs"]
    for name in RULES.split():
        yield from ["--file", f"plugins/{name}/src/*.rs"]
    for name in LEFT_OUT:
        yield from ["--exclude", name]


def without_place(name):
    """`file.rs:12:3: replace …` with the line of the program instead of its number, which changes with everything above."""
    file, line, _, what = name.split(":", 3)
    text = (ROOT / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    return f"{file}:{what} ~ {text.strip()}"


def listed():
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shard", default=f"{int(time.time()) // 86_400 % SHARDS}/{SHARDS}")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    program = [os.environ.get("RONGYI_CARGO_MUTANTS", "cargo-mutants"), "mutants"]
    for package in PACKAGES:
        program += ["--package", package]
    if options.list:
        found = subprocess.run([*program, "--list", *arguments()], cwd=ROOT, check=True, capture_output=True, text=True)
        print(len(found.stdout.splitlines()))
        return 0
    out = ROOT / "target/tmp/mutants"
    out.mkdir(parents=True, exist_ok=True)
    run = [*program, "--shard", options.shard, "--sharding", "round-robin", "--jobs", "1", "--output", str(out)]
    # Locked, because a sample that resolves other crates tells nothing about these.
    run += ["--cargo-arg=--locked", "--minimum-test-timeout", "120", "--no-times", *arguments()]
    ended = subprocess.run(run, cwd=ROOT, check=False).returncode
    # 0: all were noticed, 2: some were not, 3: some made a test hang. Everything else is no answer.
    if ended not in (0, 2, 3):
        print(f"cargo-mutants ended with {ended}; its log is in {out}", file=sys.stderr)
        return 1
    outcomes = json.loads((out / "mutants.out/outcomes.json").read_text(encoding="utf-8"))
    missed = (out / "mutants.out/missed.txt").read_text(encoding="utf-8").splitlines()
    known = listed()
    new = [name for name in missed if without_place(name) not in known]
    tried, unviable = outcomes["total_mutants"], outcomes["unviable"]
    print(f"shard {options.shard}: {tried} tried, {unviable} do not compile, {len(missed)} unnoticed, {len(missed) - len(new)} of them listed")
    for name in new:
        print(f"no test notices: {name}", file=sys.stderr)
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
