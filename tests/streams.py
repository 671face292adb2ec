#!/usr/bin/env python3
"""Runs the built test programs of the workspace, two at a time, the long ones first: many of them wait for kills, pauses
and time limits, and one after the other they take far longer. Each is started where cargo would start it. What a
program that failed has printed is shown whole at the end, and what each printed is kept in target/tests-said; any failure
fails the run, and so does a program without a test.

usage: tests/streams.py [NAME...] [-NAME...]      only the programs of these names, without those: web -kit"""

import json
import os
import queue
import subprocess
import sys
import threading
import time

STREAMS = 2
# The longest first, as measured; the rest as cargo names them.
LONG = ["kill", "cli", "contract", "kit", "web", "reload", "journey", "tamper", "rongyi_clerk", "erasure", "postgres", "disk",
        "bombs", "proof", "conformance", "backup", "crowds", "fuzz", "hostile"]
# Alone, after all others: kills, hangs and patience are its subject.
ALONE = ["workload"]
# Longer than that is a test that hangs.
LIMIT_S = 2400


def programs(root):
    """Name, folder and path of every test program."""
    built = subprocess.run(
        ["cargo", "test", "--workspace", "--locked", "--no-run", "--message-format=json"],
        cwd=root, stdout=subprocess.PIPE, check=True, text=True)
    found = []
    for line in built.stdout.splitlines():
        told = json.loads(line) if line.startswith("{") else {}
        if told.get("reason") != "compiler-artifact" or not told.get("executable") or not told["profile"]["test"]:
            continue
        folder = os.path.dirname(told["manifest_path"])
        found.append((told["target"]["name"], folder, told["executable"]))
    assert found, "cargo named no test program"
    return found


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")]
    without = [name[1:] for name in sys.argv[1:] if name.startswith("-")]
    all_programs = programs(root)
    strange = [name for name in wanted + without if name not in [program for program, *_ in all_programs]]
    if strange:
        sys.exit(f"tests/streams.py: there is no test program {', '.join(strange)}")
    todo = [program for program in all_programs if (not wanted or program[0] in wanted) and program[0] not in without]
    todo.sort(key=lambda program: LONG.index(program[0]) if program[0] in LONG else len(LONG))
    waiting = queue.Queue()
    kept = os.path.join(os.environ.get("CARGO_TARGET_DIR") or os.path.join(root, "target"), "tests-said")
    os.makedirs(kept, exist_ok=True)
    lock, failed, began = threading.Lock(), [], time.monotonic()

    def work():
        while True:
            try:
                name, folder, path = waiting.get_nowait()
            except queue.Empty:
                return
            start = time.monotonic()
            try:
                done = subprocess.run([path], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      stdin=subprocess.DEVNULL, timeout=LIMIT_S)
                good, said = done.returncode == 0, done.stdout
            except subprocess.TimeoutExpired as late:
                good, said = False, (late.stdout or b"") + f"\nstopped after {LIMIT_S} s\n".encode()
            said = said.decode(errors="replace")
            with open(os.path.join(kept, f"{os.path.basename(folder)}-{name}.txt"), "w", encoding="utf-8") as file:
                file.write(said)
            results = [line for line in said.splitlines() if line.startswith("test result")]
            if not results:
                # A program that ran no test has tested nothing.
                good = False
            with lock:
                print(f"{time.monotonic() - start:6.0f} s  {os.path.basename(folder)}/{name}", flush=True)
                for line in results:
                    print(line, flush=True)
                if not good:
                    failed.append((f"{os.path.basename(folder)}/{name}", said))

    for streams, alone in [(STREAMS, False), (1, True)]:
        for program in todo:
            if (program[0] in ALONE) == alone:
                waiting.put(program)
        threads = [threading.Thread(target=work) for _ in range(streams)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for name, said in failed:
        print(f"\n== FAILED: {name}\n{said}", flush=True)
    print(f"\n{len(todo)} test programs in {time.monotonic() - began:.0f} s, {len(failed)} failed: "
          f"{', '.join(name for name, _ in failed) or 'none'}", flush=True)
    sys.exit(1 if failed else 0)


main()
