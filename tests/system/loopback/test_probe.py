"""`straycat probe URL` as a person or a script uses it, against real servers on 127.0.0.1."""
import json
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from probe_world import Authority, Server, Silent, closed_port, probe
from straycat import STRAYCAT, straycat


class Plain(unittest.TestCase):
    def test_a_clean_run(self):
        with Server() as server:
            code, summary = probe(server.url, "--loops", "4", "--count", "40", "--body", "Meow")
            self.assertEqual((code, summary["judgement"]), (0, "passed"), summary)
            self.assertEqual((summary["sent"], summary["ok"], summary["failed"]), (40, 40, 0))
            self.assertEqual(summary["statuses"], {"200": 40})
            self.assertEqual(summary["families"], {"IPv4": {"sent": 40, "failed": 0}})
            self.assertEqual(server.connections, 40, "a new connection for each request")
            text = straycat("probe", server.url, "--loops", "1", "--count", "3").stdout
            self.assertIn("sent 3, ok 3, failed 0", text)
            self.assertIn("passed: no request failed", text)

    def test_refusals_are_counted_and_allowed(self):
        url = f"http://127.0.0.1:{closed_port()}/"
        for engine in ("fast", "curl"):
            code, summary = probe(url, "--count", "5", "--loops", "1", "--engine", engine)
            self.assertEqual((code, summary["judgement"]), (1, "failed"))
            self.assertEqual(summary["failures"]["refused"]["count"], 5)
            self.assertIn("Connection refused", summary["failures"]["refused"]["message"])
            self.assertEqual(probe(url, "--count", "5", "--loops", "1", "--allow", "100%", "--engine", engine)[0], 0)

    def test_two_versions_behind_one_address_are_visible(self):
        with Server([b"v1", b"v1", b"v2"]) as server:
            code, summary = probe(server.url, "--loops", "1", "--count", "30")
            self.assertEqual(code, 0)
            self.assertEqual(sorted(summary["bodies"].values()), [10, 20])

    def test_expectations(self):
        sha = "404cdd7bc109c432f8cc2443b45bcfe95980f5107215c645236e577929ac3e52"
        cases = [(("--status", "404"), "/404", 0), (("--status", "200,404"), "/404", 0), ((), "/404", 1),
                 (("--body", "Meow"), "/", 0), (("--body", "Meo"), "/", 1), (("--body-contains", "eo"), "/", 0),
                 (("--body-contains", "oe"), "/", 1), (("--body-regex", "^M[a-z]+w$"), "/", 0),
                 (("--body-regex", "^m"), "/", 1), (("--body-sha256", sha), "/", 1)]
        with Server() as server:
            for flags, path, code in cases:
                for engine in ("fast", "curl"):
                    with self.subTest(flags=flags, engine=engine):
                        got, summary = probe(server.url + path, "--count", "2", "--engine", engine, *flags)
                        self.assertEqual(got, code, summary)

    def test_limits_of_single_phases(self):
        with Silent() as server:
            for engine in ("fast", "curl"):
                began = time.monotonic()
                code, summary = probe(f"http://127.0.0.1:{server.port}/", "--count", "1", "--first-byte-timeout", "200ms",
                                      "--engine", engine, "--timeout", "60s")
                self.assertEqual(list(summary["failures"]), ["response_timeout"], summary)
                self.assertIn(code, (1, 2))   # 2: this machine was so busy that the prober blames itself
                self.assertLess(time.monotonic() - began, 50)
            code, summary = probe(f"https://127.0.0.1:{server.port}/", "--count", "1", "--tls-timeout", "200ms",
                                  "--connect-timeout", "60s", "--timeout", "60s")
            self.assertEqual(list(summary["failures"]), ["response_timeout"], summary)

    def test_a_name_that_is_none(self):
        _, summary = probe("http://" + "x" * 70 + ".invalid/", "--count", "2")
        self.assertEqual(list(summary["failures"]), ["name_not_found"])
        self.assertEqual(summary["families"], {"no address": {"sent": 2, "failed": 2}})

    def test_connections_kept_alive(self):
        with Server() as server:
            code, summary = probe(server.url, "--keep-alive", "1", "--loops", "2", "--count", "40")
            self.assertEqual((code, summary["ok"]), (0, 40), summary)
            self.assertLessEqual(server.connections, 4)
            self.assertGreaterEqual(summary["reused"], 36)
        with Server() as server:
            code, summary = probe(server.url, "--keep-alive", "0.5", "--loops", "1", "--count", "60")
            self.assertTrue(10 < summary["reused"] < 50, summary)

    def test_through_a_proxy_and_to_another_address(self):
        with Server() as server:
            code, _ = probe("http://nowhere.invalid/hi", "--count", "1", "--proxy", server.url)
            self.assertEqual((code, server.targets), (0, ["http://nowhere.invalid/hi"]))
            code, _ = probe("http://nowhere.invalid/hi", "--count", "1", "--connect-to", f"127.0.0.1:{server.server_port}")
            self.assertEqual((code, server.targets[1:]), (0, ["/hi"]))


class OnceOnly:
    """Answers the first request of each connection; at the next it resets the connection, or closes it."""

    def __init__(self, reset, tls=None):
        self.reset, self.tls, self.requests, self.connections = reset, tls, [], 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.listener.getsockname()[1]}/"

    def accept(self):
        while True:   # until the listener is shut down
            try:
                one, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(one,), daemon=True).start()
            except OSError:
                return

    def serve(self, plain):
        one = self.tls.wrap_socket(plain, server_side=True) if self.tls else plain
        with one:
            head = self.hear(one)
            one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (b"" if head.startswith(b"HEAD") else b"Meow"))
            if self.hear(one) and self.reset:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def hear(self, one):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = one.recv(4096)
            if not piece:
                return b""
            head += piece
        self.requests.append(head.split()[0].decode())
        return head

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)   # wakes accept()
        self.listener.close()


