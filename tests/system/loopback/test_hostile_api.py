"""An API server that is broken, or hostile: an error within seconds that says what was asked, never "there is none", never
without end, never a memory that grows with what it makes up."""
import concurrent.futures
import itertools
import json
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

from hostile_api import HostileApi, most_memory, status
from hostile_outputs import SANITIZED
from live_run import small_scenario
from straycat import PATIENCE, STRAYCAT, straycat

# A sanitizer keeps what was freed for a while, and a shadow of it all.
MORE = (lambda mib: 5 * mib + 500) if SANITIZED else (lambda mib: mib)
JUNK = {"null": b"null", "an array": b"[]", "a number": b"42", "a text": b'"Pod"', "an empty object": b"{}", "nothing": b"",
        "a page": b"<html>please sign in</html>", "wrong types": b'{"kind":7,"apiVersion":[],"metadata":[],"items":{},"gitVersion":{}}',
        "a list of numbers": b'{"kind":"ServiceList","metadata":7,"items":[7,[],null]}', "a list without items": b'{"kind":"PodList"}',
        "a list of the nameless": b'{"kind":"ServiceList","items":[{"metadata":{"name":7}}]}',
        "deep": b"[" * 100_000, "huge numbers": b'{"kind":"ServiceList","items":[],"x":1e999}'}


