"""`straycat probe` over TLS: what it trusts, what it shows, and servers whose handshake goes wrong."""
import pathlib
import socket
import ssl
import struct
import tempfile
import threading
import unittest

from probe_world import Authority, Server, Silent, probe


class Raw:
    """One thread a connection; `act(socket)` does as it likes, before or within TLS."""

    def __init__(self, act):
        self.act = act
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}/"

    def accept(self):
        while True:   # until the listener is shut down
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(one,), daemon=True).start()

    def serve(self, one):
        with one:
            try:
                self.act(one)
            except OSError:
                pass

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)   # wakes accept()
        self.listener.close()


def reset(one):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        cls.place = pathlib.Path(cls.folder.name)
        cls.authority = Authority(cls.place)
        cls.authority.issue("good", "subjectAltName=IP:127.0.0.1,DNS:cats.test")
        cls.authority.issue("expired", "subjectAltName=IP:127.0.0.1", -1)
        cls.authority.issue("other", "subjectAltName=DNS:dogs.test")
        cls.authority.issue("client", "extendedKeyUsage=clientAuth")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def context(self, name, **how):
        return self.authority.context(name, **how)

    def outcome(self, server, *flags):
        code, summary = probe(server.url, "--count", "2", "--loops", "1", *flags)
        return code, list(summary["failures"])

    def test_certificates(self):
        ca = ("--cacert", self.authority.ca)
        with Server(tls=self.context("good")) as server:
            self.assertEqual(self.outcome(server, *ca), (0, []))
            self.assertEqual(self.outcome(server), (1, ["tls"]), "verification is on by default")
            self.assertEqual(self.outcome(server, "--insecure"), (0, []))
            self.assertEqual(self.outcome(server, *ca, "--server-name", "cats.test"), (0, []))
            self.assertEqual(self.outcome(server, *ca, "--server-name", "dogs.test"), (1, ["tls"]))
            self.assertEqual(self.outcome(server, *ca, "--http2"), (0, []), "a server that does not speak it")
        for name in ("expired", "other"):
            with Server(tls=self.context(name)) as server:
                self.assertEqual(self.outcome(server, *ca), (1, ["tls"]), name)

    def test_the_clients_certificate(self):
        with Server(tls=self.context("good", ask_client=True)) as server:
            own = ("--cert", self.place / "client.pem", "--key", self.place / "client.key")
            self.assertEqual(self.outcome(server, "--cacert", self.authority.ca, *own), (0, []))
            code, kinds = self.outcome(server, "--cacert", self.authority.ca)
            # TLS 1.3: the server's alert comes after the client has sent its request, and its RST may overtake it.
            self.assertEqual((code, set(kinds) <= {"tls", "reset"}), (1, True), kinds)

    def test_a_handshake_that_is_cut(self):
        with Silent(cut=True) as server:
            code, summary = probe(f"https://127.0.0.1:{server.port}/", "--count", "1")
            self.assertEqual((code, list(summary["failures"])), (1, ["tls"]), summary)

    def test_kept_alive(self):
        with Server(tls=self.context("good")) as server:
            flags = ("--cacert", self.authority.ca, "--loops", "2", "--count", "40", "--keep-alive", "1")
            code, summary = probe(server.url, *flags)
            self.assertEqual((code, summary["versions"]), (0, {"HTTP/1.1": 40}), summary)
            self.assertGreaterEqual(summary["reused"], 36)

    def test_through_a_proxy(self):
        """CONNECT: the proxy's own answer is none to the request, and its refusal is told."""
        def tunnel(one):
            wanted = one.recv(4096).split()[1].decode()
            targets.append(wanted)
            if wanted.startswith("nowhere"):
                one.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", server.server_port)) as other:
                one.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                threading.Thread(target=pump, args=(other, one), daemon=True).start()
                pump(one, other)

        def pump(source, sink):
            try:
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        targets = []
        with Server(tls=self.context("good")) as server, Raw(tunnel) as proxy:
            flags = ("--cacert", self.authority.ca, "--proxy", proxy.url.replace("https", "http"), "--count", "2", "--loops", "1")
            code, summary = probe("https://cats.test:8443/", *flags)
            self.assertEqual((code, summary["statuses"], targets), (0, {"200": 2}, ["cats.test:8443"] * 2), summary)
            code, summary = probe("https://nowhere.test/", *flags)
            self.assertEqual(code, 1)
            self.assertEqual(list(summary["failures"]), ["protocol"], summary)
            self.assertIn("403", summary["failures"]["protocol"]["message"])

    def test_another_address_for_the_name(self):
        with Server(tls=self.context("good")) as server:
            flags = ("--cacert", self.authority.ca, "--count", "1", "--connect-to", f"127.0.0.1:{server.server_port}")
            self.assertEqual(probe("https://cats.test/", *flags)[0], 0)
            self.assertEqual(list(probe("https://dogs.test/", *flags)[1]["failures"]), ["tls"])

    def test_handshakes_and_ends_that_go_wrong(self):
        good = self.context("good")

        def within(act):
            def serve(one):
                with good.wrap_socket(one, server_side=True) as inner:
                    inner.recv(4096)
                    act(inner)
            return serve

        def cut_hello(one):
            one.recv(4096)
            one.sendall(b"\x16\x03\x03\x00\x7a\x02\x00")

        def alert(one):
            one.recv(4096)
            one.sendall(b"\x15\x03\x03\x00\x02\x02\x28")   # fatal, handshake_failure

        def plain_http(one):
            one.recv(4096)
            one.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        def reset_at_hello(one):
            one.recv(4096)
            reset(one)

        def no_close_notify(text):
            def act(inner):
                inner.sendall(text)
                socket.socket.shutdown(inner, socket.SHUT_RDWR)
            return within(act)

        whole, until_close = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMeow", b"HTTP/1.1 200 OK\r\n\r\nMeow"
        cases = {"cut_hello": (cut_hello, {"tls"}, {"tls"}), "alert": (alert, {"tls"}, {"tls"}),
                 "plain_http": (plain_http, {"tls"}, {"tls"}), "reset_at_hello": (reset_at_hello, {"tls"}, {"tls"}),
                 "stall": (lambda one: one.recv(1 << 20) and one.recv(1), {"response_timeout"}, {"tls"}),
                 "whole_without_close_notify": (no_close_notify(whole), set(), set()),
                 "cut_without_close_notify": (no_close_notify(whole[:-2]), {"closed_early"}, {"body"}),
                 "until_close_without_close_notify": (no_close_notify(until_close), set(), set()),   # curl lets it pass
                 "nothing_after_the_handshake": (within(lambda inner: None), {"closed_early"}, {"first_byte"}),
                 "stall_in_answer": (within(lambda inner: inner.recv(1)), {"response_timeout"}, {"first_byte"})}
        for name, (act, kinds, phases) in cases.items():
            with self.subTest(name), Raw(act) as server:
                code, summary = probe(server.url, "--cacert", self.authority.ca, "--count", "1", "--timeout", "1s",
                                      "--connect-timeout", "1s")
                self.assertEqual(set(summary["failures"]), kinds, summary)
                ways = [way for group in summary["failures"].values() for way in group["ways"]]
                self.assertEqual({way["phase"] for way in ways}, phases, ways)
                if name == "reset_at_hello":
                    self.assertEqual([way["error"] for way in ways], ["ECONNRESET"])


if __name__ == "__main__":
    unittest.main()
