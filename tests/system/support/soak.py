"""The cases of scripts/soak. Each case has a seed of its own, printed when it fails: that seed becomes a test."""
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import yaml

from straycat import SCENARIOS, STRAYCAT, Surroundings, processes, read_log, run_scenario, straycat

Failure = collections.namedtuple("Failure", "case seed reason")


def run(volume, seed, folder):
    """Runs the cases, `volume[name]` of each; the failures."""
    import soak_hostile  # these need this module
    import soak_logs
    import soak_truth
    dice = random.Random(seed)
    failures = []
    for name, case in (("articles", article), ("fixed", fixed), ("kills", killed), ("randoms", randomised), ("truth", soak_truth.truth),
                       ("outputs", soak_hostile.outputs), ("apis", soak_hostile.apis), ("logs", soak_logs.logs)):
        began, counts = time.monotonic(), collections.Counter()
        for _ in range(volume.get(name, 0)):
            own = dice.randrange(1 << 31)
            place = folder / f"{name}-{own}"
            try:
                counts[case(own, place) or "passed"] += 1
            except AssertionError as error:
                counts["failed"] += 1
                failures.append(Failure(name, own, error))
                print(f"soak: {name} with seed {own} failed: {error}", flush=True)
            shutil.rmtree(place, ignore_errors=True)
        if volume.get(name):
            print(f"soak: {name}: {dict(counts)} in {time.monotonic() - began:.0f} s", flush=True)
        if name == "truth" and volume.get(name, 0) >= 100:
            right = counts["right"] / sum(counts.values())
            assert right >= 0.95, f"right in {right:.1%} of the runs, at least 95 % expected"
    if volume.get("faults"):
        import soak_faults  # needs this module
        failures += soak_faults.until(volume["faults"], dice, folder)
    if volume.get("randoms", 0) >= 50:
        inconclusive = [f for f in failures if "inconclusive" in str(f.reason)]
        assert len(inconclusive) <= 2, "at least 48 of 50 runs with a stray are conclusive"
    return failures


def check(truth, reason):
    if not truth:
        raise AssertionError(reason)


def tail(done):
    return (done.stdout + done.stderr)[-2000:]


def article(seed, place):
    done, report = run_scenario(SCENARIOS / "service-selector", place, "--seed", seed)
    check(done.returncode == 0, f"exit {done.returncode}: {tail(done)}")
    finding = report["verdict"]["findings"][0]
    named = (finding["cause"], finding["workload"]["kind"], finding["workload"]["name"])
    check(named == ("stray-endpoint", "Job", "sayhi"), f"found {named}")


def fixed(seed, place):
    done, report = run_scenario(SCENARIOS / "service-selector-fixed", place, "--seed", seed)
    check(done.returncode == 0, f"exit {done.returncode}: {tail(done)}")
    check(report["verdict"]["failed"] == 0, f"{report['verdict']['failed']} failed")


# --- kill -9 ---

ROLES = {"straycat": " run ", "cluster": " cluster ", "agent": " agent", "any": ""}


# The cluster is three processes, each the child of the one before: who was started, the first of its namespaces, the server. What stands below
# the server keeps one pod each, and bears the same words; a run loses a pod and goes on.
CLUSTER_DEPTH = 3


def of_role(role, before, run):
    """The processes that the run has started since, by what they do."""
    mine = {pid: words for pid, words in processes().items() if pid not in before.processes}
    return sorted(pid for pid, words in mine.items()
                  if ROLES[role] in words + " " and (role != "cluster" or depth_below(run, pid) <= CLUSTER_DEPTH))


