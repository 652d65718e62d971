"""`straycat probe` and names: a name server of our own, in a network and a mount namespace of our own."""
import os
import pathlib
import socket
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from probe_world import Handler, Server, probe
from straycat import skip

A, AAAA = 1, 28
NXDOMAIN, SERVFAIL = 3, 2


class NameServer(socketserver.ThreadingUDPServer):
    """`zone`: (name, type) -> addresses, or (name, None) -> an error code, or "silence". What it does not know has no
    addresses of that type."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 53), self.Query)
        self.zone, self.asked = {}, []

    class Query(socketserver.BaseRequestHandler):
        def handle(self):
            data, sock = self.request
            name, end = self.read_name(data, 12)
            kind, = struct.unpack_from(">H", data, end)
            self.server.asked.append((name, kind))
            error = self.server.zone.get((name, None), 0)
            if error == "silence":
                return
            addresses = [] if error else self.server.zone.get((name, kind), [])
            family = socket.AF_INET if kind == A else socket.AF_INET6
            answer = data[:2] + struct.pack(">HHHHH", 0x8180 | error, 1, len(addresses), 0, 0) + data[12:end + 4]
            for address in addresses:
                packed = socket.inet_pton(family, address)
                answer += struct.pack(">HHHIH", 0xc00c, kind, 1, 0, len(packed)) + packed
            sock.sendto(answer, self.client_address)

        @staticmethod
        def read_name(data, at):
            labels = []
            while size := data[at]:
                labels.append(data[at + 1:at + 1 + size].decode())
                at += 1 + size
            return ".".join(labels), at + 1


class Server6(Server):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.server_address = ("::1", self.server_address[1])
        super().server_bind()


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = NameServer()
        threading.Thread(target=cls.names.serve_forever, args=(0.02,), daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.names.shutdown()
        cls.names.server_close()

    def both(self, url, *flags):
        """The summaries of either engine."""
        return [probe(url, "--loops", "1", "--engine", engine, *flags)[1] for engine in ("fast", "curl")]

    def test_no_such_name_and_no_such_server(self):
        self.names.zone = {("none.test", None): NXDOMAIN, ("broken.test", None): SERVFAIL, ("empty.test", A): []}
        for name, reason in (("none.test", ""), ("empty.test", ""), ("broken.test", " (Temporary failure in name resolution)")):
            fast, curl = self.both(f"http://{name}/", "--count", "2")
            for summary, message in ((fast, f"(6) Could not resolve host: {name}{reason}"),
                                     (curl, f"(6) Could not resolve host: {name}")):
                self.assertEqual(summary["failures"]["name_not_found"]["ways"], [{"count": 2, "errno": 0, "phase": "name"}])
                self.assertEqual(summary["failures"]["name_not_found"]["message"], message)
                self.assertEqual(summary["families"], {"no address": {"sent": 2, "failed": 2}})

    def test_a_silent_server_is_a_limit_of_the_name(self):
        self.names.zone = {("silent.test", None): "silence"}
        for summary in self.both("http://silent.test/", "--count", "1", "--name-timeout", "300ms"):
            group = summary["failures"]["name_not_found"]
            self.assertEqual([way["phase"] for way in group["ways"]], ["name"])
            self.assertRegex(group["message"], r"\(28\) Resolving timed out after [0-9]+ milliseconds")

    def test_families_apart(self):
        self.names.zone = {("both.test", A): ["127.0.0.1"], ("both.test", AAAA): ["::1"], ("six.test", AAAA): ["::1"]}
        with Server() as server:   # IPv6 refuses
            port = server.server_port
            for summary in self.both(f"http://both.test:{port}/", "--count", "4"):
                self.assertEqual((summary["ok"], summary["families"]["IPv4"]), (4, {"sent": 4, "failed": 0}), summary)
                self.assertEqual(summary["families"].get("IPv6"), {"sent": 4, "failed": 4}, "passed over, and told")
            for summary in self.both(f"http://both.test:{port}/", "--count", "4", "-6"):
                self.assertEqual(summary["families"], {"IPv6": {"sent": 4, "failed": 4}})
                self.assertEqual(list(summary["failures"]), ["refused"])
            for summary in self.both(f"http://six.test:{port}/", "--count", "1", "-4"):
                self.assertEqual(list(summary["failures"]), ["name_not_found"])
        with Server6() as server:
            for summary in self.both(f"http://six.test:{server.server_port}/", "--count", "4"):
                self.assertEqual((summary["ok"], summary["families"]), (4, {"IPv6": {"sent": 4, "failed": 0}}), summary)

    def test_a_changed_address_is_followed_within_a_second(self):
        with Server([b"old"]) as old, Server([b"new"]) as new:
            # One port for both: the second listens on another address.
            new.socket.close()
            new.socket = socket.create_server(("127.0.0.2", old.server_port), backlog=64)
            threading.Thread(target=new.serve_forever, args=(0.02,), daemon=True).start()
            for engine in ("fast", "curl"):
                self.names.zone = {("moves.test", A): ["127.0.0.1"]}
                self.names.asked.clear()
                changes = threading.Timer(1, self.names.zone.update, [{("moves.test", A): ["127.0.0.2"]}])
                changes.start()
                _, summary = probe(f"http://moves.test:{old.server_port}/", "--rate", "50/s", "--for", "3s", "--engine", engine)
                changes.join()
                self.assertEqual(summary["failed"], 0, summary)
                counts = sorted(summary["bodies"].values())
                self.assertGreater(counts[0], 20, "the new one has its share")
                asked = self.names.asked.count(("moves.test", A))
                self.assertTrue(2 <= asked <= 6, asked)

    def test_asked_for_each_request(self):
        self.names.zone = {("cats.test", A): ["127.0.0.1"]}
        with Server() as server:
            for engine in ("fast", "curl"):
                self.names.asked.clear()
                flags = ("--loops", "1", "--count", "20", "--name-age", "0s", "--engine", engine)
                self.assertEqual(probe(f"http://cats.test:{server.server_port}/", *flags)[0], 0)
                self.assertEqual(self.names.asked.count(("cats.test", A)), 20)


def in_own_namespaces():
    if place := os.environ.get("STRAYCAT_TEST_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for name, text in (("resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n"),
                           ("nsswitch.conf", "hosts: files dns\n"), ("hosts", "127.0.0.1 localhost\n")):
            pathlib.Path(place, name).write_text(text, "ascii")
            subprocess.run(["mount", "--bind", f"{place}/{name}", f"/etc/{name}"], check=True)
        return
    flags = ["-mn"] if os.geteuid() == 0 else ["-rmn"]
    if subprocess.run(["unshare", *flags, "true"], capture_output=True).returncode != 0:
        skip("no network and mount namespaces here")
    with tempfile.TemporaryDirectory(prefix="straycat-test-") as place:
        os.environ["STRAYCAT_TEST_INSIDE"] = place
        sys.exit(subprocess.run(["unshare", *flags, sys.executable, *sys.argv]).returncode)


if __name__ == "__main__":
    in_own_namespaces()
    unittest.main()
