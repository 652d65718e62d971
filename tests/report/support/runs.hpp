// The saved logs, judged, and what the formats' tests ask of every text.
#pragma once

#include <string>
#include <vector>

#include "diagnose/support/judging.hpp"
#include <straycat/report/report.hpp>

namespace straycat::test {

struct Run {
  history::History history;
  diagnose::Verdict verdict;
};

inline Run run_of(const EventLog& log) {
  auto history = history::fold(log);
  EXPECT_TRUE(history);
  if (!history) return {};
  diagnose::Verdict verdict = diagnose::judge(*history);
  return {std::move(*history), std::move(verdict)};
}
inline Run run_of(const World& world) { return run_of(log_of(world)); }

// The article, but the prober's records are not whole: its cause explains a part, and nobody is accused.
inline World suspected() {
  World world = article();
  world.records_lost = 5;
  return world;
}

inline const std::vector<std::string>& saved_names() {
  static const std::vector<std::string> names{"article", "fixed", "inconclusive", "cut", "empty", "hostile"};
  return names;
}

inline std::string file_of(const std::string& path) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// One of tests/logs, read and judged.
inline Run saved_run(const std::string& name) {
  EventLog log = read(file_of("tests/logs/" + name + ".jsonl"));
  log.cut = name == "cut";
  return run_of(log);
}

inline std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

inline std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace straycat::test
