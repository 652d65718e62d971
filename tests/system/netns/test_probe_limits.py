"""The prober's own limits, provoked for real: the summary must say whose fault it was. In a network namespace of its own."""
import contextlib
import itertools
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import quota
from straycat import STRAYCAT, main, skip

PORT = 18090


class Served:
    """How many connections were accepted, and requests answered, so far."""
    accepted = answered = 0

    def until(self, what, least, seconds=300):
        end = time.monotonic() + seconds
        while getattr(self, what) < least:
            assert time.monotonic() < end, f"{getattr(self, what)} {what} after {seconds} s"
            time.sleep(0.005)


@contextlib.contextmanager
def serve(answers=True):
    """Answers each request; without `answers` it only accepts, and what connects stays in flight."""
    listener = socket.create_server(("127.0.0.1", PORT), backlog=4096)
    served, held = Served(), []

    def work():
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            served.accepted += 1
            if answers:
                threading.Thread(target=answer, args=(one,), daemon=True).start()
            else:
                held.append(one)

    def answer(one):
        with one:
            if one.recv(4096):
                one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMeow")
                served.answered += 1
                one.recv(1)   # the client closes first

    threading.Thread(target=work, daemon=True).start()
    try:
        yield served
    finally:
        listener.shutdown(socket.SHUT_RDWR)   # wakes accept()
        listener.close()
        for one in held:
            one.close()


def start(*flags, **options):
    return subprocess.Popen([STRAYCAT, "probe", f"http://127.0.0.1:{PORT}/", "--quiet", "--json", "-", *flags],
                            stdout=subprocess.PIPE, text=True, **options)


def summary_of(child):
    text = child.communicate(timeout=300)[0]
    return child.returncode, json.loads(text)


