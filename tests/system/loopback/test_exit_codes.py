"""Each row of the documents' table of exit codes, made to happen."""
import html
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from denying import Denying
from live_run import LiveRun, small_scenario
from probe_world import Server
from straycat import SOURCE, STRAYCAT, straycat
from test_diagnose import DEPLOYMENT, LABELS, SERVICE

ROWS = re.findall(r"^\| (.+?) \| (.+?) \| (\S.*?) \|$",
                  (SOURCE / "src/cli/README.md").read_text(encoding="utf-8").split("In full (each row is tested):", 1)[1].split("\n## ", 1)[0], re.M)[1:]
CASES = {}

STRAY = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "debug", "labels": LABELS},
         "spec": {"containers": [{"name": "c", "image": "straycat/sleeper"}]}}
STRAY_STEPS = ("phase: stray, apply: stray.yaml", "wait: {for: Pod/debug, condition: Routable}", "pause: 3s")
QUICK = ("--loops", "1", "--pause", "5ms", "--count", "20", "-q")


def row(subcommand, start):
    """Marks the case of the row of this subcommand whose second cell begins so; its code is the case's last argument."""
    found = [(who, what, code) for who, what, code in ROWS if who.replace("`", "") == subcommand and what.startswith(start)]
    if len(found) != 1:
        raise AssertionError(f"src/cli/README.md has {len(found)} rows for {subcommand}: {start}")

    def mark(case):
        CASES[found[0][:2]] = case.__name__
        return lambda self: case(self, int(found[0][2]) if found[0][2].isdigit() else found[0][2])
    return mark


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def ends(self, code, *words, says="", **options):
        """Runs it; every error is one that begins as all do."""
        done = straycat(*words, cwd=self.folder, **options)
        self.assertEqual(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
        self.assertIn(says, done.stdout + done.stderr)
        if code >= 3 and done.stderr:
            self.assertRegex(done.stderr, r"(?m)^straycat: ")   # a cluster of its own speaks there, too
        return done

    # --- run ---

    def scenario(self, *steps, expect="", stray=STRAY, deployment=None):
        folder = small_scenario(self.folder, steps)
        (folder / "stray.yaml").write_text(json.dumps(stray))
        if deployment:
            (folder / "deployment-readiness.yaml").write_text(json.dumps(deployment))
        with open(folder / "scenario.yaml", "a", encoding="utf-8") as file:
            file.write(expect)
        return folder

    def run_scenario(self, code, scenario, *words, says=""):
        return self.ends(code, "run", scenario, "--out", self.folder / "run", "--quiet", "--full", "--data-plane", "loopback", *words, says=says)


class OnItsOwnCluster(Case):
    @row("run", "what the scenario expects was found")
    def test_run_found_as_expected(self, code):
        self.run_scenario(code, self.scenario(*STRAY_STEPS, expect="  expect: {finding: stray-endpoint, workload: Pod/debug}\n"))

    @row("run", "nothing failed")
    def test_run_clean(self, code):
        self.run_scenario(code, self.scenario("pause: 1s"))

    @row("run", "something else was found")
    def test_run_something_else(self, code):
        self.run_scenario(code, self.scenario(*STRAY_STEPS), says="stray endpoint")

    def fails_with_the_reason(self, code, scenario, *reasons):
        """In the headline, the first screen, the JUnit and the Markdown."""
        done = self.run_scenario(code, scenario, "--junit", "out.xml", "--markdown", "out.md")
        verdict = json.loads((self.folder / "run/report.json").read_text())["verdict"]
        texts = {"headline": verdict["headline"], "first screen": " ".join("\n".join(done.stdout.splitlines()[:24]).split()),
                 "junit": html.unescape((self.folder / "out.xml").read_text()), "markdown": html.unescape((self.folder / "out.md").read_text()).replace("\\", "")}
        for where, text in texts.items():
            for reason in reasons:
                self.assertIn(reason, text, where)
        self.assertEqual(straycat("report", self.folder / "run").returncode, code)

    def deployment(self, **container):
        deployment = json.loads(json.dumps(DEPLOYMENT))
        deployment["spec"]["template"]["spec"]["containers"][0].update(container)
        return deployment

    def impatient(self, scenario):
        file = scenario / "scenario.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("timeout: 60s", "timeout: 5s"), encoding="utf-8")
        return scenario

    @row("run", "an image cannot be pulled")
    def test_run_no_image(self, code):
        scenario = self.impatient(self.scenario("pause: 1s", deployment=self.deployment(image="registry.invalid/none")))
        self.fails_with_the_reason(code, scenario, "Deployment/sayhi is not Available", "ImagePull")

    @row("run", "a pod never becomes ready")
    def test_run_never_ready(self, code):
        probe = {"httpGet": {"path": "/healthz", "port": 3999}, "periodSeconds": 1}
        scenario = self.impatient(self.scenario("pause: 1s", deployment=self.deployment(readinessProbe=probe)))
        self.fails_with_the_reason(code, scenario, "Deployment/sayhi is not Available", "eadiness probe failed")

    @row("run", "the API server rejects a change")
    def test_run_rejected_on_the_way(self, code):
        patch = 'name: spoil, patch: {target: Deployment/sayhi, merge: {spec: {selector: {matchLabels: {app: other}}}}}'
        self.fails_with_the_reason(code, self.scenario(patch), 'step "spoil"', "selector")

    @row("run", "interrupted")
    def test_run_interrupted(self, code):
        run = LiveRun(self.scenario("name: long, pause: 60s"), self.folder / "run", "--data-plane", "loopback")
        self.addCleanup(run.process.kill)
        run.until("step.started", "deploy")
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(run.finish()[0], code)

    @row("run", "a flag or a file")
    def test_run_bad_input(self, code):
        scenario = self.scenario("pause: 1s")
        self.run_scenario(code, scenario, "--via", "poda", says="--via")
        self.run_scenario(code, self.folder / "none.yaml", says="none.yaml")
        (scenario / "service.yaml").unlink()
        self.run_scenario(code, scenario, says="service.yaml")

    @row("run", "the API server rejects a manifest")
    def test_run_rejected_before(self, code):
        cat = {"apiVersion": "example.com/v1", "kind": "Cat", "metadata": {"name": "tom"}}
        odd = {**STRAY, "spec": {"containers": [{"name": "c", "image": "straycat/sleeper", "imagePullPolicy": "Sometimes"}]}}
        for stray, says in ((cat, "Cat"), (odd, "imagePullPolicy")):
            folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
            self.addCleanup(folder.cleanup)
            self.folder = pathlib.Path(folder.name)
            done = self.run_scenario(code, self.scenario("apply: stray.yaml", stray=stray), says=says)
            self.assertEqual(done.stdout, "", "there is nothing to report of")
            self.assertEqual(straycat("report", self.folder / "run").returncode, code)

    # --- run PATH... ---

    def suite(self, code, scenario, *words, says):
        return self.ends(code, "run", scenario, "--out", self.folder / "suite", "--quiet", "--data-plane", "loopback", *words, says=says)

    @row("run PATH...", "every scenario passed")
    def test_suite_passed(self, code):
        scenario = self.scenario("pause: 1s")
        real = scenario / "real.yaml"
        real.write_text((scenario / "scenario.yaml").read_text().replace("{name: meddled}", "{name: real, labels: {straycat.dev/cluster: real}}"))
        self.suite(code, scenario / "scenario.yaml", real, says="PASSED: 1 of 2 passed, 1 left out (real)")

    @row("run PATH...", "one failed")
    def test_suite_failed(self, code):
        self.suite(code, self.scenario(*STRAY_STEPS), "--jobs", "1", says="FAILED: 0 of 1 passed, 1 failed (meddled)")

    @row("run PATH...", "one is inconclusive")
    def test_suite_not_finished(self, code):
        run = LiveRun(self.scenario("name: long, pause: 60s"), self.folder / "suite", "--data-plane", "loopback", "--jobs", "1")
        self.addCleanup(run.process.kill)
        end = time.monotonic() + 60
        while not (self.folder / "suite/meddled/log.jsonl").exists() and time.monotonic() < end:
            time.sleep(0.05)
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(run.finish()[0], code)

    @row("run PATH...", "a file of one is wrong")
    def test_suite_bad_input(self, code):
        self.suite(code, self.scenario("pause: never"), "--jobs", "1", says="BROKEN: 0 of 1 passed, 1 broken (meddled)")
        self.suite(code, self.folder / "scenario", "--only", "cats", says="no scenario is selected")

    @row("run PATH...", "one broke for want")
    def test_suite_broken(self, code):
        self.suite(code, self.scenario("pause: 60s"), "--timeout", "3s", says="BROKEN: 0 of 1 passed, 1 broken (meddled)")

    # --- report, check ---

    @row("report", "a run is read again")
    def test_report_again(self, code):
        self.assertEqual(code, "the run's")
        for steps, wanted in ((("pause: 1s",), 0), (STRAY_STEPS, 1)):
            folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
            self.addCleanup(folder.cleanup)
            self.folder = pathlib.Path(folder.name)
            self.run_scenario(wanted, self.scenario(*steps))
            self.ends(wanted, "report", self.folder / "run")

    @row("report", "there is no such run")
    def test_report_none(self, code):
        self.ends(code, "report", "none", says="none")

    @row("report", "an output cannot be written")
    def test_report_full(self, code):
        self.run_scenario(0, self.scenario("pause: 1s"))
        self.ends(code, "report", self.folder / "run", "--html", "/dev/full", says="/dev/full")

    @row("check", "every file is good")
    def test_check_good(self, code):
        self.ends(code, "check", self.scenario("pause: 1s"), says="OK")

    @row("check", "one is not")
    def test_check_bad(self, code):
        self.ends(code, "check", self.scenario("pause: never"), says="scenario.yaml:")

class OnACluster(Case):
    """One for all: two clusters without a data plane of their own cannot run beside each other (they share addresses)."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("loopback")
        cls.addClassCleanup(cls.cluster.end)
        cls.cluster.call("POST", "/apis/apps/v1/namespaces/default/deployments", DEPLOYMENT)
        cls.cluster.call("POST", "/api/v1/namespaces/default/services", SERVICE)
        cls.cluster.until(lambda: straycat("diagnose", "svc/sayhi", "--kubeconfig", cls.cluster.kubeconfig).returncode == 0)
        cls.context = json.loads(pathlib.Path(cls.cluster.kubeconfig).read_text())["current-context"]

    def run_there(self, code, scenario, *words, kubeconfig=None, says=""):
        return self.ends(code, "run", scenario, "--out", self.folder / "run", "--quiet", "--full", "--kubeconfig", kubeconfig or self.cluster.kubeconfig,
                         "--context", "less" if kubeconfig else self.context, *words, says=says)

    def nowhere(self):
        """A kubeconfig of a cluster where nobody listens."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        file = self.folder / "nowhere"
        file.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "less", "users": [{"name": "jane", "user": {}}],
            "clusters": [{"name": "less", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
            "contexts": [{"name": "less", "context": {"cluster": "less", "user": "jane"}}]}))
        return file

    def denying(self, *denied):
        api = Denying(self.cluster, denied)
        self.addCleanup(api.end)
        return api.kubeconfig(self.folder / "kubeconfig")

    @row("run", "the namespace")
    def test_run_no_namespace(self, code):
        self.run_there(code, self.scenario("pause: 1s"), "-n", "nothere", says="there is no namespace nothere")

    @row("run", "the cluster cannot be reached")
    def test_run_unreachable(self, code):
        self.run_there(code, self.scenario("pause: 1s"), kubeconfig=self.nowhere())

    @row("run", "a right is missing")
    def test_run_no_right(self, code):
        self.run_there(code, self.scenario("pause: 1s"), kubeconfig=self.denying("patch deployments"), says="patch")

    # --- diagnose ---

    def diagnose(self, code, *words, kubeconfig=None, says=""):
        return self.ends(code, "diagnose", *words, "--kubeconfig", kubeconfig or self.cluster.kubeconfig, says=says)

    def debug_pod(self):
        self.cluster.run_pod("debug", labels=LABELS, container={"image": "straycat/sleeper"})
        self.addCleanup(lambda: self.cluster.until_gone("debug"))
        self.addCleanup(lambda: self.cluster.call("DELETE", self.cluster.pods("debug") + "?gracePeriodSeconds=0"))
        self.cluster.until(lambda: self.cluster.is_ready("debug"))
        time.sleep(1)  # a ready pod is an endpoint a little later

    @row("diagnose", "nothing suspicious")
    def test_diagnose_clean(self, code):
        self.diagnose(code, "svc/sayhi")

    @row("diagnose", "a finding")
    def test_diagnose_found(self, code):
        self.debug_pod()
        self.diagnose(code, "svc/sayhi", says="Pod/debug")

    @row("diagnose", "what decides may not be read")
    def test_diagnose_denied(self, code):
        self.diagnose(code, "svc/sayhi", kubeconfig=self.denying("list pods"), says="list pods")

    @row("diagnose", "a name that is not there")
    def test_diagnose_bad_names(self, code):
        self.diagnose(code, "svc/nope", says="Service/nope")
        self.diagnose(code, "svc/sayhi", "--for", "deploy/nope", says="Deployment/nope")
        self.diagnose(code, "svc/sayhi", "--allow", "lots", "--probe=1s", says="--allow lots")

    @row("diagnose", "the cluster cannot be reached")
    def test_diagnose_unreachable(self, code):
        self.diagnose(code, "svc/sayhi", kubeconfig=self.nowhere())

    @row("diagnose --probe", "no request failed")
    def test_diagnose_probe_clean(self, code):
        self.diagnose(code, "svc/sayhi", "--probe=3s", "--path", "/hi", "-q")

    @row("diagnose --probe", "a cause was found")
    def test_diagnose_probe_found(self, code):
        self.debug_pod()
        self.diagnose(code, "svc/sayhi", "--probe=3s", "-q", says="stray endpoint")
        self.diagnose(code, "svc/sayhi", "--probe=3s", "-q", "--allow", "1%")

    @row("diagnose --probe", "no request could be sent")
    def test_diagnose_probe_open(self, code):
        # The API server lets nobody ask the pods directly: who refuses cannot be told.
        self.debug_pod()
        self.diagnose(code, "svc/sayhi", "--probe=3s", "-q", kubeconfig=self.denying("get pods/proxy"))

    # --- probe ---

    @row("probe", "no more failed")
    def test_probe_good(self, code):
        with Server() as server:
            self.ends(code, "probe", server.url, *QUICK)

    @row("probe", "more did")
    def test_probe_failed(self, code):
        with Server() as server:
            self.ends(code, "probe", server.url + "/404", *QUICK)

    @row("probe", "only the prober's own limits")
    def test_probe_limits(self, code):
        few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
        with Server() as server:
            self.ends(code, "probe", server.url, "--loops", "40", "--count", "200", "-q", preexec_fn=few)

    @row("probe", "a flag")
    def test_probe_flag(self, code):
        self.ends(code, "probe", "http://127.0.0.1:1", "--rate", "fast", says="fast")

    @row("probe", "the summary cannot be written")
    def test_probe_full(self, code):
        with Server() as server:
            self.ends(code, "probe", server.url, *QUICK, "--json", "/dev/full", says="/dev/full")

    # --- compare, lint, guard ---

    def compared(self, code, first, second):
        self.ends(code, "compare", SOURCE / "tests/logs" / first, SOURCE / "tests/logs" / second, "-q")

    @row("compare", "the second run is not worse")
    def test_compare_same(self, code):
        self.compared(code, "article.jsonl", "fixed.jsonl")

    @row("compare", "it is worse")
    def test_compare_worse(self, code):
        self.compared(code, "fixed.jsonl", "article.jsonl")

    @row("compare", "it cannot be told")
    def test_compare_open(self, code):
        self.compared(code, "fixed.jsonl", "fixed.jsonl")   # too few requests to say that nothing changed

    @row("compare", "there is no such run")
    def test_compare_nothing(self, code):
        self.ends(code, "compare", self.folder / "a", self.folder / "b")

    def answers(self, *outcomes):
        """Suites in which the scenario "one" became this."""
        kept = self.folder / "kept"
        kept.mkdir()
        for number, outcome in enumerate(outcomes):
            lines = [{"format": "straycat.suite/1", "case": "one", "outcome": outcome}, {"format": "straycat.suite/1", "suite": "", "started": f"2026-01-01T00:00:{number:02}.000Z"}]
            (kept / f"suite-20260101T0000{number:02}.000Z-1.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return kept

    @row("flakes", "told")
    def test_flakes(self, code):
        self.ends(code, "flakes", self.answers("passed", "flaky"), "--allow", "20%")  # one of two proves no rate

    @row("flakes", "with `--allow`: a scenario is surely flaky more often")
    def test_flakes_too_many(self, code):
        self.ends(code, "flakes", self.answers(*["flaky"] * 20), "--allow", "20%", says="one is too flaky")

    @row("flakes", "no suite's answer is there")
    def test_flakes_none(self, code):
        kept = self.answers("passed", "passed")
        foreign, pipe = kept / "suite-zz-notes.jsonl", kept / "suite-20270101T000000.000Z-1.jsonl"
        foreign.write_text("mine\n")
        os.mkfifo(pipe)
        pruned = self.ends(0, "flakes", kept, "--keep", "1", says="1 older answer")
        self.assertIn("left out: its name", pruned.stderr)
        self.assertIn("left out: is no regular file", pruned.stderr)
        (left,) = [file for file in kept.iterdir() if file not in (foreign, pipe)]
        self.assertTrue(left.name.endswith("01.000Z-1.jsonl"), "the newest one is kept, whatever lies beside it")
        for damage in (("00:01", "00:-1"), ("straycat.suite/1", "straycat.suite/9")):
            text = left.read_text()
            left.write_text(text.replace(*damage))
            self.assertNotIn("00:-1", self.ends(code, "flakes", kept, says="nothing can be told").stdout)
            left.write_text(text)

    @row("flakes", "there is no such folder")
    def test_flakes_nothing(self, code):
        self.ends(code, "flakes", self.folder / "nowhere", says="nowhere")

    def manifests(self, *objects, text=""):
        folder = self.folder / "k8s"
        folder.mkdir()
        (folder / "all.yaml").write_text("".join(f"---\n{json.dumps(one)}\n" for one in objects) + text)
        return folder

    JOB = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"},
           "spec": {"template": {"metadata": {"labels": LABELS}, "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}]}}}}

    @row("lint", "no error")
    def test_lint_clean(self, code):
        self.ends(code, "lint", self.manifests(SERVICE, DEPLOYMENT))

    @row("lint", "an error")
    def test_lint_error(self, code):
        self.ends(code, "lint", self.manifests(SERVICE, DEPLOYMENT, self.JOB), says="E1")

    @row("lint", "a document cannot be read")
    def test_lint_open(self, code):
        self.ends(code, "lint", self.manifests(SERVICE, DEPLOYMENT, text="---\na: [\n"))

    @row("lint", "there is no such path")
    def test_lint_nothing(self, code):
        self.ends(code, "lint", self.folder / "nowhere", says="nowhere")

    @row("guard", "the policy was printed")
    def test_guard(self, code):
        self.ends(code, "guard", "svc/sayhi", "-f", self.manifests(SERVICE, DEPLOYMENT), says="ValidatingAdmissionPolicy")

    @row("guard", "for whom the Service is")
    def test_guard_for_nobody(self, code):
        self.ends(code, "guard", "svc/sayhi", "-f", self.manifests(SERVICE))

    # --- around a COMMAND ---

    def around(self, *command):
        """`diagnose` and `probe` around the same command: their exit codes and what they say."""
        with Server() as server:
            probe = straycat("probe", server.url, "-q", "--loops", "1", "--pause", "5ms", "--baseline", "500ms", "--tail", "500ms", "--", *command)
        diagnose = straycat("diagnose", "svc/sayhi", "--kubeconfig", self.cluster.kubeconfig, "--path", "/hi", "--out", self.folder / "run",
                            "-q", "--baseline", "1s", "--tail", "1s", "--", *command)
        return probe, diagnose

    @row("diagnose and probe with a COMMAND", "it failed")
    def test_command_failed(self, code):
        self.assertEqual(code, "its own")
        for done in self.around("sh", "-c", "exit 7"):
            self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
            self.assertIn("straycat: exit 7 is the command's own; straycat's verdict alone would be exit 0", done.stderr)

    @row("diagnose and probe with a COMMAND", "it succeeded")
    def test_command_succeeded(self, code):
        self.assertEqual(code, "as without")
        for done in self.around("true"):
            self.assertEqual((done.returncode, "is the command's own" in done.stderr), (0, False), done.stdout + done.stderr)

    @row("diagnose and probe with a COMMAND", "it was interrupted")
    def test_command_interrupted(self, code):
        self.assertEqual(code, "never 0")
        with Server() as server:
            probe = [STRAYCAT, "probe", server.url, "--loops", "1", "--pause", "5ms"]
            diagnose = [STRAYCAT, "diagnose", "svc/sayhi", "--kubeconfig", self.cluster.kubeconfig, "--out", str(self.folder / "run")]
            for words in (probe, diagnose):
                process = subprocess.Popen([*words, "-q", "--baseline", "60s", "--", "true"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                self.addCleanup(process.kill)
                self.cluster.until(lambda: server.targets if words is probe else "step.started" in self.log(), 30)
                process.send_signal(signal.SIGINT)
                out, errors = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 2, out + errors)
                self.assertIn("straycat: the command was not run to its end", errors)

    def log(self):
        file = self.folder / "run/log.jsonl"
        return file.read_text() if file.exists() else ""

    @row("diagnose and probe with a COMMAND", "there is no such program")
    def test_command_none(self, code):
        for done in self.around("no-such-program"):
            self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
            self.assertTrue(done.stderr.startswith("straycat: cannot run 'no-such-program'"), done.stderr)

    # --- the rest ---

    def cleanup(self, code, *words, kubeconfig=None, says=""):
        return self.ends(code, "cleanup", *words, "--kubeconfig", kubeconfig or self.cluster.kubeconfig,
                         "--context", "less" if kubeconfig else self.context, says=says)

    @row("cleanup", "nothing is left")
    def test_cleanup(self, code):
        self.cluster.run_pod("left", "sleep 100", labels={"straycat.dev/run": "abc123"})
        self.cleanup(code, says="left")
        self.cleanup(code)

    @row("cleanup", "no cluster is named")
    def test_cleanup_where(self, code):
        self.ends(code, "cleanup", says="--context")
        self.cleanup(code, "-n", "nothere", says="there is no namespace nothere")

    @row("cleanup", "something could not be looked through")
    def test_cleanup_denied(self, code):
        done = straycat("cleanup", "--kubeconfig", self.denying("list pods"), "--context", "less")
        self.assertEqual((done.returncode, "not looked through: pods" in done.stderr), (code, True), done.stderr)

    @row("cluster", "ended by a signal")
    def test_cluster_ends(self, code):
        for number in (signal.SIGINT, signal.SIGTERM):
            self.assertEqual(Cluster("loopback").end(number)[0], code)

    @row("cluster", "a flag")
    def test_cluster_flag(self, code):
        self.ends(code, "cluster", "--port", "70000", says="--port")

    @row("cluster", "its port is taken")
    def test_cluster_port(self, code):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.ends(code, "cluster", "--data-plane", "loopback", "--port", taken.getsockname()[1], timeout=60)

    @row("rbac", "the Roles were printed")
    def test_rbac(self, code):
        self.ends(code, "rbac", self.scenario("pause: 1s"), says="ClusterRole")

    @row("rbac", "the scenario is bad")
    def test_rbac_bad(self, code):
        self.ends(code, "rbac", "none.yaml", says="none.yaml")

    @row("doctor and schema", "told")
    def test_doctor_and_schema(self, code):
        self.ends(code, "doctor")
        self.ends(code, "schema")
        self.ends(code, "schema", "report")

    @row("any", "there is no such subcommand")
    def test_words(self, code):
        for words in (("frobnicate",), ("check", "--frobnicate", "x"), ("schema", "frobnicate"), ("doctor", "frobnicate"), ()):
            self.ends(code, *words)


class Table(unittest.TestCase):
    def test_every_row_has_its_case(self):
        self.assertEqual({(who, what) for who, what, _ in ROWS}, set(CASES))
        self.assertGreater(len(ROWS), 40)


if __name__ == "__main__":
    unittest.main()
