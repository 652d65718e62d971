"""Runs whose parts die: the cluster, the prober, the runner itself, the terminal. Each says which and when, soon, and claims nothing of what
came after it; nothing is left."""
import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from cluster import Cluster
from live_run import HEAD, LiveRun, small_scenario
from straycat import STRAYCAT, Surroundings, processes, straycat

# What is asked for within 2 s; a machine with other work beside it takes longer. Before, it took 16 s and more.
SOON = 8
LONG = "name: long, phase: quiet, pause: 60s"


class PartsDie(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.before = set(processes())

    def start(self, *steps, expect="", **options):
        """A run on an embedded cluster of its own, whose last step but one is under way and whose traffic has flowed for a while."""
        scenario = small_scenario(self.folder, steps)
        with open(scenario / "scenario.yaml", "a", encoding="utf-8") as file:
            file.write(expect)
        run = LiveRun(scenario, self.folder / "out", "--data-plane", "loopback", **options)
        self.addCleanup(self.end, run.process)
        return run

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def windows(self, run, number):
        end = time.monotonic() + 60
        while sum(e["kind"] == "attempts.window" for e in run.log()) < number:
            self.assertLess(time.monotonic(), end, "no traffic")
            time.sleep(0.05)

    def find(self, word):
        """The process of ours whose command line holds the word; of several the oldest."""
        found = [pid for pid, words in processes().items() if pid not in self.before and word in words]
        self.assertTrue(found, f"no process of ours is {word}: {processes()}")
        return min(found)

    def finish(self, run):
        began = time.monotonic()
        code, words = run.finish()
        self.assertLess(time.monotonic() - began, SOON, words)
        self.assertEqual([e["kind"] for e in run.log()][-1], "run.ended")
        return code, words, run.report()["verdict"]

    def lost_at(self, run):
        """When the run's log says that a part was lost, on the runner's clock."""
        (lost,) = [e for e in run.log() if e["kind"] in ("cluster.lost", "vantage.lost")][:1]
        return lost["t"]

    # --- the cluster ---

    def test_the_cluster_is_killed(self):
        run = self.start(LONG)
        run.until("step.started", "long")
        self.windows(run, 5)
        killed = time.monotonic_ns()
        os.kill(self.find(" cluster "), signal.SIGKILL)
        code, words, verdict = self.finish(run)
        self.assertEqual(code, 2, words)
        self.assertEqual(verdict["conclusion"], "inconclusive", words)
        self.assertIn("the embedded cluster", verdict["headline"])
        self.assertIn("killed by signal 9", verdict["headline"])
        self.assertRegex(verdict["headline"], r"[0-9.]+ m?s into the run")
        self.assertEqual(run.log()[-1]["body"]["reason"], "lost")
        self.assertLess(abs(self.lost_at(run) - killed), 1_000_000_000)
        (page,) = [line for line in words.splitlines() if ":3000 " in line][:1]
        self.assertIn("█", page)

    def test_the_cluster_is_killed_while_something_is_awaited(self):
        """A wait ends when the API server is gone: it could wait for a minute else."""
        run = self.start("name: never, phase: quiet, wait: {for: Deployment/sayhi, condition: Deleted, timeout: 60s}")
        run.until("step.started", "never")
        self.windows(run, 5)
        os.kill(self.find(" cluster "), signal.SIGKILL)
        code, words, verdict = self.finish(run)
        self.assertEqual(code, 2, words)
        self.assertIn("the embedded cluster", verdict["headline"])

    def test_the_inner_cluster_is_killed(self):
        """The API server's own process, not the one that keeps it."""
        run = self.start(LONG)
        run.until("step.started", "long")
        self.windows(run, 5)
        os.kill(max(pid for pid, words in processes().items() if pid not in self.before and " cluster " in words), signal.SIGKILL)
        code, words, verdict = self.finish(run)
        self.assertEqual(code, 2, words)
        self.assertIn("the embedded cluster", verdict["headline"])

    def test_an_expectation_that_is_surely_broken_stays_broken(self):
        """The Job refuses its share, and nothing was to fail: that the rest is missing does not mend it."""
        run = self.start("phase: job, apply: {file: job.yaml, env: {COUNT_OF_CATS: '60'}}", LONG)
        run.until("attempt.failed")
        time.sleep(2)
        os.kill(self.find(" cluster "), signal.SIGKILL)
        code, words, verdict = self.finish(run)
        self.assertEqual(code, 1, words)
        self.assertIn("the embedded cluster", verdict["headline"])

    # --- the prober ---

    def test_the_prober_is_killed(self):
        run = self.start(LONG)
        run.until("step.started", "long")
        self.windows(run, 5)
        killed = time.monotonic_ns()
        os.kill(self.find(" agent"), signal.SIGKILL)
        code, words, verdict = self.finish(run)
        self.assertEqual(code, 2, words)
        self.assertIn("the prober a0", verdict["headline"])
        self.assertIn("signal 9", verdict["headline"])
        self.assertLess(abs(self.lost_at(run) - killed), 2_000_000_000)

    def test_the_prober_beside_the_runner_is_killed(self):
        with Cluster("loopback") as cluster:
            run = LiveRun(small_scenario(self.folder, [LONG]), self.folder / "out", "--kubeconfig", cluster.kubeconfig, "--context", "straycat")
            self.addCleanup(self.end, run.process)
            run.until("step.started", "long")
            self.windows(run, 3)
            os.kill(self.find(" agent"), signal.SIGKILL)
            code, words, verdict = self.finish(run)
            self.assertEqual(code, 2, words)
            self.assertIn("the prober a0", verdict["headline"])
            self.assertIn("killed by signal 9", verdict["headline"])
            self.assertEqual(self.namespaces_of_runs(cluster), [])

    # --- the runner ---

    def namespaces_of_runs(self, cluster):
        names = [n["metadata"]["name"] for n in cluster.call("GET", "/api/v1/namespaces")["items"]]
        return [name for name in names if name.startswith("straycat-")]

    def test_ctrl_c_in_the_middle(self):
        """What was found stays found, but the rest of the run is missing."""
        run = self.start("phase: job, apply: {file: job.yaml, env: {COUNT_OF_CATS: '60'}}", LONG,
                         expect="  expect: {finding: stray-endpoint, workload: Job/sayhi}\n")
        run.until("attempt.failed")
        time.sleep(3)
        run.process.send_signal(signal.SIGINT)
        code, words, verdict = self.finish(run)
        self.assertEqual((code, verdict["conclusion"]), (2, "found"), words)
        self.assertIn("interrupted", verdict["headline"])

    def test_hangup_and_quit_end_it_as_sigterm_does(self):
        with Cluster("loopback") as cluster:
            for number in (signal.SIGHUP, signal.SIGQUIT):
                with self.subTest(signal=number), tempfile.TemporaryDirectory(dir=self.folder) as folder:
                    run = LiveRun(small_scenario(folder, [LONG]), pathlib.Path(folder) / "out", "--kubeconfig", cluster.kubeconfig,
                                  "--context", "straycat")
                    self.addCleanup(self.end, run.process)
                    run.until("step.started", "long")
                    run.process.send_signal(number)
                    code, words, _ = self.finish(run)
                    self.assertEqual(code, 2, words)
                    self.assertEqual(self.namespaces_of_runs(cluster), [])

    def test_a_hangup_that_is_ignored_stays_ignored(self):
        """nohup straycat run ..."""
        run = self.start("name: short, phase: quiet, pause: 3s", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        run.until("step.started", "short")
        run.process.send_signal(signal.SIGHUP)
        code, words = run.finish()
        self.assertEqual(code, 0, words)

    def test_a_terminal_that_is_closed(self):
        with Cluster("loopback") as cluster:
            master, terminal = pty.openpty()
            words = [STRAYCAT, "run", str(small_scenario(self.folder, [LONG])), "--out", str(self.folder / "out"), "--kubeconfig",
                     cluster.kubeconfig, "--context", "straycat"]

            def lead():
                os.setsid()
                import fcntl
                import termios
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

            child = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, preexec_fn=lead)
            self.addCleanup(self.end, child)
            os.close(terminal)
            threading.Thread(target=self.drain, args=(master, self.folder / "out"), daemon=True).start()
            child.wait(timeout=90)
            self.assertEqual(child.returncode, 4, "what it had to say could not be shown")
            self.assertEqual(self.namespaces_of_runs(cluster), [])
            log = [json.loads(line) for line in (self.folder / "out/log.jsonl").read_text().splitlines()]
            self.assertEqual(log[-1]["body"]["reason"], "interrupted")
            self.assertTrue((self.folder / "out/report.json").exists(), "the verdict is kept though nobody reads it")

    def drain(self, master, out):
        """Reads the terminal until the long step has begun, and closes it then."""
        log = out / "log.jsonl"
        while not (log.exists() and '"name":"long"' in log.read_text(encoding="utf-8").split("\n", 1)[-1]):
            if select.select([master], [], [], 0.05)[0]:
                os.read(master, 4096)
        os.close(master)

    # --- the prober stands still ---

    def stand_still(self, head, *steps, seconds=5, after=()):
        scenario = small_scenario(self.folder, steps, head)
        run = LiveRun(scenario, self.folder / "out", "--data-plane", "loopback")
        self.addCleanup(self.end, run.process)
        run.until("step.started", "still")
        self.windows(run, 8)
        agent = self.find(" agent")
        os.kill(agent, signal.SIGSTOP)
        self.addCleanup(lambda: agent in processes() and os.kill(agent, signal.SIGCONT))
        time.sleep(seconds)
        os.kill(agent, signal.SIGCONT)
        code, words = run.finish()
        return code, words, run.report()["verdict"]

    def test_a_hole_in_a_long_quiet_run_is_said(self):
        code, words, verdict = self.stand_still(HEAD, "name: still, phase: quiet, pause: 12s", seconds=2)
        self.assertEqual(verdict["failed"], 0, words)
        self.assertEqual(code, 0, words)
        self.assertRegex(verdict["headline"], r"nothing was sent for [0-9.]+ s", words)

    def test_a_hole_that_hides_a_step_is_inconclusive(self):
        code, words, verdict = self.stand_still(HEAD, "name: still, pause: 2s",
                                                "name: change, phase: changed, apply: {file: job.yaml, env: {COUNT_OF_CATS: '2'}}",
                                                "name: rest, pause: 15s")
        if verdict["failed"] == 0:
            self.assertEqual((code, verdict["conclusion"]), (2, "inconclusive"), words)
        self.assertRegex(words, r"nothing was sent for [0-9.]+ s", words)

    def test_a_hole_over_most_of_the_run_is_inconclusive(self):
        code, words, verdict = self.stand_still(HEAD, "name: still, phase: quiet, pause: 8s", seconds=5)
        self.assertEqual((code, verdict["conclusion"]), (2, "inconclusive"), words)


class Folders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def runs(self):
        return sorted(p.name for p in (self.folder / "straycat-runs").glob("*"))

    def test_runs_of_the_same_second_have_folders_of_their_own(self):
        scenario = small_scenario(self.folder, [])
        (scenario / "scenario.yaml").write_text("""\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {name: twin}
spec:
  traffic:
  - {name: none, url: "http://nobody/", service: nobody, rate: 1/s}
  steps:
  - {name: nothing, phase: quiet, pause: 100ms}
""")
        with Cluster("loopback") as cluster:
            spaces = [f"ns-{i}" for i in range(6)]
            for name in spaces:
                cluster.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
            words = [STRAYCAT, "run", str(scenario), "--quiet", "--full", "--kubeconfig", cluster.kubeconfig, "--context", "straycat", "-n"]
            # Each waits for the start of one and the same second, and begins there.
            children = [subprocess.Popen(["sh", "-c", 'read go; exec "$@"', "sh", *words, name], cwd=self.folder, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for name in spaces]
            time.sleep(1.02 - time.time() % 1)
            for child in children:
                child.stdin.write("go\n")
                child.stdin.flush()
            for name, child in zip(spaces, children):
                out, _ = child.communicate(timeout=60)
                self.assertIn(name, out, "the report is that of its own namespace")
        self.assertEqual(len(self.runs()), len(spaces), self.runs())
        for run in self.runs():
            log = [json.loads(line) for line in (self.folder / "straycat-runs" / run / "log.jsonl").read_text().splitlines()]
            self.assertEqual([e["n"] for e in log], list(range(len(log))), "the log of one run")
            self.assertEqual(log[-1]["kind"], "run.ended")

    def test_no_folder_without_a_run(self):
        scenario = small_scenario(self.folder, [])
        nowhere = self.folder / "kubeconfig"
        nowhere.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "c",
                                       "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                                       "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
                                       "users": [{"name": "u", "user": {"token": "t"}}]}))
        for flags in (["--kubeconfig", nowhere, "--context", "c"], ["--kubeconfig", nowhere, "--context", "nobody"],
                      ["--kubeconfig", nowhere, "--context", "c", "--image", "nobody=x"], ["--kubeconfig", self.folder / "missing", "--context", "c"]):
            with self.subTest(flags=flags):
                done = straycat("run", scenario, *flags, cwd=self.folder)
                self.assertIn(done.returncode, (3, 4), done.stdout + done.stderr)
                self.assertEqual(self.runs(), [])
                done = straycat("run", scenario, *flags, "--out", self.folder / "wanted", cwd=self.folder)
                self.assertIn(done.returncode, (3, 4), done.stdout + done.stderr)
                self.assertFalse((self.folder / "wanted").exists())

    def test_a_folder_that_holds_a_run_is_refused_at_once(self):
        (self.folder / "out").mkdir()
        (self.folder / "out/log.jsonl").write_text("")
        done = straycat("run", small_scenario(self.folder, []), "--out", self.folder / "out", "--data-plane", "loopback")
        self.assertEqual(done.returncode, 3)
        self.assertIn("holds a run already", done.stderr)
        self.assertEqual((self.folder / "out/log.jsonl").read_text(), "")


if __name__ == "__main__":
    unittest.main()
