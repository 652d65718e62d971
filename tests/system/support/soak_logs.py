"""A case of scripts/soak: a log damaged at random, which `report` reads to its end in its time, and never shows raw."""
import json
import os
import random
import subprocess
import time

import hostile_outputs as hostile
import report_cases
from soak import check
from straycat import STRAYCAT

CODES = (0, 1, 2, 3)   # as the verdict says, or "this is no log": what is damaged is the person's file, never straycat's trouble
LONGEST = 60           # seconds, of a log that takes 0.1
MOST_MEMORY = 400      # MB; whole, it takes 30
EXTREMES = (0, -1, 1, (1 << 31) - 1, -(1 << 31), 1 << 32, (1 << 62) - 1, -(1 << 62), (1 << 63) - 1, -(1 << 63), 1 << 64, 1e300, -1e300, 0.5, 1e-300,
            None, True, "", "x" * 70_000, "\x1b[31m", "\u202eevil", [], {}, [[]] * 100, {"a": {"a": {}}})


def places_in(value, path=()):
    """The path of every value inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from places_in(each, (*path, key))


def with_an_extreme(dice, line):
    event = json.loads(line)
    *way, last = dice.choice(list(places_in(event)))
    inside = event
    for key in way:
        inside = inside[key]
    inside[last] = dice.choice(EXTREMES)
    return json.dumps(event, separators=(",", ":"), sort_keys=True).encode()


def with_extremes(dice, data):
    lines = data.splitlines()
    for _ in range(dice.randrange(1, 20)):
        at = dice.randrange(len(lines))
        try:
            lines[at] = with_an_extreme(dice, lines[at])
        except (ValueError, IndexError, KeyError, TypeError):   # damaged already
            continue
    return b"\n".join(lines) + b"\n"


def with_flips(dice, data):
    data = bytearray(data)
    for _ in range(dice.choice((1, 3, 30, 300))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(data)


def cut(dice, data):
    return data[:dice.randrange(len(data))]


def out_of_order(dice, data):
    header, *rest = data.splitlines(keepends=True)
    for _ in range(dice.randrange(1, 40)):
        if not rest:
            break
        line = rest.pop(dice.randrange(len(rest)))
        for _ in range(dice.randrange(3)):   # gone, elsewhere, or twice
            rest.insert(dice.randrange(len(rest) + 1), line)
    return header + b"".join(rest)


WAYS = {"extremes": with_extremes, "flips": with_flips, "cut": cut, "order": out_of_order}


def finished(words, printed, what):
    """Its exit code, the most memory that it held in MB, and what it printed."""
    with open(printed, "wb") as out:
        child = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    until = time.monotonic() + LONGEST
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)   # Popen waits for nobody any more
            return child.returncode, usage.ru_maxrss // 1024, printed.read_bytes()
        if time.monotonic() > until:
            child.kill()
            child.wait()
            raise AssertionError(f"report hangs on {what}")
        time.sleep(0.005)


def logs(seed, place):
    """`report` of a damaged log, in every format."""
    dice = random.Random(seed)
    place.mkdir(parents=True)
    name = dice.choice(("article", "fixed", "inconclusive", "hostile", "cut", "empty"))
    way = dice.choice(sorted(WAYS))
    log = place / "log.jsonl"
    log.write_bytes(WAYS[way](dice, (report_cases.LOGS / f"{name}.jsonl").read_bytes()))
    outputs = {flag: place / f"out{flag}" for flag in ("--json", "--html", "--junit", "--markdown")}
    words = [STRAYCAT, "report", log, *(word for flag, path in outputs.items() for word in (flag, path))]
    code, memory, printed = finished(words, place / "printed", f"{name}.jsonl with {way}")
    check(code in CODES, f"{name}.jsonl with {way}: exit {code}: {printed[-2000:]}")
    check(b"\x1b" not in printed and "\u202e".encode() not in printed, f"{name}.jsonl with {way}: raw text: {printed[-2000:]}")
    check(memory < MOST_MEMORY or hostile.SANITIZED, f"{name}.jsonl with {way}: {memory} MB")
    for flag, path in outputs.items():
        check(path.exists() == (code != 3), f"{name}.jsonl with {way}: exit {code}, and {flag} was {'' if path.exists() else 'not '}written")
    if code != 3:
        json.loads(outputs["--json"].read_bytes())
    return f"{way}: exit {code}"
