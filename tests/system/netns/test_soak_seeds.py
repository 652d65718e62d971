"""Random scenarios of the soak that once failed, each with what was wrong."""
import pathlib
import tempfile
import unittest

import soak
from straycat import kernel_data_plane, skip


class Seeds(unittest.TestCase):
    def check(self, seed):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            self.assertIn(soak.randomised(seed, pathlib.Path(folder) / "case"), ("stray found", "clean"))

    def test_syns_sent_again_to_a_pod_just_gone(self):
        """The Service's counter was six above the traffic's attempts."""
        self.check(1942955373)


if __name__ == "__main__":
    if not kernel_data_plane():
        skip("this machine does not allow the kernel data plane")
    unittest.main()
