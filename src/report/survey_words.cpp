#include "report/survey_words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace straycat::report {

using survey::Survey;

std::string_view survey_word(int exit_code) {
  return exit_code == 1 ? "FOUND" : exit_code == 2 ? "CANNOT TELL" : "NOTHING";
}

std::string_view exit_words(int exit_code) {
  return exit_code == 1 ? "exit 1: a finding" : exit_code == 2 ? "exit 2: cannot tell" : "exit 0: nothing suspicious";
}

std::string surveys_sum(const std::vector<Survey>& surveys) {
  if (surveys.empty()) return "no Service was read";  // three noughts would say that nothing is suspicious
  const auto of = [&](int code) {
    return std::count_if(surveys.begin(), surveys.end(), [&](const Survey& one) { return one.exit_code() == code; });
  };
  return fmt::format("{} with a finding, {} of which it cannot be told, {} with nothing suspicious", of(1), of(2),
                     of(0));
}

std::string survey_title(const std::vector<Survey>& surveys, bool all) {
  if (all || surveys.empty()) return fmt::format("{} Service{}", surveys.size(), surveys.size() == 1 ? "" : "s");
  return fmt::format("Service/{} in namespace {}", surveys.front().service, surveys.front().ns);
}

std::string age_words(std::int64_t now, std::int64_t since) {
  if (since == 0) return "-";
  const std::int64_t seconds = std::max<std::int64_t>(0, (now - since) / 1'000'000'000);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return seconds < 172'800 ? fmt::format("{} h", seconds / 3600) : fmt::format("{} d", seconds / 86'400);
}

std::string fit_words(const finding::PortFit& fit) {
  if (!fit.number) return fmt::format("{} -> {}: no such port", fit.port, fit.target);
  const bool same = fit.target == std::to_string(*fit.number);
  const std::string head =
      fmt::format("{} -> {}{}{}", fit.port, fit.target, same ? "" : fmt::format("={}", *fit.number),
                  fit.lacking == 0 ? "" : fmt::format(" (which {} of {} pods lack)", fit.lacking, fit.pods));
  if (fit.declared) return head + ": declared";
  if (fit.probed) return head + ": probed";
  std::string others;
  for (const int port : fit.others) others += (others.empty() ? "" : ", ") + std::to_string(port);
  return head + ": not declared" + (others.empty() ? "" : fmt::format(" (but {})", others));
}

std::string pod_words(const survey::PodLine& pod) {
  std::string words = fmt::format("{} {} {}", pod.name, pod.address.empty() ? "no address" : pod.address,
                                  pod.ready ? "ready" : pod.phase);
  if (!pod.node.empty()) words += " on " + pod.node;
  if (!pod.trouble.empty()) words += ", " + pod.trouble;
  if (pod.restarts > 0) words += fmt::format(", {} restart{}", pod.restarts, pod.restarts == 1 ? "" : "s");
  if (pod.terminating) words += ", terminating";
  if (!pod.routable) words += ", gets no connections";
  return words;
}

std::string probe_words(const survey::Standing& standing) {
  std::string out;
  for (const std::string& probe : standing.readiness) out += (out.empty() ? "" : ", ") + probe;
  return out.empty() ? "no readiness probe" : out;
}

std::string intent_words(const Survey& one) {
  if (!one.intent.known()) return fmt::format("For whom it was made cannot be told: {}.", one.intent.basis);
  const std::string whom = one.intent.names();
  return one.intent.given() ? fmt::format("It was made for {}: {}.", whom, one.intent.basis)
                            : fmt::format("Probably made for {}: {}.", whom, one.intent.basis);
}

std::string past_words(const survey::Past& past, std::int64_t now) {
  const std::int64_t last = std::max(past.from_wall_ns, past.to_wall_ns);
  return fmt::format("{}{}: {}", last == 0 ? "" : age_words(now, last) + " ago, ", past.workload.display(), past.text);
}

bool worth_a_line(const survey::Standing& standing, const survey::PodLine& pod) {
  return standing.pods.size() <= 5 || !pod.ready || pod.restarts > 0;
}

}  // namespace straycat::report
