"""What the embedded cluster's network forbids, as whole runs see it: the shipped scenarios, judged and cured."""
import json
import pathlib
import tempfile
import unittest

from straycat import SCENARIOS, kernel_data_plane, run_scenario, skip, straycat


class Network(unittest.TestCase):
    def prove(self, name):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            done, report = run_scenario(SCENARIOS / name, pathlib.Path(folder) / "run", "--prove-fix")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("cured: with the change 0 of", done.stdout)
            return report["verdict"]["findings"][0]

    def test_a_network_policy(self):
        finding = self.prove("network-policy")
        self.assertEqual(finding["cause"], "network-policy")
        rules = finding["fix"]["mergePatch"]["spec"]["ingress"]
        self.assertEqual(len(rules), 2, "the list is printed whole")
        self.assertEqual(rules[1]["from"], [{"podSelector": {"matchLabels": {"straycat.dev/role": "agent"}}}])

    def test_a_local_traffic_policy(self):
        finding = self.prove("local-policy")
        self.assertEqual(finding["cause"], "local-policy")
        self.assertEqual(finding["fix"]["mergePatch"], {"spec": {"internalTrafficPolicy": "Cluster"}})

    def test_the_fallback_never_calls_clean_what_it_does_not_enforce(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            done, report = run_scenario(SCENARIOS / "network-policy", pathlib.Path(folder) / "run", "--data-plane", "loopback")
            self.assertEqual(report["verdict"]["conclusion"], "inconclusive", done.stdout)
            self.assertIn("NetworkPolicy has no effect on the embedded cluster", " ".join(report["verdict"]["reasons"]))

    def test_the_fallback_drops_what_local_drops(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            folder = pathlib.Path(folder) / "run"
            _, report = run_scenario(SCENARIOS / "local-policy", folder, "--data-plane", "loopback")
            self.assertGreater(report["verdict"]["failed"], 0)
            self.assertNotEqual(report["verdict"]["conclusion"], "none")
            failures = [event["body"] for event in map(json.loads, (folder / "log.jsonl").read_text().splitlines())
                        if event["kind"] == "attempt.failed"]
            self.assertEqual({failure["failure"]["kind"] for failure in failures}, {"connect_timeout"}, "dropped, not refused")

    def test_check_says_nothing_of_what_is_done(self):
        for name in ("network-policy", "local-policy"):
            done = straycat("check", SCENARIOS / name)
            self.assertEqual(done.returncode, 0)
            self.assertNotIn("no effect", done.stdout + done.stderr)


if __name__ == "__main__":
    if not kernel_data_plane():
        skip("no kernel data plane on this machine (see straycat doctor)")
    unittest.main()