class Hostile(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="straycat-test-api-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.scenario = small_scenario(self.folder, [])

    def commands(self, api):
        where = ["--kubeconfig", str(api.kubeconfig), "--context", "c"]
        return [["diagnose", "svc/sayhi", *where], ["diagnose", "--all", *where], ["diagnose", "-A", *where], ["cleanup", "--dry-run", *where],
                ["diagnose", "svc/sayhi", "--probe=1s", *where], ["run", str(self.scenario), "--quiet", "--full", *where],
                ["run", str(self.scenario), "--quiet", "--full", "-n", "shop", *where]]

    def side_by_side(self, check, cases):
        """`check(number, *case)` of each, some at a time: what they do is to wait for a server that says nothing of use. One after the
        other they took half of this file's minutes."""
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            running = {pool.submit(check, number, *case): case[0] for number, case in enumerate(cases)}
        for one, name in running.items():
            with self.subTest(name):
                one.result()

    def api(self, name, answer):
        folder = self.folder / re.sub(r"\W", "-", name)
        folder.mkdir()
        return HostileApi(folder, answer)

    def some_of(self, api, number, all_of_them):
        """Each command, or two of them, in turn."""
        commands = self.commands(api)
        return commands if all_of_them else [commands[number % len(commands)], commands[(number + 3) % len(commands)]]

    def ends(self, words, codes):
        done = straycat(*words, cwd=self.folder)   # within what bounds a hang; it takes a second or two
        said = " ".join((done.stdout + done.stderr).split())   # a report breaks its lines where they are full
        self.assertIn(done.returncode, codes, said)
        self.assertNotIn("there is no Service", said)
        self.assertNotIn("nothing suspicious", said)
        self.assertNotIn("nothing is left", said)
        self.assertNotIn("s3cret", said)
        return said

    def test_everything_is_answered_with_junk(self):
        def check(number, name, body):
            with self.api(name, lambda request: request.reply(200, body)) as api:
                for words in self.some_of(api, number, name == "wrong types"):
                    said = self.ends(words, (4,))
                    self.assertIn("answered with something else than", said, words)
                    self.assertRegex(said, r"(GET|POST) /\S+: the API server answered", words)
        self.side_by_side(check, JUNK.items())

    def test_all_is_well_but_the_lists(self):
        """The version, the namespace and single objects are told as they should be."""
        def answer(request, body):
            parts = request.path.strip("/").split("/")
            if request.path == "/version":
                return request.reply(200, b'{"gitVersion":"v1.36.3"}')
            if parts[-2:-1] == ["namespaces"] or request.method == "POST" and parts[-1] == "namespaces":
                return request.reply(200, json.dumps({"kind": "Namespace", "metadata": {"name": parts[-1], "uid": "u"}}).encode())
            return request.reply(200, body)

        def check(_number, name):
            with self.api(name, lambda request: answer(request, JUNK[name])) as api:
                for words in self.commands(api)[:5]:
                    self.assertIn("something else than", self.ends(words, (2, 4)), words)
                self.assertIn("PATCH /", self.ends(self.commands(api)[6], (4,)))
        self.side_by_side(check, [[name] for name in ("wrong types", "a list of numbers", "a list without items", "a list of the nameless",
                                                      "an empty object")])

    def test_every_status_says_what_was_asked_and_its_code(self):
        def plain(code, text=b"go away"):
            return lambda request: request.reply(code, text, "text/plain")

        def kind(code, reason):
            return lambda request: request.reply(code, status(code, reason, "no and no"), Retry_After=0)
        cases = {"404": (kind(404, "NotFound"), "404 NotFound: no and no"), "404 of a page": (plain(404), "HTTP 404: go away"),
                 "409": (kind(409, "Conflict"), "409 Conflict: no and no"), "429": (kind(429, "TooManyRequests"), "429 TooManyRequests: no and no"),
                 "400": (kind(400, "BadRequest"), "400 BadRequest: no and no"), "410": (kind(410, "Expired"), "410 Expired: no and no"),
                 "500": (kind(500, "InternalError"), "500 InternalError: no and no"), "418": (plain(418), "HTTP 418: go away"),
                 "401": (kind(401, "Unauthorized"), "401 Unauthorized: no and no"), "204": (plain(204, b""), "something else than"),
                 "302": (lambda request: request.reply(302, b"Found", "text/plain", Location="https://login.example/x?t=s3cret"),
                         "HTTP 302 (to https://login.example/x): Found")}
        def check(number, name, case):
            answer, words_said = case
            with self.api(name, answer) as api:
                for words in self.some_of(api, number, name == "404"):
                    said = self.ends(words, (3, 4))
                    self.assertIn(words_said, said, words)
                    self.assertRegex(said, r"(GET|POST) /\S+: ", words)
        self.side_by_side(check, cases.items())

    # --- without end ---

    def grows(self, answer, words, seconds=8):
        """Runs until it ends, or so long; the most memory that it took, and what it said."""
        with HostileApi(self.folder, answer) as api:
            words = [word.replace("KUBECONFIG", str(api.kubeconfig)) for word in words]
            with subprocess.Popen([STRAYCAT, *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
                end, most = time.monotonic() + seconds, 0
                while child.poll() is None and time.monotonic() < end:
                    most = max(most, most_memory(child.pid) or 0)
                    time.sleep(0.02)
                child.terminate()
                said = child.communicate(timeout=PATIENCE)[0]
        return most, said, child.returncode

    def endless(self, watch, kind="Pod"):
        """A server with a namespace, empty lists, and `watch(n)` pieces for the n-th watch of this kind."""
        count = itertools.count()

        def answer(request):
            parts = request.path.strip("/").split("/")
            if request.path == "/version":
                return request.reply(200, b'{"gitVersion":"v1.36.3"}')
            if parts[-2:-1] == ["namespaces"]:
                return request.reply(200, json.dumps({"kind": "Namespace", "metadata": {"name": parts[-1], "uid": "u"}}).encode())
            if request.is_watch and parts[-1] == kind.lower() + "s":
                return request.stream(watch(next(count)))
            if request.is_watch:
                return request.stream(iter(lambda: time.sleep(0.5) or b" \n", None))
            if request.method == "GET" and "labelSelector" in request.query or parts[-1].endswith("s"):
                return request.reply(200, b'{"kind":"ThingList","metadata":{"resourceVersion":"5"},"items":[]}')
            if request.method == "PATCH":
                return request.reply(200, json.dumps({"kind": "Deployment" if "deployments" in parts else "Service",
                                                      "metadata": {"name": parts[-1], "uid": "u"}}).encode())
            return request.reply(404, status(404, "NotFound", "no such thing"))
        return answer

    RUN = ["run", "scenario", "--quiet", "--full", "-n", "shop", "--kubeconfig", "KUBECONFIG", "--context", "c"]

    def test_a_watch_without_end(self):
        """Objects that nobody ever lists, as fast as they can be sent."""
        def events(_):
            padding = "x" * 2000
            for at in itertools.count(6, 100):
                yield "".join(f'{{"type":"ADDED","object":{{"kind":"Pod","metadata":{{"name":"p{n}","resourceVersion":"{n}","labels":'
                              f'{{"a":"{padding}"}}}}}}}}\n' for n in range(at, at + 100)).encode()
        most, said, _ = self.grows(self.endless(events), self.RUN, 30)
        self.assertLess(most, MORE(700), said)

    def test_a_line_without_end(self):
        def line(_):
            yield b'{"type":"ADDED","object":{"x":"'
            while True:
                yield b"x" * 65536
        most, said, _ = self.grows(self.endless(line), self.RUN, 15)
        self.assertLess(most, MORE(300), said)

    def test_a_body_and_pages_without_end(self):
        def body(request):
            if request.path == "/version":
                return request.reply(200, b'{"gitVersion":"v1.36.3"}')
            return request.stream(itertools.chain([b'{"kind":"ServiceList","items":['], itertools.repeat(b'{"metadata":{"name":"x"}},' * 2000)))
        words = ["diagnose", "svc/sayhi", "--kubeconfig", "KUBECONFIG", "--context", "c"]
        most, said, code = self.grows(body, words, PATIENCE)
        self.assertEqual(code, 2, said)
        self.assertLess(most, MORE(1200), said)   # a dozen lists at once, 64 MiB each

        def pages(request):
            if request.path == "/version":
                return request.reply(200, b'{"gitVersion":"v1.36.3"}')
            return request.reply(200, b'{"kind":"ServiceList","metadata":{"continue":"t"},"items":[]}')
        most, said, code = self.grows(pages, words, PATIENCE)
        self.assertEqual(code, 2, said)
        self.assertLess(most, MORE(200), said)


if __name__ == "__main__":
    unittest.main()
