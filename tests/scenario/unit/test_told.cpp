// What `check` says before a run: fields that the embedded cluster ignores, with their places, and kinds that nobody
// defines.
#include <gmock/gmock.h>

#include "world.hpp"

namespace straycat::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* definition =
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.org}\n"
    "spec:\n  group: example.org\n  scope: Namespaced\n  names: {kind: Widget, plural: widgets}\n"
    "  versions: [{name: v1, served: true, storage: true}]\n";
constexpr const char* widget = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w}\nspec: {a: 1}\n";

World with_file(const std::string& text) {
  World world;
  world.files["more.yaml"] = text;
  return world.with("  - pause: 3s\n", "  - apply: more.yaml\n  - pause: 3s\n");
}

Told told(const World& world) {
  Told out;
  const auto plan = parse(
      world.scenario, "dir/world.yaml",
      [&](const std::string& path) -> Result<std::string> {
        const auto found = world.files.find(path);
        return found == world.files.end() ? Result<std::string>(bad_input("no file"))
                                          : Result<std::string>(found->second);
      },
      &out);
  if (!plan) ADD_FAILURE() << plan.error().message;
  return out;
}

TEST(ToldBeforeARun, NothingOfWhatIsDone) { EXPECT_THAT(told(World()), IsEmpty()); }

TEST(ToldBeforeARun, FieldsStandWithTheirPlaces) {
  const auto lines = told(with_file(
      "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  internalTrafficPolicy: Local\n  "
      "trafficDistribution: PreferClose\n  ports:\n"
      "  - port: 80\n  - {port: 53, protocol: SCTP}\n---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\n"
      "metadata: {name: b}\nvalue: 1\n"));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("dir/more.yaml:6:3: Service/s: spec.trafficDistribution has no effect"),
                                 HasSubstr("dir/more.yaml:9:16: Service/s: spec.ports[1].protocol has no effect"),
                                 HasSubstr("dir/more.yaml:12:7: PriorityClass/b: PriorityClass has no")));
}

TEST(ToldBeforeARun, AFileThatIsAppliedTwiceIsToldOnce) {
  World world = with_file("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: p}\nspec: {}\n");
  world.with("  - apply: more.yaml\n", "  - apply: more.yaml\n  - apply: more.yaml\n");
  EXPECT_THAT(told(world), ElementsAre(HasSubstr("dir/more.yaml:2:7: Ingress/p")));
}

TEST(KindsOfOtherMakers, AreRefusedWhereNobodyDefinesThem) {
  EXPECT_THAT(with_file(widget).error(),
              HasSubstr("dir/more.yaml:2:7: the kind Widget of example.org is none that straycat knows"));
  EXPECT_THAT(with_file(std::string(widget) + "---\n" + definition).error(),
              HasSubstr("no CustomResourceDefinition before it"))
      << "the definition must come first";
  EXPECT_THAT(with_file("apiVersion: node.k8s.io/v1\nkind: Sandbox\nmetadata: {name: w}\n").error(),
              HasSubstr("the kind Sandbox of node.k8s.io is none"));
}

TEST(KindsOfOtherMakers, AreTakenWhereADefinitionComesBefore) {
  const auto both = with_file(std::string(definition) + "---\n" + widget);
  EXPECT_EQ(both.error(), "no error");
  EXPECT_THAT(told(both), ElementsAre(HasSubstr("CustomResourceDefinition has no effect"),
                                      HasSubstr("Widget/w: Widget has no effect")));
  World apart = with_file(definition);
  apart.files["widget.yaml"] = widget;
  EXPECT_EQ(apart.with("  - apply: more.yaml\n", "  - apply: more.yaml\n  - apply: widget.yaml\n").error(), "no error");
  auto other = std::string(widget);
  World::replace(other, "example.org", "example.com");
  EXPECT_THAT(with_file(std::string(definition) + "---\n" + other).error(), HasSubstr("Widget of example.com"));
}

TEST(KindsOfOtherMakers, MonitorsNeedNoDefinition) {
  const auto monitor = with_file("apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\n");
  EXPECT_EQ(monitor.error(), "no error");
  EXPECT_THAT(told(monitor), ElementsAre(HasSubstr("ServiceMonitor has no effect")));
}

}  // namespace
}  // namespace straycat::scenario
