"""`straycat diagnose svc/NAME -- COMMAND` and `--probe`, through the API server's proxy: no image, no pod of ours."""
import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

from cluster import Cluster
from straycat import STRAYCAT, straycat
from test_diagnose import DEPLOYMENT, LABELS, SERVICE


class Command(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("loopback")
        cls.addClassCleanup(cls.cluster.end)
        cls.cluster.call("POST", "/apis/apps/v1/namespaces/default/deployments", DEPLOYMENT)
        cls.cluster.call("POST", "/api/v1/namespaces/default/services", SERVICE)
        cls.cluster.until(lambda: straycat("diagnose", "svc/sayhi", "--kubeconfig", cls.cluster.kubeconfig).returncode == 0)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def words(self, *words, command=(), tail="1s", out="run"):
        around = ["--baseline", "2s", "--tail", tail, "--", *command] if command else []
        return [STRAYCAT, "diagnose", "svc/sayhi", "--kubeconfig", self.cluster.kubeconfig, "--path", "/hi", "--out",
                str(self.folder / out), "--json", str(self.folder / "report.json"), *words, *around]

    def diagnose(self, *words, **options):
        done = subprocess.run(self.words(*words, **options), capture_output=True, text=True, timeout=300, check=False)
        return done, self.report()

    def report(self):
        file = self.folder / "report.json"
        return json.loads(file.read_text()) if file.exists() else None

    def failed(self):
        """Requests that did so far."""
        log = self.folder / "run/log.jsonl"
        return log.read_text(encoding="utf-8").count('"kind":"attempt.failed"') if log.exists() else 0

    def objects(self):
        """Everything in the namespace that a run could have left behind."""
        return {f"{kind}/{item['metadata']['name']}" for kind in ("pods", "serviceaccounts", "services")
                for item in self.cluster.call("GET", f"/api/v1/namespaces/default/{kind}")["items"]}

    def when_running(self, process):
        """Waits until the command says that it runs."""
        self.cluster.until(lambda: (self.folder / "started").exists() or process.poll() is not None)
        self.assertIsNone(process.poll(), "it runs")

    def start(self, script, *words):
        process = subprocess.Popen(self.words(*words, command=["sh", "-c", script]), cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.when_running(process)
        return process

    def test_a_stray_that_comes_during_the_command(self):
        before = self.objects()
        process = self.start("touch started; until [ -e go ]; do sleep 0.05; done; echo from the command")
        self.cluster.run_pod("debug", labels=LABELS, container={"image": "straycat/sleeper"})
        self.cluster.until(lambda: self.cluster.is_ready("debug"))
        self.cluster.until(lambda: self.failed() >= 20)
        self.cluster.call("DELETE", self.cluster.pods("debug") + "?gracePeriodSeconds=0")
        self.cluster.until_gone("debug")
        (self.folder / "go").touch()
        out, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 1, out + errors)
        self.assertIn("from the command", out)
        verdict = self.report()["verdict"]
        finding = verdict["findings"][0]
        self.assertEqual((finding["cause"], finding["workload"]["name"]), ("stray-endpoint", "debug"), verdict["headline"])
        self.assertEqual([phase["phase"] for phase in verdict["phases"]], ["before", "during", "after"])
        self.assertEqual([phase["failed"] > 0 for phase in verdict["phases"]], [False, True, False], verdict["phases"])
        self.assertIn("nothing is known of the nodes' data planes", " ".join(verdict["notes"]))
        self.assertEqual(self.objects(), before, "nothing was made in the cluster")

    def test_the_commands_own_failure(self):
        done, report = self.diagnose(command=["sh", "-c", "exit 7"])
        self.assertEqual(done.returncode, 7, done.stdout + done.stderr)
        self.assertIn("exit 7 is the command's own", done.stderr)
        self.assertEqual(report["verdict"]["exitCode"], 0, report["verdict"]["headline"])

    def test_a_signal_is_passed_on(self):
        process = self.start("trap 'exit 9' TERM; touch started; while :; do sleep 0.05; done")
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 9, out + errors)
        self.assertEqual([phase["phase"] for phase in self.report()["verdict"]["phases"]], ["before", "during", "after"])

    def test_interrupted_before_the_command(self):
        process = subprocess.Popen(self.words("--baseline", "30s", "--", "touch", str(self.folder / "started")),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        log = self.folder / "run/log.jsonl"
        self.cluster.until(lambda: log.exists() and '"baseline"' in log.read_text().split("\n", 1)[-1])
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 2, out + errors)
        self.assertIn("the command was not run", errors)
        self.assertFalse((self.folder / "started").exists())

    def test_a_failure_budget(self):
        self.cluster.run_pod("budget", labels=LABELS, container={"image": "straycat/sleeper"})
        self.addCleanup(lambda: self.cluster.until_gone("budget"))
        self.addCleanup(lambda: self.cluster.call("DELETE", self.cluster.pods("budget") + "?gracePeriodSeconds=0"))
        self.cluster.until(lambda: self.cluster.is_ready("budget"))
        for allow, code in [("90%", 0), ("5%", 1)]:
            done, report = self.diagnose("--probe=3s", "--allow", allow, "--force", out=allow)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertEqual(report["verdict"]["findings"][0]["cause"], "stray-endpoint", report["verdict"]["headline"])

    def test_what_is_refused_before_anything_is_done(self):
        for words, says in [(["--", "no-such-program"], "no such program in PATH"), (["--", "/no/such"], "No such file"),
                            (["--probe=3s", "--", "true"], "--probe is for requests without"),
                            (["--via", "host", "--", "true"], "--url"), (["--via", "pod", "--", "true"], "--agent-image"),
                            (["--agent-image", "x", "--", "true"], "--context"), (["--url", "http://x"], "--probe"),
                            (["--rate", "1000/s", "--", "touch", str(self.folder / "touched")], "conntrack"),
                            (["--allow", "much", "--", "true"], "--allow much"), (["--port", "81", "--", "true"], "--port 81"),
                            (["--probe=3s", "--allow", "lots"], "--allow lots"), (["--probe=3s", "--port", "99"], "--port 99"),
                            (["--probe=soon"], "--probe"), (["--probe=3s", "--rate", "fast"], "--rate fast"),
                            (["--tail", "x", "--", "true"], "--tail"), (["--port", "99"], "--port"),
                            (["--probe=3s", "--via", "apo"], 'did you mean "api"'), (["--probe=3s", "--for", "deploy/nope"], "Deployment/nope")]:
            done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=300, check=False)
            self.assertEqual(done.returncode, 3, f"{words}: {done.stdout}{done.stderr}")
            self.assertIn(says, done.stderr)
            self.assertTrue(done.stderr.startswith("straycat: "), done.stderr)
            self.assertEqual(done.stdout, "", f"{words}: said before the report, not below it")
        self.assertFalse((self.folder / "touched").exists())
        done = subprocess.run([STRAYCAT, "diagnose", "--all", "--kubeconfig", self.cluster.kubeconfig, "--", "true"],
                              capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual((done.returncode, "need svc/NAME" in done.stderr), (3, True), done.stderr)
        self.assertEqual(straycat("doctor", "--", "true").returncode, 3)

    def test_probe_leaves_the_service_alone(self):
        words = [STRAYCAT, "diagnose", "--probe", "svc/sayhi", "--kubeconfig", self.cluster.kubeconfig]
        done = subprocess.run([*words, "--port", "99"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, "--port 99: Service/sayhi" in done.stderr), (3, True), done.stderr)
        done = subprocess.run([*words, "--all"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, "not both" in done.stderr), (3, True), done.stderr)

    def test_a_scenario_may_ask_a_service_that_it_did_not_deploy(self):
        scenario = self.folder / "scenario.yaml"
        scenario.write_text("""apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {name: watch-sayhi}
spec:
  traffic: [{from: api, url: http://sayhi/hi, service: sayhi, rate: 20/s}]
  steps:
  - traffic: start
  - pause: 2s
  - traffic: stop
""")
        before = self.objects()
        context = json.loads(pathlib.Path(self.cluster.kubeconfig).read_text())["current-context"]
        done = straycat("run", scenario, "--quiet", "--out", self.folder / "run", "--kubeconfig", self.cluster.kubeconfig,
                        "--context", context, "-n", "default", "--json", self.folder / "report.json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        verdict = self.report()["verdict"]
        self.assertGreaterEqual(verdict["attempts"], 30)
        self.assertEqual(verdict["intents"][0]["workload"]["name"], "sayhi", "whom it is meant for is seen, though nothing was deployed")
        self.assertEqual(self.objects(), before)

    def test_two_vantage_points_are_compared(self):
        pod = next(p for p in self.cluster.call("GET", self.cluster.pods())["items"] if p["metadata"]["name"].startswith("sayhi"))
        url = f"http://{pod['status']['podIP']}:3000/hi"
        done, report = self.diagnose("--probe=2s", "--url", url)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual({phase["traffic"] for phase in report["verdict"]["phases"]}, {"probe-api", "probe-host"})
        self.assertIn("probe-host", done.stdout)


if __name__ == "__main__":
    unittest.main()
