"""`straycat report` as a command: outputs side by side, whole or not at all, and errors that say what to do."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import report_cases as cases
from straycat import STRAYCAT, straycat

ARTICLE = cases.LOGS / "article.jsonl"


class ReportCommand(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def report(self, *arguments, **options):
        return straycat("report", *arguments, cwd=self.folder, **options)

    def refuses(self, *arguments, says, code=3):
        before = sorted(os.listdir(self.folder))
        done = self.report(*arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for word in says:
            self.assertIn(word, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(sorted(os.listdir(self.folder)), before, "nothing is written, nothing is left")

    def test_several_outputs_at_once(self):
        done = self.report(ARTICLE, "--html", "a.html", "--junit", "b.xml", "--markdown", "c.md", "--json", "d.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("FOUND", done.stdout)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.html", "b.xml", "c.md", "d.json"])
        self.assertTrue((self.folder / "a.html").read_text().rstrip().endswith("</html>"))

    def test_standard_output(self):
        for flag, start in [("--json", "{"), ("--html", "<!doctype html>"), ("--junit", "<?xml"), ("--markdown", "### straycat")]:
            done = self.report(ARTICLE, flag, "-")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.startswith(start), done.stdout[:80])
        self.assertEqual(os.listdir(self.folder), [])
        self.refuses(ARTICLE, "--json", "-", "--html", "-", says=["standard output"])

    def test_a_log_from_a_pipe(self):
        """It comes once, where a file is read twice."""
        there, back = os.pipe()
        with subprocess.Popen(["cat", ARTICLE], stdout=back):
            os.close(back)
            done = self.report(f"/dev/fd/{there}", "--json", "-", pass_fds=[there])
        os.close(there)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, self.report(ARTICLE, "--json", "-").stdout)

    def test_nothing_is_written_over(self):
        (self.folder / "thesis.html").write_text("years of work")
        self.refuses(ARTICLE, "--json", "new.json", "--html", "thesis.html", says=["--html thesis.html", "--force"])
        self.assertEqual((self.folder / "thesis.html").read_text(), "years of work")
        self.assertEqual(self.report(ARTICLE, "--html", "thesis.html", "--force").returncode, 0)
        self.assertTrue((self.folder / "thesis.html").read_text().startswith("<!doctype html>"))

    def test_outputs_that_cannot_be(self):
        (self.folder / "sub").mkdir()
        self.refuses(ARTICLE, "--html", "no/such/a.html", says=["--html no/such/a.html", "there is no folder no/such"])
        self.refuses(ARTICLE, "--html", "sub", "--force", says=["--html sub", "is a folder"])
        self.refuses(ARTICLE, "--html", "x", "--json", "./sub/../x", says=["another output goes there too"])
        self.refuses(ARTICLE, ARTICLE, says=["--html"])
        self.refuses(ARTICLE, ARTICLE, "--html", "c.html", "--json", "c.json", says=["--html", "no other output"])
        self.refuses("no-such-run", "--html", "a.html", says=["no-such-run", "No such file"])
        done = self.report(ARTICLE, "--inconclusive", "perhaps")
        self.assertEqual(done.returncode, 3)
        self.assertIn('--inconclusive: "perhaps" is none of skip, fail', done.stderr)

    def test_all_or_none(self):
        """The second output fails at its very end (a device without room): the first must not be there either."""
        done = self.report(ARTICLE, "--json", "a.json", "--html", "/dev/full")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("/dev/full", done.stderr)
        self.assertEqual(os.listdir(self.folder), [])
        limited = subprocess.run(["bash", "-c", f"ulimit -f 20; trap '' XFSZ; exec {STRAYCAT} report {ARTICLE} --markdown m.md --html big.html"],
                                 cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(limited.returncode, 4, limited.stderr)
        self.assertIn("big.html", limited.stderr)
        self.assertEqual(os.listdir(self.folder), [], "m.md is not left alone, nor any temporary file")

    def test_links_and_devices_stay_what_they_are(self):
        (self.folder / "real.json").write_text("old")
        (self.folder / "link.json").symlink_to("real.json")
        self.assertEqual(self.report(ARTICLE, "--json", "link.json", "--force").returncode, 0)
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertEqual(json.loads((self.folder / "real.json").read_text())["format"], "straycat.report/1")
        self.assertEqual(self.report(ARTICLE, "--html", "/dev/null", "--force").returncode, 0)
        self.assertTrue(pathlib.Path("/dev/null").is_char_device())

    def test_colour_and_width(self):
        plain = self.report(ARTICLE).stdout
        self.assertNotIn("\x1b", plain, "not to a pipe")
        self.assertIn("\x1b[", self.report(ARTICLE, "--color", "always").stdout)
        ascii_only = self.report(ARTICLE, "--ascii", "--width", "60").stdout
        self.assertTrue(ascii_only.isascii())
        self.assertNotIn("\x1b", self.report(ARTICLE, env={**os.environ, "NO_COLOR": "1"}).stdout)

    def test_many_runs_on_one_page(self):
        done = self.report(ARTICLE, cases.LOGS / "fixed.jsonl", "--html", "c.html")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line.split(":")[1].strip() for line in done.stdout.splitlines()], ["found", "none"])
        self.assertEqual(self.report(ARTICLE, cases.LOGS / "inconclusive.jsonl", "--html", "d.html").returncode,
                         max(self.report(ARTICLE).returncode, self.report(cases.LOGS / "inconclusive.jsonl").returncode))

    def test_the_unproven_in_junit(self):
        log = cases.LOGS / "inconclusive.jsonl"
        self.assertIn("<skipped ", self.report(log, "--junit", "-").stdout)
        self.assertNotIn("<skipped ", self.report(log, "--junit", "-", "--inconclusive", "fail").stdout)


if __name__ == "__main__":
    unittest.main()
