"""Runs that somebody meddles with: kube-proxy stopped on a node, the API server killed, kubectl editing, kill -9. Each ends with the
right verdict or an honest "inconclusive", leaves nothing and touches nothing of others."""
import concurrent.futures
import json
import pathlib
import signal
import tempfile
import unittest

import kubernetes
import lab
from live_run import LiveRun, small_scenario
from straycat import SCENARIOS, straycat


class Trouble(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flags = kubernetes.flags()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.addCleanup(lambda: self.assertEqual(kubernetes.leftovers(), [], "nothing is left in the cluster"))

    def need_lab(self):
        if not lab.is_here():
            self.skipTest("only on the cluster of scripts/kubernetes")

    def test_kube_proxy_stopped_on_one_node(self):
        self.need_lab()
        self.addCleanup(lab.go_on, "proxy2")
        run = LiveRun(SCENARIOS / "stale-proxy", self.folder / "out", *self.flags)
        run.until("step.started", "stop-kube-proxy-on-one-node")
        lab.stop("proxy2")
        run.until("step.started", "let-kube-proxy-go-on")
        lab.go_on("proxy2")
        code, words = run.finish()
        self.assertEqual(code, 0, words)
        (finding,) = run.report()["verdict"]["findings"]
        self.assertTrue(finding["sentence"].endswith("Seen from node2 only."), finding["sentence"])

    def test_api_server_killed_and_another_certificate_and_no_history(self):
        """While the article's Job refuses: the verdict rests on the agent's own watch, whose gap it must not lean on."""
        self.need_lab()
        run = LiveRun(SCENARIOS / "service-selector", self.folder / "out", *self.flags)
        run.until("step.started", "generate-cats")
        lab.compact_etcd()
        lab.restart_api_server(new_certificate=True)
        code, words = run.finish()
        gaps = [e for e in run.log() if e["kind"] == "watch.gap"]
        self.assertTrue(gaps, "the blind stretch is in the log")
        verdict = run.report()["verdict"]
        self.assertIn(code, (0, 1, 2), words)
        if verdict["conclusion"] == "found":
            self.assertEqual({(f["cause"], f["workload"]["kind"]) for f in verdict["findings"]}, {("stray-endpoint", "Job")}, words)
        else:
            self.assertEqual(verdict["conclusion"], "inconclusive", words)

    def meddle(self, name, edit):
        folder = self.folder / name
        folder.mkdir()
        scenario = small_scenario(folder, ["name: meddle, phase: meddled, pause: 8s"])
        # A ReplicaSet replaces relabelled pods at once: ready at once, too, hardly a request would have failed in between.
        deployment = scenario / "deployment-readiness.yaml"
        deployment.write_text(deployment.read_text().rstrip() + "\n         initialDelaySeconds: 3\n")
        run = LiveRun(scenario, folder / "out", *self.flags)
        run.until("step.started", "meddle")
        kubernetes.kubectl(*(word.replace("NAMESPACE", run.namespace()) for word in ["-n", "NAMESPACE", *edit]))
        code, words = run.finish()
        return code, words, run

    def test_kubectl_edits_what_the_run_deployed(self):
        edits = {"scale": ["scale", "deployment/sayhi", "--replicas=0"],
                 "label": ["label", "pods", "-l", "app=sayhi", "app=other", "--overwrite"],
                 "selector": ["patch", "service/sayhi", "-p", '{"spec":{"selector":{"app":"nobody"}}}'],
                 "service": ["delete", "service/sayhi"],
                 "agent": ["delete", "pods", "-l", "straycat.dev/role=agent", "--wait=false"],
                 "namespace": ["delete", "namespace", "NAMESPACE", "--wait=false"]}

        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            done = {name: pool.submit(self.meddle, name, edit) for name, edit in edits.items()}
        results = {name: future.result() for name, future in done.items()}
        for name in ("scale", "label", "selector"):
            code, words, run = results[name]
            with self.subTest(edit=name):
                self.assertEqual(code, 1, words)  # the scenario expects that nothing fails
                self.assertEqual(run.causes(), ["no-endpoints"], words)
        for name in ("service", "agent"):
            code, words, run = results[name]
            with self.subTest(edit=name):
                self.assertIn(code, (1, 2), words)
                self.assertFalse({"stray-endpoint", "wrong-answer", "early-ready"} & set(run.causes()), words)
        code, words, _ = results["namespace"]
        with self.subTest(edit="namespace"):
            self.assertIn(code, (1, 2, 4), words)

    def test_kill_and_cleanup(self):
        """In a namespace that is somebody's own: what was there before stays, what the run made goes."""
        kubernetes.kubectl("create", "namespace", "of-others")
        self.addCleanup(kubernetes.kubectl, "delete", "namespace", "of-others", "--wait=false")
        kubernetes.kubectl("create", "configmap", "theirs", "-n", "of-others")
        before = json.loads(kubernetes.kubectl("get", "configmap,serviceaccount,secret", "-n", "of-others", "-o", "json"))["items"]
        run = LiveRun(small_scenario(self.folder, ["name: long, pause: 60s"]), self.folder / "out", *self.flags, "-n", "of-others")
        run.until("step.started", "long")
        run.process.send_signal(signal.SIGKILL)
        run.process.communicate()
        left = set(kubernetes.leftovers())
        self.assertIn("deployment.apps/sayhi", left)
        cleaning = ["cleanup", *self.flags[:4], "--run", run.log()[0]["body"]["run"]]
        shown = straycat(*cleaning, "--dry-run")
        self.assertEqual(set(kubernetes.leftovers()), left, shown.stdout + shown.stderr)
        self.assertIn("of-others/sayhi", shown.stdout)
        done = straycat(*cleaning)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        after = json.loads(kubernetes.kubectl("get", "configmap,serviceaccount,secret", "-n", "of-others", "-o", "json"))["items"]
        self.assertEqual([o["metadata"]["uid"] for o in before], [o["metadata"]["uid"] for o in after])


if __name__ == "__main__":
    unittest.main()
