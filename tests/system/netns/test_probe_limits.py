"""The prober's own limits, provoked for real: the summary must say whose fault it was. In a network namespace of its own."""
import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from straycat import STRAYCAT, skip

PORT = 18090


@contextlib.contextmanager
def serve(answers=True):
    """Answers each request; without `answers` it only listens, and what connects stays in flight."""
    listener = socket.create_server(("127.0.0.1", PORT), backlog=4096)

    def work():
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(one,), daemon=True).start()

    def answer(one):
        with one:
            if one.recv(4096):
                one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMeow")
                one.recv(1)   # the client closes first

    if answers:
        threading.Thread(target=work, daemon=True).start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)   # wakes accept()
        listener.close()


def start(*flags, **options):
    return subprocess.Popen([STRAYCAT, "probe", f"http://127.0.0.1:{PORT}/", "--quiet", "--json", "-", *flags],
                            stdout=subprocess.PIPE, text=True, **options)


def summary_of(child):
    text = child.communicate(timeout=100)[0]
    return child.returncode, json.loads(text)


class Limits(unittest.TestCase):
    def limits(self, summary):
        return {span["limit"] for span in summary["limits"]}

    def test_few_local_ports(self):
        """A range of 100 ports, all soon in TIME_WAIT: EADDRNOTAVAIL is the prober's, and no verdict."""
        with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as range_file:
            range_file.write("20000 20099")
        with open("/proc/sys/net/ipv4/tcp_tw_reuse", "w", encoding="ascii") as reuse:
            reuse.write("0")
        for engine in ("fast", "curl"):
            with serve():
                code, summary = summary_of(start("--loops", "1", "--count", "400", "--engine", engine))
                self.assertEqual((code, summary["judgement"]), (2, "inconclusive"), summary)
                self.assertEqual(list(summary["failures"]), ["local_exhaustion"])
                self.assertEqual(summary["ownFailures"], summary["failed"])
                self.assertIn("ports", self.limits(summary))

    def test_few_descriptors(self):
        with serve(answers=False):
            for engine in ("fast", "curl"):
                child = start("--loops", "200", "--count", "400", "--timeout", "1s", "--engine", engine,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
                code, summary = summary_of(child)
                self.assertGreater(summary["failures"]["local_exhaustion"]["count"], 0, summary)
                self.assertIn("descriptors", self.limits(summary))
                self.assertGreater(summary["ownFailures"], 0)

    def test_a_stopped_prober(self):
        with serve():
            child = start("--rate", "50/s", "--for", "4s")
            time.sleep(1.5)
            child.send_signal(signal.SIGSTOP)
            time.sleep(1)
            child.send_signal(signal.SIGCONT)
            code, summary = summary_of(child)
            self.assertEqual((code, summary["judgement"]), (2, "inconclusive"), summary)
            spans = [span for span in summary["limits"] if span["limit"] == "stopped"]
            self.assertTrue(any(span["toMs"] - span["fromMs"] > 800 for span in spans), summary)
            self.assertGreater(summary["skipped"], 0)
            self.assertEqual(summary["failed"], summary["ownFailures"], "no blame on the target")

    def test_a_timeout_while_it_was_stopped_is_its_own(self):
        with serve(answers=False):
            child = start("--loops", "2", "--count", "2", "--timeout", "700ms")
            time.sleep(0.35)
            child.send_signal(signal.SIGSTOP)
            time.sleep(1.5)
            child.send_signal(signal.SIGCONT)
            code, summary = summary_of(child)
            self.assertEqual((code, summary["ownFailures"]), (2, 2), summary)

    def test_a_starved_prober(self):
        """Eight others want its only processor."""
        others = [subprocess.Popen(["taskset", "-c", "0", sys.executable, "-c", "while True: pass"]) for _ in range(8)]
        try:
            with serve():
                child = subprocess.Popen(["taskset", "-c", "0", "nice", "-n", "19", STRAYCAT, "probe",
                                          f"http://127.0.0.1:{PORT}/", "--quiet", "--json", "-", "--rate", "500/s", "--for",
                                          "4s"], stdout=subprocess.PIPE, text=True)
                _, summary = summary_of(child)
        finally:
            for one in others:
                one.kill()
                one.wait()
        self.assertTrue(self.limits(summary) & {"cpu", "stopped"}, summary)
        self.assertEqual(summary["failed"], summary["ownFailures"])


def in_own_network():
    if os.environ.get("STRAYCAT_TEST_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    flags = ["-n"] if os.geteuid() == 0 else ["-rn"]
    if subprocess.run(["unshare", *flags, "true"], capture_output=True).returncode != 0:
        skip("no network namespaces here")
    os.environ["STRAYCAT_TEST_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])


if __name__ == "__main__":
    in_own_network()
    unittest.main()
