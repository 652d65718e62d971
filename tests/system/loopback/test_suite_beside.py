"""A matrix' cases, a run beside an earlier one, and a cluster that is kept: on the poorest machine, where one run goes at a time."""
import json
import os
import pathlib
import re
import signal
import tempfile
import time
import unittest

import report_cases as cases
from live_run import ARTICLE
from straycat import Surroundings, straycat

SCENARIO = """\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {{name: ports}}
spec:
  matrix: {{target: [3000, 3001], finding: [none, wrong-target-port]}}
  for: Deployment/sayhi
  traffic:
  - {{url: "http://sayhi/hi", rate: 50/s, timeout: 2s, expect: {{status: 200}}}}
  steps:
  - {{phase: deployed, apply: {article}/deployment-readiness.yaml}}
  - apply: {{file: {article}/service.yaml, merge: {{spec: {{ports: [{{port: 80, targetPort: "${{target}}"}}]}}}}}}
  - wait: {{for: Deployment/sayhi, condition: Available, timeout: 60s}}
  - traffic: start
  - pause: 2s
  - traffic: stop
  expect:
    finding: "${{finding}}"
"""


class Beside(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        article = os.path.relpath(ARTICLE, self.folder)
        (self.folder / "ports.yaml").write_text(SCENARIO.format(article=article))
        self.before = Surroundings()

    def run_it(self, code, *words):
        done = straycat("run", "ports.yaml", "--data-plane", "loopback", *words, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_cases_and_baseline(self):
        """One of four cases, by its name; beside it another one is worse, though it is as its scenario expects."""
        self.run_it(0, "--out", "out", "--value", "finding=none", "--only", "*=3000*")
        *ran, whole = [json.loads(line) for line in (self.folder / "out/suite.jsonl").read_text().splitlines()]
        self.assertEqual([case["case"] for case in ran], ["ports (finding=none, target=3000)"])
        done = self.run_it(3, "--value", "target=3000", "--value", "finding=none", "--baseline", "nowhere")
        self.assertIn("--baseline nowhere: No such file or directory", done.stderr)
        other = ("--value", "finding=wrong-target-port", "--value", "target=3001")
        done = self.run_it(1, "--out", "worse", *other, "--baseline", "out/" + ran[0]["runs"][-1]["folder"])
        self.assertRegex(done.stdout, r"(?m)^PASSED ")
        self.assertRegex(done.stdout, r"(?m)^baseline: worse: failed: 0\.00 % \(0 of \d+\), then 100\.0 %")
        found = json.loads((self.folder / "worse/comparison.json").read_text())
        self.assertEqual((found["change"], found["exitCode"]), ("worse", 1))
        self.assertTrue((self.folder / "worse/comparison.html").read_text().startswith("<!doctype html>"))
        self.assertEqual(self.before.left_behind(ignore=[self.folder.name]), [])

    def test_keep(self):
        done = self.run_it(0, "--value", "target=3000", "--value", "finding=none", "--keep=failed")
        self.assertNotIn("KUBECONFIG", done.stderr)
        self.assertEqual(self.before.left_behind(ignore=[self.folder.name]), [], "it passed")
        began = time.monotonic()
        done = self.run_it(1, "--value", "target=3001", "--value", "finding=none", "--keep=failed")
        self.assertLess(time.monotonic() - began, 20, "whoever reads its output need not wait for the cluster")
        kubeconfig, = re.findall(r"(?m)^export KUBECONFIG=(\S+)$", done.stderr)
        pid, = re.findall(r"(?m)^kill (\d+)$", done.stderr)
        try:
            there = straycat("cleanup", "--kubeconfig", kubeconfig, "--context", "straycat", cwd=self.folder)
            self.assertIn("straycat-ports-", there.stdout + there.stderr)
        finally:
            os.kill(int(pid), signal.SIGTERM)
        for _ in range(100):
            left = self.before.left_behind(ignore=[self.folder.name])
            if not left:
                break
            time.sleep(0.1)
        self.assertEqual(left, [])

    def test_compare(self):
        """The command, on logs of runs: what is worse, and what is refused."""
        logs = {name: cases.LOGS / f"{name}.jsonl" for name in ("article", "fixed")}
        worse = straycat("compare", logs["fixed"], logs["article"], "--json", "c.json", "--html", "c.html", "--markdown", "c.md", cwd=self.folder)
        self.assertEqual(worse.returncode, 1, worse.stderr)
        self.assertRegex(worse.stdout.splitlines()[-1], r"^worse: |points\)|more$")
        self.assertEqual(json.loads((self.folder / "c.json").read_text())["change"], "worse")
        self.assertEqual(straycat("compare", logs["article"], logs["fixed"], "-q").returncode, 0)
        self.assertEqual(straycat("compare", logs["article"], "nowhere.jsonl").returncode, 3)
        refused = straycat("compare", logs["article"], logs["fixed"], "--junit", "j.xml", cwd=self.folder)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("--junit", refused.stderr)


if __name__ == "__main__":
    unittest.main()