def depth_below(ancestor, pid):
    """How many processes below this one; 99 where it is not below it, or gone."""
    for depth in range(99):
        if pid == ancestor:
            return depth
        try:
            pid = int(pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
        except OSError:
            return 99
    return 99


def lives_on(before, child, victim):
    """Whether the run's cluster is still there two seconds after one of its processes was killed."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if child.poll() is not None or not [pid for pid in of_role("cluster", before, child.pid) if pid != victim]:
            return False
        time.sleep(0.05)
    return True


def patience():
    """Three seconds on a machine with nothing else to do."""
    return 3 * max(1.0, os.getloadavg()[0] / os.cpu_count())


def killed(seed, place):
    """Starts the article, kills one of its processes at a random moment: it ends soon, with an exit code that its log bears out, and leaves
    nothing."""
    dice = random.Random(seed)
    before = Surroundings()
    place.mkdir(parents=True)
    child = subprocess.Popen([STRAYCAT, "run", str(SCENARIOS / "service-selector"), "--out", str(place / "run"), "--quiet", "--full"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    role = dice.choice(sorted(ROLES))
    # Half of the moments lie in the first 200 ms, where things are being made.
    moment = dice.choice((dice.uniform(0, 0.2), dice.uniform(0.2, 12)))
    time.sleep(moment)
    victims = of_role(role, before, child.pid)
    until = time.monotonic() + 30
    while not victims and child.poll() is None and time.monotonic() < until:  # one that comes later is killed as it comes
        time.sleep(0.02)
        victims = of_role(role, before, child.pid)
    victim = dice.choice(victims) if victims else child.pid
    words = processes().get(victim, "gone")
    killed_at = time.monotonic()
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if role == "cluster" and lives_on(before, child, victim):
        role = "any"   # one that only tried what the machine can do: the cluster goes on without it, as it must
    if role == "any" and victim != child.pid:
        child.send_signal(signal.SIGTERM)   # what dies may be a pod of the scenario's own, which a run does not end for
    try:
        child.wait(timeout=60)
    except subprocess.TimeoutExpired:
        child.kill()
        raise AssertionError(f"the run hangs after kill -9 of {words}") from None
    took = time.monotonic() - killed_at
    left = []
    for _ in range(100):   # the kernel needs a moment to take down what a killed process held
        left = before.left_behind()
        if not left:
            break
        time.sleep(0.05)
    for pid in set(processes()) - before.processes:
        os.kill(pid, signal.SIGKILL)
    check(not left, f"after kill -9 of {words}: {left}")
    check_exit_code(child.returncode, place / "run", words, role)
    check(role == "any" or took < patience(), f"it took {took:.1f} s to end after kill -9 of {words}")
    return role


def check_exit_code(code, folder, words, role):
    """The code is the one that the log calls for."""
    if code == -signal.SIGKILL:
        check(" run " in words + " ", f"killed by whom? {words}")
        return
    log = read_log(folder) if (folder / "log.jsonl").exists() else []
    if not log and role == "any" and code == -signal.SIGTERM:
        return   # it was told to end before its run began, and ended as any process does
    if not log or log[-1]["kind"] != "run.ended":
        check(code == 4, f"exit {code} after kill -9 of {words}, without a log")
        return
    reason = log[-1]["body"]["reason"]
    allowed = {"lost": (1, 2), "interrupted": (1, 2), "failed": (4,), "finished": (0,)}.get(reason, ())
    check(code in allowed, f"exit {code} after kill -9 of {words}, but the run says {log[-1]['body']}")
    spoke = any(e["kind"] == "attempts.window" for e in log)
    check(role != "agent" or not spoke or reason in ("lost", "finished"), f"the prober was killed ({words}), but the run says {log[-1]['body']}")
    check(role != "cluster" or reason in ("lost", "finished"), f"the cluster was killed ({words}), but the run says {log[-1]['body']}")


# --- random scenarios against the ground truth ---

def labels(app):
    return {"app": app}


def deployment(name, replicas, probe):
    container = {"name": name, "image": "beranm14/sayhi", "ports": [{"containerPort": 3000}]}
    if probe:
        container["readinessProbe"] = {"httpGet": {"path": "/healthz", "port": 3000}, "periodSeconds": 1}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels(name)},
                     "template": {"metadata": {"labels": labels(name)}, "spec": {"containers": [container]}}}}


def service(name):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": labels(name), "ports": [{"port": 80, "targetPort": 3000}]}}


def job(name, app, pods, cats):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
            "spec": {"parallelism": pods, "completions": pods,
                     "template": {"metadata": {"labels": labels(app)},
                                  "spec": {"restartPolicy": "Never",
                                           "containers": [{"name": "cats", "image": "beranm14/sayhi-job",
                                                           "env": [{"name": "COUNT_OF_CATS", "value": str(cats)}]}]}}}}


def scenario(dice, stray):
    """A scenario nobody wrote, and whether its Job strays."""
    app = dice.choice(("shop", "api", "web-front", "x"))
    pods, cats = dice.randint(1, 3), dice.randint(3, 6)
    lag = dice.choice(("0s", "200ms", "1s", "3s"))
    steps = [{"phase": "before", "apply": ["deployment.yaml", "service.yaml"]},
             {"wait": {"for": f"Deployment/{app}", "condition": "Available", "timeout": "60s"}},
             {"pause": "4s"},   # a proxy with a lag of 3 s must know the endpoints before traffic starts
             {"traffic": "start"},
             {"pause": f"{dice.uniform(1.5, 4):.3f}s"},
             {"phase": "job", "apply": ["job.yaml"]},
             {"wait": {"for": "Job/batch", "condition": "Complete", "timeout": "60s"}},
             {"phase": "after", "pause": "6s"}]
    expect = {"finding": "stray-endpoint", "workload": "Job/batch"} if stray else {"finding": "none"}
    document = {"apiVersion": "straycat/v1alpha1", "kind": "Scenario", "metadata": {"name": "random"},
                "spec": {"traffic": [{"url": f"http://{app}/hi", "rate": f"{dice.choice((30, 60, 120, 200))}/s",
                                      "expect": {"status": 200}}],
                         "cluster": {"minSyncPeriod": lag}, "steps": steps, "expect": expect}}
    files = {"scenario.yaml": document, "deployment.yaml": deployment(app, dice.randint(1, 5), dice.random() < 0.5),
             "service.yaml": service(app), "job.yaml": job("batch", app if stray else app + "-batch", pods, cats)}
    return files


def randomised(seed, place):
    dice = random.Random(seed)
    stray = dice.random() < 0.5
    source = place / "scenario"
    source.mkdir(parents=True)
    for name, document in scenario(dice, stray).items():
        (source / name).write_text(yaml.safe_dump(document, sort_keys=False))
    truth = place / "truth.jsonl"
    done, report = run_scenario(source, place / "run", "--truth", truth, "--seed", seed)
    check(report is not None, f"no report: {tail(done)}")
    judge_truthfully(report, place / "run", truth, stray)
    check_against_truth(place / "run", truth)
    truth.unlink()
    again = straycat("report", place / "run", "--json", "-")
    check(again.stdout == (place / "run/report.json").read_text(), "the verdict differs without the truth file")
    return "stray found" if stray else "clean"


def judge_truthfully(report, folder, truth, stray):
    verdict = report["verdict"]
    accused = [f["workload"]["name"] for f in verdict["findings"] if f["cause"] == "stray-endpoint"]
    if not stray:
        check(not accused, f"accuses {accused} without a stray")
        check(verdict["conclusion"] == "none", f"{verdict['conclusion']} without a stray: {verdict['headline']} {verdict['reasons']}")
    else:
        check(verdict["conclusion"] != "inconclusive", f"inconclusive: {verdict['reasons']}")
        check(accused == ["batch"], f"accuses {accused}: {verdict['headline']}")


Truth = collections.namedtuple("Truth", "connections packets counted lost")


def read_truth(path):
    """What the kernel says of the run's Services. `connections`: (source address, source port) -> its connections in order,
    each as the lines of its SYN (more than one when the kernel lost it on its way and it was sent again); `packets`: all
    lines; `counted`: the sum of the kernel's own counters; `lost`: whether lines are missing."""
    syns, packets, counted, lost = collections.defaultdict(dict), 0, 0, False
    for line in path.read_text().splitlines():
        record = json.loads(line)
        lost = lost or "lost" in record
        if record.get("service", record.get("counter", "")).startswith("default/kubernetes:"):
            continue   # the pods' own dealings with the API server
        if "counter" in record:
            counted += record["connections"] + record["rejected"]
        elif "src" in record:
            packets += 1
            syns[(record["src"], record["sport"])].setdefault(record["seq"], []).append(record)
    return Truth({end: list(by_number.values()) for end, by_number in syns.items()}, packets, counted, lost)


def check_against_truth(folder, truth):
    """The true endpoint is in every failure's candidate set, and the kernel counted what the traffic sent."""
    truth = read_truth(truth)
    candidates = straycat("report", folder, "--candidates")
    check(candidates.returncode in (0, 1, 2), tail(candidates))
    sets = [json.loads(line) for line in candidates.stdout.splitlines()]
    log = read_log(folder)
    failed = [e["body"] for e in log if e["kind"] == "attempt.failed"]
    check(len(sets) == len(failed), f"{len(sets)} candidate sets for {len(failed)} failures")
    for one in sets:
        used = truth.connections.get((one["localAddress"], one["localPort"]), [])
        check(used, f"no truth for port {one['localPort']}")
        near = min(used, key=lambda syn: abs(syn[0]["t"] - one["connectNs"]))[-1]
        if near["endpoint"]:   # else rejected, by nobody's pod
            check(near["endpoint"] in one["candidates"], f"{near['endpoint']} is not among {one['candidates']} at {one['connectNs']}")
    sent = sum(e["body"].get("sent", 0) for e in log if e["kind"] == "attempts.window")
    connections = sum(len(one) for one in truth.connections.values())
    again = truth.packets - connections
    check(not truth.lost, "the truth has lost lines")
    check(truth.counted == truth.packets, f"the kernel counted {truth.counted} connections, its log has {truth.packets}")
    check(connections == sent, f"the kernel counted {connections} connections and {again} SYNs sent again, the traffic {sent} attempts")
