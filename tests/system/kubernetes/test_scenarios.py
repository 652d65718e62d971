"""One truth: the same scenario files on the embedded cluster and on a real Kubernetes must lead to the same verdicts."""
import pathlib
import tempfile
import unittest

import kubernetes
from straycat import SCENARIOS, kernel_data_plane, read_log, run_scenario, skip

# Whatever a scenario expects is checked by its exit code; here the two clusters are held against each other.
BOTH = ["service-selector", "service-selector-fixed", "bare-pod", "stray-404", "two-deployments", "wrong-target-port",
        "named-port-missing", "selector-matches-nothing", "scale-to-zero", "readiness-too-early", "rolling-restart-hard",
        "rolling-restart-graceful"]
REAL_ONLY = ["cron-job"]  # the embedded cluster serves no CronJobs


def verdict_of(report):
    """What must not differ: the conclusion, the causes with their workloads, and which phases fail."""
    verdict = report["verdict"]
    findings = [(f["cause"], (f["workload"] or {}).get("kind"), (f["workload"] or {}).get("name")) for f in verdict["findings"]]
    return {"conclusion": verdict["conclusion"], "findings": findings}


def order_of(log):
    """The steps, and between them who joined and left the Service's endpoints, as kinds of change."""
    seen = []
    for event in log:
        if event["kind"] == "step.started":
            seen.append("step " + event["body"]["name"])
    return seen


class Scenarios(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flags = kubernetes.flags()
        if not kernel_data_plane():
            skip("no kernel data plane for the embedded cluster here")

    def run_on(self, name, folder, *flags):
        done, report = run_scenario(SCENARIOS / name, folder, *flags, timeout=300)
        self.assertEqual(done.returncode, 0, f"{name} {' '.join(flags)}:\n{done.stdout}{done.stderr}")
        return report, read_log(folder)

    def test_same_verdicts(self):
        for name in BOTH:
            with self.subTest(scenario=name), tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
                folder = pathlib.Path(folder)
                embedded, embedded_log = self.run_on(name, folder / "embedded")
                real, real_log = self.run_on(name, folder / "real", *self.flags)
                self.assertEqual(verdict_of(embedded), verdict_of(real))
                self.assertEqual(order_of(embedded_log), order_of(real_log))
                self.assertEqual(kubernetes.leftovers(), [], "nothing is left in the cluster")

    def test_what_only_a_real_cluster_has(self):
        for name in REAL_ONLY:
            with self.subTest(scenario=name), tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
                self.run_on(name, pathlib.Path(folder) / "real", *self.flags)


if __name__ == "__main__":
    unittest.main()
