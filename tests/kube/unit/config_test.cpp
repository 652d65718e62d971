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
      "    server: https://me:s3cret@dev:6443?token=s3cret#s3cret\n");
  EXPECT_EQ(loaded().describe(), "cluster k (https://dev:6443), context c, user u as admin");
}

TEST_F(ConfigTest, ReadsInlineDataAndFilesRelativeToTheFileThatNamesThem) {
  files["/home/jane/.kube/pki/jane.crt"] = "-----BEGIN CERT";
  files["/home/jane/.kube/./jane.key"] = "-----BEGIN KEY";
  files["/home/jane/.kube/t"] = "token";
  one("    client-certificate: pki/jane.crt\n    client-key: ./jane.key\n    tokenFile: t\n",
      "    server: https://dev\n    certificate-authority-data: LS0tLS1CRUdJTiBDQQ==\n    tls-server-name: api.dev\n   "
      " proxy-url: "
      "http://p:3128\n");
  const auto config = loaded();
  EXPECT_EQ(config.tls.ca_pem, "-----BEGIN CA");
  EXPECT_EQ(config.tls.client_cert_pem, "-----BEGIN CERT");
  EXPECT_EQ(config.tls.client_key_pem, "-----BEGIN KEY");
  EXPECT_EQ(config.tls.server_name, "api.dev");
  EXPECT_EQ(config.proxy, "http://p:3128");
  EXPECT_EQ(config.token_file, "/home/jane/.kube/t");
}

TEST_F(ConfigTest, DataWinsOverAFile) {
  one("    client-certificate: absent\n    client-certificate-data: LS0tLS1CRUdJTiBB\n    client-key-data: "
      "LS0tLS1CRUdJTiBC\n");
  EXPECT_EQ(loaded().tls.client_cert_pem, "-----BEGIN A");
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
  EXPECT_EQ(refused(), "/home/jane/.kube/config:1:18: no context \"prdo\"; there are: prod (did you mean \"prod\"?)");
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

TEST_F(ConfigTest, ReadsAllOfAnImpersonation) {
  one("    token: t\n    as: jane\n    as-uid: '7'\n    as-user-extra: {example.org/team: [a, b]}\n");
  EXPECT_EQ(loaded().impersonate_uid, "7");
  EXPECT_THAT(loaded().impersonate_extra, ElementsAre(std::pair<std::string, std::string>{"example.org/team", "a"},
                                                      std::pair<std::string, std::string>{"example.org/team", "b"}));
}

TEST_F(ConfigTest, WarnsWhenNothingIsVerifiedAndOnlyThen) {
  one("    token: s3cret\n");
  EXPECT_EQ(loaded().warning(), "");
  one("    token: s3cret\n", "    server: https://x\n    insecure-skip-tls-verify: true\n");
  EXPECT_THAT(loaded().warning(), HasSubstr("cluster k: the API server's certificate is not verified"));
  EXPECT_THAT(loaded().warning(), Not(HasSubstr("s3cret")));
}

// kubectl's rules (client-go clientcmd/loader.go): for a value the first file that sets it, for an entry the first file
// that has it, whole; paths start at the file that holds them, an empty name in the list is nothing.
TEST_F(ConfigTest, AnEntryIsTakenWholeFromTheFirstFileThatHasIt) {
  environment["KUBECONFIG"] = ":/one/a::/two/b:";
  files["/one/a"] = "users:\n- name: u\n  user: {tokenFile: token}\n";
  files["/two/b"] =
      "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\nusers:\n- name: u\n  user: {token: "
      "other, as: admin}\nclusters:\n- name: k\n  cluster: {server: 'https://b', certificate-authority: ca.crt}\n";
  files["/two/ca.crt"] = "-----BEGIN CA";
  files["/one/token"] = "token";
  const auto config = loaded();
  EXPECT_EQ(config.token_file, "/one/token");
  EXPECT_EQ(config.bearer_token, "");
  EXPECT_EQ(config.impersonate_user, "");
  EXPECT_EQ(config.tls.ca_pem, "-----BEGIN CA");
}

TEST_F(ConfigTest, ABrokenFileOfAListIsAnErrorThoughTheOthersAreGood) {
  one("    token: abc\n");
  environment["KUBECONFIG"] = "/home/jane/.kube/config:/b";
  files["/b"] = "users: {\n";
  EXPECT_THAT(refused(), testing::StartsWith("/b:"));
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
        Bad{"NoTokenFile", "    tokenFile: x\n", "", "no such file: /home/jane/.kube/x"},
        Bad{"CertificateWithoutKey", "    client-certificate-data: LS0tLS1CRUdJTiBB\n", "", "needs both"},
        Bad{"AuthProvider", "    auth-provider: {name: gcp, config: {access-token: x}}\n", "",
            "gke-gcloud-auth-plugin"},
        Bad{"AuthProviderOidc", "    auth-provider: {name: oidc}\n", "", "kubelogin (oidc-login)"},
        Bad{"ExecVersion", "    exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}\n", "",
            "v1beta1"},
        Bad{"ExecWithoutCommand", "    exec: {apiVersion: client.authentication.k8s.io/v1}\n", "", "needs a command"},
        Bad{"GroupsWithoutUser", "    as-groups: [a]\n", "", "\"as-groups\" without \"as\""},
        Bad{"GroupsAreText", "    as: a\n    as-groups: b\n", "", "must be a list of strings"},
        Bad{"NoPem", "    client-key-data: czNjcmV0\n    client-certificate-data: czNjcmV0\n", "", "holds no PEM text"},
        Bad{"ExtraWithoutUser", "    as-user-extra: {a: [b]}\n", "", "\"as-user-extra\" without \"as\""},
        Bad{"ExtraIsText", "    as: a\n    as-user-extra: b\n", "", "must be a mapping"},
        Bad{"ExecMode", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Maybe}\n",
            "", "must be Never, IfAvailable or Always"},
        Bad{"ExecEnvIsAMapping",
            "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, env: {a: s3cret}}\n", "",
            "\"env\" must be a list of names and values"},
        Bad{"ExecEnvWithoutName",
            "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, env: [{value: s3cret}]}\n", "",
            "\"env\" must be a list of names and values"},
        Bad{"ExecIsText", "    exec: x\n", "", "needs a command"},
        Bad{"ServerIsNoUrl", "    token: t\n", "    server: ftp://x\n", "must begin with https:// or http://"},
        Bad{"ServerWithoutHost", "    token: t\n", "    server: 'https://'\n", "name a host"},
        Bad{"ServerWithALineBreak", "    token: t\n", "    server: \"https://x\\ny\"\n", "name a host"},
        Bad{"ProxyIsNoUrl", "    token: t\n", "    server: https://x\n    proxy-url: proxy:3128\n",
            "\"proxy-url\" must begin with"},
        Bad{"NoServer", "    token: t\n", "    tls-server-name: x\n", "has no server"},
        Bad{"InsecureIsText", "    token: t\n", "    server: https://x\n    insecure-skip-tls-verify: 'yes'\n",
            "must be true or false"},
        Bad{"InsecureWithCa", "    token: t\n",
            "    server: https://x\n    insecure-skip-tls-verify: true\n    certificate-authority-data: "
            "LS0tLS1CRUdJTiBDQQ==\n",
            "is not allowed"}),
    [](const auto& each) { return each.param.name; });

