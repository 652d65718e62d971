"""Bad input of every sort: one clear error, exit 3, nothing made."""
import pathlib
import tempfile
import unittest

from straycat import SCENARIOS, straycat


class BadInput(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def fails(self, *arguments, says):
        done = straycat(*arguments, cwd=self.folder)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        for word in says:
            self.assertIn(word, done.stderr + done.stdout)
        self.assertTrue(done.stderr.startswith("straycat: "), done.stderr)
        self.assertNotIn("terminate", done.stderr)
        self.assertFalse((self.folder / "straycat-runs").exists(), "nothing is made before the input is good")

    def broken(self, old, new):
        """The article's scenario with one thing changed."""
        for file in (SCENARIOS / "service-selector").iterdir():
            (self.folder / file.name).write_text(file.read_text())
        scenario = self.folder / "scenario.yaml"
        text = scenario.read_text()
        self.assertIn(old, text)
        scenario.write_text(text.replace(old, new, 1))
        return scenario

    def test_flags_and_commands(self):
        self.fails("rnu", "x", says=["rnu", "did you mean", "run"])
        self.fails("run", "x.yaml", "--prove-fxi", says=["--prove-fxi", "did you mean", "--prove-fix"])
        self.fails("run", "x.yaml", "--width", "5", says=["--width"])
        self.fails("run", "x.yaml", "--data-plane", "kernl", says=["--data-plane", '"kernl" is none of', 'did you mean "kernel"'])
        self.fails("frobnicate", says=['unknown command "frobnicate"', "there are", "diagnose"])
        self.fails(says=["subcommand"])
        self.fails("run", says=["scenario"])
        self.fails("cluster", "--image", "nonsense", says=["--image", "NAME="])
        self.fails("cluster", "--min-sync-period", "5", says=["--min-sync-period", "duration"])
        self.fails("run", "x.yaml", "--kubeconfig", "y", says=["--context"])

    def test_files(self):
        self.fails("run", "no-such.yaml", says=["no-such.yaml", "No such file"])
        self.fails("report", "no-such-run", says=["no-such-run", "No such file"])
        (self.folder / "log.jsonl").write_text("hello\n")
        self.fails("report", ".", says=["log.jsonl", "header"])

    def test_scenarios_point(self):
        for old, new, says in [
            ("kind: Scenario", "kind: Scenari", ["scenario.yaml:", "Scenari", "^"]),
            ("rate: 100/s", "rate: 100/parsec", ["scenario.yaml:", "100/parsec", "^"]),
            ("  steps:", "  stepz:", ["scenario.yaml:", "stepz", "did you mean", "steps"]),
            ("deployment.yaml", "deploymnt.yaml", ["scenario.yaml:", "deploymnt.yaml"]),
        ]:
            with self.subTest(new=new):
                self.fails("check", self.broken(old, new), says=says)
                self.fails("run", self.broken(old, new), says=says)


if __name__ == "__main__":
    unittest.main()
