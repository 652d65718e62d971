// The watch machine fed by hand: what a server says, when; and what the machine tells, in short. For the unit tests.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kube/watch_machine.hpp"

namespace straycat::kube::test {

constexpr Stamp at(std::int64_t milliseconds) { return {milliseconds * 1'000'000}; }

inline std::string object(const std::string& name, int version) {
  return fmt::format(R"({{"metadata":{{"name":"{}","resourceVersion":"{}"}}}})", name, version);
}
inline std::string event(const std::string& type, const std::string& name, int version) {
  return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object(name, version));
}
inline std::string status(int code, const std::string& reason, const std::string& message = "no") {
  return fmt::format(R"({{"kind":"Status","code":{},"reason":"{}","message":"{}"}})", code, reason, message);
}
inline net::Response answer(int code, std::string body, std::map<std::string, std::string> headers = {}) {
  return {code, std::move(headers), std::move(body)};
}
inline net::Response list(int version, std::vector<std::string> items = {}, const std::string& token = "") {
  return answer(
      200, fmt::format(R"({{"kind":"PodList","metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})",
                       version, token, fmt::join(items, ",")));
}

// What was told, in short: "replaced a,b", "applied a@5", "deleted a@6", "gap 10-25 late", "denied 403".
inline std::vector<std::string> told(const WatchStep& step) {
  std::vector<std::string> out;
  for (const auto& item : step.items) {
    if (const auto* replaced = std::get_if<WatchReplaced>(&item)) {
      std::string names;
      for (const auto& each : replaced->objects)
        names += (names.empty() ? "" : ",") + each["metadata"]["name"].get<std::string>();
      out.push_back("replaced " + names);
    } else if (const auto* gap = std::get_if<WatchGap>(&item)) {
      out.push_back(
          fmt::format("gap {}-{} {}", gap->from.ns / 1'000'000, gap->to.ns / 1'000'000, gap->lost ? "lost" : "late"));
    } else if (const auto* denied = std::get_if<WatchDenied>(&item)) {
      out.push_back(fmt::format("denied {}", denied->error.code));
    } else {
      const auto* applied = std::get_if<WatchApplied>(&item);
      const auto& meta = (applied != nullptr ? applied->object : std::get<WatchDeleted>(item).object)["metadata"];
      out.push_back(fmt::format("{} {}@{}", applied != nullptr ? "applied" : "deleted", meta["name"].get<std::string>(),
                                meta["resourceVersion"].get<std::string>()));
    }
  }
  return out;
}

struct WatchMachineTest : testing::Test {
  WatchMachine machine{{.resource = *resource_for_kind("Pod"), .seed = 1}};

  WatchStep start() { return machine.resume(WatchStart{at(0)}); }
  WatchStep opened(std::int64_t when, std::string type = "application/json") {
    return machine.resume(StreamOpened{at(when), std::move(type)});
  }
  WatchStep bytes(std::int64_t when, std::string_view text) { return machine.resume(StreamBytes{at(when), text}); }
  WatchStep listed(std::int64_t when, net::Response response) {
    return machine.resume(ListAnswered{at(when), std::move(response)});
  }
  WatchStep refused(std::int64_t when, net::Response response) {
    return machine.resume(StreamRefused{at(when), std::move(response)});
  }
  WatchStep broke(std::int64_t when) { return machine.resume(TransportBroke{at(when), "connection reset"}); }
  WatchStep woke(std::int64_t when) { return machine.resume(Woke{at(when)}); }
  // Listed at 10 with version 5, the stream open at 12.
  void watching() {
    start();
    listed(10, list(5, {object("a", 3)}));
    opened(12);
  }
  static std::string version_of(const WatchStep& step) {
    const auto* open = std::get_if<OpenStream>(&step.action);
    return open == nullptr ? "no stream" : open->resource_version;
  }
  static bool sleeps(const WatchStep& step) { return std::holds_alternative<Sleep>(step.action); }
  static bool lists(const WatchStep& step) { return std::holds_alternative<FetchPage>(step.action); }
};

}  // namespace straycat::kube::test
