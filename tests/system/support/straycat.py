"""What the black-box tests and the soak share: running the program, reading its logs, looking for what is left behind."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("STRAYCAT_SOURCE", pathlib.Path(__file__).resolve().parents[3]))
STRAYCAT = os.environ.get("STRAYCAT", str(SOURCE / "build/release/straycat"))
SCENARIOS = SOURCE / "scenarios"
SKIP = 77  # ctest's "skipped"
PATIENCE = 300  # seconds; where only a hang would last so long


def skip(reason):
    """A missing privilege or tool: a counted skip at home, a failure in CI."""
    print(f"skipped: {reason}")
    sys.exit(1 if os.environ.get("CI") == "true" else SKIP)


def main():
    """unittest.main(), but a single test that was skipped is told and counted, too: as the whole file's skip."""
    done = unittest.main(exit=False).result
    for test, reason in done.skipped:
        print(f"skipped: {test}: {reason}")
    if not done.wasSuccessful():
        sys.exit(1)
    if done.skipped:
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)


def straycat(*arguments, timeout=PATIENCE, **options):
    """Runs the program; the finished process, with text output."""
    return subprocess.run([STRAYCAT, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, **options)


def run_scenario(scenario, folder, *flags, timeout=PATIENCE, **options):
    """`straycat run`; the finished process and its JSON report (None when there is none)."""
    done = straycat("run", scenario, "--out", folder, "--quiet", "--full", *flags, timeout=timeout, **options)
    report = pathlib.Path(folder) / "report.json"
    log = pathlib.Path(folder) / "log.jsonl"
    # A sanitizer's words, for one, which nobody else would see: they come from a process in a pod.
    spoken = [line for line in log.read_text(errors="replace").splitlines() if "were no records of its own" in line] if log.exists() else []
    if spoken:
        raise AssertionError(f"a vantage point said what is no record: {spoken}")
    return done, json.loads(report.read_text()) if report.exists() else None


def read_log(folder):
    with open(pathlib.Path(folder) / "log.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def kernel_data_plane():
    """Whether this machine allows the embedded cluster its kernel data plane."""
    return "runs here with its kernel data plane" in straycat("doctor").stdout


def namespaces():
    """The namespaces that any process lives in, as the kernel names them ("net:[4026531840]")."""
    found = set()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        for kind in ("user", "net", "mnt", "pid", "ipc"):
            try:
                found.add(os.readlink(process / "ns" / kind))
            except OSError:
                pass
    return found


def processes():
    """pid -> command line of every process that runs this program."""
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            program = os.readlink(process / "exe")
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if program.removesuffix(" (deleted)") == os.path.realpath(STRAYCAT):
            found[int(process.name)] = words
    return found


class Surroundings:
    """What a run could leave behind: its processes, namespaces, mounts, and files in the folder for temporary files."""

    def __init__(self):
        self.processes = set(processes())
        self.namespaces = namespaces()
        self.mounts = pathlib.Path("/proc/self/mounts").read_text().splitlines()
        self.temporary = set(os.listdir(tempfile.gettempdir()))

    def left_behind(self, ignore=()):
        """What is there now and was not before; `ignore` names files of the test's own."""
        now = Surroundings()
        mine = {pid for pid in now.processes - self.processes}
        left = [f"process {pid}: {processes().get(pid, 'gone')}" for pid in sorted(mine)]
        # Other programs of the machine come and go: only namespaces that hold a process of ours are ours, and a namespace
        # without a process is gone. What is left is what a mount keeps alive.
        left += [f"mount {line}" for line in now.mounts if line not in self.mounts]
        left += [f"file {name}" for name in sorted(now.temporary - self.temporary) if "straycat" in name and name not in ignore]
        return left
