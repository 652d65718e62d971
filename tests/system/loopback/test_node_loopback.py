"""The node on the loopback fallback: pods' lives, the article's manifests, and nothing left behind."""
import unittest

from node_cases import ArticleCases, EndCases, NodeCases


class Node(NodeCases, unittest.TestCase):
    plane = "loopback"
    isolated = False


class Article(ArticleCases, unittest.TestCase):
    plane = "loopback"


class End(EndCases, unittest.TestCase):
    plane = "loopback"


if __name__ == "__main__":
    unittest.main()
