"""Outputs that cannot be written, inputs that cannot be read, limits of the process: one line and a true exit code, whichever
command and whichever place."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import hostile_outputs as hostile
import report_cases
from live_run import LiveRun, small_scenario
from probe_world import Authority, Server
from straycat import SCENARIOS, straycat

ARTICLE = report_cases.LOGS / "article.jsonl"
QUICK = """\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {name: quick}
spec:
  for: Deployment/sayhi
  traffic:
  - {name: cats, url: "http://sayhi/hi", rate: 50/s, timeout: 2s, expect: {status: 200}}
  steps:
  - {name: deploy, phase: deployed, apply: [deployment-readiness.yaml, service.yaml]}
  - wait: {for: Deployment/sayhi, condition: Available, timeout: 60s}
  - wait: {for: Deployment/sayhi, condition: Routable}
  - traffic: start
"""


class Hostile(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def says_one_line(self, done, code, *words):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def commands(self, url):
        """Everything that prints, with the lines that it says on standard error all the same."""
        scenario = SCENARIOS / "service-selector"
        return [["--help"], ["--version"], ["run", "--help"], ["check", scenario], ["check", "--shape-only", scenario], ["schema"],
                ["schema", "report"], ["rbac"], ["rbac", scenario], ["doctor"], ["report", ARTICLE], ["report", ARTICLE, "--json", "-"],
                ["report", ARTICLE, "--html", "-"], ["report", ARTICLE, "--candidates"],
                ["report", ARTICLE, ARTICLE, "--html", self.folder / "both.html", "--force"],
                ["probe", url, "--count", "2", "--quiet"], ["probe", url, "--count", "2", "--quiet", "--json", "-"],
                ["cluster", "--data-plane", "loopback"], ["image", "sayhi", "--help"]]


class StandardOutput(Hostile):
    def test_whatever_prints_and_wherever_to(self):
        with Server() as server:
            for words in self.commands(server.url):
                for name, (place, why) in hostile.PLACES.items():
                    with self.subTest(words=words, place=name):
                        done = place(words)
                        last = done.stderr.splitlines()[-1] if done.stderr else ""
                        self.assertEqual(done.returncode, 4, done.stderr)
                        self.assertIn(f"cannot write to standard output: {why}", last)
                        self.assertEqual(len(done.stderr.splitlines()), 2 if words[0] == "cluster" else 1, done.stderr)

    def test_nobody_to_tell(self):
        """Standard error, too: the code is all that is left."""
        for close in (1, 2), (0, 1, 2):
            done = hostile.run(["report", ARTICLE], stdout=None, stderr=None, before=lambda: [os.close(fd) for fd in close])
            self.assertEqual(done.returncode, 4)
        done = hostile.run(["check", "no-such.yaml"], stderr=None, before=lambda: os.close(2))
        self.assertEqual(done.returncode, 3)

    def test_what_is_not_printed_is_not_missed(self):
        """A page in a file and nothing else: the closed descriptor is no trouble, and the file is not mixed up with it."""
        page = self.folder / "page.html"
        done = hostile.to_nobody(["report", ARTICLE, "--html", page, "--json", "/dev/null", "--force"])
        self.assertEqual(done.returncode, 4, "the text was printed")
        self.assertTrue(page.read_text().rstrip().endswith("</html>"))
        self.assertNotIn("FOUND  ", page.read_text()[:200])


class ARun(Hostile):
    def test_to_a_terminal_that_is_closed(self):
        """All of the run is carried out, whoever listens; then it says what it could not."""
        scenario, folder = small_scenario(self.folder, ["pause: 200ms"], QUICK), self.folder / "run"
        done = hostile.to_a_closed_terminal(["run", scenario, "--data-plane", "loopback", "--out", folder])
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("cannot write to standard output: Input/output error", done.stderr)
        verdict = json.loads((folder / "report.json").read_text())["verdict"]
        self.assertIn(f"straycat: {verdict['conclusion']}: {verdict['headline']}", done.stderr)
        self.assertIn(str(folder), done.stderr)

    def test_progress_that_nobody_hears(self):
        scenario, folder = small_scenario(self.folder, ["pause: 200ms"], QUICK), self.folder / "run"
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = hostile.run(["run", scenario, "--data-plane", "loopback", "--out", folder, "--full"], stderr=full)
        self.assertEqual(done.returncode, json.loads((folder / "report.json").read_text())["verdict"]["exitCode"], done.stdout)
        self.assertIn("Phases", done.stdout)

    def test_a_folder_that_fills_up_after_the_run(self):
        """The log fits, its reports do not: the verdict is printed all the same."""
        scenario, folder = small_scenario(self.folder, ["pause: 200ms"], QUICK), self.folder / "run"
        run = LiveRun(scenario, folder, "--data-plane", "loopback", "--json", "/dev/full")
        run.until("header")
        (folder / "report.html").mkdir()   # where no file can be put any more
        code, said = run.finish()
        self.assertEqual(code, 4, said)
        self.assertIn("report.html: cannot be written: Is a directory", said)
        self.assertIn("/dev/full: No space left on device", said)
        self.assertIn("Phases", said)
        self.assertEqual([name for name in os.listdir(folder) if name.endswith(".tmp")], [])

    def test_a_log_that_does_not_fit(self):
        scenario, folder = small_scenario(self.folder, ["pause: 200ms"], QUICK), self.folder / "run"
        done = hostile.with_files_of(4096, ["run", scenario, "--data-plane", "loopback", "--out", folder, "--quiet", "--full"])
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("cannot write the run's log", done.stderr)


class Folders(Hostile):
    """A folder where a file was meant, wherever a file is read."""

    def refused(self, *words, says=(), **options):
        done = straycat(*words, cwd=self.folder, **options)
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        for word in ("is a folder", *says):
            self.assertIn(word, done.stderr)

    def kubeconfig(self, cluster=None, user=None):
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps({
            "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "clusters": [{"name": "k", "cluster": {"server": "https://127.0.0.1:1", **(cluster or {})}}],
            "users": [{"name": "u", "user": user or {}}]}))
        return path

    def test_a_kubeconfig(self):
        sub = self.folder / "sub"
        sub.mkdir()
        for words in (["diagnose", "svc/x"], ["cleanup", "--context", "c"], ["run", SCENARIOS / "service-selector", "--context", "c"]):
            with self.subTest(words=words):
                self.refused(*words, "--kubeconfig", sub, says=[str(sub)])
                self.refused(*words, env={**os.environ, "KUBECONFIG": str(sub)}, says=[str(sub)])
        for entry in ({"cluster": {"certificate-authority": "sub"}}, {"user": {"client-certificate": "sub", "client-key": "sub"}},
                      {"user": {"tokenFile": "sub"}}):
            with self.subTest(entry=entry):
                path = self.kubeconfig(**entry)
                self.refused("diagnose", "svc/x", "--kubeconfig", path, says=[f"{path}:1:", str(sub)])

    def test_a_scenario_its_manifests_and_a_log(self):
        (self.folder / "scenario.yaml").mkdir()
        for words in (["run", "."], ["rbac", "."]):
            self.refused(*words)
        done = straycat("check", ".", cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout), (3, "BAD .\n"))
        self.assertIn("is a folder", done.stderr)
        (self.folder / "log.jsonl").mkdir()
        self.refused("report", ".", says=["log.jsonl"])
        source = small_scenario(self.folder, ["pause: 1s"])
        (source / "service.yaml").unlink()
        (source / "service.yaml").mkdir()
        self.refused("run", source, says=["service.yaml"])


class Limits(Hostile):
    def test_memory(self):
        """Whatever is asked for: it works, or says so in one line. It never aborts."""
        if hostile.SANITIZED:
            self.skipTest("a sanitizer maps more than any limit allows; the release and the quick build are held against it")
        codes = set()
        least = 10_000
        # Until then it is the loader's or the kernel's to say no.
        while hostile.with_memory_of(least * 1024, ["--version"]).returncode not in (0, 4):
            least += 250
        for kilobytes in [*range(least, least + 2_500, 250), least + 5_000, least + 15_000, least + 50_000]:
            for words in (["--help"], ["check", SCENARIOS / "service-selector"], ["schema"], ["rbac"], ["doctor"], ["report", ARTICLE],
                          ["report", ARTICLE, "--html", "-"], ["probe", "http://127.0.0.1:1/", "--count", "2"],
                          ["probe", "https://127.0.0.1:1/", "--count", "2"]):
                done = hostile.with_memory_of(kilobytes * 1024, words)
                codes.add(done.returncode)
                with self.subTest(words=words, kilobytes=kilobytes):
                    self.assertIn(done.returncode, range(5), done.stderr)
                    if done.returncode == 4:
                        self.assertTrue(done.stderr.splitlines()[-1].startswith("straycat"), done.stderr)
        self.assertTrue({0, 4} <= codes, codes)
        scenario = small_scenario(self.folder, ["pause: 200ms"], QUICK)
        for more in (500, 2_000, 8_000, 20_000, 60_000):
            with self.subTest(more=more):
                done = hostile.with_memory_of((least + more) * 1024, ["run", scenario, "--data-plane", "loopback", "--quiet", "--full"], cwd=self.folder)
                self.assertIn(done.returncode, range(5), done.stderr)
                self.assertTrue(done.stderr.splitlines(), "whatever it was, it is said")

    def test_the_size_of_files(self):
        """`ulimit -f`: no signal kills it, nothing half written stays."""
        for words in (["report", ARTICLE, "--html", "page.html"], ["report", ARTICLE, "--json", "a.json", "--html", "page.html"]):
            done = hostile.with_files_of(8192, words, cwd=self.folder)
            self.says_one_line(done, 4, "cannot be written: File too large")
            self.assertEqual(os.listdir(self.folder), [])
        with open(self.folder / "text", "w", encoding="utf-8") as out:
            done = hostile.with_files_of(1000, ["report", ARTICLE], stdout=out)
        self.says_one_line(done, 4, "cannot write to standard output: File too large")

    def test_a_commands_own_signals(self):
        """What straycat ignores, a command of the person's finds as it was."""
        script = "grep SigIgn /proc/self/status"
        with Server() as server:
            done = straycat("probe", server.url, "--loops", "1", "--pause", "10ms", "--baseline", "20ms", "--tail", "20ms", "--quiet",
                            "--", "sh", "-c", script)
        ignored = int(next(line for line in done.stdout.splitlines() if line.startswith("SigIgn")).split()[1], 16)
        mine = int(subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.split()[1], 16)
        of_glibc = 1 << 31 | 1 << 32   # its own two, which posix_spawn() sets so
        self.assertEqual(ignored & ~of_glibc, mine & ~of_glibc)


