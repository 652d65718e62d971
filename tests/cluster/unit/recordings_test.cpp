// Our answers beside those of a real API server to the same requests. What may differ stands, with its reason, in
// tests/cluster/recordings/accepted-differences.json; an entry that nothing needs any more is a failure too.
#include <fstream>
#include <set>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/support/recording.hpp"
#include <straycat/model/custom_kinds.hpp>
#include <straycat/model/fault.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::cluster {
namespace {

using testing_world::Recording;

struct Accepted {
  std::string recording, path, reason;  // a path covers what lies below it
  bool used = false;
};

std::vector<Accepted> read_accepted() {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/tests/cluster/recordings/accepted-differences.json");
  std::vector<Accepted> out;
  for (const auto& entry : json::parse(in)) out.push_back({entry["recording"], entry["path"], entry["reason"]});
  return out;
}

bool covers(const Accepted& entry, const std::string& recording, const std::string& path) {
  if (entry.recording != recording) return false;
  return path == entry.path || path.rfind(entry.path + "/", 0) == 0;
}

class Replay : public testing::Test {
 protected:
  boost::asio::io_context context;
  Store store{context.get_executor()};
  Tokens tokens;
  Rest rest{context.get_executor(), store, tokens, {}};
  std::vector<Accepted> accepted = read_accepted();

  Answer ask(Request request, bool signed_in = true) {
    if (signed_in) request.authorization = "Bearer " + tokens.admin();
    return rest.handle(request);
  }

  void check(const std::string& name, const json& ours, const json& theirs) {
    for (const auto& difference : testing_world::differences(ours, theirs)) {
      bool known = false;
      for (auto& entry : accepted) {
        if (!covers(entry, name, difference.path)) continue;
        known = entry.used = true;
      }
      EXPECT_TRUE(known) << name << " " << difference.path << ": ours " << difference.ours << ", recorded "
                         << difference.recorded;
    }
  }

  // Asks what was asked, compares code, type and body. Returns our body.
  json replay(const std::string& name, bool signed_in = true) {
    const auto recording = testing_world::read_recording(name);
    const auto answer = ask(recording.request, signed_in);
    if (!std::holds_alternative<Response>(answer)) {
      ADD_FAILURE() << name << ": no plain answer";
      return nullptr;
    }
    const auto& response = std::get<Response>(answer);
    EXPECT_EQ(response.code, recording.code) << name << ": " << response.body;
    EXPECT_EQ(response.content_type, recording.content_type) << name;
    auto ours = json::parse(response.body, nullptr, false);
    check(name, ours, recording.object());
    return ours;
  }

  // The list of accepted differences must not outlive them.
  void expect_all_used(bool of_discovery) {
    for (const auto& entry : accepted) {
      if ((entry.recording.rfind("discovery", 0) == 0) != of_discovery) continue;
      EXPECT_TRUE(entry.used) << "accepted, but it does not differ any more: " << entry.recording << " " << entry.path;
    }
  }

  // The lines that a watch sends at once.
  std::vector<json> replay_stream(const std::string& name, const std::string& from_revision = "") {
    auto recording = testing_world::read_recording(name);
    auto& target = recording.request.target;
    if (const auto at = target.find("resourceVersion=293"); at != std::string::npos)
      target.replace(at, 19, "resourceVersion=" + from_revision);
    auto answer = ask(recording.request);
    std::vector<json> ours;
    if (!std::holds_alternative<Stream>(answer)) {
      ADD_FAILURE() << name << ": no stream";
      return ours;
    }
    const auto token = std::get<Stream>(answer).start(
        [&](const std::string& text) {
          std::istringstream lines{text};
          for (std::string line; std::getline(lines, line);) ours.push_back(json::parse(line));
        },
        [] {});
    std::istringstream lines{recording.body};
    for (const auto& event : ours) {
      std::string line;
      EXPECT_TRUE(std::getline(lines, line)) << name << ": more than was recorded: " << event;
      if (!line.empty()) check(name, event, json::parse(line));
    }
    return ours;
  }

