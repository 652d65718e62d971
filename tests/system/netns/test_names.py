"""The cluster's names as programs in pods meet them: the C library, Python, and a hand that speaks DNS; and who may ask."""
import unittest

from cluster import Cluster
from straycat import kernel_data_plane, skip, straycat

SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"clusterIP": "10.96.0.77", "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}}
HEADLESS = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"name": "sql", "port": 5432}]}}
ALIAS = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "old"}, "spec": {"type": "ExternalName", "externalName": "web.default.svc.cluster.local"}}

# What Python's resolver says of each name; then a question by TCP, which is where a long answer goes.
ASK = """
import socket, struct
def look(name):
    try: return " ".join(sorted({a[4][0] for a in socket.getaddrinfo(name, 80, socket.AF_INET)}))
    except socket.gaierror as e: return e.strerror
for name in ("web", "web.default", "web.default.svc.cluster.local", "web.default.svc.cluster.local.", "db", "db-0.db", "old", "nobody", "web.elsewhere", "www.example.com"): print(name, look(name), sep=": ")
print(socket.gethostbyaddr("10.96.0.77")[0])
q = struct.pack(">6H", 7, 256, 1, 0, 0, 0) + b"".join(bytes([len(l)]) + l for l in b"_http._tcp.web.default.svc.cluster.local".split(b".")) + bytes([0, 0, 33, 0, 1])
s = socket.create_connection(("10.96.0.10", 53), 5)
s.sendall(struct.pack(">H", len(q)) + q)
a = s.recv(4096)
print("records by TCP:", struct.unpack(">H", a[8:10])[0])
"""
SAID = """web: 10.96.0.77
web.default: 10.96.0.77
web.default.svc.cluster.local: 10.96.0.77
web.default.svc.cluster.local.: 10.96.0.77
db: {db}
db-0.db: {db}
old: 10.96.0.77
nobody: Name or service not known
web.elsewhere: Name or service not known
www.example.com: Name or service not known
web.default.svc.cluster.local
records by TCP: 1
"""


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not kernel_data_plane():
            skip("the kernel data plane is not possible here")
        cls.cluster = Cluster("kernel", images={"python": ["/usr/bin/python3"]})
        for service in (SERVICE, HEADLESS, ALIAS):
            made = cls.cluster.call("POST", "/api/v1/namespaces/default/services", service)
            assert made["kind"] == "Service", made
        cls.cluster.run_pod("db-0", "sleep 600", labels={"app": "db"}, hostname="db-0", subdomain="db")
        cls.cluster.until(lambda: cls.cluster.is_ready("db-0"))

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.cluster.end()
        assert code == 0, errors

    def test_the_name_server_stands_behind_its_service(self):
        slices = self.cluster.call("GET", "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices")["items"]
        self.assertEqual([[e["addresses"] for e in one["endpoints"]] for one in slices], [[["10.96.0.10"]]], slices)
        self.assertEqual([(p["name"], p["port"], p["protocol"]) for p in slices[0]["ports"]], [("dns", 53, "UDP"), ("dns-tcp", 53, "TCP")])
        done = straycat("diagnose", "--all", "-n", "kube-system", "--kubeconfig", self.cluster.kubeconfig)
        self.assertEqual((done.returncode, "kube-dns" in done.stdout, "FOUND" in done.stdout), (0, True, False), done.stdout + done.stderr)

    def said(self, name):
        self.cluster.until_phase(name, "Succeeded")
        return self.cluster.log(name)

    def test_resolvers(self):
        c = self.cluster
        address = c.pod("db-0")["status"]["podIP"]
        c.run_pod("python", container={"image": "python", "args": ["-c", ASK]})
        self.assertEqual(self.said("python"), SAID.format(db=address))
        c.run_pod("libc", "getent hosts web; getent ahostsv4 db-0.db.default.svc.cluster.local | head -1; getent hosts nobody || echo none; hostname")
        lines = self.said("libc").splitlines()
        self.assertEqual(lines[0].split(), ["10.96.0.77", "web.default.svc.cluster.local"])
        self.assertTrue(lines[1].startswith(address), lines)
        self.assertEqual(lines[2:], ["none", "libc"])

    def test_a_pod_that_says_how_it_asks(self):
        c = self.cluster
        c.run_pod("own", "cat /etc/resolv.conf; getent hosts a.example; getent hosts web || echo none", dnsPolicy="None",
                  dnsConfig={"nameservers": ["10.96.0.10"], "searches": ["svc.cluster.local"], "options": [{"name": "ndots", "value": "2"}]},
                  hostAliases=[{"ip": "1.2.3.4", "hostnames": ["a.example"]}])
        lines = self.said("own").splitlines()
        self.assertEqual(lines[:3], ["search svc.cluster.local", "nameserver 10.96.0.10", "options ndots:2"])
        self.assertEqual(lines[3].split(), ["1.2.3.4", "a.example"])
        self.assertEqual(lines[4:], ["none"], "its search path does not hold its own namespace")

    def test_a_policy_that_forbids_all_ways_out_forbids_names(self):
        """The most common mistake with policies: DNS is a way out, too."""
        c = self.cluster
        names = {"to": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}], "ports": [{"port": 53, "protocol": "UDP"}]}
        for name, rules in (("mute", []), ("asking", [names])):
            made = c.call("POST", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
                          {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name},
                           "spec": {"podSelector": {"matchLabels": {"who": name}}, "policyTypes": ["Egress"], "egress": rules}})
            self.assertEqual(made["kind"], "NetworkPolicy", made)
            c.run_pod(name, "sleep 1; RES_OPTIONS='timeout:1 attempts:1' getent hosts web || echo none", labels={"who": name})
        self.assertEqual(self.said("asking").split()[0], "10.96.0.77")
        self.assertEqual(self.said("mute"), "none\n")


if __name__ == "__main__":
    unittest.main()