TEST_F(ConfigTest, SyntaxErrorsPoint) {
  files["/home/jane/.kube/config"] = "contexts: [\n";
  EXPECT_THAT(refused(), testing::ContainsRegex("^/home/jane/.kube/config:[0-9]+:[0-9]+: "));
  files["/home/jane/.kube/config"] = "- a list\n";
  EXPECT_THAT(refused(), HasSubstr("a mapping was expected"));
}

TEST_F(ConfigTest, NoErrorShowsTheLineThatItPointsAt) {
  const char* const files_of_secrets[] = {"users: [{name: u, user: {token: s3cret, client-key-data: '*s3cret*'}}]\n",
                                          "token: s3cret\ntoken: s3cret\n",
                                          "a: {token: s3cret\n",
                                          "token: \"s3cret\n",
                                          "token: s3cret: x\n",
                                          "\ttoken: s3cret\n",
                                          "- s3cret\n",
                                          "s3cret\n",
                                          "token: *s3cret-alias\n",
                                          "? [s3cret]\n: x\n",
                                          "token: !s3cret x\n--- s3cret\n"};
  for (const char* text : files_of_secrets) {
    files["/home/jane/.kube/config"] = text;
    const auto config = load();
    if (!config) EXPECT_THAT(config.error().message, Not(HasSubstr("s3cret"))) << text;
  }
  one("    client-key-data: '*s3cret*'\n    token: s3cret\n");
  EXPECT_THAT(refused(), Not(HasSubstr("s3cret")));
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
