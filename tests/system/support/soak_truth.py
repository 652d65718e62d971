"""The judge on trial: random worlds with one fault, two, or none, of which is known who did what. A false accusation fails the case;
"cannot tell" is counted."""
import collections
import random

import yaml

from soak import check, deployment, job, service, tail
from straycat import run_scenario

# What is put into a world: `prepare(world, dice)` before it runs, `steps(world, dice)` while traffic flows. `truth`: (cause, object) pairs that
# are right to find, the first of them is to be found; `with_others`: what may stand beside it. An object "" stands for whatever is named.
Fault = collections.namedtuple("Fault", "name prepare steps truth waits")

BODY = "hi\N{CAT}\n"

# Answers as sayhi does, but every fifth request with 500.
ERRING = """
import http.server, itertools
count = itertools.count()
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        bad = self.path != '/healthz' and next(count) % 5 == 4
        body = 'hi\N{CAT}\\n'.encode()
        self.send_response(500 if bad else 200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('', 3000), H).serve_forever()
"""


class World:
    """One Deployment and its Service, to be broken."""

    def __init__(self, dice):
        self.app = dice.choice(("shop", "api", "web-front", "x"))
        self.own = deployment(self.app, dice.randint(2, 4), True)
        self.service = service(self.app)
        self.service["spec"]["ports"][0]["name"] = "http"
        self.others = []
        self.body = BODY

    @property
    def container(self):
        return self.own["spec"]["template"]["spec"]["containers"][0]

    def env(self, **values):
        self.container.setdefault("env", []).extend({"name": f"SAYHI_{k}", "value": str(v)} for k, v in values.items())

    def stray(self, name, **values):
        other = deployment(name, 1, False)
        other["spec"]["selector"]["matchLabels"] = {"role": name}
        other["spec"]["template"]["metadata"]["labels"] = {"role": name, "app": self.app}
        container = other["spec"]["template"]["spec"]["containers"][0]
        container["env"] = [{"name": f"SAYHI_{k}", "value": str(v)} for k, v in values.items()]
        if "LISTEN_PORT" in values:
            container["ports"] = [{"containerPort": int(values["LISTEN_PORT"])}]
        self.others.append(other)


def nothing(_world, _dice):
    return []


def target(value):
    def prepare(world, _dice):
        world.service["spec"]["ports"][0]["targetPort"] = value
        world.container["ports"] = [{"name": "http", "containerPort": 3000}]
    return prepare


def no_probe(world):
    world.container.pop("readinessProbe", None)


def slow_start(world, dice):
    no_probe(world)
    world.env(START_DELAY=f"{dice.choice((1500, 2500))}ms")


def abrupt_end(world, _dice):
    world.env(ON_SIGTERM="exit")


def ends_by_itself(world, dice):
    no_probe(world)
    world.own["spec"]["replicas"] = 1
    world.env(EXIT_AFTER=f"{dice.choice((3, 4))}s", EXIT_CODE=1)


def recreates(world, _dice):
    world.own["spec"]["replicas"] = 1
    world.own["spec"]["strategy"] = {"type": "Recreate"}


def loopback(world, _dice):
    no_probe(world)
    world.env(LISTEN="127.0.0.1")


def misspelt(world, _dice):
    world.service["spec"]["selector"] = {"app": world.app + "e"}


def unready(world, _dice):
    world.container["readinessProbe"]["httpGet"]["path"] = "/nowhere"


def slow(world, _dice):
    world.env(LATENCY="4s")


def declared_in_vain(world, _dice):
    no_probe(world)
    world.service["spec"]["ports"][0]["targetPort"] = "http"
    world.container["ports"] = [{"name": "http", "containerPort": 6666}]


def errs(world, _dice):
    world.container["image"] = "example/erring"


def restarts(world, _dice):
    return [{"restart": f"Deployment/{world.app}"}, {"wait": {"for": f"Deployment/{world.app}", "condition": "RolledOut"}}]


def grows(world, _dice):
    return [{"scale": {"target": f"Deployment/{world.app}", "replicas": world.own["spec"]["replicas"] + 2}}, {"pause": "4s"}]


def shrinks_to_nothing(world, _dice):
    return [{"scale": {"target": f"Deployment/{world.app}", "replicas": 0}}, {"pause": "3s"}]


def runs_a_job(_world, _dice):
    return [{"apply": "job.yaml"}, {"wait": {"for": "Job/batch", "condition": "Complete", "timeout": "60s"}}]


def answers_badly(world, _dice):
    container = {"name": world.container["name"], "env": [{"name": "SAYHI_STATUS", "value": "500"}]}
    merged = {**world.container, **container}
    return [{"patch": {"target": f"Deployment/{world.app}", "merge": {"spec": {"template": {"spec": {"containers": [merged]}}}}}},
            {"pause": "4s"}]


