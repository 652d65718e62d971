"""Random scenarios of the soak that once failed, each with what was wrong."""
import pathlib
import tempfile
import unittest

import soak
import soak_hostile
from straycat import kernel_data_plane, skip


class Seeds(unittest.TestCase):
    def check(self, seed):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            self.assertIn(soak.randomised(seed, pathlib.Path(folder) / "case"), ("stray found", "clean"))

    def test_syns_sent_again_to_a_pod_just_gone(self):
        """The Service's counter was six above the traffic's attempts."""
        self.check(1942955373)

    def test_a_killed_agent_ends_the_run_soon(self):
        """It took 3.9 s: the run deleted its namespace, and waited for the pods' grace periods, in a cluster that was to end with it."""
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            self.assertEqual(soak.killed(1356755759, pathlib.Path(folder) / "case"), "agent")

    def test_a_run_without_a_failure_has_no_candidates_to_write(self):
        """Nothing was to be written to a terminal that is closed: no error."""
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            self.assertEqual(soak_hostile.outputs(1750544773, pathlib.Path(folder) / "case"), "place: exit 0")


if __name__ == "__main__":
    if not kernel_data_plane():
        skip("this machine does not allow the kernel data plane")
    unittest.main()
