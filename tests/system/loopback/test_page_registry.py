"""The page and the Markdown by their readers' own judges, axe-core and mermaid, which the npm registry has."""
import json
import pathlib
import tempfile
import unittest

import report_cases as cases
from browser import Browser, chromium
from registry import npm_file
from straycat import straycat

chromium()
AXE, MERMAID = npm_file("axe-core"), npm_file("mermaid")  # or a skip


class Judges(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def violations(self, page):
        self.browser.open(page.as_uri())
        self.browser.evaluate(AXE + "; 0")
        found = self.browser.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => [v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]))")
        return found

    def test_accessibility(self):
        for name in ("article", "inconclusive", "hostile", "empty"):
            page = self.folder / f"{name}.html"
            straycat("report", cases.LOGS / f"{name}.jsonl", "--html", page)
            for scheme in ("light", "dark"):
                for width in (360, 1280):
                    with self.subTest(page=name, scheme=scheme, width=width):
                        self.browser.size(width, 800)
                        self.browser.media(scheme)
                        self.assertEqual(self.violations(page), [])
        page = self.folder / "comparison.html"
        straycat("report", cases.LOGS / "article.jsonl", cases.LOGS / "fixed.jsonl", "--html", page)
        self.assertEqual(self.violations(page), [])

    def test_accessibility_is_really_judged(self):
        page = self.folder / "bad.html"
        page.write_text("<!doctype html><html><body><img src=''><button></button></body></html>")
        self.assertTrue({"image-alt", "button-name"} <= {found[0] for found in self.violations(page)})

    def test_mermaid_reads_the_gantt(self):
        cases.poison_log(cases.LOGS / "article.jsonl", self.folder / "poisoned.jsonl")
        self.browser.open("data:text/html,<!doctype html><title>x</title>")
        self.browser.evaluate(MERMAID + "; 0")
        for log in [*(cases.LOGS / f"{name}.jsonl" for name in cases.NAMES), self.folder / "poisoned.jsonl"]:
            with self.subTest(log=log.name):
                text = straycat("report", log, "--markdown", "-").stdout
                gantt = text.split("```mermaid\n")[1].split("```")[0]
                bars = sum(1 for line in gantt.splitlines() if " :" in line)
                self.assertEqual(self.drawn(gantt), bars, gantt)
        for nonsense in ("gantx\n  a :1, 2", "gantt\n  dateFormat x\n  no colon here\n", "gantt\n  dateFormat x\n  a :x, y"):
            self.assertNotIsInstance(self.drawn(nonsense), int, nonsense)

    def drawn(self, text):
        """How many bars mermaid draws, or its complaint."""
        return self.browser.evaluate(f"mermaid.render('g', {json.dumps(text)}).then(r => new DOMParser().parseFromString(r.svg, 'text/html')"
                                     ".querySelectorAll('rect.task').length, e => 'error: ' + e.message)")


if __name__ == "__main__":
    unittest.main()