  // What a controller had written by the time of a recording.
  void write_status_of(const std::string& kind, const std::string& name, const std::string& recording,
                       const char* annotation = nullptr) {
    const auto object = testing_world::read_recording(recording).object();
    const auto done = store.mutate(kind, "straycat-demo", name, [&](json& own) {
      own["status"] = object["status"];
      if (annotation != nullptr)
        own["metadata"]["annotations"][annotation] = object["metadata"]["annotations"][annotation];
      return true;
    });
    EXPECT_TRUE(done);
  }
};

// Keeps of a recorded list the entries whose `key` ours has too: we serve fewer kinds, never others.
json common_entries(const json& theirs, const json& ours, const std::function<std::string(const json&)>& key) {
  std::map<std::string, json> by_key;
  for (const auto& entry : theirs) by_key[key(entry)] = entry;
  auto out = json::array();
  for (const auto& entry : ours)
    out.push_back(by_key.contains(key(entry)) ? by_key[key(entry)] : json("not served by a real API server"));
  return out;
}

TEST_F(Replay, TheArticleFromItsNamespaceToItsEnd) {
  replay("namespace-create");
  replay("namespace-create-conflict");
  for (const char* name :
       {"create-invalid", "apply-selector-mismatch", "apply-unknown-field-strict", "get-not-found", "list-pods",
        "list-services", "list-deployments", "list-jobs", "list-events", "list-endpointslices"}) {
    replay(name);
  }
  const auto before = std::to_string(store.revision());
  replay("apply-deployment");
  replay("apply-service");
  EXPECT_EQ(replay_stream("watch-services", before).size(), 1U);
  replay("apply-job");
  write_status_of("Job", "sayhi", "apply-job-unchanged");
  replay("apply-job-unchanged");
  replay("apply-job-immutable-template");
  EXPECT_TRUE(store.mutate("Deployment", "straycat-demo", "sayhi", [](json& object) {
    object["status"]["replicas"] = 1;
    return true;
  }));
  replay("scale-deployment");
  write_status_of("Job", "sayhi", "delete-job-foreground");
  replay("delete-job-foreground");
  write_status_of("Deployment", "sayhi", "rollout-restart", "deployment.kubernetes.io/revision");
  replay("rollout-restart");
  replay("list-limit-continue-expired");
  replay("namespace-delete");
  store.purge("Namespace", "", "straycat-demo");
  replay("namespace-gone");
  replay("error-anonymous", false);
  replay("error-bad-token", false);
  expect_all_used(false);
}

TEST_F(Replay, ManagedFieldsOfAnApplyAreThoseOfARealServer) {
  replay("namespace-create");
  for (const std::string name : {"apply-deployment", "apply-service", "apply-job"}) {
    const auto theirs = testing_world::read_recording(name).object()["metadata"]["managedFields"][0];
    const auto ours = replay(name)["metadata"]["managedFields"][0];
    EXPECT_EQ(ours["fieldsV1"], theirs["fieldsV1"]) << name;
    EXPECT_EQ(ours["manager"], "straycat");
    EXPECT_EQ(ours["operation"], "Apply");
  }
}

TEST_F(Replay, AWatchListBeginsWithItsBookmark) {
  EXPECT_EQ(replay_stream("watch-endpointslices-watchlist").size(), 1U);
}

TEST_F(Replay, AForgottenRevisionIsAnErrorEvent) {
  ASSERT_TRUE(store.create(json::parse(R"({"kind":"ConfigMap","metadata":{"name":"c","namespace":"a"}})")));
  for (int i = 0; i < 4100; ++i) {
    ASSERT_TRUE(store.mutate("ConfigMap", "a", "c", [&](json& object) {
      object["data"]["k"] = std::to_string(i);
      return true;
    }));
  }
  EXPECT_EQ(replay_stream("watch-too-old").size(), 1U);
}

// Groups of other makers' kinds that are served without a definition, and of our own: no real API server has them from
// the start.
json without_other_makers(const json& groups, const char* name_at) {
  auto out = json::array();
  for (const auto& group : groups) {
    const auto known = model::known_custom_kinds();
    if (text_at(group, name_at) == model::fault_group) continue;
    if (std::none_of(known.begin(), known.end(), [&](const model::CustomKind& kind) {
          return model::group_of(kind.api_version) == text_at(group, name_at);
        }))
      out.push_back(group);
  }
  return out;
}

TEST_F(Replay, Discovery) {
  const auto fetch = [&](const std::string& name) {
    const auto recording = testing_world::read_recording(name);
    const auto response = std::get<Response>(ask(recording.request));
    EXPECT_EQ(response.code, 200);
    EXPECT_EQ(response.content_type, recording.content_type) << name;
    return std::pair{json::parse(response.body), recording.object()};
  };
  const auto by = [](const char* pointer) { return [pointer](const json& entry) { return text_at(entry, pointer); }; };
  for (const std::string name : {"discovery-core-v1-resources", "discovery-apps-v1-resources",
                                 "discovery-batch-v1-resources", "discovery-discovery-v1-resources"}) {
    auto [ours, theirs] = fetch(name);
    theirs["resources"] = common_entries(theirs["resources"], ours["resources"], by("/name"));
    check(name, ours, theirs);
  }
  auto [groups, their_groups] = fetch("discovery-apis");
  groups["groups"] = without_other_makers(groups["groups"], "/name");
  their_groups["groups"] = common_entries(their_groups["groups"], groups["groups"], by("/name"));
  for (std::size_t i = 0; i < groups["groups"].size(); ++i) {
    auto& versions = their_groups["groups"][i]["versions"];
    versions = common_entries(versions, groups["groups"][i]["versions"], by("/version"));
  }
  check("discovery-apis", groups, their_groups);
  auto [all, their_all] = fetch("discovery-aggregated");
  all["items"] = without_other_makers(all["items"], "/metadata/name");
  their_all["items"] = common_entries(their_all["items"], all["items"], by("/metadata/name"));
  for (std::size_t i = 0; i < all["items"].size(); ++i) {
    auto& versions = their_all["items"][i]["versions"];
    versions = common_entries(versions, all["items"][i]["versions"], by("/version"));
    auto& mine = all["items"][i]["versions"][0];
    auto& other = their_all["items"][i]["versions"][0];
    other["resources"] = common_entries(other["resources"], mine["resources"], by("/resource"));
    for (std::size_t k = 0; k < mine["resources"].size(); ++k) {
      if (!mine["resources"][k].contains("subresources")) other["resources"][k].erase("subresources");
      if (!mine["resources"][k].contains("subresources")) continue;
      auto& theirs = other["resources"][k]["subresources"];
      theirs = common_entries(theirs, mine["resources"][k]["subresources"], by("/subresource"));
    }
  }
  check("discovery-aggregated", all, their_all);
  for (const std::string name : {"discovery-api", "discovery-version"}) {
    const auto [ours, theirs] = fetch(name);
    check(name, ours, theirs);
  }
  expect_all_used(true);
}

}  // namespace
}  // namespace straycat::cluster
