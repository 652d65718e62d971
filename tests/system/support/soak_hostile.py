"""Cases of scripts/soak: outputs that cannot be written, and API servers that answer anything at all."""
import json
import random
import time

import hostile_outputs as hostile
import report_cases
from hostile_api import HostileApi, status
from live_run import small_scenario
from soak import check, tail
from straycat import SCENARIOS, straycat

CODES = range(5)   # what the README names; a signal, or an abort, is none of them
LONGEST = 240      # seconds; a run's own waits are far shorter


def words_of(dice, place):
    """A command that prints, at random."""
    log = report_cases.LOGS / dice.choice(("article", "fixed", "inconclusive", "hostile"))
    log = log.with_suffix(".jsonl")
    formats = ("--json", "--html", "--junit", "--markdown")
    files = [word for flag in formats if dice.random() < 0.3 for word in (flag, str(place / f"out{flag}"))]
    return dice.choice(([["report", log, *files], ["report", log, dice.choice(formats), "-"], ["report", log, "--candidates"],
                         ["check", SCENARIOS / "service-selector"], ["schema", "report"], ["rbac"], ["doctor"], ["--help"],
                         ["probe", "http://127.0.0.1:1/", "--count", "3", "--quiet"]]))


def outputs(seed, place):
    """A command whose output goes nowhere, or whose files or memory end at a random place."""
    dice = random.Random(seed)
    place.mkdir(parents=True)
    words = words_of(dice, place)
    way = dice.choice(("place", "files", "memory"))
    if way == "memory" and hostile.SANITIZED:
        way = "files"
    if way == "place":
        name, (to, why) = dice.choice(sorted(hostile.PLACES.items()))
        done = to(words)
        # A run without a failure has no candidates: where nothing is said, nothing is lost.
        silent = "--candidates" in words and not straycat(*words).stdout
        check(done.returncode == 4 and why in done.stderr or silent and done.returncode == 0,
              f"{words} to {name}: exit {done.returncode}: {done.stderr}")
    elif way == "files":
        done = hostile.with_files_of(dice.randrange(1, 60_000), words, cwd=place)
        left = [path.name for path in place.iterdir() if path.name.endswith(".tmp")]
        check(done.returncode in CODES and not left, f"{words}: exit {done.returncode}, left {left}: {done.stderr}")
    else:
        done = hostile.with_memory_of(dice.randrange(30_000, 120_000) * 1024, words)
        check(done.returncode in (*CODES, 127, -9, -11) and "terminate" not in done.stderr,   # the loader's, and the kernel's
              f"{words}: exit {done.returncode}: {done.stderr}")
    return f"{way}: exit {done.returncode}"


class Anything:
    """Answers of every sort, each as likely for each request; the same for the same seed and order."""

    def __init__(self, dice):
        self.dice, self.truth = dice, dice.random()   # how much of it is true

    def __call__(self, request):
        if self.dice.random() < self.truth:
            return self.truly(request)
        code = self.dice.choice((200, 200, 200, 204, 302, 400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504))
        body = self.dice.choice((b"", b"null", b"[]", b"{}", b"7", b"<html>", b'{"kind":"Status","code":"x","message":7}',
                                 b'{"kind":"PodList","metadata":{"continue":7},"items":[null]}', status(code, "Told", "told \x1b[31mso"),
                                 self.twisted(request)))
        return request.reply(code, body, Retry_After=0)

    def truly(self, request):
        parts = request.path.strip("/").split("/")
        if request.path == "/version":
            return request.reply(200, b'{"gitVersion":"v1.36.3"}')
        if request.is_watch:
            return request.stream([self.twisted(request) + b"\n" for _ in range(self.dice.randrange(5))])
        if request.method == "GET" and (parts[-1].endswith("s") and "namespaces" not in parts[-2:-1]):
            return request.reply(200, b'{"kind":"ThingList","metadata":{"resourceVersion":"5"},"items":[]}')
        return request.reply(200, json.dumps({"kind": "Namespace", "metadata": {"name": parts[-1], "uid": "u"}}).encode())

    def twisted(self, request):
        """Something like what was asked for, with a value or two of another type."""
        def value(depth):
            kind = self.dice.randrange(8 if depth < 4 else 5)
            if kind < 5:
                return self.dice.choice((None, 7, -1e300, "", "a", "10.0.0.1", True, 1 << 62))
            if kind == 5:
                return [value(depth + 1) for _ in range(self.dice.randrange(3))]
            return {self.dice.choice(("metadata", "name", "spec", "status", "items", "ports", "selector", "endpoints", "conditions")): value(depth + 1)
                    for _ in range(self.dice.randrange(4))}
        thing = {"kind": self.dice.choice(("Pod", "Service", "ServiceList", "EndpointSliceList")), "type": "ADDED", "object": value(0),
                 "metadata": {"name": request.path.rsplit("/", 1)[-1], "resourceVersion": str(self.dice.randrange(99))},
                 "items": [{"metadata": {"name": "a"}, "spec": value(0), "status": value(0)} for _ in range(self.dice.randrange(3))]}
        if self.dice.random() < 0.5:
            thing[self.dice.choice(sorted(thing))] = value(0)
        return json.dumps(thing).encode()


def apis(seed, place):
    """A command against an API server that answers anything."""
    dice = random.Random(seed)
    place.mkdir(parents=True)
    scenario = small_scenario(place, [])
    where = ["--context", "c"]
    words = dice.choice((["diagnose", "svc/sayhi"], ["diagnose", "-A"], ["cleanup"], ["run", scenario, "--quiet"],
                         ["run", scenario, "--quiet", "-n", "shop"], ["diagnose", "svc/sayhi", "--probe=1s", "--quiet"]))
    with HostileApi(place, Anything(dice)) as api:
        began = time.monotonic()
        done = straycat(*words, "--kubeconfig", api.kubeconfig, *where, cwd=place, timeout=LONGEST)
    check(done.returncode in CODES, f"{words}: exit {done.returncode}: {tail(done)}")
    check("\x1b" not in done.stdout + done.stderr, f"{words}: raw escapes: {tail(done)}")
    check(done.stderr.strip() or done.stdout.strip(), f"{words}: says nothing")
    check(time.monotonic() - began < LONGEST, f"{words}: {time.monotonic() - began:.0f} s")
    return f"{words[0]}: exit {done.returncode}"
