// What JUnit XML is made of. Private to `report`.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <straycat/diagnose/verdict.hpp>

namespace straycat::report {

enum class JunitState { passed, failed, unproven, broken };

// A finding with what proves it, a line each; XML text already.
[[nodiscard]] std::string junit_proof(const finding::Finding& finding);

// One suite, case by case.
class JunitSuite {
 public:
  // `inconclusive_fails`: what is unproven is a failure, not skipped.
  JunitSuite(std::string name, bool inconclusive_fails)
      : name_(std::move(name)), inconclusive_fails_(inconclusive_fails) {}

  // `why` is plain text; `body` is what a failure says at length, XML text already. `figures`: plain, told
  // beside it whatever the state is; a name holds none, as systems tell cases of many runs by it.
  void add(const std::string& name, double seconds, JunitState state, const std::string& why, const std::string& body,
           const std::string& figures = "");
  // A figure of the whole suite.
  void property(const std::string& name, std::uint64_t value);
  void property(const std::string& name, const std::string& value);
  [[nodiscard]] std::string document(double seconds, std::int64_t wall_ns, const std::string& host) const;

 private:
  std::string name_, properties_, cases_;
  bool inconclusive_fails_;
  int tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
};

}  // namespace straycat::report
