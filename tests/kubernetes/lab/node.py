"""A node: its namespaces and network, containerd, kubelet, kube-proxy."""
import json
import os
import pathlib
import shutil
import subprocess

from machine import CONTROL, NOT_HERE, STATE, address_of, fail, in_node, init_of, inside, namespace_of, programs, run, start, wait_for

# Where the programs write without being asked: each node has an empty one of its own, which ends with it.
SCRATCH = ["/run", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers", "/var/log/pods"]

# Process 1 of a node and of each pod: waits, and leaves no zombie of what it inherits.
PAUSE = "#include <signal.h>\n#include <unistd.h>\nstatic void end(int s) { (void)s; _exit(0); }\n" \
        "int main(void) { signal(SIGTERM, end); signal(SIGINT, end); signal(SIGCHLD, SIG_IGN); for (;;) pause(); }\n"

CONTAINERD = """\
version = 2
root = "{folder}/containerd/root"
state = "{folder}/containerd/state"
[grpc]
  address = "{folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  disable_apparmor = true            # there may be none in this container
  restrict_oom_score_adj = true      # lowering it needs CAP_SYS_RESOURCE
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{state}/certs.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"           # no overlay on overlay
"""

KUBELET = """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {{anonymous: {{enabled: false}}, webhook: {{enabled: true}}, x509: {{clientCAFile: {state}/pki/ca.crt}}}}
authorization: {{mode: Webhook}}
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
containerRuntimeEndpoint: unix://{folder}/containerd.sock
tlsCertFile: {state}/pki/kubelet{node}.crt
tlsPrivateKeyFile: {state}/pki/kubelet{node}.key
clusterDomain: cluster.local
clusterDNS: ["{control}"]
resolvConf: ""
podLogsDir: {folder}/podlogs   # two kubelets on one folder delete each other's logs
makeIPTablesUtilChains: false
localStorageCapacityIsolation: false
evictionHard: {{}}
"""

PROXY = """\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {{kubeconfig: {state}/proxy.kubeconfig}}
mode: {mode}
clusterCIDR: 10.244.0.0/16
hostnameOverride: node{node}
conntrack: {{maxPerCore: 0, min: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}}   # read-only in a child namespace
"""


def make_scratch():
    """The folders that are not on this machine; `down` removes those that were made."""
    made = [place for place in SCRATCH if not os.path.isdir(place)]
    (STATE / "made").write_text("\n".join(made))
    for place in made:
        os.makedirs(place)


def compile_pause():
    run("gcc", "-O1", "-static", "-x", "c", "-", "-o", STATE / "pause", input=PAUSE, text=True)


def check_free(nodes):
    """A second cluster would have the first one's names."""
    taken = [namespace_of(node) for node in range(1, nodes + 1) if pathlib.Path("/run/netns", namespace_of(node)).exists()]
    if taken:
        fail(f"another cluster of this kind is on this machine (or was not taken down): network namespaces {', '.join(taken)}. "
             "`scripts/kubernetes down` where it was started ends it; if nobody knows, `ip netns del` them")


def make_namespaces(node):
    if subprocess.run(["ip", "netns", "add", namespace_of(node)], check=False).returncode != 0:
        fail("no network namespace can be made here", NOT_HERE)
    (STATE / f"node{node}").mkdir()  # whose namespaces are ours to remove
    mounts = "".join(f"mount -t tmpfs none {place}; " for place in SCRATCH)
    start(f"node{node}", *inside(node), "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "sh", "-ec",
          f"{mounts} mount --make-rshared /; touch {STATE}/node{node}/exists; exec {STATE}/pause")
    wait_for(f"node {node}", lambda: init_of(node) and (STATE / f"node{node}/exists").exists(), 20)


def make_network(nodes):
    for node in range(1, nodes + 1):
        run(*inside(node), "ip", "link", "set", "lo", "up")
        run(*inside(node), "sysctl", "-qw", "net.ipv4.ip_forward=1")
    here = inside()
    run(*here, "ip", "link", "add", "node0", "type", "bridge")
    run(*here, "ip", "addr", "add", f"{CONTROL}/24", "dev", "node0")
    run(*here, "ip", "link", "set", "node0", "up")
    run(*here, "ip", "route", "add", "default", "via", CONTROL, "dev", "node0")
    for node in range(2, nodes + 1):
        there = inside(node)
        run(*here, "ip", "link", "add", f"up{node}", "type", "veth", "peer", "name", f"eth{node}", "netns", namespace_of(node))
        run(*here, "ip", "link", "set", f"up{node}", "master", "node0", "up")
        run(*there, "ip", "addr", "add", f"{address_of(node)}/24", "dev", f"eth{node}")
        run(*there, "ip", "link", "set", f"eth{node}", "up")
        run(*there, "ip", "route", "add", "default", "via", CONTROL)
    for node in range(1, nodes + 1):  # each node's pods, by the other nodes
        for other in range(1, nodes + 1):
            if other != node:
                run(*inside(node), "ip", "route", "replace", f"10.244.{other - 1}.0/24", "via", address_of(other))


def network_of_pods(node, folder):
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipMasq": False, "hairpinMode": True,
              "ipam": {"type": "host-local", "dataDir": f"{folder}/ipam", "ranges": [[{"subnet": f"10.244.{node - 1}.0/24"}]],
                       "routes": [{"dst": "0.0.0.0/0"}]}}
    return json.dumps({"cniVersion": "0.4.0", "name": f"pods{node}", "plugins": [bridge, {"type": "loopback"}]})


def start_runtime(node, mode):
    folder = STATE / f"node{node}"
    for name in ("cni", "containerd", "kubelet", "podlogs"):
        (folder / name).mkdir()
    names = {"folder": folder, "state": STATE, "node": node, "control": CONTROL, "mode": mode}
    (folder / "cni/10-bridge.conflist").write_text(network_of_pods(node, folder))
    (folder / "containerd.toml").write_text(CONTAINERD.format(**names))
    (folder / "kubelet.yaml").write_text(KUBELET.format(**names))
    (folder / "proxy.yaml").write_text(PROXY.format(**names))
    start(f"containerd{node}", *in_node(node), "containerd", "-c", folder / "containerd.toml")


def start_node(node):
    folder = STATE / f"node{node}"
    wait_for(f"containerd of node {node}", (folder / "containerd.sock").exists, 20)
    run("ctr", "-a", folder / "containerd.sock", "-n", "k8s.io", "images", "import", STATE / "pause.tar", stdout=subprocess.DEVNULL)
    start(f"kubelet{node}", *in_node(node), programs() / "kubelet", f"--config={folder}/kubelet.yaml",
          f"--kubeconfig={STATE}/kubelet{node}.kubeconfig", f"--hostname-override=node{node}", f"--node-ip={address_of(node)}",
          f"--root-dir={folder}/kubelet")
    start(f"proxy{node}", *in_node(node), programs() / "kube-proxy", f"--config={folder}/proxy.yaml")


def remove_nodes():
    """What a dead node leaves: its network, empty cgroups of its containers, folders that were made for it."""
    ours = [namespace_of(node) for node in range(1, 10) if (STATE / f"node{node}").exists()]
    for name in ours:
        subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)
    for top in [*pathlib.Path("/sys/fs/cgroup").glob("k8s.io"), *pathlib.Path("/sys/fs/cgroup").glob("*/k8s.io")]:
        for folder, _, _ in os.walk(top, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:  # somebody else's, with processes in it
                pass
    made = STATE / "made"
    for place in made.read_text().split() if made.exists() else []:
        shutil.rmtree(place, ignore_errors=True)
