"""Faults on order: a few of the nightly scenarios as a suite; two faults at once; what is left when one is killed in the middle."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from straycat import SCENARIOS, STRAYCAT, Surroundings, kernel_data_plane, main, read_log, run_scenario, skip, straycat

NIGHTLY = SCENARIOS / "nightly"
PAIR = """\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {{name: pair}}
spec:
  traffic: [{{url: "http://web/hi", rate: 50/s, timeout: 1s}}]
  steps:
  - apply: {app}
  - wait: {{for: Deployment/web, condition: RolledOut}}
  - traffic: start
{steps}
  - pause: 500ms
  expect: {{finding: any-of-them}}
"""


class Chaos(unittest.TestCase):
    def setUp(self):
        self.before = Surroundings()
        self.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def scenario(self, steps, expect="finding: none"):
        text = PAIR.format(app="app.yaml", steps="\n".join("  - " + step for step in steps)).replace("finding: any-of-them", expect)
        (self.folder / "app.yaml").write_text((NIGHTLY / "app.yaml").read_text())
        file = self.folder / "scenario.yaml"
        file.write_text(text)
        return file

    def faults(self, folder):
        """step -> (fault.started, fault.ended) of a log, each once."""
        found = {}
        for event in read_log(folder):
            if event["kind"].startswith("fault."):
                found.setdefault(event["body"]["step"], []).append(event)
        for events in found.values():
            self.assertEqual([event["kind"] for event in events], ["fault.started", "fault.ended"])
        return found

    def test_nightly(self):
        """In a short form: one of a container, one of the network, one of the API."""
        done = straycat("run", *(NIGHTLY / f"{name}.yaml" for name in ("container-killed", "way-refused", "evicted")), SCENARIOS / "causes/dns.yaml", "--jobs", 3,
                        "--out", self.folder / "suite", "--quiet")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.before.left_behind(ignore={self.folder.name}), [])

    def test_two_at_once(self):
        """Each begins and ends when the log says so, whatever the other does; and the log tells whom it hit."""
        steps = ["{name: one, chaos: {drop: {target: Deployment/web, for: 2s, background: true}}}",
                 "{name: other, chaos: {pause: {target: Deployment/web, pods: 2, for: 1s}}}",
                 "{name: long, chaos: {proxyStop: {for: 1h, background: true}}}"]
        run = self.folder / "run"
        done, report = run_scenario(self.scenario(steps), run)
        self.assertIsNotNone(report, done.stdout + done.stderr)
        faults = self.faults(run)
        self.assertEqual(set(faults), {"one", "other", "long"})
        length = {step: (events[1]["t"] - events[0]["t"]) / 1e9 for step, events in faults.items()}
        self.assertAlmostEqual(length["one"], 2, delta=0.5)
        self.assertAlmostEqual(length["other"], 1, delta=0.5)
        self.assertLess(length["long"], 30, "it ended with the steps")
        self.assertLess(faults["other"][0]["t"], faults["one"][1]["t"], "they were there at the same time")
        self.assertEqual([len(faults[step][0]["body"].get("pods", [])) for step in ("one", "other", "long")], [1, 2, 0])

    def test_killed_in_the_middle(self):
        steps = ["{name: dark, chaos: {drop: {target: Deployment/web, pods: all, from: anywhere, for: 1h}}}"]
        scenario, run = self.scenario(steps), self.folder / "run"
        for victim in ("runner", "cluster"):
            with subprocess.Popen([STRAYCAT, "run", scenario, "--out", run, "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  start_new_session=True) as process:
                self.until(lambda: self.begun(run), f"the fault never began ({victim})")
                if victim == "runner":
                    process.kill()
                else:
                    clusters = [pid for pid, words in self.children(process.pid).items() if " cluster" in words]
                    os.kill(clusters[0], signal.SIGKILL)
                process.wait(60)
            self.until(lambda: not self.before.left_behind(ignore={self.folder.name}),
                       lambda: f"left behind by the {victim}: {self.before.left_behind(ignore={self.folder.name})}", 10)
            for file in run.glob("*"):
                file.unlink()
            run.rmdir()

    @staticmethod
    def children(pid):
        found = {}
        for line in subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True).stdout.splitlines():
            number, words = line.split(None, 1)
            found[int(number)] = words
        return found

    @staticmethod
    def begun(run):
        log = run / "log.jsonl"
        return log.exists() and '"fault.started"' in log.read_text(errors="replace")

    def until(self, holds, words, seconds=120):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                self.fail(words if isinstance(words, str) else words())
            time.sleep(0.05)


if __name__ == "__main__":
    if not kernel_data_plane():
        skip("no kernel data plane here")
    main()