STRAY_JOB = Fault("stray-job", nothing, runs_a_job, [("stray-endpoint", "Job/batch")], True)
CANARY = Fault("canary", lambda world, dice: world.stray("canary"), nothing, [], True)
FAULTS = [
    Fault("clean", nothing, nothing, [], True),
    CANARY,
    STRAY_JOB,
    Fault("stray-deployment", lambda world, dice: world.stray("worker", LISTEN_PORT=9000), nothing, [("stray-endpoint", "Deployment/worker")], True),
    Fault("wrong-answer", lambda world, dice: world.stray("other", BODY="other"), nothing, [("wrong-answer", "Deployment/other")], True),
    Fault("early-ready", slow_start, grows, [("early-ready", "Deployment/")], True),
    Fault("termination-race", abrupt_end, restarts, [("termination-race", "Deployment/")], True),
    Fault("wrong-target-port", target(8080), nothing, [("wrong-target-port", "Service/"), ("wrong-target-port", "Deployment/")], True),
    Fault("missing-named-port", target("web"), nothing, [("missing-named-port", "Service/"), ("missing-named-port", "Deployment/")], True),
    Fault("crash-loop", ends_by_itself, nothing, [("crash-loop", "Deployment/")], False),
    Fault("rollout-gap", recreates, restarts, [("rollout-gap", "Deployment/")], True),
    Fault("loopback-bind", loopback, nothing, [("loopback-bind", "Deployment/"), ("wrong-declared-port", "Deployment/")], True),
    Fault("wrong-declared-port", declared_in_vain, nothing, [("wrong-declared-port", "Deployment/"), ("loopback-bind", "Deployment/")], True),
    Fault("server-errors", errs, nothing, [("server-errors", "Deployment/")], True),
    Fault("slow", slow, nothing, [("overload", "Deployment/")], True),
    Fault("selector-misspelt", misspelt, nothing, [("no-endpoints", ""), ("selector-misses", "")], True),
    Fault("never-ready", unready, nothing, [("never-ready", "Deployment/")], False),
    Fault("scaled-to-zero", nothing, shrinks_to_nothing, [("no-endpoints", "")], True),
    Fault("bad-revision", nothing, answers_badly, [("bad-revision", "Deployment/"), ("server-errors", "Deployment/")], True),
]
BESIDE = [CANARY, STRAY_JOB]
# Where nobody of the meant pods can be reached, what another fault adds cannot be seen, and another that serves hides that nobody is there.
ALONE = {"wrong-target-port", "wrong-declared-port", "slow", "missing-named-port", "loopback-bind", "selector-misspelt", "never-ready", "clean", "canary", "stray-job", "crash-loop",
         "scaled-to-zero", "rollout-gap"}


def chosen(dice):
    fault = dice.choice(FAULTS)
    faults = [fault]
    if fault.name not in ALONE and dice.random() < 0.35:
        faults.append(dice.choice(BESIDE))
    return faults


def documents(world, faults, dice):
    named = f"Deployment/{world.app}"
    waits = [{"wait": {"for": named, "condition": "RolledOut", "timeout": "60s"}}] if all(f.waits for f in faults) else []
    waits += [{"wait": {"for": f"Deployment/{o['metadata']['name']}", "condition": "RolledOut"}} for o in world.others]
    slow = any(f.name == "early-ready" for f in faults)
    during = [step for fault in faults for step in fault.steps(world, dice)]
    steps = [{"apply": ["all.yaml"]}, *waits, {"pause": "4s" if slow else "2s"}, {"traffic": "start"}, {"pause": "2s"},
             *during, {"pause": f"{dice.choice((4, 6))}s"}, {"traffic": "stop"}]
    traffic = {"url": f"http://{world.app}/hi", "rate": f"{dice.choice((40, 80, 120))}/s", "timeout": "3s", "expect": {"body": world.body}}
    scenario = {"apiVersion": "straycat/v1alpha1", "kind": "Scenario", "metadata": {"name": "truth"},
                "spec": {"traffic": [traffic], "steps": steps, "cluster": {"images": {"example/erring": ["/usr/bin/python3", "-c", ERRING]}}}}
    return {"scenario.yaml": [scenario], "all.yaml": [world.own, world.service, *world.others],
            "job.yaml": [job("batch", world.app, dice.randint(1, 2), dice.randint(3, 5))]}


def is_right(found, pair):
    return found[0] == pair[0] and found[1].startswith(pair[1])


def accused_in(verdict):
    """(cause, object) of each finding that explains failures."""
    out = []
    for finding in verdict["findings"]:
        workload = finding.get("workload")
        name = f"{workload['kind']}/{workload['name']}" if workload else f"Service/{finding['service']}"
        if finding["explained"] > 0 and finding["cause"] != "unexplained":
            out.append((finding["cause"], name))
    return out


def truth(seed, place):
    dice = random.Random(seed)
    world, faults = World(dice), chosen(dice)
    for fault in faults:
        fault.prepare(world, dice)
    source = place / "scenario"
    source.mkdir(parents=True)
    for name, all_of_it in documents(world, faults, dice).items():
        (source / name).write_text(yaml.safe_dump_all(all_of_it, sort_keys=False, allow_unicode=True))
    done, report = run_scenario(source, place / "run", "--seed", seed)
    check(report is not None, f"no report: {tail(done)}")
    names = "+".join(fault.name for fault in faults)
    return judged(report["verdict"], faults, names)


def judged(verdict, faults, names):
    accused = accused_in(verdict)
    wrong = [one for one in accused if not any(is_right(one, pair) for fault in faults for pair in fault.truth)]
    check(not wrong, f"{names}: accuses {wrong}: {verdict['headline']}")
    real = [fault for fault in faults if fault.truth]
    seen = all(any(is_right(one, pair) for one in accused for pair in fault.truth) for fault in real)
    if verdict["conclusion"] == "inconclusive":
        return f"cannot tell ({names})"
    if not real:
        check(verdict["conclusion"] == "none" and verdict["failed"] == 0, f"{names}: {verdict['conclusion']}: {verdict['headline']}")
        return "right"
    check(accused, f"{names}: a false all-clear: {verdict['headline']}")
    return "right" if seen else f"a part ({names})"
