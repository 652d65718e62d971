"""What the report's tests share: the saved logs, hostile copies of them, and an hour of traffic that never took place."""
import json
import pathlib

from straycat import SOURCE, straycat

LOGS = SOURCE / "tests/logs"
NAMES = ("article", "fixed", "inconclusive", "cut", "empty", "hostile")

# Text that tries to be more than text, for every medium at once.
HOSTILE = ('"><script>hit()</script><img src=x onerror=hit()>\x1b[2J\x07\r\n\u202e]]>--></title></style></svg>'
           "'`|[x](javascript:hit())<http://evil.example>``` &lt;b&gt; {{7*7}} \u2028")

# Values that the log's readers compare with: changing them makes a record unreadable, not hostile.
STRUCTURAL = {"kind", "clock", "op", "format", "type", "phase", "condition", "verb", "state", "wallNs", "deadline", "timeout",
              "length", "minSyncPeriod", "connectTimeout", "protocol", "address", "addresses", "vantage", "id", "method",
              "traffic", "clusterIP", "podIP", "localAddress", "remoteAddress", "finding", "managedBy", "resource", "from", "service"}


def poisoned(value, skip=STRUCTURAL):
    """The same text everywhere gets the same poison: relations by name and uid still hold."""
    if isinstance(value, dict):
        return {key: item if key in skip else poisoned(item, skip) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, skip) for item in value]
    return value + HOSTILE if isinstance(value, str) and value else value  # what is empty is left out


def poison_log(source, target, skip=STRUCTURAL):
    lines = [json.loads(line) for line in pathlib.Path(source).read_text().splitlines()]
    for line in lines:
        line["body"] = poisoned(line["body"], skip)
        if line["kind"] == "header":
            line["body"]["format"] = "straycat.log/1"
    pathlib.Path(target).write_text("".join(json.dumps(line) + "\n" for line in lines))


def every_output(run, folder, *flags):
    """`straycat report` in every form at once: the finished process, and the texts by form."""
    folder = pathlib.Path(folder)
    files = {"json": folder / "r.json", "html": folder / "r.html", "junit": folder / "r.xml", "markdown": folder / "r.md"}
    wanted = [word for form, path in files.items() for word in (f"--{form}", path)]
    done = straycat("report", run, *wanted, "--force", *flags)
    texts = {form: path.read_text() for form, path in files.items() if path.exists()}
    texts["text"] = done.stdout
    return done, texts


def histogram(samples):
    """A histogram as the log holds it, from (nanoseconds, count): 2^7 sub-buckets a power of two (core/histogram.cpp)."""
    buckets = {}
    for value, count in samples:
        buckets[bucket_of(value)] = buckets.get(bucket_of(value), 0) + count
    values = [value for value, _ in samples]
    return {"minNs": min(values), "maxNs": max(values), "buckets": sorted(buckets.items())}


def bucket_of(value):
    shift = max(value.bit_length() - 8, 0)
    return value if value < 128 else (shift + 1) * 128 + (value >> shift) - 128
