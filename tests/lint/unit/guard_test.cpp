// Whom a guard lets pass, and the policies that say it. What an API server makes of them is tested on a real one
// (tests/system/kubernetes/test_guard.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/golden.hpp"
#include "lint/support/worlds.hpp"
#include <straycat/lint/guard.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;
using ::testing::HasSubstr;

struct GuardWorld {
  const char* name;
  std::string text;
  std::vector<model::ObjectRef> given;
  std::string passes, kept_out;  // names, or the complaint
  std::string error = "";
};
void PrintTo(const GuardWorld& world, std::ostream* out) { *out << world.name; }

std::string displayed(const std::vector<model::ObjectRef>& all) {
  std::string out;
  for (const model::ObjectRef& one : all) out += (out.empty() ? "" : " ") + one.display();
  return out;
}

const std::vector<GuardWorld> guard_worlds{
    {"the article", web + job("cats", app), {}, "Deployment/web", "Job/cats"},
    {"nobody else is there", web, {}, "Deployment/web", ""},
    {"a StatefulSet", service("db", "app: db") + maker("StatefulSet", "db", "app: db"), {}, "StatefulSet/db", ""},
    {"a Job with labels of its own", web + job("cats", "app: cats"), {}, "Deployment/web", ""},
    {"the person says two",
     web + deployment("canary", app),
     {{"Deployment", "", "web", ""}, {"Deployment", "", "canary", ""}},
     "Deployment/web Deployment/canary",
     ""},
    {"the person says all that begin so",
     web + deployment("web-v2", app) + job("web-v2", app),
     {{"Deployment", "", "web*", ""}},
     "Deployment/web*",
     "Job/web-v2"},
    {"in another namespace",
     web + "---\nkind: Job\nmetadata: {name: cats, namespace: jobs}\nspec: {template: {metadata: {labels: {app: "
           "web}}}}\n",
     {},
     "Deployment/web",
     ""},
    {"no such Service", deployment("web", app), {}, "", "", "there is no Service/web"},
    {"nobody knows for whom", service("web", app) + deployment("a", app) + deployment("b", app), {}, "", "", "--for"},
    {"there is no such workload", web, {{"Deployment", "", "wep", ""}}, "", "", "did you mean \"Deployment/web\"?"},
    {"no selector", "kind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n", {}, "", "", "no selector"},
    {"twice", web + service("web", "app: b"), {}, "", "", "2 times"},
    {"it cannot be read", web + "---\nkind: [\n", {}, "", "", "web.yaml:"},
    {"a label that is none",
     service("web", "app: \"x' || true\"") + deployment("web", "app: \"x' || true\""),
     {},
     "",
     "",
     "takes"},
    {"for something outside",
     service("web", app, "80", "  type: ExternalName\n") + deployment("web", app),
     {},
     "",
     "",
     "outside"},
};

class Guards : public ::testing::TestWithParam<GuardWorld> {};

TEST_P(Guards, LetPass) {
  const GuardWorld& world = GetParam();
  const std::string service = world.name == std::string("a StatefulSet") ? "db" : "web";
  const Result<Guard> guard = guard_of({{"web.yaml", world.text}}, {"", service, world.given, false});
  if (!guard) {
    ASSERT_FALSE(world.error.empty()) << guard.error().message;
    EXPECT_THAT(guard.error().message, HasSubstr(world.error));
    return;
  }
  EXPECT_TRUE(world.error.empty());
  EXPECT_EQ(displayed(guard->meant), world.passes);
  EXPECT_EQ(displayed(guard->kept_out), world.kept_out);
}

INSTANTIATE_TEST_SUITE_P(Worlds, Guards, ::testing::ValuesIn(guard_worlds));

Guard the_articles() {
  Guard guard;
  guard.ns = "default";
  guard.service = "sayhi";
  guard.selector = {{"app", "sayhi"}, {"app.kubernetes.io/part-of", "cats"}};
  guard.meant = {{"Deployment", "default", "sayhi", ""}};
  guard.basis = "it has the Service's name";
  guard.kept_out = {{"Job", "default", "sayhi-\x1b[31m", ""}};
  return guard;
}

TEST(GuardText, OfTheArticle) { expect_golden("guard.yaml", admission_policy(the_articles())); }
TEST(GuardText, OfTheArticleForKyverno) { expect_golden("guard-kyverno.yaml", kyverno_policy(the_articles())); }

TEST(GuardText, OfEveryKindThatMakesPods) {
  Guard guard = the_articles();
  guard.deny = true;
  for (const char* kind : {"StatefulSet", "DaemonSet", "CronJob", "Pod", "Rollout"})
    guard.meant.push_back({kind, "default", "x", ""});
  guard.meant.push_back({"Deployment", "default", "web-*", ""});
  expect_golden("guard-kinds.yaml", admission_policy(guard));
  EXPECT_TRUE(yaml::parse(admission_policy(guard), "guard.yaml"));
}

}  // namespace
}  // namespace straycat::lint
