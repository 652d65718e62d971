// Worlds that several tests stand in.
#pragma once

#include "log_maker.hpp"

namespace straycat::test {

// The names of one scene, so that a test can rename everything.
struct Names {
  std::string ns = "shop", service = "sayhi", deployment = "sayhi", stray = "sayhi", key = "app", value = "sayhi";
  std::string stray_kind = "Job";
};

// The article: a Deployment of one pod behind a Service; its rollout; then a workload with the same labels whose pod
// refuses and is routable from 17 s to 27 s.
inline World article(const Names& names = {}, std::uint64_t seed = 1) {
  World world;
  world.seed = seed;
  world.ns_name = names.ns;
  world.service = names.service;
  const model::Labels labels = {{names.key, names.value}};
  world.selector = labels;
  world.owners = {{"Deployment", names.deployment, labels, "", 0.2}, {names.stray_kind, names.stray, labels, "", 16.1}};
  PodLife first{names.deployment + "-a", 0, 1, 10, true, 13, -1e9, 14};
  PodLife second{names.deployment + "-b", 0, 9.5};
  second.readiness_probe = true;
  PodLife stray{names.stray + (names.stray_kind == "Pod" ? "" : "-j1"), 1, 17, 27, false, 32, 0, 0};
  stray.container_port = 0;
  world.pods = {first, second, stray};
  world.lag = 0.3;

  LogMaker maker(world);
  const plan::Target job{names.stray_kind, names.stray, ""};
  world.stages = {
      {"deploy", "deployed", "apply", "apply deployment.yaml, service.yaml", 0.1, 0.4, maker.apply(true, {0})},
      {"steady", "steady", "pause", "pause 5s", 2.5, 8},
      {"readiness", "readiness", "apply", "apply deployment-readiness.yaml", 8, 16, maker.apply(false, {0})},
      {"job", "job", "apply", "apply job.yaml", 16, 16.2, maker.apply(false, {1})},
      {"in", "", "wait", "wait until the job is routable", 16.2, 17, plan::Wait{job, "Routable", {}}},
      {"out", "", "wait", "wait until the job is not routable", 17, 27, plan::Wait{job, "Unroutable", {}}},
      {"settle", "", "pause", "pause 2s", 27, 29},
      {"after", "after", "pause", "pause 6s", 29, 36}};
  world.meant_for = {plan::Target{"Deployment", names.deployment, ""}};
  world.expect.finding = "stray-endpoint";
  world.expect.workload = job;
  const plan::Budget none{false, 0};
  world.expect.phases = {{"steady", none, {}, {}},
                         {"readiness", none, {}, {}},
                         {"job", {}, plan::Budget{false, 5}, true},
                         {"after", none, {}, {}}};
  return world;
}

// The same story with the stray's label repaired: it never comes behind the Service.
inline World fixed() {
  World world = article();
  world.owners[1].labels = {{"app", "sayhi-job"}};
  world.pods.pop_back();
  LogMaker maker(world);
  world.stages[3].action = maker.apply(false, {1});
  world.expect = {};
  world.expect.max_failures = plan::Budget{false, 0};
  return world;
}

// No stray at all: a Deployment of `replicas` pods and steady traffic.
inline World quiet(int replicas = 2) {
  World world = article();
  world.owners.pop_back();
  world.pods.clear();
  for (int i = 0; i < replicas; ++i) world.pods.push_back({"sayhi-" + std::to_string(i), 0, 1});
  world.stages = {{"deploy", "steady", "apply", "apply", 0.1, 0.4, LogMaker(world).apply(true, {0})}};
  world.expect = {};
  return world;
}

// A world drawn from a seed: 1 to 5 replicas, 0 (or 1 to 3) pods of a stray Job, rates, starts and lags.
inline World random_world(std::uint64_t seed, bool with_stray) {
  std::mt19937_64 random(seed);
  const auto whole = [&](int a, int b) { return std::uniform_int_distribution<int>(a, b)(random); };
  const auto real = [&](double a, double b) { return std::uniform_real_distribution<double>(a, b)(random); };
  World world = article({}, seed);
  world.pods.clear();
  world.stages.resize(1);
  world.expect = {};
  world.min_sync = world.lag = real(0, 3);
  world.rate = real(10, 60);
  world.traffic_from = 5 + world.lag;
  world.traffic_to = world.traffic_from + 35;
  world.ends = world.traffic_to + 1;
  const int replicas = whole(1, 5);
  for (int i = 0; i < replicas; ++i) world.pods.push_back({"sayhi-" + std::to_string(i), 0, 1 + 0.1 * i});
  if (!with_stray) return world;
  const int strays = whole(1, 3);
  const double start = world.traffic_from + real(3, 10);
  for (int i = 0; i < strays; ++i) {
    const double from = start + real(0, 1.5);
    const double to = from + real(6, 14);
    world.pods.push_back({"sayhi-j" + std::to_string(i), 1, from, to, false, to + 5, 0, 0});
  }
  return world;
}

}  // namespace straycat::test
