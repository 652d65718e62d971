#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/config_source.hpp"

namespace straycat::kube {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A machine of texts.
struct ConfigTest : testing::Test {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> environment{{"HOME", "/home/jane"}};

  Result<Config> load(ConfigRequest request = {}) const {
    const Surroundings around{.env = [this](const std::string& name) -> std::optional<std::string> {
                                const auto found = environment.find(name);
                                return found == environment.end() ? std::nullopt : std::optional{found->second};
                              },
                              .read = [this](const std::string& path) -> Result<std::optional<std::string>> {
                                const auto found = files.find(path);
                                return found == files.end() ? std::optional<std::string>{}
                                                            : std::optional{found->second};
                              }};
    return load_config(request, around);
  }
  Config loaded(ConfigRequest request = {}) const {
    auto config = load(std::move(request));
    EXPECT_TRUE(config) << config.error().message;
    return config ? *config : Config{};
  }
  std::string refused(ConfigRequest request = {}) const {
    auto config = load(std::move(request));
    EXPECT_FALSE(config);
    if (config) return "";
    EXPECT_EQ(config.error().fault, Fault::bad_input);
    return config.error().message;
  }
  // One context with one user, whose body is given.
  void one(const std::string& user, const std::string& cluster = "    server: https://dev:6443\n") {
    files["/home/jane/.kube/config"] =
        "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\nclusters:\n- name: k\n  "
        "cluster:\n" +
        cluster + "users:\n- name: u\n  user:\n" + user;
  }
};

TEST_F(ConfigTest, ReadsTheFileInHome) {
  one("    token: abc\n");
  const auto config = loaded();
  EXPECT_EQ(config.server, "https://dev:6443");
  EXPECT_EQ(config.bearer_token, "abc");
  EXPECT_EQ(config.ns, "default");
  EXPECT_EQ(config.describe(), "cluster k (https://dev:6443), context c, user u");
}

TEST_F(ConfigTest, DescribesWithoutASecret) {
  one("    token: s3cret\n    username: u\n    password: s3cret\n    as: admin\n",
      "    server: https://me:s3cret@dev:6443\n");
  EXPECT_EQ(loaded().describe(), "cluster k (https://dev:6443), context c, user u as admin");
}

TEST_F(ConfigTest, ReadsInlineDataAndFilesRelativeToTheFileThatNamesThem) {
  files["/home/jane/.kube/pki/jane.crt"] = "CERT";
  files["/home/jane/.kube/./jane.key"] = "KEY";
  one("    client-certificate: pki/jane.crt\n    client-key: ./jane.key\n    tokenFile: t\n",
      "    server: https://dev\n    certificate-authority-data: Q0E=\n    tls-server-name: api.dev\n    proxy-url: "
      "http://p:3128\n");
  const auto config = loaded();
  EXPECT_EQ(config.tls.ca_pem, "CA");
  EXPECT_EQ(config.tls.client_cert_pem, "CERT");
  EXPECT_EQ(config.tls.client_key_pem, "KEY");
  EXPECT_EQ(config.tls.server_name, "api.dev");
  EXPECT_EQ(config.proxy, "http://p:3128");
  EXPECT_EQ(config.token_file, "/home/jane/.kube/t");
}

TEST_F(ConfigTest, DataWinsOverAFile) {
  one("    client-certificate: absent\n    client-certificate-data: QQ==\n    client-key-data: Qg==\n");
  EXPECT_EQ(loaded().tls.client_cert_pem, "A");
}

TEST_F(ConfigTest, MergesAListOfFilesFirstOneWins) {
  environment["KUBECONFIG"] = "/a:/absent:/b";
  files["/a"] = "contexts:\n- name: c\n  context: {cluster: k, user: u, namespace: from-a}\n";
  files["/b"] =
      "current-context: c\ncontexts:\n- name: c\n  context: {cluster: other, user: u}\nclusters:\n- name: k\n"
      "  cluster: {server: 'https://b'}\nusers:\n- name: u\n  user: {token: tb}\n";
  const auto config = loaded();
  EXPECT_EQ(config.cluster, "k");
  EXPECT_EQ(config.ns, "from-a");
  EXPECT_EQ(config.server, "https://b");
  EXPECT_EQ(config.bearer_token, "tb");
}

TEST_F(ConfigTest, OverridesWin) {
  one("    token: abc\n");
  files["/home/jane/.kube/config"] += "- name: v\n  user: {token: other}\n";
  EXPECT_EQ(loaded({.kubeconfig = "", .context = "", .cluster = "", .user = "v", .ns = "n"}).bearer_token, "other");
  EXPECT_EQ(loaded({.kubeconfig = "", .context = "", .cluster = "", .user = "v", .ns = "n"}).ns, "n");
}

TEST_F(ConfigTest, AFileThatIsNamedMustExist) {
  EXPECT_EQ(refused({.kubeconfig = "/nowhere", .context = "", .cluster = "", .user = "", .ns = ""}),
            "no such kubeconfig: /nowhere");
  EXPECT_THAT(refused(), HasSubstr("no kubeconfig"));
}

TEST_F(ConfigTest, PointsAtAContextThatDoesNotExist) {
  files["/home/jane/.kube/config"] = "current-context: prdo\ncontexts:\n- name: prod\n  context: {cluster: k}\n";
  EXPECT_EQ(refused(),
            "/home/jane/.kube/config:1:18: no context \"prdo\"; there are: prod (did you mean \"prod\"?)\n"
            "   1 | current-context: prdo\n"
            "     |                  ^~~~");
}

TEST_F(ConfigTest, PointsAtAClusterThatDoesNotExist) {
  files["/home/jane/.kube/config"] = "current-context: c\ncontexts:\n- name: c\n  context:\n    cluster: k\n";
  EXPECT_THAT(refused(), testing::StartsWith("/home/jane/.kube/config:5:14: no cluster \"k\"; there are: none"));
}

TEST_F(ConfigTest, WithoutACurrentContextItNamesTheOthers) {
  files["/home/jane/.kube/config"] = "contexts:\n- name: a\n  context: {}\n- name: b\n  context: {}\n";
  EXPECT_THAT(refused(), HasSubstr("choose one with --context: a, b"));
}

TEST_F(ConfigTest, ReadsAnExecPlugin) {
  one("    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: ./bin/login\n      args: [get, "
      "token]\n"
      "      env:\n      - {name: A, value: b}\n      interactiveMode: Never\n      provideClusterInfo: true\n      "
      "installHint: get it\n");
  const auto exec = loaded().exec.value();
  EXPECT_EQ(exec.command, "/home/jane/.kube/./bin/login");
  EXPECT_THAT(exec.args, ElementsAre("get", "token"));
  EXPECT_THAT(exec.env, ElementsAre(std::pair<std::string, std::string>{"A", "b"}));
  EXPECT_EQ(exec.interactive_mode, "Never");
  EXPECT_TRUE(exec.provide_cluster_info);
  EXPECT_EQ(exec.install_hint, "get it");
}

TEST_F(ConfigTest, ReadsImpersonation) {
  one("    token: t\n    as: jane\n    as-groups: [dev, ops]\n");
  EXPECT_EQ(loaded().impersonate_user, "jane");
  EXPECT_THAT(loaded().impersonate_groups, ElementsAre("dev", "ops"));
}

TEST_F(ConfigTest, ServerWithoutASchemeIsTlsOnlyWhenTlsIsMeant) {
  one("    token: t\n", "    server: localhost:8080/\n");
  EXPECT_EQ(loaded().server, "http://localhost:8080");
  one("    token: t\n", "    server: localhost:8443\n    insecure-skip-tls-verify: true\n");
  EXPECT_EQ(loaded().server, "https://localhost:8443");
}

struct Bad {
  const char* name;
  std::string user, cluster, says;
};
struct BadConfigTest : ConfigTest, testing::WithParamInterface<Bad> {};

TEST_P(BadConfigTest, PointsAndSaysWhy) {
  const auto& bad = GetParam();
  one(bad.user, bad.cluster.empty() ? "    server: https://dev\n" : bad.cluster);
  const auto message = refused();
  EXPECT_THAT(message, HasSubstr(bad.says));
  EXPECT_THAT(message, testing::ContainsRegex("^/home/jane/.kube/config:[0-9]+:[0-9]+: "));
  EXPECT_THAT(message, Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadConfigTest,
    testing::Values(
        Bad{"NumberAsToken", "    token: 123\n", "", "\"token\" must be a string, not a number (put it in quotes)"},
        Bad{"NoBase64", "    client-certificate-data: '*'\n", "", "is not base64"},
        Bad{"NoSuchFile", "    client-certificate: x.crt\n", "", "no such file: /home/jane/.kube/x.crt"},
        Bad{"CertificateWithoutKey", "    client-certificate-data: QQ==\n", "", "needs both"},
        Bad{"AuthProvider", "    auth-provider: {name: gcp, config: {access-token: x}}\n", "",
            "gke-gcloud-auth-plugin"},
        Bad{"AuthProviderOidc", "    auth-provider: {name: oidc}\n", "", "kubelogin (oidc-login)"},
        Bad{"ExecVersion", "    exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}\n", "",
            "v1beta1"},
        Bad{"ExecWithoutCommand", "    exec: {apiVersion: client.authentication.k8s.io/v1}\n", "", "needs a command"},
        Bad{"GroupsWithoutUser", "    as-groups: [a]\n", "", "\"as-groups\" without \"as\""},
        Bad{"GroupsAreText", "    as: a\n    as-groups: b\n", "", "must be a list of strings"},
        Bad{"NoServer", "    token: t\n", "    tls-server-name: x\n", "has no server"},
        Bad{"InsecureIsText", "    token: t\n", "    server: https://x\n    insecure-skip-tls-verify: 'yes'\n",
            "must be true or false"},
        Bad{"InsecureWithCa", "    token: t\n",
            "    server: https://x\n    insecure-skip-tls-verify: true\n    certificate-authority-data: Q0E=\n",
            "is not allowed"}),
    [](const auto& each) { return each.param.name; });

TEST_F(ConfigTest, SyntaxErrorsPoint) {
  files["/home/jane/.kube/config"] = "contexts: [\n";
  EXPECT_THAT(refused(), testing::ContainsRegex("^/home/jane/.kube/config:[0-9]+:[0-9]+: "));
  files["/home/jane/.kube/config"] = "- a list\n";
  EXPECT_THAT(refused(), HasSubstr("a mapping was expected"));
}

TEST_F(ConfigTest, InClusterReadsThePodsOwnFiles) {
  environment["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
  environment["KUBERNETES_SERVICE_PORT"] = "443";
  const std::string directory = "/var/run/secrets/kubernetes.io/serviceaccount/";
  files[directory + "ca.crt"] = "CA";
  files[directory + "token"] = "T";
  files[directory + "namespace"] = "shop";
  ConfigRequest request;
  request.in_cluster = true;
  const auto config = loaded(request);
  EXPECT_EQ(config.server, "https://10.96.0.1:443");
  EXPECT_EQ(config.token_file, directory + "token");
  EXPECT_EQ(config.tls.ca_pem, "CA");
  EXPECT_EQ(config.ns, "shop");
  environment["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  EXPECT_EQ(loaded(request).server, "https://[fd00::1]:443");
  files.erase(directory + "token");
  EXPECT_THAT(refused(request), HasSubstr("not in a cluster"));
  environment.clear();
  EXPECT_THAT(refused(request), HasSubstr("KUBERNETES_SERVICE_HOST"));
}

}  // namespace
}  // namespace straycat::kube
