"""The report's formats by their readers' rules: schemas, well-formedness, and hostile text in every field of the log."""
import base64
import hashlib
import html.parser
import json
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import report_cases as cases
from straycat import SOURCE, skip, straycat

try:
    import jsonschema
except ImportError:
    skip("python3-jsonschema is not installed")
if shutil.which("xmllint") is None:
    skip("xmllint (Debian's libxml2-utils) is not installed")

JUNIT = SOURCE / "tests/report/schemas/junit.xsd"
# No character of these may reach a terminal: C0, DEL, C1, bidirectional and invisible ones, line and paragraph separators.
TREACHEROUS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]")


class Page(html.parser.HTMLParser):
    """The page as a browser's parser would take it apart: tags with the names of their attributes, scripts, links."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.values, self.scripts, self.policy, self.inside = [], [], [], "", None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.values += [(name, value or "") for name, value in attrs]
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]
        self.inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts[-1] += data


def outside_code(markdown):
    """The lines of a Markdown text that are neither fenced nor indented code."""
    fenced = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield line
    assert not fenced, "a fence was left open"


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(straycat("schema", "report").stdout)

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def render(self, run, *flags):
        done, texts = cases.every_output(run, self.folder, *flags)
        self.assertIn(done.returncode, (0, 1, 2, 4), done.stderr)
        self.assertEqual(set(texts), {"json", "html", "junit", "markdown", "text"}, done.stderr)
        return texts

    def check(self, texts):
        """What must hold for every run there is."""
        jsonschema.Draft202012Validator(self.schema).validate(json.loads(texts["json"]))
        xml.etree.ElementTree.fromstring(texts["junit"])
        valid = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", JUNIT, self.folder / "r.xml"], capture_output=True, text=True, check=False)
        self.assertEqual(valid.returncode, 0, valid.stderr)
        self.check_page(texts["html"])
        self.assertIsNone(TREACHEROUS.search(texts["text"]))
        self.assertIsNone(TREACHEROUS.search(texts["markdown"]))
        self.assertLessEqual(len(texts["markdown"].splitlines()), 60)
        for line in outside_code(texts["markdown"]):
            self.assertNotRegex(line, r"(?<!\\)(?:\\\\)*[<`\[\]]", "markup in Markdown")

    def check_page(self, text):
        page = Page(text)
        digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.scripts]
        self.assertEqual(len(digests), 2)
        self.assertIn("script-src " + " ".join(f"'sha256-{digest}'" for digest in digests) + ";", page.policy, "src/report/html/*_script.cpp: a SHA-256 is another script's")
        self.assertIn("default-src 'none'", page.policy)
        for name, value in page.values:
            self.assertFalse(name.startswith("on"), f"{name}={value}")
            self.assertTrue(name != "href" or value.startswith("#"), value)
            self.assertNotIn(name, ("src", "srcset", "action", "xlink:href", "srcdoc", "formaction"))
        self.assertFalse({tag for tag, _ in page.tags} & {"img", "iframe", "object", "embed", "link", "form", "base", "image", "use", "foreignobject"})
        self.assertIsNone(TREACHEROUS.search(text))
        return page

    def test_saved_logs(self):
        for name in cases.NAMES:
            with self.subTest(log=name):
                self.check(self.render(cases.LOGS / f"{name}.jsonl"))

    def test_the_schemas_bite(self):
        texts = self.render(cases.LOGS / "article.jsonl")
        broken = json.loads(texts["json"])
        del broken["verdict"]["headline"]
        with self.assertRaises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(self.schema).validate(broken)
        (self.folder / "r.xml").write_text(texts["junit"].replace("<testsuites ", '<testsuites skipped="0" '))
        valid = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", JUNIT, self.folder / "r.xml"], capture_output=True, check=False)
        self.assertNotEqual(valid.returncode, 0)

    def test_hostile_text_everywhere_makes_no_markup(self):
        """Poison in every name: only tags with only the attributes that harmless runs have too."""
        tags, elements = set(), set()
        for name in cases.NAMES:
            plain = self.render(cases.LOGS / f"{name}.jsonl")
            tags |= set(Page(plain["html"]).tags)
            elements |= {(e.tag, *sorted(e.attrib)) for e in xml.etree.ElementTree.fromstring(plain["junit"]).iter()}
        for name in ("article", "inconclusive", "cut"):
            with self.subTest(log=name):
                poisoned = self.folder / "poisoned.jsonl"
                cases.poison_log(cases.LOGS / f"{name}.jsonl", poisoned)
                hostile = self.render(poisoned)
                self.assertIn("hit()", hostile["html"], "the poison is in the page, as text")
                self.check(hostile)
                self.assertEqual(set(Page(hostile["html"]).tags) - tags, set())
                self.assertEqual({(e.tag, *sorted(e.attrib)) for e in xml.etree.ElementTree.fromstring(hostile["junit"]).iter()} - elements, set())

    def test_hostile_text_where_a_reader_expects_a_word(self):
        """Also the fields that are no names: such records become unreadable, and the report says what it can."""
        for key in sorted(cases.STRUCTURAL - {"format"}):
            with self.subTest(key=key):
                poisoned = self.folder / "poisoned.jsonl"
                cases.poison_log(cases.LOGS / "article.jsonl", poisoned, cases.STRUCTURAL - {key})
                self.check(self.render(poisoned))

    def test_records_cut_and_shuffled(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        self.cut(seed)

    def test_seeds_that_once_failed(self):
        """A phase that ends before it begins had a negative time in JUnit."""
        self.cut(1364459910)

    def cut(self, seed):
        dice = random.Random(seed)
        lines = (cases.LOGS / "article.jsonl").read_text().splitlines(keepends=True)
        for _ in range(12):
            kept = [lines[0]] + [line for line in lines[1:] if dice.random() < 0.7]
            if dice.random() < 0.5:
                at = dice.randrange(1, len(kept))
                kept[at] = kept[at][:dice.randrange(len(kept[at]))] + "\n"
            (self.folder / "less.jsonl").write_text("".join(kept))
            with self.subTest(seed=seed):
                self.check(self.render(self.folder / "less.jsonl"))

    def test_twice_the_same_bytes(self):
        first, second = self.render(cases.LOGS / "article.jsonl"), self.render(cases.LOGS / "article.jsonl")
        self.assertEqual(first, second)

    def test_comparison_page(self):
        done = straycat("report", cases.LOGS / "article.jsonl", cases.LOGS / "fixed.jsonl", cases.LOGS / "hostile.jsonl", "--html", self.folder / "c.html")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / "c.html").read_text()
        page = self.check_page(text)
        self.assertEqual(sum(1 for name, value in page.values if name == "class" and value == "lanes"), 3)
        self.assertIn("verdict: found in", text)
        self.assertIn("&quot;sayhi-job&quot; in fixed", text, "the label that cured it is named")


if __name__ == "__main__":
    unittest.main()
