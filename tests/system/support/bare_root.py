"""Becomes a program in another root file system, as a container's start does: `python3 bare_root.py ROOT PROGRAM [WORD...]`.

In a mount and PID namespace of its own, and one of users when it is not root; the old root is gone. chroot would not do: whoever is in one
may not make the namespaces that straycat's kernel data plane asks for.
"""
import ctypes
import os
import sys

MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH, PIVOT_ROOT = 4096, 16384, 1 << 18, 2, 155   # of x86-64
COMMAND = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", sys.executable, os.path.abspath(__file__)]


def enter(root, words):
    libc = ctypes.CDLL(None, use_errno=True)

    def check(result):
        if result != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    check(libc.mount(root.encode(), root.encode(), None, MS_BIND | MS_REC, None))
    check(libc.mount(b"proc", f"{root}/proc".encode(), b"proc", 0, None))
    os.chdir(root)
    check(libc.syscall(PIVOT_ROOT, b".", b"."))
    check(libc.umount2(b".", MNT_DETACH))
    os.chdir("/")
    os.execve(words[0], words, {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})


if __name__ == "__main__":
    enter(sys.argv[1], sys.argv[2:])
