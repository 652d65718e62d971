"""The node on the kernel's data plane: pods' lives, the article's manifests, and nothing left behind."""
import unittest

from node_cases import ArticleCases, EndCases, NodeCases


class Node(NodeCases, unittest.TestCase):
    plane = "kernel"
    isolated = True


class Article(ArticleCases, unittest.TestCase):
    plane = "kernel"


class End(EndCases, unittest.TestCase):
    plane = "kernel"


if __name__ == "__main__":
    unittest.main()
