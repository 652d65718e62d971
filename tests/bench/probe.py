"""The probe's cost beside its peers: the processor's time for a request on a new connection, one pinned client, the server
on another processor, repetitions interleaved. In a network namespace of its own. Takes wrk and ab from Debian when it may."""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import measure
from probe_world import Authority
from slices import Slices

HERE = pathlib.Path(__file__).resolve().parent
PORT, SILENT, CLOSED = 18080, 18081, 18082
URL = f"http://127.0.0.1:{PORT}/hi"
IN_FLIGHT = 64


def in_own_network():
    """Runs this again in a network namespace of its own, with room for many connections."""
    if os.environ.get("STRAYCAT_BENCH_INSIDE"):
        for words in (["ip", "link", "set", "lo", "up"], ["sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535"],
                      ["sysctl", "-qw", "net.ipv4.tcp_tw_reuse=1"]):
            subprocess.run(words, check=True)
        return
    os.environ["STRAYCAT_BENCH_INSIDE"] = "1"
    flags = ["-n"] if os.geteuid() == 0 else ["-rn"]
    scripts = HERE.parent.parent / "scripts/bench"
    os.execvp("unshare", ["unshare", *flags, str(scripts), *sys.argv])


def install_peers():
    missing = [package for program, package in (("wrk", "wrk"), ("ab", "apache2-utils"), ("hey", "hey"), ("curl", "curl"))
               if not shutil.which(program)]
    if missing and os.geteuid() == 0 and not os.environ.get("STRAYCAT_BENCH_INSIDE"):
        print(f"installing {' '.join(missing)}", flush=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *missing],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def compiled(folder, name):
    program = folder / name
    subprocess.run(["cc", "-O2", "-o", program, HERE / f"{name}.c"], check=True)
    return str(program)


def pinned(processor, words):
    return ["taskset", "-c", str(processor), *map(str, words)]


class Run:
    """A finished client: its output, processor seconds, wall seconds."""

    def __init__(self, words, **options):
        began = time.monotonic()
        with tempfile.TemporaryFile("w+") as output:
            child = subprocess.Popen(pinned(0, words), stdout=output, stderr=subprocess.DEVNULL, **options)
            _, status, use = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            self.text = output.read()
        self.wall, self.cpu = time.monotonic() - began, use.ru_utime + use.ru_stime
        self.code = child.returncode


def straycat(url, *flags):
    run = Run([os.environ["STRAYCAT"], "probe", url, "--quiet", "--json", "-", *flags])
    return run, json.loads(run.text)


def cost_of_straycat(engine, count):
    run, summary = straycat(URL, "--engine", engine, "--loops", IN_FLIGHT, "--count", count)
    assert summary["ok"] == count, summary
    return run.cpu * 1e6 / count


def cost_of_floor(floor, count):
    run = Run([floor, "127.0.0.1", PORT, IN_FLIGHT, count])
    assert run.code == 0, run.text
    return run.cpu * 1e6 / count


def cost_of_wrk(_):
    run = Run(["wrk", "-t1", f"-c{IN_FLIGHT}", "-d1s", "-H", "Connection: close", URL])
    return run.cpu * 1e6 / int(re.search(r"(\d+) requests in", run.text)[1])


def cost_of_ab(count):
    run = Run(["ab", "-q", "-n", count, "-c", IN_FLIGHT, URL])
    assert run.code == 0, run.text
    return run.cpu * 1e6 / count


