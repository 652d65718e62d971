// Values and files from ConfigMaps, Secrets and the pod itself, and kubelet's words where there are none.
#include "cluster/node/sources.hpp"

#include <filesystem>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/quantity.hpp"
#include "cluster/node/pod_volumes.hpp"

namespace straycat::cluster {
namespace {

// What names a file comes with a manifest, and the node writes it with its own rights.
TEST(PodVolumes, NothingIsWrittenOutsideTheVolume) {
  char top[] = "/tmp/straycat-test-XXXXXX";
  ASSERT_NE(::mkdtemp(top), nullptr);
  const std::filesystem::path folder(top);
  {
    PodVolumes volumes((folder / "pod/volumes").string(), ::geteuid());
    std::filesystem::create_directories(folder / "pod");
    for (const char* path : {"../../../out", "a/../../../../out", "/out", "..data", ""})
      EXPECT_FALSE(volumes.write("m", {{path, {"x"}}})) << path;
    EXPECT_FALSE(volumes.write("m", {{std::string("..\0x", 4), {"x"}}}));
    for (const char* name : {"../m", "..", ".", "a/b", ""}) {
      EXPECT_FALSE(volumes.write(name, {{"file", {"x"}}})) << name;
      EXPECT_FALSE(volumes.make_empty(name, "4096")) << name;
    }
    EXPECT_TRUE(volumes.write("m", {{"a/b..c", {"x"}}}));
    EXPECT_EQ(std::filesystem::file_size(folder / "pod/volumes/m/a/b..c"), 1U);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1) << "the pod's folder alone";
  std::filesystem::remove_all(folder);
}

TEST(Quantity, InThousandthsRoundedUp) {
  const std::pair<const char*, std::optional<std::int64_t>> cases[] = {{"1", 1000},
                                                                       {"500m", 500},
                                                                       {"1.5", 1500},
                                                                       {"0.0001", 1},
                                                                       {"1Ki", 1024000},
                                                                       {"128Mi", 134217728000},
                                                                       {"1k", 1000000},
                                                                       {"1e3", 1000000},
                                                                       {"2E", std::numeric_limits<std::int64_t>::max()},
                                                                       {"100n", 1},
                                                                       {"+3", 3000},
                                                                       {"-1", -1000},
                                                                       {"", std::nullopt},
                                                                       {"x", std::nullopt},
                                                                       {"1 ", std::nullopt},
                                                                       {"1Kib", std::nullopt},
                                                                       {"1.2.3", std::nullopt},
                                                                       {"1e", std::nullopt},
                                                                       {"1K", std::nullopt}};
  for (const auto& [text, milli] : cases) EXPECT_EQ(parse_quantity_milli(text), milli) << text;
}

PodFacts facts() {
  PodFacts out;
  out.find = [](const std::string& kind, const std::string& name) -> std::shared_ptr<const json> {
    if (kind == "ConfigMap" && name == "words")
      return std::make_shared<const json>(json{{"data", {{"a", "1"}, {"b", "2"}}}, {"binaryData", {{"raw", "AAE="}}}});
    if (kind == "Secret" && name == "keys")
      return std::make_shared<const json>(json{{"data", {{"key", "b3BlbnM="}, {"bad", 7}}}});
    return nullptr;
  };
  out.account_files = [] { return std::map<std::string, std::string>{{"ca.crt", "pem"}}; };
  out.token = [](const VolumePart&) { return std::string("t"); };
  out.node_cpu_milli = 2000;
  out.node_memory = 1 << 30;
  return out;
}

PodSpec pod_with(const json& volume, const json& container = json::object()) {
  json c = {{"name", "c"}};
  c.update(container);
  return parse_pod({{"metadata", {{"name", "p"}, {"labels", {{"app", "a\"b"}, {"tier", "web"}}}}},
                    {"spec", {{"volumes", json::array({volume})}, {"containers", json::array({c})}}}});
}

std::map<std::string, std::string> files(const json& volume) {
  const PodSpec pod = pod_with(volume);
  std::map<std::string, std::string> out;
  const auto made = volume_files(pod.volumes.at(0), pod, facts());
  if (!made) return {{"error", made.error().message}};
  for (const auto& [path, file] : *made) out[path] = file.bytes;
  return out;
}

using Texts = std::map<std::string, std::string>;

TEST(VolumeFiles, OfMapsAndSecrets) {
  EXPECT_EQ(files({{"name", "v"}, {"configMap", {{"name", "words"}}}}),
            (Texts{{"a", "1"}, {"b", "2"}, {"raw", std::string("\0\1", 2)}}));
  EXPECT_EQ(files({{"name", "v"}, {"secret", {{"secretName", "keys"}}}}), (Texts{{"key", "opens"}}));
  EXPECT_EQ(files({{"name", "v"}, {"configMap", {{"name", "words"}, {"items", {{{"key", "a"}, {"path", "x/y"}}}}}}}),
            (Texts{{"x/y", "1"}}));
}

TEST(VolumeFiles, WhatIsMissingIsSaidAsKubeletSaysIt) {
  EXPECT_EQ(files({{"name", "v"}, {"configMap", {{"name", "no"}}}}), (Texts{{"error", "configmap \"no\" not found"}}));
  EXPECT_EQ(files({{"name", "v"}, {"secret", {{"secretName", "no"}}}}), (Texts{{"error", "secret \"no\" not found"}}));
  EXPECT_EQ(files({{"name", "v"}, {"secret", {{"secretName", "no"}, {"optional", true}}}}), Texts{});
  EXPECT_EQ(files({{"name", "v"}, {"configMap", {{"name", "words"}, {"items", {{{"key", "k"}, {"path", "k"}}}}}}}),
            (Texts{{"error", "references non-existent config key: k"}}));
}

TEST(VolumeFiles, OfThePodItself) {
  const json items = json::array(
      {json{{"path", "labels"}, {"fieldRef", {{"fieldPath", "metadata.labels"}}}},
       json{{"path", "memory"},
            {"resourceFieldRef", {{"containerName", "c"}, {"resource", "limits.memory"}, {"divisor", "1Mi"}}}}});
  EXPECT_EQ(files({{"name", "v"}, {"downwardAPI", {{"items", items}}}}),
            (Texts{{"labels", "app=\"a\\\"b\"\ntier=\"web\""}, {"memory", "1024"}}))
      << "without a limit it is what the node has";
}

// A new namespace's kube-root-ca.crt may be a moment late; the account's volume does not wait for it.
TEST(VolumeFiles, OfTheAccount) {
  const json sources = json::array(
      {json{{"serviceAccountToken", {{"path", "token"}}}},
       json{{"configMap", {{"name", "kube-root-ca.crt"}, {"items", {{{"key", "ca.crt"}, {"path", "ca.crt"}}}}}}}});
  EXPECT_EQ(files({{"name", "v"}, {"projected", {{"sources", sources}}}}), (Texts{{"token", "t"}, {"ca.crt", "pem"}}));
}

TEST(PodSpec, AVolumeWithoutASourceIsEmpty) {
  EXPECT_EQ(pod_with({{"name", "v"}}).volumes.at(0).kind, VolumeSpec::Kind::empty);
  EXPECT_EQ(pod_with({{"name", "v"}, {"emptyDir", json::object()}}).volumes.at(0).kind, VolumeSpec::Kind::empty);
  EXPECT_EQ(pod_with({{"name", "v"}, {"hostPath", {{"path", "/"}}}}).volumes.at(0).kind, VolumeSpec::Kind::unsupported);
  EXPECT_EQ(pod_with(json(7)).volumes.at(0).name, "");
}

}  // namespace
}  // namespace straycat::cluster
