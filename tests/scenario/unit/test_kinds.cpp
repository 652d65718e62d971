// Every kind of the table can be applied, referred to and waited for, as its row says.
#include <fmt/format.h>

#include "world.hpp"
#include <straycat/model/kinds.hpp>

namespace straycat::scenario {
namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// The world with one object more, in a file of its own, and a step after the one that applies it.
World with_object(const model::Kind& kind, const std::string& more, const std::string& step) {
  World world;
  world.files["more.yaml"] = fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n{}", kind.api_version,
                                         kind.name, lower(std::string(kind.name)), more);
  return world.with("  - pause: 3s\n", "  - apply: more.yaml\n" + step);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

TEST(KindsInScenarios, AreAppliedWithTheirOwnKeys) {
  for (const model::Kind& kind : model::kinds()) {
    std::string keys;
    for (const std::string& key : words(kind.keys)) keys += key + ": {}\n";
    EXPECT_EQ(with_object(kind, keys, "").error(), "no error") << kind.name;
    const std::string wrong = with_object(kind, "kittens: {}\n", "").error();
    EXPECT_NE(wrong.find(fmt::format("unknown key \"kittens\" in a {}", kind.name)), std::string::npos) << wrong;
  }
}

TEST(KindsInScenarios, SlipsInTheirSpecArePointedAt) {
  for (const model::Kind& kind : model::kinds()) {
    for (std::string key : words(kind.spec_keys)) {
      if (key.starts_with('@')) key = "containers:Container";
      const auto colon = key.find(':');
      const std::string name = key.substr(0, colon);
      EXPECT_EQ(with_object(kind, fmt::format("spec:\n  {}: {{}}\n", name), "").error(), "no error") << name;
      // Whatever list it names, a word that Kubernetes does not know is one that this list must not know either.
      if (colon == std::string::npos || key.ends_with(":texts")) continue;
      const auto inner = with_object(kind, fmt::format("spec:\n  {}: {{kittens: 1}}\n", name), "").error();
      EXPECT_EQ(inner, "no error") << "far from any key: " << key;
    }
  }
  const std::string slip = with_object(*model::kind_named("CronJob"), "spec:\n  schedul: x\n", "").error();
  EXPECT_NE(slip.find("unknown key \"schedul\" (did you mean \"schedule\"?)"), std::string::npos) << slip;
  const std::string deep =
      with_object(*model::kind_named("CronJob"), "spec:\n  jobTemplate: {spec: {templat: {}}}\n", "").error();
  EXPECT_NE(deep.find("(did you mean \"template\"?)"), std::string::npos) << deep;
}

TEST(KindsInScenarios, AreWaitedForByWhatTheyCanBecome) {
  for (const model::Kind& kind : model::kinds()) {
    const std::string target = std::string(kind.plural) + "/" + lower(std::string(kind.name));
    for (const std::string& condition : kind.all_conditions())
      EXPECT_EQ(with_object(kind, "", fmt::format("  - wait: {{for: {}, condition: {}}}\n", target, condition)).error(),
                "no error")
          << kind.name << " " << condition;
    const std::string never =
        with_object(kind, "", fmt::format("  - wait: {{for: {}, condition: Fed}}\n", target)).error();
    EXPECT_NE(never.find(fmt::format("a {} never gets \"Fed\"", kind.name)), std::string::npos) << never;
  }
}

TEST(KindsInScenarios, AreScaledRestartedAndGivenLabelsWhereTheirRowSaysSo) {
  for (const model::Kind& kind : model::kinds()) {
    const std::string target = std::string(kind.name) + "/" + lower(std::string(kind.name));
    const auto scaled = with_object(kind, "", "  - scale: {target: " + target + ", replicas: 2}\n").error();
    EXPECT_EQ(scaled == "no error", kind.scales) << scaled;
    const auto restarted = with_object(kind, "", "  - restart: " + target + "\n").error();
    EXPECT_EQ(restarted == "no error", kind.rolls_out) << restarted;
    const auto at = kind.pod_template ? model::pod_template_of(kind.name) : std::string("/spec");
    World world = with_object(kind, "", "");
    std::string body;  // the template as nested mappings, from the pointer
    std::string indent;
    for (std::size_t from = 1; from < at.size();) {
      const std::size_t end = std::min(at.find('/', from), at.size());
      body += indent + at.substr(from, end - from) + ":\n";
      indent += "  ";
      from = end + 1;
    }
    if (!indent.empty()) world.files["more.yaml"] += body + indent + "spec: {containers: []}\n";
    world.with("apply: more.yaml", "apply: {file: more.yaml, podLabels: {a: b}}");
    if (!kind.pod_template) {
      if (kind.keys.starts_with("spec")) EXPECT_NE(world.error(), "no error") << kind.name << " makes no pods";
      continue;
    }
    const auto plan = world.plan();
    const auto& apply = std::get<plan::Apply>(plan.steps.at(3).action);
    EXPECT_EQ(apply.manifests.at(0).object.at(nlohmann::json::json_pointer(model::pod_labels_of(kind.name))),
              (nlohmann::json{{"a", "b"}}))
        << kind.name;
  }
}

}  // namespace
}  // namespace straycat::scenario