def cost_of_hey(count):
    run = Run(["hey", "-disable-keepalive", "-n", count, "-c", IN_FLIGHT, URL], env={**os.environ, "GOMAXPROCS": "1"})
    assert f"[200]\t{count // IN_FLIGHT * IN_FLIGHT} responses" in run.text, run.text
    return run.cpu * 1e6 / (count // IN_FLIGHT * IN_FLIGHT)


def cost_of_curls(_):
    return Run(["sh", "-c", f"for i in $(seq 40); do curl -s -o /dev/null {URL}; done"]).cpu * 1e6 / 40


def compare(floor, count, repetitions):
    """name -> the costs, one of each in turn, so that a slower minute of the machine hits all."""
    clients = {"bare epoll loop (floor)": lambda: cost_of_floor(floor, count),
               "straycat, fast engine": lambda: cost_of_straycat("fast", count),
               "straycat, libcurl engine": lambda: cost_of_straycat("curl", count)}
    for program, cost in (("wrk", cost_of_wrk), ("ab", cost_of_ab), ("hey", cost_of_hey), ("curl", cost_of_curls)):
        if shutil.which(program):
            clients[program if program != "curl" else "while true; do curl"] = lambda cost=cost: cost(count)
    costs = {name: [] for name in clients}
    for _ in range(repetitions):
        for name, client in clients.items():
            costs[name].append(client())
    return costs


def ratios(costs, name, other, bound):
    each = [a / b for a, b in zip(costs[name], costs[other])]
    return measure.Figure(f"{name} / {other}", "x", each, most=bound)


def open_loop(repetitions):
    late, skipped = [], []
    for _ in range(repetitions):
        _, summary = straycat(URL, "--rate", "10000/s", "--for", "3s")
        late.append(summary["latenessMs"]["p99"])
        skipped.append(summary["skipped"])
    return [measure.Figure("10,000/s: p99 of actual - intended start", "ms", late, most=1),
            measure.Figure("10,000/s: due and not sent", "requests", skipped, most=0)]


def refusals(repetitions, count):
    seconds = [straycat(f"http://127.0.0.1:{CLOSED}/", "--loops", IN_FLIGHT, "--count", count)[0].wall / count * 1e6
               for _ in range(repetitions)]
    return measure.Figure("a refused connection (40,000/s are 25 us)", "us", seconds, most=25)


def agent(rate, seconds, service="", **environment):
    """An agent by itself: its traffic, and with a Service the watch of its slices and the direct probes to its endpoints."""
    traffic = {"name": "hi", "url": URL, "pace": {"ratePerSecond": rate}, "service": service, "servicePort": 80}
    orders = {"namespace": "default", "maxLengthNs": int(seconds * 1e9), "plan": {"name": "bench", "traffic": [traffic], "steps": []}}
    run = Run([os.environ["STRAYCAT"], "agent"], env={**os.environ, **environment, "STRAYCAT_ORDERS": json.dumps(orders)})
    records = [json.loads(line) for line in run.text.splitlines()]
    assert run.code == 0 and records, run.text[-1000:]
    return run, records


def watch_cost(repetitions):
    """Ten endpoints, each probed directly every second and one of them ten times more, for it comes and goes; ten changes
    of the slice a second. What that takes of a processor beside the traffic."""
    shares = []
    with tempfile.TemporaryDirectory(prefix="straycat-bench-") as folder:
        authority = Authority(folder)
        authority.issue("good", "subjectAltName=IP:127.0.0.1")
        with Slices(authority, PORT, [f"127.0.1.{i}" for i in range(1, 11)]) as api:
            for _ in range(repetitions):
                alone, _ = agent(1000, 5)
                watching, records = agent(1000, 5, "sayhi", KUBECONFIG=str(api.kubeconfig))
                kinds = [record["kind"] for record in records]
                assert kinds.count("slice") > 20 and kinds.count("probe.direct") > 40, kinds
                shares.append((watching.cpu - alone.cpu) / 5 * 100)
    return measure.Figure("watch and direct probes beside 1,000/s", "% of a core", shares, most=3)


def log_growth(repetitions):
    figures, each = [], {}
    for rate in (100, 10_000):
        each[rate] = [len(agent(rate, 5)[0].text) / 5 for _ in range(repetitions)]
        figures.append(measure.Figure(f"log at {rate:,}/s", "bytes a second", each[rate]))
    growth = [many / few for few, many in zip(each[100], each[10_000])]
    return figures + [measure.Figure("log at 10,000/s / log at 100/s", "x", growth, most=10)]


def peak_memory(url, *flags):
    """KiB. What wait4() tells holds this interpreter's own size, from before exec()."""
    words = pinned(0, [os.environ["STRAYCAT"], "probe", url, "--quiet", *flags])
    peak = 0
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            status = pathlib.Path(f"/proc/{child.pid}/status").read_text("ascii")
            if found := re.search(r"VmHWM:\s+(\d+)", status):
                peak = int(found[1])
            time.sleep(0.02)
    return peak


def memory(repetitions):
    out = []
    for _ in range(repetitions):
        few, many = (peak_memory(f"http://127.0.0.1:{SILENT}/", "--loops", n, "--count", n, "--timeout", "2s")
                     for n in (100, 8100))
        out.append((many - few) / 8000)
    return measure.Figure("memory for a request in flight", "KiB", out, most=4)


def costs_of_all(arguments, floor):
    costs = compare(floor, arguments.count, arguments.repetitions)
    figures = [measure.Figure(name, "us a request", values) for name, values in costs.items()]
    figures.append(ratios(costs, "straycat, fast engine", "bare epoll loop (floor)", 1.15))
    if "wrk" in costs:
        figures.append(ratios(costs, "straycat, fast engine", "wrk", 0.90))
    return figures


PARTS = {"cost": costs_of_all, "late": lambda arguments, _: open_loop(arguments.repetitions),
         "refused": lambda arguments, _: [refusals(arguments.repetitions, 2 * arguments.count)],
         "memory": lambda arguments, _: [memory(min(3, arguments.repetitions))],
         "watch": lambda arguments, _: [watch_cost(min(5, arguments.repetitions))],
         "log": lambda arguments, _: log_growth(min(3, arguments.repetitions))}


def raise_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = 20_000 if hard == resource.RLIM_INFINITY else min(20_000, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench probe", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--only", default=",".join(PARTS), help="some of the parts, with commas between (default: all)")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    install_peers()
    in_own_network()
    raise_descriptors()
    with tempfile.TemporaryDirectory(prefix="straycat-bench-") as folder:
        floor, server = (compiled(pathlib.Path(folder), name) for name in ("floor", "server"))
        servers = [subprocess.Popen(pinned(os.cpu_count() - 1, [server, *words]), stdout=subprocess.PIPE)
                   for words in ([PORT], [SILENT, "silent"])]
        try:
            for one in servers:
                assert one.stdout.readline() == b"ready\n"
            figures = [figure for part in parts for figure in PARTS[part](arguments, floor)]
        finally:
            for one in servers:
                one.kill()
                one.wait()
    return measure.tell(figures)


if __name__ == "__main__":
    sys.exit(main())
