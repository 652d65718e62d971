"""The control plane: certificates, etcd, API server, controllers, scheduler, DNS."""
import signal
import subprocess
import textwrap

from machine import CONTROL, STATE, address_of, end, in_node, kubectl, programs, run, start, wait_for

PKI = STATE / "pki"
ETCD = "http://127.0.0.1:2379"


def certificate(name, subject, names):
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject, cwd=PKI,
        stderr=subprocess.DEVNULL)
    (PKI / f"{name}.ext").write_text(f"subjectAltName={names}\n")
    run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-out",
        f"{name}.crt", "-extfile", f"{name}.ext", cwd=PKI, stderr=subprocess.DEVNULL)


def kubeconfig(name):
    path = STATE / f"{name}.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(textwrap.dedent(f"""\
        apiVersion: v1
        kind: Config
        clusters: [{{name: lab, cluster: {{server: "https://{CONTROL}:6443", certificate-authority: {PKI}/ca.crt}}}}]
        users: [{{name: {name}, user: {{client-certificate: {PKI}/{name}.crt, client-key: {PKI}/{name}.key}}}}]
        contexts: [{{name: lab, context: {{cluster: lab, user: {name}}}}}]
        current-context: lab
        """))


def certify_server():
    names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    certificate("apiserver", "/CN=kube-apiserver",
                ",".join([f"DNS:{n}" for n in names] + ["IP:127.0.0.1", "IP:10.96.0.1", f"IP:{CONTROL}"]))


def make_pki(nodes):
    PKI.mkdir(mode=0o700)
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30", "-subj",
        "/CN=straycat-lab", cwd=PKI, stderr=subprocess.DEVNULL)
    run("openssl", "genrsa", "-out", "sa.key", "2048", cwd=PKI, stderr=subprocess.DEVNULL)
    run("openssl", "rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub", cwd=PKI, stderr=subprocess.DEVNULL)
    certify_server()
    for name, subject in (("admin", "/O=system:masters/CN=admin"), ("kcm", "/CN=system:kube-controller-manager"),
                          ("sched", "/CN=system:kube-scheduler"), ("proxy", "/CN=system:kube-proxy")):
        certificate(name, subject, f"DNS:{name}")
        kubeconfig(name)
    for node in range(1, nodes + 1):
        certificate(f"kubelet{node}", f"/O=system:nodes/CN=system:node:node{node}", f"DNS:node{node},IP:{address_of(node)}")
        kubeconfig(f"kubelet{node}")


def start_api_server():
    start("apiserver", *in_node(), programs() / "kube-apiserver", f"--etcd-servers={ETCD}", "--service-cluster-ip-range=10.96.0.0/16",
          f"--bind-address={CONTROL}", f"--advertise-address={CONTROL}", "--secure-port=6443", f"--tls-cert-file={PKI}/apiserver.crt",
          f"--tls-private-key-file={PKI}/apiserver.key", f"--client-ca-file={PKI}/ca.crt", "--authorization-mode=Node,RBAC",
          "--allow-privileged=true", f"--service-account-key-file={PKI}/sa.pub", f"--service-account-signing-key-file={PKI}/sa.key",
          "--service-account-issuer=https://kubernetes.default.svc", "--kubelet-preferred-address-types=InternalIP",
          f"--kubelet-client-certificate={PKI}/admin.crt", f"--kubelet-client-key={PKI}/admin.key",
          f"--kubelet-certificate-authority={PKI}/ca.crt")


def await_api_server():
    wait_for("the API server", lambda: kubectl("get", "--raw", "/readyz").stdout == "ok", 120)


def restart_api_server(new_certificate=False):
    """As a crash does: no farewell to anybody. With another serving certificate of the same authority, if asked for."""
    end(["apiserver"], signal.SIGKILL)
    if new_certificate:
        certify_server()
    start_api_server()
    await_api_server()


def start_control_plane():
    start("etcd", *in_node(), programs() / "etcd", "--data-dir", STATE / "etcd", "--listen-client-urls", ETCD, "--advertise-client-urls",
          ETCD, "--listen-peer-urls", "http://127.0.0.1:2380", "--unsafe-no-fsync")
    start_api_server()
    await_api_server()
    start("kcm", *in_node(), programs() / "kube-controller-manager", f"--kubeconfig={STATE}/kcm.kubeconfig",
          f"--service-account-private-key-file={PKI}/sa.key", f"--root-ca-file={PKI}/ca.crt", "--use-service-account-credentials",
          "--cluster-cidr=10.244.0.0/16", "--allocate-node-cidrs=true", "--leader-elect=false")
    start("sched", *in_node(), programs() / "kube-scheduler", f"--kubeconfig={STATE}/sched.kubeconfig", "--leader-elect=false")
    (STATE / "Corefile").write_text(f".:53 {{\n  bind {CONTROL}\n  errors\n  kubernetes cluster.local in-addr.arpa {{\n"
                                    f"    kubeconfig {STATE}/admin.kubeconfig\n  }}\n}}\n")
    start("coredns", *in_node(), programs() / "coredns", "-conf", STATE / "Corefile")
