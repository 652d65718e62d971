"""`straycat cluster` where the machine gives it nothing: no memory, no room for files, nobody to hear where it is."""
import signal
import subprocess
import tempfile
import unittest

from straycat import STRAYCAT, Surroundings


def run(before="", after="", timeout=30):
    """A shell that sets limits and becomes the program; the code (124: it served until it was ended) and what it said."""
    shell = f"{before} exec {STRAYCAT} cluster --data-plane loopback {after}"
    process = subprocess.Popen(["bash", "-c", shell], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline() if ">" not in after else ""
    if line.startswith("export KUBECONFIG="):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=timeout)
        return 124, "", line
    out, errors = process.communicate(timeout=timeout)
    return process.returncode, errors, line + out


class Limits(unittest.TestCase):
    def setUp(self):
        self.before = Surroundings()

    def tearDown(self):
        self.assertEqual(self.before.left_behind(), [])

    def assert_one_line(self, ended, *words):
        code, errors, out = ended
        self.assertEqual(code, 4, errors + out)
        said = [line for line in errors.splitlines() if "data plane: loopback" not in line]
        self.assertEqual(len(said), 1, errors)
        self.assertTrue(said[0].startswith("straycat"), errors)
        for word in words:
            self.assertIn(word, said[0])
        self.assertNotIn("export", out)

    def test_no_room_for_files(self):
        self.assert_one_line(run("ulimit -f 0;"), "File too large")

    def test_nobody_hears_where_it_is(self):
        self.assert_one_line(run(after="> /dev/full"), "standard output", "No space left on device")
        self.assert_one_line(run(after=">&-"), "standard output", "Bad file descriptor")

    def test_few_descriptors(self):
        for most in range(4, 40, 3):
            with self.subTest(most=most):
                ended = run(f"ulimit -n {most};")
                if ended[0] not in (124, 127):  # 127: the loader itself
                    self.assert_one_line(ended, "Too many open files")

    def test_little_memory(self):
        probe = subprocess.run(["bash", "-c", f"ulimit -v 4000000; exec {STRAYCAT} --version"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("this build (a sanitizer's) takes terabytes of addresses")
        codes = []
        for kilobytes in range(32_000, 120_000, 4_000):
            with self.subTest(kilobytes=kilobytes):
                ended = run(f"ulimit -v {kilobytes};")
                codes.append(ended[0])
                if ended[0] not in (124, 127):
                    self.assert_one_line(ended)
        self.assertIn(124, codes, "with 120 MB it runs")

    def test_a_full_disk(self):
        """The copy of the kubeconfig that a person asked for, on a file system without a byte left."""
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            mount = f"mount -t tmpfs -o size=4k none {folder} && head -c 4096 /dev/zero > {folder}/full;"
            inner = f"{mount} {STRAYCAT} cluster --data-plane loopback --kubeconfig {folder}/config; echo code $?; ls {folder}"
            done = subprocess.run(["unshare", "-rm", "bash", "-c", inner], capture_output=True, text=True, timeout=30, check=False)
            if "code" not in done.stdout:
                self.skipTest(f"no file system to fill here: {done.stderr}")
            self.assertEqual(done.stdout.split(), ["code", "4", "full"], done.stderr)
            self.assert_one_line((4, done.stderr, ""), "No space left on device")


if __name__ == "__main__":
    unittest.main()
