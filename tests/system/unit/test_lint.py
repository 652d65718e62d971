"""`straycat lint` as a person calls it: files, folders, standard input, charts and kustomizations, outputs and exit codes."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from straycat import main, straycat

WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: migrate, image: web}]}}
"""
# In the place of helm: prints what a chart's folder holds as rendered.yaml, and tells how it was called.
HELM = """\
#!/bin/sh
echo "$*" >> "$0.calls"
[ "$1" = template ] || exit 64
[ -e "$3/rendered.yaml" ] || { echo "helm: no such value" >&2; exit 1; }
cat "$3/rendered.yaml"
"""


def program(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Lint(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def test_exit_codes(self):
        good, bad = self.put("good.yaml", WEB), self.put("bad.yaml", WEB + "---\n" + JOB)
        broken = self.put("broken.yaml", WEB + "---\nkind: [\n")
        both = self.put("both.yaml", WEB + "---\n" + JOB + "---\nkind: [\n")
        self.put("empty/words.txt", "no manifest")
        for path, code in [(good, 0), (bad, 1), (broken, 2), (both, 1), (self.folder / "none.yaml", 3), (self.folder / "empty", 3)]:
            self.assertEqual(straycat("lint", path).returncode, code, path)

    def test_a_folder_and_standard_input(self):
        self.put("k/web.yaml", WEB), self.put("k/jobs/job.yml", JOB), self.put("k/.git/job.yaml", "kind: [")
        self.assertEqual(straycat("lint", self.folder / "k").returncode, 1)
        done = straycat("lint", "-", input=WEB + "---\n" + JOB)
        self.assertEqual(done.returncode, 1)
        self.assertIn("<standard input>:5:3", done.stdout)

    def test_every_output(self):
        bad = self.put("a b.yaml", WEB + "---\n" + JOB)
        files = {kind: self.folder / f"out.{kind}" for kind in ["json", "sarif", "junit", "markdown"]}
        done = straycat("lint", bad, *[word for kind, file in files.items() for word in (f"--{kind}", file)])
        self.assertEqual(done.returncode, 1, done.stderr)
        finding = json.loads(files["json"].read_text())["findings"][0]
        self.assertEqual([finding[key] for key in ("rule", "code", "severity", "object", "other")],
                         ["E1", "stray-endpoint", "error", "Service/web", "Job/migrate"])
        self.assertEqual(finding["at"]["line"], 5)
        run = json.loads(files["sarif"].read_text())["runs"][0]
        self.assertEqual(run["results"][0]["ruleId"], run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]["id"])
        place = run["results"][0]["locations"][0]["physicalLocation"]
        self.assertTrue(place["artifactLocation"]["uri"].endswith("a%20b.yaml"))
        self.assertEqual(place["region"]["startLine"], 5)
        suites = xml.etree.ElementTree.parse(files["junit"]).getroot()
        self.assertEqual(suites.get("failures"), "1")
        self.assertIn("E1", files["markdown"].read_text())
        self.assertEqual(straycat("lint", bad, "--json", files["json"]).returncode, 3)  # it is there already

    def test_only_new_findings_count(self):
        bad = self.put("bad.yaml", WEB + "---\n" + JOB)
        self.assertEqual(straycat("lint", bad, "--write-baseline", self.folder / "known").returncode, 1)
        self.assertEqual(straycat("lint", bad, "--baseline", self.folder / "known").returncode, 0)
        self.put("bad.yaml", WEB + "---\n" + JOB + "---\n" + JOB.replace("migrate", "clean"))
        self.assertEqual(straycat("lint", bad, "--baseline", self.folder / "known").returncode, 1)

    def test_notes_are_for_whom_asks(self):
        good = self.put("good.yaml", WEB)
        self.assertNotIn("note N", straycat("lint", good).stdout)
        done = straycat("lint", good, "--notes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note N9", done.stdout)

    def test_a_configuration_above_the_path(self):
        bad = self.put("k/jobs/bad.yaml", WEB + "---\n" + JOB)
        config = self.put(".straycat-lint.yaml", "rules:\n  E1: warning\n")
        done = straycat("lint", bad)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning E1", done.stdout)
        config.write_text("ignore: [jobs/]\n")
        self.assertEqual(straycat("lint", self.folder / "k").returncode, 0)
        self.assertEqual(straycat("lint", bad).returncode, 0)
        other = self.put("other.yaml", "rules: {E1: error}\n")
        self.assertEqual(straycat("lint", bad, "--config", other).returncode, 1)
        done = straycat("lint", "-", input=WEB + "---\n" + JOB, cwd=self.folder / "k/jobs")
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_a_bad_configuration_points(self):
        good = self.put("good.yaml", WEB)
        config = self.put(".straycat-lint.yaml", "rules:\n  E1: warnin\n")
        done = straycat("lint", good)
        self.assertEqual(done.returncode, 3)
        self.assertIn(".straycat-lint.yaml:2:7", done.stderr)
        self.assertIn('did you mean "warning"?', done.stderr)
        config.unlink()
        self.assertEqual(straycat("lint", good, "--config", self.folder / "none.yaml").returncode, 3)
        self.put("a/.straycat-lint.yaml", ""), self.put("a/web.yaml", WEB)
        done = straycat("lint", good, self.folder / "a")
        self.assertEqual(done.returncode, 3)
        self.assertIn("--config", done.stderr)

    def test_cures_as_a_diff_and_into_the_files(self):
        bad = self.put("k/bad.yaml", WEB + "---\n" + JOB)
        before = bad.read_text()
        bad.chmod(0o640)
        done = straycat("lint", "k", "--fix", cwd=self.folder)
        self.assertEqual((done.returncode, bad.read_text()), (1, before), done.stderr)
        self.assertTrue(done.stdout.startswith("--- a/k/bad.yaml\n+++ b/k/bad.yaml\n@@ "), done.stdout)
        patched = subprocess.run(["patch", "-p1", "--dry-run"], input=done.stdout, cwd=self.folder, text=True, capture_output=True, check=False) \
            if shutil.which("patch") else None
        self.assertTrue(patched is None or patched.returncode == 0, patched)
        done = straycat("lint", "k", "--fix", "--write", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(bad.read_text(), before)
        self.assertEqual(stat.S_IMODE(bad.stat().st_mode), 0o640)
        self.assertEqual(straycat("lint", bad).returncode, 0)
        done = straycat("lint", "k", "--fix", cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_cures_that_are_not_for_files(self):
        rendered = WEB + "---\n# Source: web/templates/job.yaml\n" + JOB
        done = straycat("lint", "-", "--fix", input=rendered)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("not mended: E1 Service/web Job/migrate: it was rendered from web/templates/job.yaml", done.stderr)
        for words in (["-", "--fix", "--write"], [self.put("a.yaml", WEB), "--write"], [self.folder / "a.yaml", "--fix", "--json", "-"],
                      [self.folder / "a.yaml", "--context", "x"]):
            self.assertEqual(straycat("lint", *words, input=WEB).returncode, 3, words)

    def test_guard_from_manifests(self):
        self.put("k/web.yaml", WEB), self.put("k/job.yaml", JOB)
        done = straycat("guard", "svc/web", "-f", self.folder / "k", "-n", "prod")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("# Seen, and kept out: Job/migrate.", done.stdout)
        self.assertIn("kind: ValidatingAdmissionPolicy\n", done.stdout)
        self.assertIn("kubernetes.io/metadata.name: prod\n", done.stdout)
        self.assertIn("- Warn", done.stdout)
        self.assertIn("- Deny", straycat("guard", "web", "-f", self.folder / "k", "--deny").stdout)
        self.assertIn("kind: Policy\n", straycat("guard", "web", "-f", self.folder / "k", "--kyverno").stdout)
        for words, said in ((["svc/wep"], 'did you mean "web"?'), (["deploy/web"], "a Service"), (["svc/web", "--for", "Deployment/x"], "there is no Deployment/x"),
                            (["svc/web", "--for", "Deploy/web", "--for", "x/y"], "unknown kind")):
            done = straycat("guard", *words, "-f", self.folder / "k")
            self.assertEqual(done.returncode, 3, words)
            self.assertIn(said, done.stderr)

    def test_a_chart_by_the_persons_helm(self):
        helm = program(self.folder / "helm", HELM)
        self.put("chart/Chart.yaml", "name: web\n"), self.put("chart/rendered.yaml", WEB + "---\n" + JOB)
        self.put("chart/templates/x.yaml", "kind: {{ .Values.kind }}\n")
        done = straycat("lint", self.folder / "chart", "--helm", helm, "--values", "a.yaml,b.yaml", "--values", "c.yaml", "--release", "r")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual((self.folder / "helm.calls").read_text().splitlines(),
                         [f"template r {self.folder}/chart --values a.yaml --values b.yaml", f"template r {self.folder}/chart --values c.yaml"])
        self.assertIn("2 errors", done.stdout)

    def test_a_chart_that_helm_refuses(self):
        helm = program(self.folder / "helm", HELM)
        self.put("chart/Chart.yaml", "name: web\n")
        done = straycat("lint", self.folder / "chart", "--helm", helm)
        self.assertEqual(done.returncode, 3)
        self.assertIn("helm: no such value", done.stderr)
        self.put("web.yaml", WEB)
        done = straycat("lint", self.folder, "--helm", helm)  # beside others: cannot tell
        self.assertEqual(done.returncode, 2)
        self.assertIn("was not rendered", done.stdout)

    def test_a_kustomization_by_the_persons_kubectl(self):
        kubectl = program(self.folder / "kubectl", '#!/bin/sh\n[ "$1" = kustomize ] && cat "$2/built"\n')
        self.put("k/kustomization.yaml", "resources: [web.yaml]\n"), self.put("k/web.yaml", WEB), self.put("k/built", WEB + "---\n" + JOB)
        self.assertEqual(straycat("lint", self.folder / "k", "--kubectl", kubectl).returncode, 1)

    def test_without_helm(self):
        self.put("chart/Chart.yaml", "name: web\n")
        done = straycat("lint", self.folder / "chart", env={**os.environ, "PATH": str(self.folder)})
        self.assertEqual(done.returncode, 3)
        self.assertIn("cannot run 'helm'", done.stderr)


if __name__ == "__main__":
    main()
