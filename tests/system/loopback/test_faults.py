"""Runs against a cluster whose wire lies, whose API server goes away and comes back, and whose certificate changes."""
import json
import pathlib
import random
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from fault_proxy import FaultProxy
from soak_faults import faulty, scenario, write
from straycat import STRAYCAT, read_log, straycat
from watch_truth import Truth, complaints, gaps_of


class Faults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-faults-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_random_ones(self):
        injected = 0
        while injected <= 5:  # a run that the first fault keeps from beginning has few
            seed = random.SystemRandom().randrange(1 << 31)
            print(f"seed {seed}", flush=True)
            faults, conclusion = faulty(seed, self.folder / f"case-{seed}", seconds=2)
            print(f"seed {seed}: {faults} faults, {conclusion}")
            injected += faults

    def run_until(self, proxy, phase, then, patience=60):
        """A run of the scenario with a stray; `then` is called when this phase begins. Its exit code, what it said, its log."""
        kubeconfig, context = proxy.kubeconfig()
        source = write(scenario(True, 4, patience), self.folder / "scenario")
        words = [STRAYCAT, "run", source, "--out", self.folder / "run", "--quiet", "--full", "--kubeconfig", kubeconfig, "--context", context,
                 "--agent-image", "straycat/agent"]
        child = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        log = self.folder / "run/log.jsonl"
        while child.poll() is None and not (log.exists() and f'"phase":"{phase}"' in log.read_text().split("\n", 1)[-1]):
            time.sleep(0.05)
        then()
        said, _ = child.communicate(timeout=300)
        return child.returncode, said, read_log(self.folder / "run")

    def test_an_api_server_that_is_killed_and_comes_back(self):
        with Cluster("loopback") as cluster, FaultProxy(cluster, self.folder) as proxy:
            truth = Truth(cluster)

            def outage():
                proxy.go_away()
                time.sleep(2)
                proxy.come_back()

            code, said, log = self.run_until(proxy, "job", outage)
            self.assertIn(code, (1, 2), said)
            self.assertEqual(complaints(log, truth.changes), [])
            self.assertTrue(any(g[1] - g[0] > 1_500_000_000 for g in gaps_of(log)["pods"]), "the outage is in the log")
            verdict = json.loads((self.folder / "run/report.json").read_text())["verdict"]
            self.assertEqual(verdict["conclusion"], "found" if code == 1 else "inconclusive", said)
            self.assertEqual(cluster.call("GET", "/api/v1/namespaces?labelSelector=straycat.dev/run")["items"], [], said)

    def test_a_certificate_that_is_not_trusted_any_more(self):
        with Cluster("loopback") as cluster, FaultProxy(cluster, self.folder) as proxy:
            code, said, log = self.run_until(proxy, "job", lambda: proxy.change_certificate("stranger"), patience=5)
            self.assertEqual(code, 4, said)
            self.assertRegex(said, "(?i)certificate")
            self.assertIn("kubectl delete namespaces", said, "what could not be removed is named")
            # Whoever can reach the cluster finds what was left, sees it, and removes it.
            context = ["--kubeconfig", cluster.kubeconfig, "--context", "straycat"]
            left = straycat("cleanup", *context, "--dry-run")
            self.assertIn("Namespace", left.stdout, left.stdout + left.stderr)
            gone = straycat("cleanup", *context, "--run", log[0]["body"]["run"])
            self.assertEqual(gone.returncode, 0, gone.stdout + gone.stderr)
            cluster.until(lambda: not cluster.call("GET", "/api/v1/namespaces?labelSelector=straycat.dev/run")["items"])

    def test_an_agents_log_that_is_cut_stalled_and_repeated_is_read_whole(self):
        with Cluster("loopback") as cluster, FaultProxy(cluster, self.folder) as proxy:
            proxy.log_ends = [("half a line, ended well", 0.7), ("reset", 1), ("half a line, reset", 0.5), ("tls cut", 0.5),
                              ("ended well", 1)]
            code, said, log = self.run_until(proxy, "after", lambda: None)
            self.assertEqual(code, 1, said)
            self.assertEqual([e for e in log if e["kind"] == "vantage.lost"], [], said)
            # Each attempt was sent once, and stands in the log once.
            windows = [e["body"] for e in log if e["kind"] == "attempts.window"]
            summary = next(e["body"] for e in log if e["kind"] == "vantage.summary")
            self.assertEqual(sum(w.get("sent", 0) for w in windows), sum(summary["sent"].values()))
            asked = [path for _, path in proxy.requests if "/log?" in path]
            self.assertGreaterEqual(len(asked), 6)
            self.assertNotIn("sinceTime", asked[0])
            for path in asked[1:]:
                self.assertIn("sinceTime=", path, "a log is resumed, not read from its beginning")

    def test_records_that_were_rotated_away_are_counted(self):
        with Cluster("loopback") as cluster, FaultProxy(cluster, self.folder) as proxy:
            proxy.log_ends = [("rotated", 2)]
            code, said, log = self.run_until(proxy, "after", lambda: None)
            self.assertEqual(proxy.swallow, 0, "as many lines were lost as the test meant")
            lost = next(e["body"] for e in log if e["kind"] == "vantage.lost")
            self.assertEqual(lost["missing"], proxy.rotated_lines, said)
            self.assertIn(code, (1, 2), said)
            self.assertIn("records are missing", said, "whoever reads the verdict is told")


if __name__ == "__main__":
    unittest.main()
