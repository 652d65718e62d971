// The suite for programs: JSON lines.
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

using nlohmann::json;
using suite::suite_format;

std::string json_line(const json& document) {
  return document.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
}

std::string_view state_word(suite::State state) {
  switch (state) {
    case suite::State::passed:
      return "passed";
    case suite::State::failed:
      return "failed";
    case suite::State::inconclusive:
      return "inconclusive";
    case suite::State::broken:
      return "broken";
  }
  return "broken";
}

json run_json(const suite::Run& run) {
  json out = json::object({{"state", state_word(run.state)},
                           {"round", run.round},
                           {"folder", run.folder},
                           {"why", run.why},
                           {"conclusion", run.conclusion},
                           {"tookNs", run.took.count()},
                           {"requests", run.requests},
                           {"failures", run.failures},
                           {"beside", run.beside},
                           {"setAside", run.set_aside}});
  out["expectations"] = json::array();
  for (const suite::CheckedExpectation& one : run.expectations)
    out["expectations"].push_back({{"text", one.text}, {"outcome", one.outcome}, {"why", one.why}});
  if (run.fix)
    out["fix"] = {
        {"target", run.fix->target}, {"yaml", run.fix->yaml}, {"file", run.fix->file}, {"line", run.fix->line}};
  return out;
}

json case_json(const suite::CaseResult& result) {
  json out = json::object({{"format", suite_format},
                           {"case", result.of.name},
                           {"file", result.of.file},
                           {"line", result.of.line},
                           {"labels", result.of.labels},
                           {"outcome", to_string(result.outcome)},
                           {"why", result.why},
                           {"tookNs", result.took().count()}});
  out["runs"] = json::array();
  for (const suite::Run& run : result.runs) out["runs"].push_back(run_json(run));
  return out;
}

json whole_json(const suite::Answer& answer) {
  json counts = json::object();
  for (const suite::Outcome outcome : suite::every_outcome)
    counts[std::string(to_string(outcome))] = answer.count(outcome);
  return json::object({{"format", suite_format},
                       {"suite", sentence(answer)},
                       {"counts", std::move(counts)},
                       {"cases", answer.cases.size()},
                       {"started", format_wall(answer.wall_ns)},
                       {"tookNs", answer.took.count()},
                       {"interrupted", answer.interrupted},
                       {"exitCode", exit_code(answer)}});
}

}  // namespace

std::string render_suite_lines(const suite::Answer& answer) {
  std::string out;
  for (const suite::CaseResult& result : answer.cases) out += json_line(case_json(result));
  return out + json_line(whole_json(answer));
}

}  // namespace straycat::report