class FlagsThatNameFiles(Hostile):
    """`probe`: read and looked at before the first request leaves."""

    def test_each(self):
        authority = Authority(self.folder)
        authority.issue("client", "extendedKeyUsage=clientAuth")
        (self.folder / "words.pem").write_text("no certificate\n")
        (self.folder / "empty.pem").write_text("")
        (self.folder / "sub").mkdir()
        said = {"--cacert": "the trusted certificates", "--cert": "the client's certificate", "--key": "the client's key"}
        good = {"--cacert": "ca.pem", "--cert": "client.pem", "--key": "client.key"}
        with Server(tls=authority_of(authority)) as server:
            for flag in good:
                for bad, why in (("nope", "No such file"), ("sub", "is a folder"), ("words.pem", "hold"), ("empty.pem", "is empty")):
                    for url in (server.url, server.url.replace("https", "http")):
                        with self.subTest(flag=flag, bad=bad, url=url):
                            flags = [word for pair in {**good, flag: bad}.items() for word in pair]
                            done = straycat("probe", url, "--count", "2", *flags, cwd=self.folder)
                            self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                            self.assertIn(said[flag] if bad == "words.pem" else f"{flag} {bad}: ", done.stderr)
                            self.assertIn(why, done.stderr)
            self.assertEqual(server.connections, 0, "not one request left")
            for flags in (["--cert", "client.pem"], ["--key", "client.key"], ["--cert", "ca.pem", "--key", "client.key"]):
                done = straycat("probe", server.url, "--count", "2", *flags, cwd=self.folder)
                self.assertEqual((done.returncode, done.stdout), (3, ""), (flags, done.stderr))
            self.assertEqual(server.connections, 0)


def authority_of(authority):
    authority.issue("good", "subjectAltName=IP:127.0.0.1")
    return authority.context("good")


if __name__ == "__main__":
    unittest.main()
