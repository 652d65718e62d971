"""`straycat run PATH...`: a made-up pipeline with a flaky, a broken, a slow and a failing scenario; one answer in every form, and nothing left."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree

from live_run import ARTICLE
from straycat import SOURCE, STRAYCAT, Surroundings, processes, straycat

SCENARIO = """\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {{name: {name}, labels: {{tier: {tier}}}}}
spec:
  for: Deployment/sayhi
  traffic:
  - {{url: "http://sayhi/hi", rate: 50/s, timeout: 2s, expect: {{status: 200, body: "hi🐈\\n"}}}}
  steps:
  - {{phase: deployed, apply: [deployment-readiness.yaml, service.yaml]}}
  - wait: {{for: Deployment/sayhi, condition: Available, timeout: 60s}}
  - wait: {{for: Deployment/sayhi, condition: Routable}}
  - pause: 1500ms
  - traffic: start
  - pause: {pause}
  - traffic: stop
  expect:
    finding: {finding}
"""


class Suite(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.before = Surroundings()

    def scenario(self, name, finding="none", pause="1s", tier="quick", text=None):
        folder = self.folder / "all" / name
        folder.mkdir(parents=True)
        for manifest in ("deployment-readiness.yaml", "service.yaml"):
            shutil.copy(ARTICLE / manifest, folder)
        (folder / "scenario.yaml").write_text(text or SCENARIO.format(name=name, finding=finding, pause=pause, tier=tier), encoding="utf-8")
        return folder

    def suite(self, code, *words, environment=None):
        """In the loopback fallback, as on the poorest machine: there one run at a time."""
        done = straycat("run", "all", "--out", "out", "--data-plane", "loopback", *words, cwd=self.folder,
                        env={**{k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "GITLAB_"))}, **(environment or {})})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def lines(self):
        *cases, whole = [json.loads(line) for line in (self.folder / "out/suite.jsonl").read_text().splitlines()]
        return {case["case"]: case for case in cases}, whole

    def test_one_answer(self):
        """A passing, a failing, a broken and a slow one, in every form."""
        self.scenario("good")
        self.scenario("failing", finding="stray-endpoint")
        self.scenario("odd", text="apiVersion: straycat/v1alpha1\nkind: Scenario\nmetadata: {name: odd}\nspec: {cats: 3}\n")
        self.scenario("slow", pause="90s")
        done = self.suite(1, "--timeout", "25s", "--junit", "j.xml", "--markdown", "s.md", "--html", "page.html", environment={"GITHUB_ACTIONS": "true", "GITLAB_CI": "true"})
        cases, whole = self.lines()
        self.assertEqual({name: case["outcome"] for name, case in cases.items()}, {"good": "passed", "failing": "failed", "odd": "broken", "slow": "broken"})
        self.assertEqual(whole["exitCode"], 1)
        self.assertIn("--timeout 25s", cases["slow"]["why"])
        self.assertIn("stray-endpoint", cases["failing"]["why"])
        self.assertRegex(cases["odd"]["why"], r"^all/odd/scenario\.yaml:4:")
        # The terminal: the table, and the whole as its last line but the annotations.
        self.assertRegex(done.stdout, r"(?m)^PASSED +good +\d+\.\d s$")
        self.assertRegex(done.stdout, r"(?m)^FAILED: 1 of 4 passed, 1 failed \(failing\), 2 broken \(odd, slow\); ")
        self.assertRegex(done.stdout, r"(?m)^::error file=all/failing/scenario\.yaml,line=16,title=straycat failing::failed: ")
        self.assertRegex(done.stdout, r"(?m)^::error file=all/odd/scenario\.yaml,line=4,title=straycat odd::broken: ")
        self.assertEqual({note["location"]["path"] for note in json.loads((self.folder / "out/gl-code-quality.json").read_text())},
                         {f"all/{name}/scenario.yaml" for name in ("failing", "odd", "slow")})
        # JUnit: a broken one is an error, and no name holds a figure.
        (found,) = xml.etree.ElementTree.parse(self.folder / "j.xml").getroot()
        self.assertEqual([(c.get("classname"), c.get("name"), [e.tag for e in c]) for c in found.iter("testcase")],
                         [("all/failing", "failing", ["failure"]), ("all/good", "good", []), ("all/odd", "odd", ["error"]), ("all/slow", "slow", ["error"])])
        self.assertEqual((found.get("tests"), found.get("failures"), found.get("errors")), ("4", "1", "2"))
        markdown = (self.folder / "s.md").read_text()
        self.assertTrue(markdown.startswith("### straycat: FAILED: 1 of 4 passed"), markdown[:80])
        self.assertIn("all/failing/scenario.yaml:16", markdown.replace("\\", ""))
        for page, link in (("page.html", "out/good/report.html"), ("out/index.html", "good/report.html")):
            self.assertIn(f'href="{link}"', (self.folder / page).read_text())
            self.assertTrue(((self.folder / page).parent / link).exists())
        self.assertEqual(self.before.left_behind(ignore=[self.folder.name]), [])

    def test_what_the_ci_templates_call(self):
        """As GitHub's runner and GitLab's call it: the summary and the reports stand where they look, and the code is the suite's."""
        self.scenario("odd", finding="cats")
        self.scenario("odder", finding="dogs")
        environment = {**os.environ, "STRAYCAT": STRAYCAT, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), "GITHUB_ACTION_PATH": str(SOURCE / "scripts/ci/github")}
        action = (SOURCE / "scripts/ci/github/action.yml").read_text()
        (line,) = [part for part in action.splitlines() if part.strip().startswith("run: ")]
        done = subprocess.run(["bash", "-ec", line.strip().removeprefix("run: ").strip("'")], cwd=self.folder, capture_output=True, text=True, timeout=60,
                              env={**environment, "STRAYCAT_OUT": "github", "PATHS": "all", "FLAGS": "--jobs 2"})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("::error file=all/odd/scenario.yaml,line=", done.stdout)
        self.assertTrue((self.folder / "summary").read_text().startswith("### straycat: BROKEN: 0 of 2 passed"))
        template = (SOURCE / "scripts/ci/gitlab.yml").read_text()
        for index in (1, 2):
            out = self.folder / f"gitlab-{index}"
            done = subprocess.run([SOURCE / "scripts/ci/suite", "all"], cwd=self.folder, capture_output=True, text=True, timeout=60,
                                  env={**os.environ, "STRAYCAT": STRAYCAT, "GITLAB_CI": "true", "STRAYCAT_OUT": str(out), "CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": "2"})
            self.assertEqual(done.returncode, 3, done.stderr)
            for report in ("junit.xml", "gl-code-quality.json"):
                self.assertTrue((out / report).exists())
                self.assertIn(f"straycat-suite/{report}", template)
            self.assertEqual(len(json.loads((out / "gl-code-quality.json").read_text())), 1)

    def test_flaky(self):
        """It fails at first, and passes when somebody has mended what it waits for: never green silently."""
        folder = self.scenario("flaky", text=SCENARIO.format(name="flaky", finding="none", pause="1s", tier="quick"))
        service = folder / "service.yaml"
        good = service.read_text()
        service.write_text(good.replace("app: sayhi", "app: nobody"))
        process = subprocess.Popen([STRAYCAT, "run", "all", "--out", "out", "--data-plane", "loopback", "--retry", "2", "--quiet", "--junit", "j.xml",
                                    "--history", "kept", "--history-keep", "5"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.until(lambda: (self.folder / "out/flaky/report.json").exists(), process)
        service.write_text(good)
        out, err = process.communicate(timeout=300)
        cases, whole = self.lines()
        self.assertEqual(cases["flaky"]["outcome"], "flaky", (cases, err))
        self.assertGreater(len(cases["flaky"]["runs"]), 1)
        self.assertEqual((process.returncode, whole["counts"]["flaky"]), (0, 1), err)
        self.assertEqual(out, "PASSED: 0 of 1 passed, 1 flaky (flaky)\n")
        self.assertIn("flaky: passed in a further try", (self.folder / "j.xml").read_text())
        self.kept_answers_are_counted()

    def kept_answers_are_counted(self):
        (kept,) = (self.folder / "kept").iterdir()
        self.assertEqual(kept.read_text(), (self.folder / "out/suite.jsonl").read_text())
        for day in range(10, 13):  # earlier ones, in which it passed; and one that was cut off
            lines = [json.loads(line) for line in kept.read_text().splitlines()]
            lines[0]["outcome"], lines[-1]["started"] = "passed", f"2025-01-{day}T00:00:00.000Z"
            (self.folder / f"kept/suite-202501{day}T000000.000Z-1.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        (self.folder / "kept/suite-20250113T000000.000Z-1.jsonl").write_text(json.dumps(lines[0]) + "\n")
        (self.folder / "kept/notes.txt").write_text("mine")
        told = straycat("flakes", "kept", "--json", "flakes.json", cwd=self.folder)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("left out: has no last line for the whole", told.stderr)
        self.assertRegex(told.stdout, r"(?m)^flaky +3 +1 +0 +0 +0 +0  25 % \(")
        (case,) = json.loads((self.folder / "flakes.json").read_text())["cases"]
        self.assertEqual((case["counts"], case["flakeRate"]), ({"passed": 3, "flaky": 1}, 0.25))
        pruned = straycat("flakes", "kept", "--keep", "2", cwd=self.folder)
        self.assertIn("3 older answers removed", pruned.stderr)
        self.assertEqual(len(list((self.folder / "kept").iterdir())), 3, "what is not ours stays")

    def until(self, there, process, seconds=200):
        end = time.monotonic() + seconds
        while not there():
            self.assertLess(time.monotonic(), end)
            self.assertIsNone(process.poll(), process.communicate() if process.poll() is not None else "")
            time.sleep(0.05)

    def started(self):
        """A suite whose first run is under way."""
        self.scenario("long", pause="90s")
        self.scenario("longer", pause="95s")
        process = subprocess.Popen([STRAYCAT, "run", "all", "--out", "out", "--data-plane", "loopback", "--quiet"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        self.until(lambda: any((self.folder / f"out/{name}/log.jsonl").exists() for name in ("long", "longer")), process)
        return process

    def nothing_stays(self, seconds=40):
        end = time.monotonic() + seconds
        while (left := self.before.left_behind(ignore=[self.folder.name])) and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(left, [])

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.started()
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 2, err)
            self.assertEqual(out, "NOT FINISHED: 0 of 2 passed, 2 left out (long, longer); interrupted\n")
            self.nothing_stays(seconds=1)
            shutil.rmtree(self.folder / "out")
            shutil.rmtree(self.folder / "all")

    def test_killed(self):
        """Nobody can catch it: the runs hear of their parent's end."""
        process = self.started()
        process.kill()
        process.communicate()
        self.nothing_stays()

    def test_bad_words(self):
        self.scenario("good")
        for words, says in ((("--only", "cat"), "no scenario is selected"), (("--shard", "3/2"), "--shard 3/2"), (("-l", "a in ("), "-l a in ("),
                            (("--timeout", "soon"), "--timeout soon"), (("none",), "none: No such file"), (("--jobs", "0"), "--jobs")):
            done = straycat("run", "all", *words, cwd=self.folder)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(says, done.stderr)
        (self.folder / "empty").mkdir()
        self.assertIn("no scenario stands there", straycat("run", "empty", cwd=self.folder).stderr)
        self.assertEqual(processes().keys() - self.before.processes, set())

    def test_what_is_selected(self):
        """Broken ones tell by which of them is looked at, without any run."""
        for name, tier in (("a", "quick"), ("b", "nightly"), ("c", "quick")):
            self.scenario(name, text=SCENARIO.format(name=name, finding="cats", pause="1s", tier=tier))
        for words, wanted in (((), "abc"), (("--only", "[ab]"), "ab"), (("--only", "a", "--only", "*/c/*"), "ac"), (("-l", "tier=quick"), "ac"), (("--shard", "1/2"), "ac"), (("--shard", "2/2"), "b")):
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            self.suite(3, *words)
            self.assertEqual("".join(self.lines()[0]), wanted, words)


if __name__ == "__main__":
    unittest.main()
