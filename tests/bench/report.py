"""`straycat report` on an hour at 10,000 requests a second, which is generated: time, memory, and the size of the page."""
import argparse
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

import measure
import report_cases

NS = 1_000_000_000
ZERO = 5_000 * NS  # the vantage point's clock at the runner's zero
WINDOW = NS // 5


def compact(value):
    """As straycat writes it: no blanks, keys in order."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def histograms(dice, samples, middle):
    """Some windows' worth of durations, as text: made once, used again and again."""
    drawn = []
    for _ in range(40):
        drawn.append(compact(report_cases.histogram([(int(middle * dice.lognormvariate(0, 0.5)), 1) for _ in range(samples)])))
    return drawn


def window_line(number, at, ok, failed, latency, lateness):
    """One attempts.window as the agent writes it."""
    body = {"traffic": "loop", "fromNs": at, "toNs": at + WINDOW, "sent": ok + failed, "ok": ok, "statuses": {"200": ok},
            "bodies": {"24ca83095d07640f555f30758d80478e5f34f675e395415bbad8c9eb8c9b25ee": ok}, "firstStartNs": at + 1000,
            "lastStartNs": at + WINDOW - 1000, "firstOkStartNs": at + 1000, "lastOkStartNs": at + WINDOW - 2000,
            "lastOkEndNs": at + WINDOW + 500_000, "maxGapNs": 400_000}
    if failed:
        body |= {"failed": {"refused": failed}, "failedNotKept": max(failed - 200, 0), "firstFailedStartNs": at + 2000,
                 "lastFailedStartNs": at + WINDOW - 1500}
    text = compact(body)[:-1] + f',"lateness":{lateness},"latency":{latency}}}'
    return f'{{"body":{text},"clock":"a0","kind":"attempts.window","n":{number},"t":{at + WINDOW + 2_000_000}}}\n'


def failure_line(number, at, index):
    """One failed attempt that was kept."""
    body = {"traffic": "loop", "id": index, "intendedNs": at, "startedNs": at, "connectNs": at + 50_000, "endedNs": at + 400_000,
            "failure": {"kind": "refused", "phase": "connect", "errno": 111,
                        "message": "(7) Failed to connect to sayhi port 80 after 0 ms: Connection refused"},
            "localAddress": "10.244.0.2", "localPort": 20000 + index % 40000, "remoteAddress": "10.96.0.7", "remotePort": 80}
    return compact({"body": body, "clock": "a0", "kind": "attempt.failed", "n": number, "t": at + 500_000}) + "\n"


def write_log(path, seconds, rate, seed):
    """The article's log, and then an hour in which its stray's pod refused for ten seconds of every ten minutes."""
    dice = random.Random(seed)
    sent = rate // 5
    latency, lateness = histograms(dice, sent, 2_000_000), histograms(dice, sent, 60_000)
    lines = (report_cases.LOGS / "article.jsonl").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not json.loads(line)["kind"].startswith(("attempt", "run.ended", "vantage.summary", "vantage.health"))]
    number, failed_so_far = len(kept), 0
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(kept)
        for index in range(seconds * 5):
            at = ZERO + 40 * NS + index * WINDOW
            failed = sent // 2 if index % 3000 < 50 else 0
            for i in range(min(failed, 200)):
                out.write(failure_line(number, at + 2000 + i * (WINDOW - 4000) // 200, failed_so_far + i))
                number += 1
            failed_so_far += failed
            out.write(window_line(number, at, sent - failed, failed, dice.choice(latency), dice.choice(lateness)))
            number += 1
            if index % 5 == 0:
                health = {"fromNs": at - NS, "toNs": at, "loopLagNs": 1_000_000}
                out.write(compact({"body": health, "clock": "a0", "kind": "vantage.health", "n": number, "t": at}) + "\n")
                number += 1
        end = (40 + seconds) * NS
        out.write(compact({"body": {"reason": "finished"}, "clock": "runner", "kind": "run.ended", "n": number, "t": end}) + "\n")


def measured(log, page):
    """Seconds and the largest resident size (MB) of one call."""
    began = time.monotonic()
    process = subprocess.Popen([os.environ["STRAYCAT"], "report", log, "--html", page, "--force"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 2):
        raise RuntimeError(f"straycat report ended with {process.returncode}")
    return time.monotonic() - began, usage.ru_maxrss / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3600, help="length of the run")
    parser.add_argument("--rate", type=int, default=10_000, help="requests a second")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="straycat-bench-") as folder:
        log, page = pathlib.Path(folder) / "log.jsonl", pathlib.Path(folder) / "page.html"
        write_log(log, flags.seconds, flags.rate, flags.seed)
        runs = [measured(log, page) for _ in range(flags.repeat)]
        return measure.tell([
            measure.Figure("log", "MB", [log.stat().st_size / 1e6]),
            measure.Figure("report with its page", "s", [run[0] for run in runs], most=2),
            measure.Figure("memory", "MB", [run[1] for run in runs], most=100),
            measure.Figure("size of the page", "MB", [page.stat().st_size / 1e6], most=2),
        ])
