// Shorthand of the judge's tests, and ways to take a log apart.
#pragma once

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include "history/support/log_maker.hpp"
#include "history/support/scenes.hpp"
#include <straycat/diagnose/verdict.hpp>

namespace straycat::test {

inline diagnose::Verdict judged(const EventLog& log) {
  const auto history = history::fold(log);
  EXPECT_TRUE(history);
  return history ? diagnose::judge(*history) : diagnose::Verdict{};
}
inline diagnose::Verdict judged(const World& world) { return judged(log_of(world)); }

// "found stray-endpoint Job/sayhi", "none", "inconclusive: first reason". Latent findings after a plus.
inline std::string brief(const diagnose::Verdict& verdict) {
  std::string text(to_string(verdict.conclusion));
  for (const auto& finding : verdict.findings) {
    if (finding.cause == finding::Cause::unexplained ||
        (finding.explained == 0 && verdict.conclusion == diagnose::Conclusion::inconclusive))
      continue;
    text += (finding.explained == 0 ? " + " : " ") + std::string(to_string(finding.cause)) +
            (finding.workload ? " " + finding.workload->display() : "");
  }
  if (!verdict.reasons.empty()) text += ": " + verdict.reasons.front();
  return text;
}

inline EventLog without(EventLog log, const std::function<bool(const Event&)>& gone) {
  std::erase_if(log.events, gone);
  return log;
}

inline EventLog cut_at(EventLog log, double share) {
  log.events.resize(static_cast<std::size_t>(static_cast<double>(log.events.size()) * share));
  log.cut = true;
  return log;
}

inline std::string lines_of(const EventLog& log) {
  std::string text;
  for (const Event& event : log.events) text += to_line(event) + "\n";
  return text;
}

inline EventLog read(const std::string& text) {
  std::istringstream in(text);
  auto log = read_log(in);
  EXPECT_TRUE(log) << log.error().message;
  return log ? *log : EventLog{};
}

inline bool updating() {
  const char* flag = std::getenv("STRAYCAT_UPDATE_GOLDENS");
  return flag != nullptr && std::string(flag) == "1";
}

// Compares with a file of the source tree, or writes it when STRAYCAT_UPDATE_GOLDENS=1.
inline void expect_golden(const std::string& path, const std::string& text) {
  const std::string full = std::string(STRAYCAT_SOURCE_DIR) + "/" + path;
  if (updating()) {
    std::ofstream(full) << text;
    return;
  }
  std::ifstream in(full);
  std::stringstream golden;
  golden << in.rdbuf();
  EXPECT_EQ(golden.str(), text) << path << " differs; STRAYCAT_UPDATE_GOLDENS=1 rewrites it";
}

}  // namespace straycat::test