class KeptConnections(unittest.TestCase):
    """A kept connection that is lost under a request: that request is lost, and no other is sent in its place."""

    def lost(self, server, kind, error, *flags):
        code, summary = probe(server.url, "--keep-alive", "1", "--loops", "1", "--count", "6", *flags)
        self.assertEqual((code, summary["sent"], summary["ok"], summary["failed"]), (1, 6, 3, 3), summary)
        self.assertEqual(list(summary["failures"]), [kind])
        self.assertIn("(on a reused connection)", summary["failures"][kind]["message"])
        (way,) = summary["failures"][kind]["ways"]
        self.assertEqual((way["phase"], way.get("error")), ("first_byte", error), way)
        self.assertEqual((summary["reused"], len(server.requests), server.connections), (3, 6, 3), "what was counted is what was sent")

    def test_each_method(self):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            for reset in (True, False):
                with self.subTest(method=method, reset=reset), OnceOnly(reset) as server:
                    self.lost(server, *(("reset", "ECONNRESET") if reset else ("closed_early", None)), "-X", method)
                    self.assertEqual(set(server.requests), {method})

    def test_over_tls(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            authority = Authority(folder)
            authority.issue("good", "subjectAltName=IP:127.0.0.1")
            for reset in (True, False):
                with self.subTest(reset=reset), OnceOnly(reset, authority.context("good")) as server:
                    self.lost(server, *(("reset", "ECONNRESET") if reset else ("closed_early", None)), "--cacert", authority.ca)

    def test_a_connection_that_ends_between_two_requests_loses_none(self):
        class Ends(OnceOnly):
            def serve(self, plain):
                with plain:
                    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)   # the answer and the end in one segment
                    self.hear(plain)
                    plain.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMeow")
        with Ends(False) as server:
            code, summary = probe(server.url, "--keep-alive", "1", "--loops", "1", "--count", "6")
            self.assertEqual((code, summary["ok"], summary["reused"], server.connections), (0, 6, 0, 6), summary)


class AroundACommand(unittest.TestCase):
    def test_phases_before_during_after(self):
        with Server() as server:
            code, summary = probe(server.url, "--rate", "50/s", "--baseline", "300ms", "--tail", "300ms",
                                  command=("sh", "-c", "sleep 0.4"))
            self.assertIn(code, (0, 2), summary)   # 2: this machine was too busy to send all
            self.assertEqual([phase["name"] for phase in summary["phases"]], ["before", "during", "after"])
            self.assertEqual(sum(phase["sent"] for phase in summary["phases"]), summary["sent"])
            self.assertEqual(summary["command"], {"words": "sh -c sleep 0.4", "status": 0})

    def test_a_command_that_fails_or_is_none(self):
        with Server() as server:
            flags = ("--loops", "1", "--pause", "10ms", "--baseline", "50ms", "--tail", "50ms")
            code, summary = probe(server.url, *flags, command=("sh", "-c", "exit 7"))
            self.assertEqual((code, summary["command"]["status"]), (7, 7))
            done = straycat("probe", server.url, *flags, "--", "sh", "-c", "kill -9 $$")
            self.assertEqual(done.returncode, 128 + 9)
            self.assertIn("exit 137 is the command's own; straycat's verdict alone would be exit", done.stderr)
            sent = len(server.targets)
            done = straycat("probe", server.url, *flags, "--", "/no/such/program")
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn("cannot run '/no/such/program'", done.stderr)
            self.assertEqual(len(server.targets), sent, "known before the first request")

    def test_interrupted_before_the_command(self):
        with Server() as server:
            child = subprocess.Popen([STRAYCAT, "probe", server.url, "--loops", "1", "--pause", "5ms", "--baseline", "60s", "--json", "-",
                                      "--", "true"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while len(server.targets) < 10:
                time.sleep(0.01)
            child.send_signal(signal.SIGINT)
            out, errors = child.communicate(timeout=60)
            self.assertEqual((child.returncode, json.loads(out)["command"]["status"]), (2, None), errors)
            self.assertIn("the command was not run to its end", errors)

    def test_control_c_gives_the_partial_summary(self):
        with Server() as server:
            child = subprocess.Popen([STRAYCAT, "probe", server.url, "--loops", "2", "--pause", "5ms", "--json", "-"],
                                     stdout=subprocess.PIPE, text=True)
            while len(server.targets) < 10:
                time.sleep(0.01)
            child.send_signal(signal.SIGINT)
            summary = json.loads(child.communicate(timeout=300)[0])
            self.assertEqual((child.returncode, summary["interrupted"], summary["failed"]), (0, True, 0), summary)
            self.assertGreaterEqual(summary["sent"], 10)


class BadInput(unittest.TestCase):
    def test_each_is_said_in_one_line(self):
        cases = [("ftp://x/",), ("http://x/", "--rate", "fast"), ("http://x/", "--for", "10"), ("http://x/", "--allow", "0.5"),
                 ("http://x/", "--body-regex", "("), ("https://x/", "--engine", "fast"), ("http://x/", "--connect-to", "y"),
                 ("http://x/", "--rate", "1/s", "--loops", "1"), ("http://x/", "-H", "nonsense"),
                 ("http://x/", "--for", "1s", "--", "true")]
        for case in cases:
            with self.subTest(case=case):
                done = straycat("probe", *case)
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                self.assertTrue(done.stderr.strip())


if __name__ == "__main__":
    unittest.main()
