#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/model/law.hpp>

namespace straycat::model {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ignored(const char* text) {
  std::vector<std::string> out;
  for (const auto& one : ignored_fields(json::parse(text))) out.push_back(one.field.empty() ? "(kind)" : one.field);
  return out;
}

TEST(Law, KindsAsAWhole) {
  EXPECT_THAT(ignored(R"({"kind":"NetworkPolicy","spec":{"podSelector":{}}})"), ElementsAre("(kind)"));
  EXPECT_THAT(ignored(R"({"kind":"CronJob","spec":{}})"), ElementsAre("(kind)"));
  EXPECT_THAT(ignored(R"({"kind":"ConfigMap","data":{"spec":"x"}})"), IsEmpty());
}

TEST(Law, ValuesThatChangeNothingAreNotTold) {
  EXPECT_THAT(ignored(R"({"kind":"Service","spec":{"type":"ClusterIP","internalTrafficPolicy":"Cluster",
    "ipFamilyPolicy":"SingleStack","externalIPs":[],"ports":[{"protocol":"TCP"}]}})"),
              IsEmpty());
  EXPECT_THAT(ignored(R"({"kind":"Service","spec":{"type":"NodePort","internalTrafficPolicy":"Local",
    "ports":[{"protocol":"TCP"},{"protocol":"UDP"}]}})"),
              ElementsAre("spec.internalTrafficPolicy", "spec.type", "spec.ports[1].protocol"));
  EXPECT_THAT(ignored(R"({"kind":"Pod","spec":{"hostNetwork":false,"securityContext":{},"readinessGates":[],
    "affinity":null,"activeDeadlineSeconds":0}})"),
              IsEmpty());
}

TEST(Law, APodsFieldsCountWhereverAPodIsMade) {
  const std::string spec = R"({"readinessGates":[{"conditionType":"x"}],"initContainers":[{"name":"i"},
    {"resources":{"limits":{"memory":"1Mi"}}}],"containers":[{"resources":{"limits":{"memory":"1Mi"}}}]})";
  const std::pair<std::string, std::string> kinds[] = {{"Pod", "spec"},
                                                       {"Deployment", "spec.template.spec"},
                                                       {"ReplicaSet", "spec.template.spec"},
                                                       {"Job", "spec.template.spec"}};
  for (const auto& [kind, at] : kinds) {
    json object = {{"kind", kind}};
    std::string pointer = "/" + at;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    object[json::json_pointer(pointer)] = json::parse(spec);
    EXPECT_THAT(ignored(object.dump().c_str()),
                ElementsAre(at + ".readinessGates", at + ".initContainers[1].resources.limits.memory",
                            at + ".containers[0].resources.limits.memory"))
        << kind;
  }
  EXPECT_THAT(
      ignored((R"({"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":)" + spec + "}}}}}").c_str()),
      testing::SizeIs(4));
}

TEST(Law, TakesAnything) {
  for (const char* text :
       {"null", "[]", "7", "{}", R"({"kind":7})", R"({"kind":"Pod"})", R"({"kind":"Pod","spec":[]})",
        R"({"kind":"Pod","spec":{"containers":{"a":1}}})", R"({"kind":"Pod","spec":{"containers":[1,null,[]]}})",
        R"({"kind":"Service","spec":{"ports":"x","type":7}})"}) {
    EXPECT_NO_THROW((void)ignored_fields(json::parse(text))) << text;
  }
  EXPECT_THAT(ignored(R"({"kind":"Service","spec":{"type":7}})"), ElementsAre("spec.type"));
}

TEST(Law, SaysWhatHappensInstead) {
  const auto one = ignored_fields(json::parse(R"({"kind":"Service","spec":{"internalTrafficPolicy":"Local"}})"));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].row->reach, Reach::traffic);
  EXPECT_EQ(one[0].sentence(),
            "spec.internalTrafficPolicy has no effect on the embedded cluster: there is one node, every endpoint is "
            "local");
  EXPECT_EQ(ignored_fields(json::parse(R"({"kind":"NetworkPolicy"})"))[0].sentence(),
            "NetworkPolicy has no effect on the embedded cluster: no policy is enforced, what it forbids goes through");
}

// The README's list is what people read before they trust a run.
TEST(Law, TheReadmeHasEveryRow) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/README.md");
  std::stringstream readme;
  readme << in.rdbuf();
  for (const auto& row : law()) {
    const auto line = "| " + std::string(row.kind) + " | " +
                      (row.field.empty() ? "(the kind)" : std::string(row.field)) + " | " + std::string(row.words) +
                      " |";
    EXPECT_THAT(readme.str(), testing::HasSubstr(line));
  }
}

}  // namespace
}  // namespace straycat::model
