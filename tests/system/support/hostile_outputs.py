"""Places that cannot be written to, and limits that a person may set: what each command is held against."""
import os
import pty
import resource
import signal
import subprocess

from straycat import STRAYCAT

# A build with a sanitizer maps terabytes: no limit of the address space lets it begin.
SANITIZED = b"__sanitizer_" in open(STRAYCAT, "rb").read()


def run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, before=None, timeout=300, **options):
    """The finished process; `before` is called in it before it becomes straycat."""
    return subprocess.run([STRAYCAT, *map(str, words)], stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, text=True,
                          errors="replace", preexec_fn=before, timeout=timeout, check=False, **options)


def to_device(words, **options):
    with open("/dev/full", "w", encoding="utf-8") as full:
        return run(words, stdout=full, **options)


def to_nobody(words, **options):
    return run(words, stdout=None, before=lambda: os.close(1), **options)


def to_a_reader_that_is_gone(words, **options):
    there, back = os.pipe()
    os.close(there)
    try:
        return run(words, stdout=back, **options)
    finally:
        os.close(back)


def to_a_closed_terminal(words, **options):
    """Every write gives EIO. Standard error stays, or nobody could look."""
    master, slave = pty.openpty()
    os.close(master)
    try:
        return run(words, stdout=slave, **options)
    finally:
        os.close(slave)


def with_files_of(most, words, **options):
    """As `ulimit -f`, in bytes; standard output is a file, too."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)   # Python ignores it
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    return run(words, before=limit, **options)


def with_memory_of(most, words, **options):
    """As `ulimit -v`, in bytes."""
    return run(words, before=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)), **options)


# Each place with the words that the reason has.
PLACES = {"a full device": (to_device, "No space left on device"), "a closed descriptor": (to_nobody, "Bad file descriptor"),
          "a reader that is gone": (to_a_reader_that_is_gone, "Broken pipe"), "a closed terminal": (to_a_closed_terminal, "Input/output error")}
