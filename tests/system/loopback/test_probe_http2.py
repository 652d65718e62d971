"""`straycat probe --http2` against a server of another hand (nghttpd), and one that misbehaves on purpose (python's h2)."""
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from straycat import skip, straycat

try:
    import h2.config
    import h2.connection
    import h2.events
except ImportError:
    skip("no python3-h2 here")
if not shutil.which("nghttpd", path="/usr/sbin:/usr/bin:/usr/local/bin"):
    skip("no nghttpd here")


def probe(url, *flags):
    pace = [] if "--loops" in flags else ["--loops", "1"]   # none is due, and none missing on a machine that is busy
    done = straycat("probe", url, "--json", "-", "--http2", *pace, *flags)
    return done.returncode, json.loads(done.stdout)


class Certificate:
    def __init__(self, folder):
        self.key, self.pem = folder / "key.pem", folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=cats", "-days", "30", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", self.key, "-out", self.pem], check=True, capture_output=True)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem, self.key)
        context.set_alpn_protocols(["h2"])
        return context


class Nghttpd:
    """With TLS when a certificate is given. It takes no port 0: when another took ours meanwhile, we try again."""

    def __init__(self, folder, certificate=None):
        (folder / "hi").write_text("Meow")
        path = "/usr/sbin:/usr/bin:/usr/local/bin"
        tls = [certificate.key, certificate.pem] if certificate else ["--no-tls"]
        for _ in range(20):
            with socket.create_server(("127.0.0.1", 0)) as listener:
                self.port = listener.getsockname()[1]
            options = ["-a", "127.0.0.1", "-d", folder]
            words = [shutil.which("nghttpd", path=path), *options, *(tls[:1] if not certificate else []), str(self.port),
                     *(tls if certificate else [])]
            self.process = subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self.comes_up():
                return
        raise AssertionError("nghttpd does not serve")

    def comes_up(self):
        for _ in range(500):
            if self.process.poll() is not None:
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Odd:
    """Serves HTTP/2 without TLS until `act(connection, socket, stream)`, which answers a request as it likes."""

    def __init__(self, act):
        self.act, self.connections = act, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/hi"

    def accept(self):
        while True:   # until the listener is shut down
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(one,), daemon=True).start()

    def serve(self, one):
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        with one:
            try:
                one.sendall(connection.data_to_send())
                while data := one.recv(65536):
                    for event in connection.receive_data(data):
                        if isinstance(event, h2.events.RequestReceived) and self.act(connection, one, event.stream_id) == "close":
                            return
                    one.sendall(connection.data_to_send())
            except OSError:
                return

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)   # wakes accept()
        self.listener.close()


def answer(connection, stream, status="200", body=b"Meow", end=True, length=None):
    connection.send_headers(stream, [(":status", status), ("content-length", str(length or len(body)))])
    connection.send_data(stream, body, end_stream=end)


class Http2(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_agreed_in_tls(self):
        certificate = Certificate(self.folder)
        with Nghttpd(self.folder, certificate) as server:
            url, ca = f"https://127.0.0.1:{server.port}/hi", ("--cacert", certificate.pem, "--body", "Meow")
            code, summary = probe(url, *ca, "--loops", "4", "--count", "40")
            self.assertEqual((code, summary["versions"], summary["reused"]), (0, {"HTTP/2": 40}, 0), summary)
            code, summary = probe(url, *ca, "--loops", "8", "--count", "80", "--keep-alive", "1")
            self.assertEqual((code, summary["versions"]), (0, {"HTTP/2": 80}), summary)
            self.assertGreaterEqual(summary["reused"], 70, "many requests at a time over one connection")
            code, summary = probe(url, *ca, "--loops", "2", "--count", "60", "--keep-alive", "0.5")
            self.assertEqual(code, 0, summary)
            self.assertTrue(5 < summary["reused"] < 55, summary["reused"])
            self.assertEqual(list(probe(url, "--count", "1")[1]["failures"]), ["tls"], "nobody vouches for it")

    def test_known_beforehand_without_tls(self):
        with Nghttpd(self.folder) as server:
            code, summary = probe(f"http://127.0.0.1:{server.port}/hi", "--loops", "4", "--count", "40", "--body", "Meow")
            self.assertEqual((code, summary["versions"]), (0, {"HTTP/2": 40}), summary)
            code, summary = probe(f"http://127.0.0.1:{server.port}/none", "--count", "3")
            self.assertEqual((code, summary["statuses"], list(summary["failures"])), (1, {"404": 3}, ["status"]))

    def test_a_server_that_speaks_http_1_only(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            one, _ = listener.accept()
            with one:
                one.recv(4096)
                one.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        threading.Thread(target=serve, daemon=True).start()
        code, summary = probe(f"http://127.0.0.1:{listener.getsockname()[1]}/", "--count", "1")
        # "protocol" when its answer is read, "reset" when its RST comes first.
        self.assertEqual(code, 1)
        self.assertLessEqual(set(summary["failures"]), {"protocol", "reset", "closed_early"}, summary)

    def test_misbehaviour(self):
        def refuse(connection, _, stream):
            connection.reset_stream(stream, error_code=7)   # REFUSED_STREAM: libcurl tries again, and gives up

        def reset_in_body(connection, _, stream):
            answer(connection, stream, end=False, length=10)
            connection.reset_stream(stream, error_code=2)   # INTERNAL_ERROR

        def go_away(connection, one, _):
            connection.close_connection(error_code=2)
            one.sendall(connection.data_to_send())
            return "close"

        def cut(connection, one, stream):
            answer(connection, stream, end=False, length=10)
            one.sendall(connection.data_to_send())
            return "close"

        def garbage(connection, one, _):
            one.sendall(b"\0" * 4 + b"Meow" * 10)
            return "close"

        head, body, any_phase = {"first_byte"}, {"body"}, {"first_byte", "body"}
        cases = {"unavailable": (lambda c, _, s: answer(c, s, "503"), {"status"}, {"check"}),
                 "refused": (refuse, {"reset"}, head), "reset": (reset_in_body, {"reset"}, any_phase),
                 "go_away": (go_away, {"closed_early", "reset"}, head), "cut": (cut, {"closed_early", "reset"}, body),
                 "garbage": (garbage, {"protocol", "closed_early", "reset"}, {*head, "send"}),
                 "close": (lambda *_: "close", {"closed_early", "reset"}, head),
                 "stall": (lambda *_: None, {"response_timeout"}, head),
                 "stall_in_body": (lambda c, _, s: answer(c, s, end=False, length=10), {"response_timeout"}, body),
                 "short": (lambda c, _, s: answer(c, s, length=9), {"reset"}, any_phase)}
        for name, (act, kinds, phases) in cases.items():
            with self.subTest(name), Odd(act) as server:
                code, summary = probe(server.url, "--count", "1", "--timeout", "1s", "--connect-timeout", "30s")
                self.assertEqual(code, 1, summary)
                (kind, group), = summary["failures"].items()
                self.assertIn(kind, kinds, group)
                self.assertIn(group["ways"][0]["phase"], phases, group)


if __name__ == "__main__":
    unittest.main()
