"""`straycat demo`: the incident told while it happens, in seconds, with cause and cure at its end."""
import os
import pathlib
import re
import tempfile
import time
import unittest

from straycat import SOURCE, Surroundings, straycat


def shape(report):
    """A report without its figures, names of runs and bars: what another run of the same must print, too."""
    lines = [re.sub(r"\d[\d,.]*", "N", re.sub(r"run \w{6}$|demo-\w{6}|pod sayhi-\w{5}", "RUN", line)) for line in report.splitlines()]
    bars = re.compile("[█▒░·▁▂▃▄▅▆▇]|^ +N?s|^phase|^Rest|embedded|^straycat-RUN")
    whole = " ".join(" ".join(line for line in lines if not bars.search(line)).split())
    # How a refusal shows in the moment in which the Job's pod ends is chance.
    return re.sub(r"\(connection refused[^)]*\)", "(connection refused)", whole)


class Demo(unittest.TestCase):
    def test_it_shows_the_incident(self):
        before = Surroundings()
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            began = time.monotonic()
            done = straycat("demo", "--out", "demo", cwd=folder, env={**os.environ, "LANG": "C.UTF-8"})
            took = time.monotonic() - began
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertTrue((pathlib.Path(folder) / "demo/report.html").exists())
        story, verdict = done.stdout.split("\nstraycat ", 1)
        self.assertEqual([line[0] for line in story.splitlines() if line[:1].isdigit()], ["1", "2", "3", "4"], story)
        chapters = story.split("\n\n")
        self.assertIn("🐈 🐈 🐈 🐈 🐈 🐈 🐈 🐈 🐈 🐈", chapters[2])
        self.assertNotIn("❌", chapters[2])
        self.assertIn("❌", chapters[3])
        self.assertIn("of 10: refused", chapters[3])
        for words in ("a stray endpoint: Job/sayhi", "app: sayhi-job  # was: sayhi", "straycat explain stray-endpoint"):
            self.assertIn(words, verdict)
        readme = (SOURCE / "README.md").read_text(encoding="utf-8").split("Its end:\n\n```\n", 1)[1].split("\n```", 1)[0]
        self.assertEqual(shape(readme), shape("straycat " + verdict.split("\nNow with yours", 1)[0]), "what the README shows is what is printed")
        self.assertLess(took, 30, "twelve seconds, and what a slow build adds")
        self.assertEqual(before.left_behind(), [])


if __name__ == "__main__":
    unittest.main()
