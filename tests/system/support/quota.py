"""Want of processor time that no scheduler can make up for: a cgroup whose quota is all but nothing."""
import contextlib
import os
import pathlib

PERIOD_US = 1_000_000   # the longest that the kernel takes: one long wait a second, and not many short ones


def place():
    """(folder for a new cgroup with the cpu controller, whether it is version 2), or None where we may make none."""
    for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(","):
            folder = pathlib.Path("/sys/fs/cgroup/cpu" + path.rstrip("/"))
            if os.access(folder, os.W_OK) and (folder / "cgroup.procs").exists():
                return folder, False
    root = pathlib.Path("/sys/fs/cgroup")
    try:
        granted = (root / "cgroup.subtree_control").read_text(encoding="ascii").split()
    except OSError:
        return None
    return (root, True) if "cpu" in granted and os.access(root, os.W_OK) else None


@contextlib.contextmanager
def starving(pid, share=0.001):
    """The process gets this share of one processor, in one piece a second."""
    root, modern = place()
    folder = root / f"straycat-test-{os.getpid()}"
    before = pathlib.Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii")
    folder.mkdir()
    home = next((line.split(":", 2)[2] for line in before.splitlines() if (modern and line.startswith("0::")) or
                 (not modern and "cpu" in line.split(":", 2)[1].split(","))), "/")
    base = pathlib.Path("/sys/fs/cgroup" if modern else "/sys/fs/cgroup/cpu")
    try:
        quota = max(1000, int(PERIOD_US * share))   # the least that the kernel takes
        if modern:
            (folder / "cpu.max").write_text(f"{quota} {PERIOD_US}", encoding="ascii")
        else:
            (folder / "cpu.cfs_period_us").write_text(str(PERIOD_US), encoding="ascii")
            (folder / "cpu.cfs_quota_us").write_text(str(quota), encoding="ascii")
        (folder / "cgroup.procs").write_text(str(pid), encoding="ascii")
        yield
    finally:
        with contextlib.suppress(OSError):   # it may be gone
            (base / home.lstrip("/") / "cgroup.procs").write_text(str(pid), encoding="ascii")
        folder.rmdir()
