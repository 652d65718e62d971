// A scenario in memory, to be broken in one place at a time.
#pragma once

#include <map>
#include <string>

#include <gtest/gtest.h>

#include <straycat/scenario/scenario.hpp>

namespace straycat::scenario {

struct World {
  std::map<std::string, std::string> files = {
      {"deployment.yaml",
       "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: sayhi\nspec:\n  replicas: 1\n  selector:\n    "
       "matchLabels: {app: sayhi}\n"
       "  template:\n    metadata:\n      labels: {app: sayhi}\n    spec:\n      containers:\n      - name: sayhi\n    "
       "    image: beranm14/sayhi\n"},
      {"service.yaml",
       "apiVersion: v1\nkind: Service\nmetadata:\n  name: sayhi\nspec:\n  selector:\n    app: sayhi\n  ports:\n  - "
       "port: 80\n"},
      {"job.yaml",
       "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: cats\nspec:\n  template:\n    metadata:\n      labels: "
       "{app: sayhi}\n    spec:\n"
       "      restartPolicy: Never\n      containers:\n      - name: cats\n        image: beranm14/sayhi-job\n"
       "        env:\n        - {name: COUNT_OF_CATS, value: \"10\"}\n"},
  };
  std::string scenario =
      "apiVersion: straycat/v1alpha1\n"                             // 1
      "kind: Scenario\n"                                            // 2
      "metadata:\n"                                                 // 3
      "  name: world\n"                                             // 4
      "spec:\n"                                                     // 5
      "  for: Deployment/sayhi\n"                                   // 6
      "  traffic:\n"                                                // 7
      "  - url: http://sayhi/hi\n"                                  // 8
      "    rate: 100/s\n"                                           // 9
      "  steps:\n"                                                  // 10
      "  - apply: [deployment.yaml, service.yaml]\n"                // 11
      "    phase: deployed\n"                                       // 12
      "  - wait: {for: Deployment/sayhi, condition: Available}\n"   // 13
      "  - apply: {file: job.yaml, env: {COUNT_OF_CATS: \"3\"}}\n"  // 14
      "    phase: job\n"                                            // 15
      "  - pause: 3s\n"                                             // 16
      "  expect:\n"                                                 // 17
      "    finding: stray-endpoint\n"                               // 18
      "    workload: Job/cats\n"                                    // 19
      "    phases:\n"                                               // 20
      "    - {phase: job, minFailures: 5%}\n";                      // 21

  // Replaces the first `from`, which must be there.
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  }
  World& with(const std::string& from, const std::string& to) {
    replace(scenario, from, to);
    return *this;
  }
  World& with_file(const std::string& file, const std::string& from, const std::string& to) {
    replace(files[file], from, to);
    return *this;
  }

  Result<plan::Plan> parse(Ground ground = Ground::own) const {
    const auto read = [this](const std::string& path) -> Result<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return bad_input("cannot read " + path + ": No such file or directory");
      return found->second;
    };
    return scenario::parse(scenario, "dir/world.yaml", read, nullptr, ground);
  }
  std::string error(Ground ground = Ground::own) const {
    const Result<plan::Plan> plan = parse(ground);
    if (plan) return "no error";
    EXPECT_EQ(plan.error().fault, Fault::bad_input);
    return plan.error().message;
  }
  plan::Plan plan() const {
    const Result<plan::Plan> result = parse();
    if (!result) ADD_FAILURE() << result.error().message;
    return result ? *result : plan::Plan{};
  }
};

}  // namespace straycat::scenario