def time_waits(low=32768, high=60999):
    """Local ports of this range that rest."""
    rows = (line.split() for line in pathlib.Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
    return sum(row[3] == "06" and low <= int(row[1].split(":")[1], 16) <= high for row in rows)


def fill_with_time_waits(number):
    """Up to so many; each lasts a minute, so that a slow machine cannot: False."""
    with socket.create_server(("127.0.0.1", PORT)) as listener:
        end = time.monotonic() + 40
        while (missing := number - time_waits()) > 0:
            for _ in range(min(missing, 500)):
                client = socket.create_connection(("127.0.0.1", PORT))
                server, _ = listener.accept()
                client.close()   # first: TIME_WAIT is the client's
                server.close()
            if time.monotonic() > end:
                return False
    return True


@contextlib.contextmanager
def settings(**values):
    """Of net.ipv4, in this namespace."""
    paths = {name: pathlib.Path("/proc/sys/net/ipv4", name) for name in values}
    before = {name: path.read_text("ascii") for name, path in paths.items()}
    for name, value in values.items():
        paths[name].write_text(value, "ascii")
    try:
        yield
    finally:
        for name, value in before.items():
            paths[name].write_text(value, "ascii")


class Limits(unittest.TestCase):
    def limits(self, summary):
        return {span["limit"] for span in summary["limits"]}

    def test_few_local_ports(self):
        """A range of 100 ports, all soon in TIME_WAIT: EADDRNOTAVAIL is the prober's, and no verdict."""
        for engine, ports in (("fast", "20000 20099"), ("curl", "20100 20199")):
            with settings(ip_local_port_range=ports, tcp_tw_reuse="0"), serve():
                code, summary = summary_of(start("--loops", "1", "--count", "400", "--engine", engine, "--ports", "kernel"))
                self.assertEqual((code, summary["judgement"]), (2, "inconclusive"), summary)
                self.assertEqual(list(summary["failures"]), ["local_exhaustion"])
                self.assertEqual({way["error"] for way in summary["failures"]["local_exhaustion"]["ways"]}, {"EADDRNOTAVAIL"})
                self.assertEqual(summary["ownFailures"], summary["failed"])
                self.assertIn("ports", self.limits(summary))

    def test_a_ring_of_ports_keeps_the_traffic_whole(self):
        """The same range, and ports of our own choice."""
        for engine, ports in (("fast", "20200 20299"), ("curl", "20300 20399")):
            with settings(ip_local_port_range=ports, tcp_tw_reuse="0"), serve():
                code, summary = summary_of(start("--loops", "1", "--count", "400", "--engine", engine))
                self.assertEqual((code, summary["ok"]), (0, 400), summary)
                self.assertGreater(summary["ownPorts"], 300)
                self.assertEqual(summary["sources"], {"127.0.0.1": 400})

    def test_more_addresses_where_one_has_too_few_ports(self):
        """Without timestamps no port leaves TIME_WAIT before its time: 127.0.0.2 and its next join in."""
        for engine, ports in (("fast", "20400 20499"), ("curl", "20500 20599")):
            with settings(ip_local_port_range=ports, tcp_tw_reuse="0", tcp_timestamps="0"), serve():
                code, summary = summary_of(start("--loops", "1", "--count", "400", "--engine", engine))
                self.assertEqual((code, summary["ok"]), (0, 400), summary)
                self.assertGreaterEqual(len(summary["sources"]), 4, summary["sources"])

    def test_more_in_flight_than_there_are_ports(self):
        with settings(ip_local_port_range="20600 20699"), serve(answers=False):
            code, summary = summary_of(start("--loops", "150", "--count", "300", "--timeout", "2s", "--source", "127.0.0.1"))
        self.assertGreater(summary["failures"]["local_exhaustion"]["count"], 50, summary)
        self.assertIn("ports", self.limits(summary))

    def test_the_cliff_of_time_waits(self):
        """Half of the default range in TIME_WAIT: each connect() searches for milliseconds, and no errno tells."""
        with settings(ip_local_port_range="32768 60999", tcp_tw_reuse="0"):
            for engine in ("fast", "curl"):
                if not fill_with_time_waits(14_700):
                    self.skipTest("too slow a machine, or too busy, to fill half of the ports within their minute")
                with serve():
                    code, summary = summary_of(start("--loops", "1", "--count", "100", "--engine", engine, "--ports", "kernel"))
                    self.assertEqual((code, summary["ok"], summary["failed"]), (2, 100, 0), summary)
                    self.assertEqual(self.limits(summary), {"ports"}, summary)
                    span = summary["limits"][0]
                    self.assertGreater(span["toMs"], span["fromMs"])
                    self.assertEqual(summary["ownPorts"], 0)
                    code, summary = summary_of(start("--loops", "1", "--count", "100", "--engine", engine))
                    self.assertGreater(summary["ownPorts"], 60, "the ring begins when connect() has been slow twice")

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
        with serve() as served:
            child = start("--rate", "50/s", "--for", "100s")
            served.until("answered", 10)
            child.send_signal(signal.SIGSTOP)
            time.sleep(1.5)
            child.send_signal(signal.SIGCONT)
            served.until("answered", served.answered + 10)
            child.send_signal(signal.SIGINT)
            code, summary = summary_of(child)
            self.assertEqual((code, summary["judgement"]), (2, "inconclusive"), summary)
            spans = [span for span in summary["limits"] if span["limit"] == "stopped"]
            self.assertTrue(any(span["toMs"] - span["fromMs"] > 1000 for span in spans), summary)
            self.assertGreater(summary["skipped"], 0)
            self.assertEqual(summary["failed"], summary["ownFailures"], "no blame on the target")

    def test_a_timeout_while_it_was_stopped_is_its_own(self):
        with serve(answers=False) as served:
            child = start("--loops", "2", "--count", "2", "--timeout", "5s")
            served.until("accepted", 2)
            child.send_signal(signal.SIGSTOP)
            time.sleep(6)   # longer than the timeout
            child.send_signal(signal.SIGCONT)
            code, summary = summary_of(child)
            self.assertEqual((code, summary["ownFailures"]), (2, 2), summary)

    def test_a_starved_prober(self):
        """A hundredth of a processor, in the middle of its work."""
        if quota.place() is None:
            self.skipTest("no cgroup of our own here, to take the processor away")
        with serve() as served:
            child = start("--rate", "50/s", "--for", "100s")
            served.until("answered", 10)
            with quota.starving(child.pid):
                time.sleep(4)
            served.until("answered", served.answered + 10)
            child.send_signal(signal.SIGINT)
            _, summary = summary_of(child)
        self.assertIn("cpu", self.limits(summary), summary)
        self.assertEqual(summary["failed"], summary["ownFailures"])


class TableOfConnections(unittest.TestCase):   # after the others: it stays full for half a minute
    def test_when_it_is_full(self):
        """conntrack for real: as many flows as the kernel tracks, one datagram each."""
        if subprocess.run("nft add table ip t && nft 'add chain ip t c { type filter hook output priority 0; }' && "
                          "nft add rule ip t c ct state new accept", shell=True, capture_output=True).returncode != 0:
            self.skipTest("no nftables here")
        self.addCleanup(subprocess.run, ["nft", "delete", "table", "ip", "t"], check=True)
        count, most = (pathlib.Path(f"/proc/sys/net/netfilter/nf_conntrack_{what}") for what in ("count", "max"))
        if int(most.read_text("ascii")) > 300_000:
            self.skipTest("a table too big to fill")
        flows = ((f"127.{network}.0.1", port) for network in range(1, 40) for port in range(1024, 61_024))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while int(count.read_text("ascii")) < 0.98 * int(most.read_text("ascii")):
                for to in itertools.islice(flows, 4096):
                    with contextlib.suppress(OSError):   # what the last datagram met: nobody listens there
                        sender.sendto(b"", to)
        with serve():
            code, summary = summary_of(start("--loops", "1", "--count", "100", "--timeout", "2s"))
        self.assertIn("conntrack", {span["limit"] for span in summary["limits"]}, summary)
        self.assertEqual((code, summary["judgement"]), (2, "inconclusive"), summary)


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
    main()
