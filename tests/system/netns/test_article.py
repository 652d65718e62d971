"""The article's incident, from the scenario file to the verdict, on the kernel's data plane; and its repaired twin."""
import json
import pathlib
import tempfile
import unittest

from straycat import SCENARIOS, Surroundings, kernel_data_plane, read_log, run_scenario, skip, straycat


class Article(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = Surroundings()
        cls.folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        cls.run_folder = pathlib.Path(cls.folder.name) / "run"
        cls.done, cls.report = run_scenario(SCENARIOS / "service-selector", cls.run_folder, "--prove-fix")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def finding(self):
        return self.report["verdict"]["findings"][0]

    def test_exits_as_expected(self):
        self.assertEqual(self.done.returncode, 0, self.done.stdout + self.done.stderr)

    def test_names_the_job(self):
        self.assertEqual(self.report["verdict"]["conclusion"], "found")
        self.assertEqual(self.finding()["cause"], "stray-endpoint")
        self.assertEqual((self.finding()["workload"]["kind"], self.finding()["workload"]["name"]), ("Job", "sayhi"))

    def test_explains_every_failure(self):
        verdict = self.report["verdict"]
        self.assertGreater(verdict["failed"], 30)
        self.assertEqual(verdict["explained"], verdict["failed"])

    def test_real_refusals_on_the_kernels_data_plane(self):
        log = read_log(self.run_folder)
        self.assertIn("kernel", log[0]["body"]["dataPlane"])
        failures = [e["body"]["failure"] for e in log if e["kind"] == "attempt.failed"]
        kinds = {(f["kind"], f.get("errno")) for f in failures}
        self.assertIn(("refused", 111), kinds)
        # A pod that has ended takes its address with it a moment before its endpoint goes.
        self.assertLessEqual(kinds, {("refused", 111), ("unreachable", 113), ("unreachable", 101)})

    def test_phases_around_the_job_are_clean(self):
        phases = {p["phase"]: p for p in self.report["verdict"]["phases"]}
        failing = [name for name, p in phases.items() if p["failed"] > 0]
        self.assertEqual(len(failing), 1, phases)
        self.assertGreaterEqual(len([p for p in phases.values() if p["state"] == "clean"]), 3)

    def test_the_printed_fix_cures_it(self):
        self.assertIsNotNone(self.finding()["fix"])
        second = json.loads((self.run_folder / "with-fix/report.json").read_text())
        self.assertEqual(second["verdict"]["failed"], 0)
        self.assertEqual(second["verdict"]["conclusion"], "none")
        self.assertIn("cured: with the change 0 of", self.done.stdout)

    def test_the_text_tells_it(self):
        first_screen = "\n".join(self.done.stdout.splitlines()[:24])
        self.assertIn("Job/sayhi", first_screen)
        self.assertIn("stray", first_screen)

    def test_judged_again_it_gives_the_same_bytes(self):
        again = [straycat("report", self.run_folder, "--json", "-") for _ in range(2)]
        self.assertEqual(again[0].returncode, 0)
        self.assertEqual(again[0].stdout, again[1].stdout)
        self.assertEqual(again[0].stdout, (self.run_folder / "report.json").read_text())

    def test_nothing_is_left_behind(self):
        self.assertEqual(self.before.left_behind(ignore={pathlib.Path(self.folder.name).name}), [])


class Repaired(unittest.TestCase):
    def test_nothing_fails(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            done, report = run_scenario(SCENARIOS / "service-selector-fixed", pathlib.Path(folder) / "run")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(report["verdict"]["failed"], 0)
            self.assertEqual(report["verdict"]["conclusion"], "none")
            self.assertGreater(report["verdict"]["attempts"], 1000)


if __name__ == "__main__":
    if not kernel_data_plane():
        skip("no kernel data plane on this machine (see straycat doctor)")
    unittest.main()
