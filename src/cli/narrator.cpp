#include "cli/narrator.hpp"

#include <map>

#include <fmt/format.h>

#include <straycat/core/records.hpp>
#include <straycat/report/report.hpp>

namespace straycat::cli {
namespace {

constexpr std::uint64_t requests_a_line = 10;  // half a second

// What happens at a step of demo/scenario.yaml, and what is to be expected then.
const std::map<std::string, std::string>& chapters() {
  static const std::map<std::string, std::string> all = {
      {"deploy",
       "1  A Deployment of a small server that answers /hi with a cat, and a Service in\n"
       "   front of it, whose selector is app=sayhi.\n"},
      {"ask",
       "2  Twenty requests a second through the Service, a new connection for each.\n"
       "   Expected: a cat every time.\n"},
      {"stray",
       "3  A Job starts. It listens nowhere, and its pod carries the same label,\n"
       "   app=sayhi. It has no readiness probe, so it is ready as soon as it runs.\n"
       "   Expected: half of the connections land there, and are refused.\n"},
      {"over",
       "4  The Job is over, and so are the failures. No probe failed, and nobody logged\n"
       "   anything: whoever looks now finds a healthy Service.\n"},
  };
  return all;
}

}  // namespace

std::string Narrator::chapter(const std::string& step) const {
  const auto found = chapters().find(step);
  return found == chapters().end() ? "" : "\n" + found->second;
}

// In the order in which they were sent, some to a line.
std::string Narrator::requests(std::uint64_t sent) {
  counted_ += sent;
  std::string out;
  for (; counted_ - told_ >= requests_a_line; told_ += requests_a_line) {
    std::string line;
    std::uint64_t refused = 0;
    for (std::uint64_t id = told_; id < told_ + requests_a_line; ++id) {
      const bool bad = failed_.erase(id) > 0;
      refused += bad ? 1 : 0;
      line += unicode_ ? (bad ? "❌" : "🐈") : (bad ? "x " : "hi");
      line += ' ';
    }
    out += fmt::format("   {}{}\n", line,
                       refused == 0 ? "" : fmt::format(" {} of {}: {}", refused, requests_a_line, why_));
  }
  return out;
}

std::string Narrator::on_event(const Event& event) {
  if (event.kind == StepRecord::started) return chapter(event.body.value("name", ""));
  if (event.kind == RunEnded::kind) return "\n";
  if (event.kind == AttemptFailed::kind) {
    const auto failure = event.body.get<AttemptFailed>();
    failed_.insert(failure.id);
    why_ = report::harmless(to_string(failure.failure.kind), unicode_);
  }
  return event.kind == AttemptWindow::kind ? requests(event.body.value("sent", std::uint64_t{0})) : "";
}

}  // namespace straycat::cli
