"""Bad input of every sort: one clear error, exit 3, nothing made."""
import os
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
        self.fails("run", "x.yaml", "--nodes", "17", says=["--nodes", "17", "1 to 16"])
        self.fails("run", "x.yaml", "--in-cluster", "--nodes", "2", says=["--nodes", "embedded"])

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

    def uses(self, *files, images="{}"):
        """A scenario in a folder of its own, which applies these."""
        own = self.folder / "strangers"
        own.mkdir(exist_ok=True)
        text = (SCENARIOS / "service-selector/service.yaml").read_text()
        (own / "service.yaml").write_text(text)
        names = ", ".join(files)
        (own / "scenario.yaml").write_text(
            "apiVersion: straycat/v1alpha1\nkind: Scenario\nmetadata: {name: uses}\nspec:\n  traffic: [{url: http://sayhi/hi, rate: 5/s}]\n"
            f"  steps:\n  - apply: [service.yaml, {names}]\n  - pause: 1s\n  cluster: {{images: {images}}}\n")
        return own

    def test_a_scenario_uses_no_private_file_of_elsewhere(self):
        secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: mine}\nstringData: {password: tell-nobody}\n"
        mine = self.folder / "mine.yaml"
        mine.write_text(secret)
        kept = self.folder / "kept"   # whose file everybody could read, and nobody can enter
        kept.mkdir(mode=0o700)
        (kept / "mine.yaml").write_text(secret)
        own = self.uses("../mine.yaml")
        self.assertEqual(straycat("check", own).returncode, 0, "what everybody may read is used, also beside its folder")
        mine.chmod(0o600)
        own.joinpath("link.yaml").symlink_to(mine)
        for name in ("../mine.yaml", "link.yaml", "../kept/mine.yaml"):
            with self.subTest(name=name):
                self.fails("check", self.uses(name), says=["scenario.yaml:7:", f"{name}: it lies outside the scenario's folder, and not everybody may read"])
        archive = f"{{mine: {{archive: {mine}}}}}"
        self.fails("run", self.uses("service.yaml", images=archive), says=["scenario.yaml:9:", f"{mine}: it lies outside"])
        self.fails("check", self.uses("service.yaml", images="{mine: {archive: ../mine.yaml}}"), says=["scenario.yaml:9:", "../mine.yaml: it lies outside"])
        (own / "own.yaml").write_text(secret)
        (own / "own.yaml").chmod(0o600)
        self.assertEqual(straycat("check", self.uses("own.yaml")).returncode, 0, "what came with it is its own")
        home = {**os.environ, "HOME": str(own)}
        self.assertIn("the scenario's folder is your home", straycat("check", own, env=home).stderr)

    def test_no_error_quotes_what_is_no_manifest_of_the_scenarios(self):
        for text in ("root:$6$salt:19000:0:::\nmore\n", "[client]\npassword = x\n", "password: x\n", "- password\n", "a: [\n", "kind: Pod\n---\npassword: x\n"):
            (self.folder / "other.conf").write_text(text)
            with self.subTest(text=text):
                done = straycat("check", self.uses("../other.conf"))
                self.assertEqual(done.returncode, 3)
                self.assertIn("expected a manifest", done.stderr)
                for word in ("root", "client", "password", "a: ["):
                    self.assertNotIn(word, done.stderr)
        (self.folder / "near.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {selectr: {app: x}}\n")
        self.fails("check", self.uses("../near.yaml"), says=["near.yaml:4:8", "selectr", "did you mean"])

    def test_named_pipes_are_not_waited_for(self):
        pipe = self.folder / "pipe.yaml"
        os.mkfifo(pipe, 0o644)
        for words in (("check", pipe), ("run", pipe), ("lint", pipe), ("report", pipe), ("compare", pipe, pipe), ("check", self.uses("../pipe.yaml"))):
            with self.subTest(words=words):
                done = straycat(*words, timeout=30, cwd=self.folder)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertRegex(done.stderr, "is a named pipe|is no regular file")


if __name__ == "__main__":
    unittest.main()
