"""Traffic that starts beside the runner: through the API server's proxy, which needs no image and no pod, and from this machine."""
import http.server
import pathlib
import tempfile
import threading
import unittest

from cluster import Cluster
from straycat import SCENARIOS, processes, read_log, run_scenario

SCENARIO = """\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {name: outside}
spec:
  traffic:
  - {name: front, from: host, url: "http://127.0.0.1:%d/", service: front, rate: 50/s}
  steps:
  - {name: probe, phase: probing, pause: 2s}
  expect: {finding: none}
"""


class VantagePoints(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, cluster, scenario, *flags):
        return run_scenario(scenario, self.folder / "run", "--kubeconfig", cluster.kubeconfig, "--context", "straycat", *flags)

    def test_the_article_without_an_image(self):
        with Cluster("loopback") as cluster:
            done, report = self.run_on(cluster, SCENARIOS / "service-selector")
            # A slow API server may still be asked when the next phase begins: then that phase's budget is not met.
            self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
            self.assertEqual(report["verdict"]["conclusion"], "found", done.stdout)
            finding = report["verdict"]["findings"][0]
            self.assertEqual((finding["cause"], finding["workload"]["kind"]), ("stray-endpoint", "Job"))
            log = read_log(self.folder / "run")
            vantage = [e["body"] for e in log if e["kind"] == "vantage"]
            self.assertEqual([(v["where"], v["dialing"]) for v in vantage], [("api", "api-proxy")])
            self.assertTrue(any(e["kind"] == "probe.direct" and not e["body"]["ok"] for e in log), "each pod is asked, too")
            pods = {e["body"]["object"]["meta"]["name"] for e in log if e["kind"] == "pod"}
            self.assertFalse([name for name in pods if "straycat-agent" in name], "no pod of ours")
            self.assertIn("--agent-image", " ".join(report["verdict"]["notes"]), "what is missing, and how to have it")
            self.assertEqual([line for line in processes().values() if line.endswith(" agent")], [])

    def test_from_this_machine(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        scenario = self.folder / "scenario.yaml"
        scenario.write_text(SCENARIO % server.server_address[1])
        with Cluster("loopback") as cluster:
            done, report = self.run_on(cluster, scenario)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertGreater(report["verdict"]["attempts"], 50)
            self.assertEqual(report["verdict"]["failed"], 0)

    def test_what_a_named_cluster_does_not_allow(self):
        with Cluster("loopback") as cluster:
            for flags, words in ((("--via", "pod"), "--agent-image"), (("--image", "beranm14/nobody=x"), "no manifest names"),
                                 (("--via", "moon"), "moon")):
                with self.subTest(flags=flags):
                    done, _ = self.run_on(cluster, SCENARIOS / "service-selector", *flags)
                    self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
                    self.assertIn(words, done.stderr)
            fast = self.folder / "fast.yaml"
            fast.write_text((SCENARIO % 9).replace("50/s", "500/s"))
            done, _ = self.run_on(cluster, fast)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("conntrack", done.stderr)


class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    unittest.main()
