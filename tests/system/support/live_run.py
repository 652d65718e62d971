"""A run on the real cluster that a test meddles with: small scenarios, their steps awaited, what they leave."""
import json
import pathlib
import shutil
import subprocess
import time

from straycat import SCENARIOS, STRAYCAT

ARTICLE = SCENARIOS / "service-selector"
HEAD = """\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {name: meddled}
spec:
  for: Deployment/sayhi
  traffic:
  - {name: cats, url: "http://sayhi/hi", rate: 50/s, timeout: 2s, expect: {status: 200, body: "hi🐈\\n"}}
  steps:
  - {name: deploy, phase: deployed, apply: [deployment-readiness.yaml, service.yaml]}
  - wait: {for: Deployment/sayhi, condition: Available, timeout: 60s}
  - wait: {for: Deployment/sayhi, condition: Routable}
  - pause: 1500ms
  - traffic: start
  - pause: 2s
"""
TAIL = "  - traffic: stop\n"


def small_scenario(folder, steps, head=HEAD):
    """A scenario of the article's Deployment and Service with these steps in the middle."""
    folder = pathlib.Path(folder) / "scenario"
    folder.mkdir()
    for manifest in ARTICLE.glob("*.yaml"):
        if manifest.name != "scenario.yaml":
            shutil.copy(manifest, folder)
    (folder / "scenario.yaml").write_text(head + "".join(f"  - {{{step}}}\n" for step in steps) + TAIL, encoding="utf-8")
    return folder


class LiveRun:
    def __init__(self, scenario, folder, *flags, **options):
        self.folder = pathlib.Path(folder)
        self.process = subprocess.Popen([STRAYCAT, "run", str(scenario), "--out", str(folder), "--quiet", "--full", *map(str, flags)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def log(self):
        """As far as it is written; a line that is being written is left out."""
        path = self.folder / "log.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]

    def until(self, kind, name="", seconds=300):
        """Waits until the log has such a record (of that step, if one is named); gives it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for event in self.log():
                if event["kind"] == kind and (not name or event["body"].get("name") == name):
                    return event
            if self.process.poll() is not None:
                raise AssertionError(f"it ended before {kind} {name}: {self.finish()}")
            time.sleep(0.1)
        raise AssertionError(f"no {kind} {name} after {seconds} s")

    def namespace(self):
        return self.until("header")["body"]["namespace"]

    def finish(self, seconds=300):
        """(exit code, what it printed)"""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out + err

    def report(self):
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))

    def causes(self):
        return [f["cause"] for f in self.report()["verdict"]["findings"]]
