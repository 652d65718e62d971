"""The page in a real browser, as a reader uses it: what it shows, what it asks for, how it moves, and for whom."""
import json
import pathlib
import re
import tempfile
import unittest

import report_cases as cases
from browser import Browser, chromium
from straycat import straycat

chromium()  # or a skip

# Contrast of every piece of text against what lies behind it, by WCAG 2's formula; those below 4.5 (3 when large).
CONTRAST = """(() => {
  const parse = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const poor = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || ['SCRIPT', 'STYLE', 'title'].includes(e.tagName) || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), svg = e.namespaceURI.endsWith('svg');
    const a = light(parse(svg ? style.fill : style.color)), b = light(behind(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    ++seen;
    if (ratio < (large ? 3 : 4.5)) poor.push([walker.currentNode.textContent.slice(0, 40), ratio]);
  }
  return {seen, poor};
})()"""


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cases.poison_log(cases.LOGS / "article.jsonl", cls.folder / "poisoned.jsonl")
        for log in [*(cases.LOGS / f"{name}.jsonl" for name in cases.NAMES), cls.folder / "poisoned.jsonl"]:
            straycat("report", log, "--html", cls.folder / f"{log.stem}.html")
        straycat("report", cases.LOGS / "article.jsonl", cases.LOGS / "fixed.jsonl", "--html", cls.folder / "comparison.html")
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.temporary.cleanup()

    def setUp(self):
        self.browser.size(1280, 800)
        self.browser.media()

    def url(self, name, view=""):
        return (self.folder / f"{name}.html").as_uri() + view

    def open(self, name="article", view=""):
        self.browser.open(self.url(name, view))
        return self.browser

    def view(self):
        """The part of the run that is shown, in seconds; None for all of it."""
        wanted = re.fullmatch(r"#([0-9.]+)-([0-9.]+)", self.browser.evaluate("location.hash"))
        return (float(wanted[1]), float(wanted[2])) if wanted else None

    def middle(self, selector):
        return self.browser.evaluate(f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); "
                                     "return [b.x + b.width / 2, b.y + b.height / 2]; })()")

    def quiet(self, name):
        self.assertEqual(self.browser.complaints, [])
        self.assertEqual(self.browser.requests, [self.url(name)])
        self.assertEqual(self.browser.dialogs, [])

    def test_asks_for_nothing_and_complains_of_nothing(self):
        for name in (*cases.NAMES, "poisoned", "comparison"):
            with self.subTest(page=name):
                self.open(name)
                self.quiet(name)
                self.assertTrue(self.browser.evaluate("document.querySelector('h1').innerText.length > 10"))
        self.open("poisoned")
        self.assertIn("<script>hit()", self.browser.evaluate("document.body.innerText"), "shown as text")
        self.assertEqual(self.browser.evaluate("document.images.length + document.forms.length"), 0)
        self.assertEqual(self.browser.evaluate("document.scripts.length"), 2)
        self.assertEqual(self.browser.evaluate("[...document.links].filter(e => !e.getAttribute('href').startsWith('#')).length"), 0)

    def test_nothing_can_be_asked_for(self):
        """The page's own policy: even a script of ours could not fetch, nor one that came in run."""
        self.open()
        self.assertEqual(self.browser.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')"), "refused")
        self.assertEqual(self.browser.evaluate("(() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1'; "
                                               "document.body.append(s); return typeof window.hit; })()"), "undefined")
        self.assertTrue(any("Content Security Policy" in text for text in self.browser.complaints), self.browser.complaints)

    def test_the_first_screen_is_the_answer(self):
        browser = self.open()
        for selector in ("h1", ".lanes", ".fix pre"):
            box = browser.evaluate(f"(() => {{ const b = document.querySelector('{selector}').getBoundingClientRect(); return [b.top, b.bottom]; }})()")
            self.assertGreaterEqual(box[0], 0, selector)
            self.assertLessEqual(box[1], 800, selector)
        self.assertIn("Job/sayhi", browser.evaluate("document.querySelector('h1').innerText"))

    def test_zoom_by_wheel_and_keys(self):
        browser = self.open()
        self.assertIsNone(self.view())
        x, y = self.middle(".outcomes .track")
        browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-120, modifiers=2)
        browser.settle()
        near = self.view()
        self.assertIsNotNone(near)
        whole = browser.evaluate("Number(document.querySelector('.lanes').dataset.length) / 1e9")
        self.assertLess(near[1] - near[0], whole)
        self.assertAlmostEqual((near[0] + near[1]) / 2, whole / 2, delta=whole * 0.05)
        browser.evaluate("document.querySelector('.lanes').focus()")
        browser.press("+")
        closer = self.view()
        self.assertAlmostEqual((near[1] - near[0]) / (closer[1] - closer[0]), 1.5, places=2)
        browser.press("ArrowRight")
        self.assertGreater(self.view()[0], closer[0])
        browser.press("ArrowLeft")
        browser.press("-")
        self.assertAlmostEqual(self.view()[1] - self.view()[0], near[1] - near[0], places=2)
        browser.press("0")
        self.assertIsNone(self.view())
        browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=300)  # without Ctrl: the page scrolls
        browser.evaluate("new Promise(done => setTimeout(done, 400))")
        self.assertGreater(browser.evaluate("scrollY"), 0)
        self.assertIsNone(self.view())
        self.quiet("article")

    def drag(self, x, y, by, **more):
        self.browser.mouse("mousePressed", x, y, button="left", clickCount=1, **more)
        for step in range(1, 6):
            self.browser.mouse("mouseMoved", x + by * step / 5, y, button="left", buttons=1, **more)
        shown = self.browser.evaluate("getComputedStyle(document.querySelector('.brush')).display")
        self.browser.mouse("mouseReleased", x + by, y, button="left", clickCount=1, **more)
        self.browser.settle()
        return shown

    def test_dragging_zooms_to_what_was_marked(self):
        browser = self.open(view="#10.0000-20.0000")
        x, y = self.middle(".outcomes .track")
        width = browser.evaluate("document.querySelector('.over').getBoundingClientRect().width")
        self.assertEqual(self.drag(x, y, -width / 5), "block")
        self.assertAlmostEqual(self.view()[0], 13, delta=0.1)
        self.assertAlmostEqual(self.view()[1], 15, delta=0.1)
        self.assertEqual(browser.evaluate("getComputedStyle(document.querySelector('.brush')).display"), "none")
        self.drag(x, y, 2)  # a click is no stretch
        self.assertAlmostEqual(self.view()[0], 13, delta=0.1)

    def test_shift_and_dragging_pans(self):
        browser = self.open(view="#10.0000-20.0000")
        x, y = self.middle(".outcomes .track")
        width = browser.evaluate("document.querySelector('.over').getBoundingClientRect().width")
        self.assertEqual(self.drag(x, y, -width / 10, modifiers=8), "none")
        self.assertAlmostEqual(self.view()[0], 11, delta=0.1)
        self.assertAlmostEqual(self.view()[1], 21, delta=0.1)

    def test_keys_go_from_moment_to_moment(self):
        """Every mark's story, and what requests and latency were then, without a mouse."""
        browser = self.open()
        browser.evaluate("document.querySelector('.lanes').focus()")
        told, at = [], []
        for _ in range(60):
            browser.press(".")
            told.append(browser.evaluate("document.getElementById('detail').textContent"))
            at.append(float(told[-1].split()[1]))
        self.assertEqual(at, sorted(at))
        everything = "\n".join(told)
        for words in ("step ", "routable", "of those begun from", "p50 ", "the prober late by"):
            self.assertIn(words, everything)
        browser.press(",")
        self.assertLess(float(browser.evaluate("document.getElementById('detail').textContent").split()[1]), at[-1])

    def test_pointing_at_requests_and_latency_tells_of_them(self):
        browser = self.open()
        for selector, words in ((".outcomes .track", "of those begun from"), (".latency .track", "p99 ")):
            x, y = self.middle(selector)
            browser.mouse("mouseMoved", x - 3, y + 2)
            browser.settle()
            told = browser.evaluate("document.getElementById('detail').textContent")
            self.assertTrue(words in told or "burst" in told, told)

    def test_searching_what_happened(self):
        browser = self.open()
        rows = "[...document.querySelectorAll('#story-rows tr')].slice(1).filter(e => !e.hidden).map(e => e.textContent)"
        everything = browser.evaluate(rows)
        browser.evaluate("(() => { const i = document.querySelector('[data-rows=story-rows] input'); i.value = 'JOB step'; i.dispatchEvent(new Event('input')); })()")
        found = browser.evaluate(rows)
        self.assertTrue(0 < len(found) < len(everything))
        self.assertTrue(all("job" in row.lower() and "step" in row.lower() for row in found), found)
        self.assertEqual(browser.evaluate("document.querySelector('[data-rows=story-rows] output').textContent"), f"{len(found)} of {len(everything)}")
        browser.evaluate("(() => { const i = document.querySelector('[data-rows=story-rows] input'); i.value = ''; const s = document.querySelector('[data-rows=story-rows] select'); "
                         "s.value = 'endpoint'; s.dispatchEvent(new Event('change')); })()")
        self.assertTrue(0 < len(browser.evaluate(rows)) < len(everything))

    def test_headings_have_addresses(self):
        browser = self.open(view="#story")
        self.assertGreater(browser.evaluate("scrollY"), 0)
        ids = browser.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        self.assertEqual(len(ids), len(set(ids)), "each id once")
        self.assertTrue(browser.evaluate("[...document.querySelectorAll('a.anchor')].every(e => document.getElementById(e.getAttribute('href').slice(1)))"))

    def test_zooming_moves_every_lane_together(self):
        """After a zoom a bar stands where its time is, in bars, bands and guides alike."""
        browser = self.open(view="#16.0000-18.0000")
        wrong = browser.evaluate("""(() => {
          const over = document.querySelector('.over').getBoundingClientRect(), wrong = [];
          for (const e of document.querySelectorAll('.lanes rect[data-b], .guide')) {
            if (e.style.display === 'none') continue;
            const b = e.getBoundingClientRect(), at = ns => over.left + over.width * (ns / 1e9 - 16) / 2;
            const left = Math.max(at(Number(e.dataset.a)), over.left - over.width * 0.01);
            if (Math.abs(b.left - left) > 3) wrong.push([e.className.baseVal || e.className, b.left, left]);
          }
          return wrong;
        })()""")
        self.assertEqual(wrong, [])
        boxes = browser.evaluate("[...document.querySelectorAll('.band')].map(e => e.getAttribute('viewBox'))")
        self.assertEqual(len(set(boxes)), 1)
        length = browser.evaluate("Number(document.querySelector('.lanes').dataset.length)")
        self.assertAlmostEqual(float(boxes[0].split()[0]), 16e9 / length * 1e6, delta=1)

    def test_cursor_reads_all_lanes(self):
        browser = self.open()
        x, y = self.middle(".endpoint.stray rect")
        browser.mouse("mouseMoved", x, y)
        browser.settle()
        values = browser.evaluate("[...document.querySelectorAll('.lane')].map(e => [e.className, e.querySelector('.v')?.textContent])")
        said = dict(values)
        self.assertEqual(said["lane endpoint stray"], "routable")
        self.assertRegex(said["lane outcomes"], r"^\d+ of \d+ failed$")
        self.assertRegex(said["lane latency"], r"ms / ")
        self.assertEqual(said["lane steps"], "job")
        self.assertEqual(browser.evaluate("getComputedStyle(document.querySelector('.cursor')).display"), "block")
        told = browser.evaluate("document.getElementById('detail').textContent")
        for word in ("at ", "sayhi-j1", "Job/sayhi", "label app=sayhi matches the selector of Service/sayhi", "resourceVersion", "Connection refused"):
            self.assertIn(word, told)

    def test_focus_in_order_with_stories(self):
        browser = self.open()
        seen, stories = [], []
        for _ in range(40):
            browser.press("Tab")
            seen.append(browser.evaluate("""(() => {
              const e = document.activeElement;
              window.order = window.order || [];
              window.order.push(e);
              return e.id || e.className.baseVal || e.className || e.tagName;
            })()"""))
            stories.append(browser.evaluate("document.getElementById('detail').textContent"))
        self.assertEqual(seen[:6], ["whole", "closer", "wider", "clock", "link", "lanes"])
        self.assertIn("ready stray", seen)
        self.assertIn("burst", seen)
        self.assertIn("burst of failures", stories[seen.index("burst")])
        self.assertIn("curl: ", stories[seen.index("burst")])
        self.assertTrue(browser.evaluate("order.every((e, i) => i === 0 || e === order[i - 1] || (order[i - 1].compareDocumentPosition(e) & 4) || e === document.body)"),
                        f"not in the order of the page: {seen}")
        browser.evaluate("document.getElementById('clock').focus()")
        browser.press("Enter", "\r")
        self.assertEqual(browser.evaluate("document.getElementById('clock').getAttribute('aria-pressed')"), "true")

    def test_a_finding_zooms_to_its_evidence(self):
        browser = self.open()
        browser.click("h2 [data-zoom]")
        begin, end = self.view()
        first, last = (float(ns) / 1e9 for ns in browser.evaluate("document.querySelector('h2 [data-zoom]').dataset.zoom").split("-"))
        self.assertTrue(begin < first < last < end)
        self.assertLess(end - begin, (last - first) * 1.5)
        self.assertTrue(browser.evaluate("(() => { const b = document.querySelector('.lanes').getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight; })()"))

    def test_a_link_restores_the_view(self):
        browser = self.open(view="#12.5000-15.0000")
        self.assertEqual(self.view(), (12.5, 15.0))
        ticks = browser.evaluate("[...document.querySelectorAll('.axis .tick')].map(e => e.textContent)")
        self.assertTrue(all(12.5 <= float(tick.split()[0]) <= 15 for tick in ticks) and ticks, ticks)
        for nonsense in ("#x", "#5-", "#9-3", "#-1--2", "#99999-999999", "#<script>"):
            self.open(view=nonsense)
            self.assertEqual(self.browser.complaints, [], nonsense)
            self.assertTrue(browser.evaluate("document.querySelector('.endpoint rect').getBoundingClientRect().width >= 0"))

    def test_copying(self):
        browser = self.open()
        browser.session, kept = None, browser.session
        browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        browser.session = kept
        for selector, expected in [("[data-copy='fix-0']", "app: sayhi-job"), ("[data-copy='again']", "straycat run world --seed"), ("#link", "article.html")]:
            with self.subTest(button=selector):
                browser.click(selector)
                browser.evaluate("new Promise(done => setTimeout(done, 100))")
                self.assertEqual(browser.evaluate(f"document.querySelector({json.dumps(selector)}).textContent"), "copied")
                self.assertIn(expected, browser.evaluate("navigator.clipboard.readText()"))

    def test_relative_and_wall_time(self):
        browser = self.open()
        first = "document.querySelector('.axis .tick').textContent"
        self.assertEqual(browser.evaluate(first), "0 s")
        browser.click("#clock")
        self.assertRegex(browser.evaluate(first), r"^17:5\d:\d\d$")
        seconds = [int(text[-2:]) for text in browser.evaluate("[...document.querySelectorAll('.axis .tick')].map(e => e.textContent)")]
        self.assertTrue(len(seconds) > 2 and all(second % 2 == 0 or second % 5 == 0 for second in seconds), f"not at round times: {seconds}")
        browser.click("#clock")
        self.assertEqual(browser.evaluate(first), "0 s")

    def test_without_javascript(self):
        browser = self.browser
        browser.call("Emulation.setScriptExecutionDisabled", value=True)
        try:
            browser.call("Page.navigate", url=self.url("article"))
            shown = ""
            for _ in range(100):
                shown = browser.evaluate("document.body ? document.body.innerText : ''")
                if "Run it again" in shown:
                    break
            for words in ("FOUND", "Job/sayhi", "app: sayhi-job", "first failure", "Evidence", "excluded"):
                self.assertIn(words, shown)
            self.assertEqual(browser.evaluate("[...document.querySelectorAll('button')].filter(e => e.getClientRects().length).length"), 0, "no button that does nothing")
            bars = browser.evaluate("[...document.querySelectorAll('.endpoint rect[data-b]')].map(e => e.getBoundingClientRect().width)")
            self.assertTrue(bars and all(width > 0 for width in bars), bars)
            self.assertGreater(browser.evaluate("document.querySelectorAll('.axis .tick').length"), 3)
            self.assertGreater(browser.evaluate("document.querySelector('.guide').getBoundingClientRect().height"), 50)
        finally:
            browser.call("Emulation.setScriptExecutionDisabled", value=False)

    def test_light_and_dark_can_be_read(self):
        backgrounds = set()
        for scheme in ("light", "dark"):
            for name in ("article", "inconclusive", "comparison"):
                with self.subTest(scheme=scheme, page=name):
                    self.browser.media(scheme)
                    self.open(name)
                    result = self.browser.evaluate(CONTRAST)
                    self.assertGreater(result["seen"], 50)
                    self.assertEqual(result["poor"], [])
                    backgrounds.add(self.browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(len(backgrounds), 2)

    def test_told_apart_without_colour(self):
        """Every state has a texture or a height of its own: no two are told apart by hue alone."""
        browser = self.open()
        fills = browser.evaluate("""Object.fromEntries(['ready', 'ready stray', 'notready', 'serving', 'ok', 'fail', 'blind'].map(css => {
          const svg = document.querySelector('.legend svg').cloneNode(true);
          svg.firstChild.setAttribute('class', css);
          document.querySelector('.legend').append(svg);
          return [css, getComputedStyle(svg.firstChild).fill];
        }))""")
        self.assertEqual(len(set(fills.values())), len(fills), fills)
        textured = {css for css, fill in fills.items() if "url(" in fill}
        self.assertEqual(textured, {"ready stray", "notready", "serving", "fail", "blind"}, "plain: only what is well, ready and ok, in lanes of their own")

    def test_from_a_phone_to_a_wall(self):
        for width, height in [(360, 740), (768, 1024), (1280, 800), (1920, 1080), (3840, 2160)]:
            for name in ("article", "hostile", "comparison"):
                with self.subTest(width=width, page=name):
                    self.open(name)
                    self.browser.size(width, height)
                    self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width, "nothing makes the page scroll sideways")
                    track = self.browser.evaluate("document.querySelector('.outcomes .track').getBoundingClientRect().width")
                    self.assertGreater(track, width * 0.6)
                    if width >= 2400:
                        self.assertGreaterEqual(self.browser.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"), 20)

    def test_prints_on_a4(self):
        browser = self.open()
        pdf = browser.pdf()
        self.assertTrue(pdf.startswith(b"%PDF"))
        boxes = {tuple(round(float(value)) for value in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf)}
        self.assertEqual({(box[2] - box[0], box[3] - box[1]) for box in boxes}, {(595, 842)}, "A4, upright")
        self.assertLessEqual(len(re.findall(rb"/Type\s*/Page\b", pdf)), 12)
        browser.media(kind="print")
        cut = browser.evaluate("[...document.querySelectorAll('.name, .name span, .owner')].filter(e => getComputedStyle(e).overflow !== 'visible' && e.scrollWidth > e.clientWidth).map(e => e.textContent)")
        self.assertEqual(cut, [], "no word is cut on paper")
        self.assertEqual(browser.evaluate("[...document.querySelectorAll('button, .bar')].filter(e => e.getClientRects().length).length"), 0)

    def test_comparison_moves_all_runs_together(self):
        browser = self.open("comparison")
        browser.evaluate("document.querySelector('.lanes').focus()")
        browser.press("+")
        boxes = browser.evaluate("[...document.querySelectorAll('.lanes')].map(e => e.querySelector('.band').getAttribute('viewBox'))")
        self.assertEqual(len(boxes), 2)
        self.assertEqual(boxes[0], boxes[1])
        self.assertIn("What differs", browser.evaluate("document.body.innerText"))
        self.quiet("comparison")


if __name__ == "__main__":
    unittest.main()
