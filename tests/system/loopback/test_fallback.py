"""The article's incident without any privilege: the loopback fallback, a path of its own."""
import pathlib
import tempfile
import unittest

from straycat import SCENARIOS, Surroundings, read_log, run_scenario


class Fallback(unittest.TestCase):
    def test_the_article(self):
        before = Surroundings()
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            run_folder = pathlib.Path(folder) / "run"
            done, report = run_scenario(SCENARIOS / "service-selector", run_folder, "--data-plane", "loopback")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            finding = report["verdict"]["findings"][0]
            self.assertEqual((finding["cause"], finding["workload"]["name"]), ("stray-endpoint", "sayhi"))
            log = read_log(run_folder)
            self.assertIn("loopback", log[0]["body"]["dataPlane"])
            self.assertEqual({e["body"]["failure"]["errno"] for e in log if e["kind"] == "attempt.failed"}, {111})
            self.assertIn("loopback", done.stdout, "the report says which data plane ran")
            self.assertEqual(before.left_behind(ignore={pathlib.Path(folder).name}), [])


if __name__ == "__main__":
    unittest.main()
