// Hosts files, while they are read.
#include "cluster/dataplane/names.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "cluster/dataplane/loopback_plane.hpp"

namespace straycat::cluster {
namespace {

std::string read_file(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

// The lines that a resolver heeds.
std::string heeded(const std::string& path) {
  std::ifstream file(path);
  std::string out;
  for (std::string line; std::getline(file, line);)
    if (line[0] != '#') out += line + "\n";
  return out;
}

class Names : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(directory_), nullptr); }
  void TearDown() override {
    for (const char* file : {"hosts.default", "hosts.other", "nsswitch.conf", "resolv.conf"})
      ::unlink((std::string(directory_) + "/" + file).c_str());
    EXPECT_EQ(::rmdir(directory_), 0);
  }
  char directory_[32] = "/tmp/names-test-XXXXXX";
};

const std::string own_lines = " 10.96.0.7 sayhi sayhi.default sayhi.default.svc sayhi.default.svc.cluster.local\n";
const std::string foreign_lines = " 10.96.0.7 sayhi.default sayhi.default.svc sayhi.default.svc.cluster.local\n";
const std::string head = " 127.0.0.1 localhost\n";

TEST_F(Names, ShowShortNamesOnlyInTheirNamespace) {
  auto names = NamesFile::create(directory_);
  ASSERT_TRUE(names);
  const auto before = *names->hosts_path("default");
  ASSERT_TRUE(names->set_service("default", "sayhi", {"10.96.0.7"}));
  const auto after = *names->hosts_path("other");  // made later, with what is known
  EXPECT_EQ(read_file(before), head + own_lines);
  EXPECT_EQ(read_file(after), head + foreign_lines);
  EXPECT_EQ(read_file(names->nsswitch_path()).find("hosts: files\n") != std::string::npos, true);
  EXPECT_EQ(read_file(names->resolv_path()), "");
}

TEST_F(Names, RemoveByOneByteAndReuseTheLine) {
  auto names = NamesFile::create(directory_);
  ASSERT_TRUE(names);
  const auto path = *names->hosts_path("default");
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(names->set_service("default", "sayhi", {"10.96.0.7"}));
    EXPECT_EQ(heeded(path), head + own_lines);
    ASSERT_TRUE(names->set_service("default", "sayhi", {}));
    EXPECT_EQ(heeded(path), head);
  }
  EXPECT_EQ(read_file(path), head + "#" + own_lines.substr(1)) << "the file did not grow";
  ASSERT_TRUE(names->set_service("default", "sayhi", {"10.96.0.8"}));
  EXPECT_EQ(heeded(path), head + " 10.96.0.8" + own_lines.substr(10));
}

TEST_F(Names, FollowServices) {
  auto names = NamesFile::create(directory_);
  ASSERT_TRUE(names);
  const auto path = *names->hosts_path("default");
  const auto object = [](const char* text) { return std::make_shared<const json>(json::parse(text)); };
  const auto plain = object(
      R"({"kind":"Service","metadata":{"name":"sayhi","namespace":"default"},"spec":{"clusterIP":"10.96.0.7"}})");
  const auto headless =
      object(R"({"kind":"Service","metadata":{"name":"sayhi","namespace":"default"},"spec":{"clusterIP":"None"}})");
  const auto external =
      object(R"({"kind":"Service","metadata":{"name":"sayhi","namespace":"default"},"spec":{"type":"ExternalName"}})");
  const auto slice = object(
      R"({"kind":"EndpointSlice","metadata":{"name":"x","namespace":"default","labels":{"kubernetes.io/service-name":"sayhi"}},
      "addressType":"IPv4","endpoints":[{"addresses":["10.244.0.2"]},{"addresses":["10.244.0.3"],"conditions":{"ready":false}}]})");
  ASSERT_TRUE(names->update("default", "sayhi", plain, {slice}));
  EXPECT_EQ(heeded(path), head + own_lines);
  ASSERT_TRUE(names->update("default", "sayhi", headless, {slice}));
  EXPECT_EQ(heeded(path), head + " 10.244.0.2" + own_lines.substr(10));
  ASSERT_TRUE(names->update("default", "sayhi", external, {slice}));
  EXPECT_EQ(heeded(path), head);
  ASSERT_TRUE(names->update("default", "sayhi", nullptr, {}));
  EXPECT_EQ(heeded(path), head);
}

// A reader in another thread never sees a heeded line that is not whole.
TEST_F(Names, AreNeverSeenTorn) {
  auto names = NamesFile::create(directory_);
  ASSERT_TRUE(names);
  const auto path = *names->hosts_path("default");
  std::atomic<bool> done{false};
  int reads = 0;
  std::string torn;
  std::thread reader([&] {
    for (; !done; ++reads) {
      std::istringstream lines(heeded(path));
      for (std::string line; std::getline(lines, line);)
        if (line != " 127.0.0.1 localhost" && line.find(".svc.cluster.local") == std::string::npos) torn = line;
    }
  });
  for (int i = 0; i < 2000; ++i)
    ASSERT_TRUE(names->set_service(
        "default", "service-with-a-long-name-" + std::to_string(i % 150),
        i % 3 == 0 ? std::vector<std::string>() : std::vector<std::string>{"10.96.1." + std::to_string(i % 250)}));
  done = true;
  reader.join();
  EXPECT_EQ(torn, "");
  EXPECT_GT(reads, 10);
}

TEST(LoopbackPlane, GivesPodsTheirAddressAndAMapThatOthersCanRead) {
  auto plane = LoopbackDataPlane::create();
  ASSERT_TRUE(plane);
  EXPECT_EQ(*(*plane)->allocate_address(), "127.1.0.1");
  EXPECT_EQ(*(*plane)->allocate_address(), "127.1.0.2");
  const auto environment = (*plane)->pod_environment("127.1.0.2");
  EXPECT_EQ(environment.at("POD_IP"), "127.1.0.2");
  const auto map = environment.at("STRAYCAT_SERVICE_MAP");
  EXPECT_EQ(read_file(map), service_map_text({}));
  ServiceTable table;
  table.rules.push_back({"default", "sayhi", "", "10.96.0.7", 80, {{"127.1.0.1", 3000, "a"}}});
  ASSERT_TRUE((*plane)->apply(table));
  EXPECT_EQ(read_file(map), service_map_text(table));
  ASSERT_TRUE((*plane)->apply({}));
  EXPECT_EQ(read_file(map), service_map_text({})) << "a shorter text leaves nothing of the longer one";
}

}  // namespace
}  // namespace straycat::cluster
