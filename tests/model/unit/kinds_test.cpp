#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/model/kinds.hpp>

namespace straycat::model {
namespace {

using testing::ElementsAre;

// What a real Kubernetes 1.36 says that it serves: by "group/version Kind", as discovery's lists have them.
struct Real {
  std::string plural, singular;
  std::vector<std::string> short_names;
  bool namespaced = true, scales = false;
};
using Discovered = std::map<std::string, Real>;

json recorded(const std::string& name) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/tests/cluster/recordings/" + name);
  std::stringstream all;
  all << in.rdbuf();
  const std::string text = all.str();
  return json::parse(text.substr(text.find("\n\n") + 2));
}

void add_core(Discovered& all) {
  std::set<std::string> scaled;
  const json list = recorded("discovery-core-v1-resources.http");
  for (const json& one : list.at("resources"))
    if (const auto name = one.at("name").get<std::string>(); name.ends_with("/scale"))
      scaled.insert(name.substr(0, name.find('/')));
  for (const json& one : list.at("resources")) {
    const auto plural = one.at("name").get<std::string>();
    if (plural.find('/') != std::string::npos) continue;
    all["v1 " + one.at("kind").get<std::string>()] = {plural, one.at("singularName"),
                                                      one.value("shortNames", std::vector<std::string>{}),
                                                      one.at("namespaced"), scaled.contains(plural)};
  }
}

bool has_scale(const json& resource) {
  for (const json& sub : resource.value("subresources", json::array()))
    if (sub.at("subresource") == "scale") return true;
  return false;
}

void add_groups(Discovered& all) {
  const json found = recorded("discovery-aggregated.http");
  for (const json& group : found.at("items"))
    for (const json& version : group.at("versions"))
      for (const json& one : version.at("resources"))
        all[group.at("metadata").at("name").get<std::string>() + "/" + version.at("version").get<std::string>() + " " +
            one.at("responseKind").at("kind").get<std::string>()] = {
            one.at("resource"), one.at("singularResource"), one.value("shortNames", std::vector<std::string>{}),
            one.at("scope") == "Namespaced", has_scale(one)};
}

const Discovered& discovered() {
  static const Discovered all = [] {
    Discovered out;
    add_core(out);
    add_groups(out);
    return out;
  }();
  return all;
}

TEST(Kinds, AreNamedAsARealApiServerNamesThem) {
  ASSERT_GT(discovered().size(), 60u);
  for (const Kind& kind : kinds()) {
    const auto found = discovered().find(std::string(kind.api_version) + " " + std::string(kind.name));
    ASSERT_NE(found, discovered().end()) << kind.api_version << " " << kind.name;
    const Real& real = found->second;
    EXPECT_EQ(kind.plural, real.plural) << kind.name;
    EXPECT_EQ(kind.singular(), real.singular) << kind.name;
    EXPECT_EQ(kind.short_name, real.short_names.empty() ? "" : real.short_names.front()) << kind.name;
    EXPECT_LE(real.short_names.size(), 1u) << kind.name << " has a short name that its row lacks";
    EXPECT_EQ(kind.namespaced, real.namespaced) << kind.name;
    EXPECT_EQ(kind.scales, real.scales) << kind.name;
    if (!kind.also_as.empty())
      EXPECT_TRUE(discovered().contains(std::string(kind.also_as) + " " + std::string(kind.name))) << kind.name;
  }
}

TEST(Kinds, AreFoundByEachOfTheirNamesAndNoOther) {
  std::set<std::string> words;
  for (const Kind& kind : kinds()) {
    EXPECT_EQ(kind_named(kind.name), &kind);
    for (std::string word : {std::string(kind.name), kind.singular(), std::string(kind.plural), kind.qualified()})
      EXPECT_EQ(kind_called(word), &kind) << word;
    if (!kind.short_name.empty()) EXPECT_EQ(kind_called(kind.short_name), &kind);
    std::set<std::string> own{kind.singular(), std::string(kind.plural), std::string(kind.short_name)};
    own.erase("");
    for (const std::string& word : own) EXPECT_TRUE(words.insert(word).second) << word << " means two kinds";
  }
  EXPECT_EQ(kind_called("DEPLOYMENTS")->name, "Deployment");
  EXPECT_EQ(kind_called("deployment.apps")->name, "Deployment");
  EXPECT_EQ(kind_called("deployment.batch"), nullptr);
  EXPECT_EQ(kind_called("deployment.v1"), nullptr);
  EXPECT_EQ(kind_called(""), nullptr);
  EXPECT_EQ(kind_named("deployment"), nullptr);
}

TEST(Kinds, GroupsAndVersions) {
  EXPECT_EQ(group_of("apps/v1"), "apps");
  EXPECT_EQ(version_of("apps/v1"), "v1");
  EXPECT_EQ(group_of("v1"), "");
  EXPECT_EQ(version_of("v1"), "v1");
  const Kind& event = *kind_named("Event");
  EXPECT_TRUE(event.served_as("v1") && event.served_as("events.k8s.io/v1") && !event.served_as("apps/v1"));
  EXPECT_TRUE(event.served_in("") && event.served_in("events.k8s.io") && !event.served_in("apps"));
  EXPECT_FALSE(kind_named("Pod")->served_as(""));
  EXPECT_FALSE(kind_named("Deployment")->served_in("")) << "it is served nowhere else";
}

// An object of a kind that says at its row's pointers what its pods are called and whom it selects.
json labelled(const Kind& kind) {
  json object{{"kind", kind.name}, {"metadata", {{"name", "x"}, {"namespace", "n"}, {"uid", "u"}}}};
  if (kind.pod_template) object[json::json_pointer(pod_labels_of(kind.name))] = {{"app", "pods"}};
  if (!kind.own_selector.empty()) object[json::json_pointer(std::string(kind.own_selector))] = {{"app", "selected"}};
  return object;
}

TEST(Kinds, AreProjectedWhereTheirRowSaysSo) {
  const Labels pods{{"app", "pods"}};
  const Labels selected{{"app", "selected"}};
  for (const Kind& kind : kinds()) {
    EXPECT_EQ(kind.makes_pods(), makes_pods(kind.name));
    EXPECT_TRUE(kind.project != nullptr || !kind.makes_pods()) << kind.name << " makes pods that nobody would know";
    if (kind.project == nullptr) continue;
    const Projection seen = kind.project(labelled(kind));
    EXPECT_EQ(meta_of(seen).kind, kind.name);
    EXPECT_EQ(meta_of(seen).name, "x");
    const auto* workload = std::get_if<Workload>(&seen);
    EXPECT_EQ(workload != nullptr, kind.makes_pods()) << kind.name;
    if (workload == nullptr) continue;
    EXPECT_EQ(workload->pod.labels, pods) << kind.name;
    EXPECT_EQ(workload->selector.match_labels, kind.own_selector.empty() ? Labels{} : selected) << kind.name;
  }
  const auto pod = kind_named("Pod")->project(labelled(*kind_named("Pod")));
  EXPECT_EQ(std::get<Pod>(pod).spec.labels, pods) << "a pod is its own template";
  const auto service = kind_named("Service")->project(labelled(*kind_named("Service")));
  EXPECT_EQ(std::get<Service>(service).selector, selected);
}

TEST(Kinds, WhatMakesPodsThroughOthersNamesThem) {
  for (const Kind& kind : kinds()) {
    EXPECT_EQ(kind.counts.has_value(), kind.makes_pods() && kind.gets("Ready")) << kind.name;
    if (kind.makes.empty()) continue;
    EXPECT_TRUE(kind.makes_pods()) << kind.name;
    EXPECT_TRUE(makes_pods(kind.makes)) << kind.makes;
    EXPECT_EQ(stands_for_good(kind.name), stands_for_good(kind.makes)) << kind.name << " and what it makes";
  }
}

TEST(Kinds, WhatIsReadIsProjected) {
  std::set<Topic> topics;
  Oddities odd;
  for (const Kind& kind : kinds()) {
    const bool read = kind.watched || kind.listed;
    EXPECT_EQ(read, kind.project != nullptr) << kind.name;
    if (kind.project == nullptr) continue;
    const Projection seen = kind.project(labelled(kind));
    topics.insert(topic_of(seen));
    const auto back = from_log(topic_of(seen), {{"op", "set"}, {"object", to_log(seen)}}, odd);
    ASSERT_TRUE(back) << kind.name;
    EXPECT_FALSE(back->deleted);
    EXPECT_EQ(back->object, seen) << kind.name << " reads back as it was written";
  }
  EXPECT_EQ(topics.size(), std::variant_size_v<Projection>) << "every projection is some kind's";
  EXPECT_EQ(odd, Oddities{}) << "nothing that is written is odd to the reader";
  EXPECT_TRUE(from_log(Topic::pod, {{"op", "delete"}, {"object", {{"phase", "Running"}}}}, odd)->deleted);
  EXPECT_FALSE(from_log(Topic::note, {{"op", "set"}, {"object", json::object()}}, odd));
  EXPECT_EQ(from_log(Topic::pod, json("nonsense"), odd)->object, Projection(Pod{})) << "wrong types keep the default";
  EXPECT_EQ(odd.wrong_types, 1u) << "and are counted";
}

TEST(Kinds, WhatCannotBeToldIsTakenToBeAsMostAre) {
  EXPECT_TRUE(stands_for_good("Deployment"));
  EXPECT_TRUE(stands_for_good("ReplicationController"));
  EXPECT_TRUE(stands_for_good("Rollout")) << "another maker's kind";
  for (const char* kind : {"Pod", "Job", "CronJob", ""}) EXPECT_FALSE(stands_for_good(kind)) << kind;
  EXPECT_FALSE(makes_pods("Rollout")) << "nothing says so";
  EXPECT_EQ(pod_labels_of("Rollout"), "/spec/template/metadata/labels");
  EXPECT_EQ(own_selector_of("Rollout"), "/spec/selector/matchLabels");
  EXPECT_EQ(pod_labels_of("CronJob"), "/spec/jobTemplate/spec/template/metadata/labels");
  EXPECT_EQ(pod_labels_of("Pod"), "/metadata/labels");
  EXPECT_EQ(own_selector_of("ReplicationController"), "/spec/selector");
  EXPECT_EQ(project_workload({{"kind", "Rollout"}, {"spec", {{"selector", {{"matchLabels", {{"a", "b"}}}}}}}})
                .selector.match_labels,
            (Labels{{"a", "b"}}));
}

TEST(Kinds, Conditions) {
  const Kind& job = *kind_named("Job");
  EXPECT_TRUE(job.gets("Complete") && job.gets("Exists") && job.gets("Deleted") && job.gets("Unroutable"));
  EXPECT_FALSE(job.gets("Available") || job.gets("Comp") || job.gets("") || job.gets("Complete Failed"));
  EXPECT_THAT(kind_named("PodDisruptionBudget")->all_conditions(),
              ElementsAre("Exists", "Deleted", "DisruptionAllowed"));
  for (const Kind& kind : kinds()) {
    for (const std::string& condition : kind.all_conditions()) EXPECT_TRUE(kind.gets(condition)) << condition;
    EXPECT_EQ(kind.gets("RolledOut"), kind.rolls_out) << kind.name;
    EXPECT_EQ(kind.gets("Routable"), kind.gets("Unroutable")) << kind.name;
    if (kind.makes_pods()) EXPECT_EQ(kind.gets("Routable"), kind.name != "CronJob") << kind.name << ": its Jobs are";
  }
}

}  // namespace
}  // namespace straycat::model
