#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "compare/figures.hpp"
#include <straycat/compare/compare.hpp>

namespace straycat::compare {
namespace {

std::string accused(const diagnose::Verdict& verdict) {
  std::string text;
  for (const finding::Finding& finding : verdict.findings) {
    if (finding.explained == 0) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", finding.title());
    if (finding.workload) text += " of " + finding.workload->display();
  }
  return text;
}

std::string told_outcome(const diagnose::Verdict& verdict) {
  const std::string cause = accused(verdict);
  const std::string found = !cause.empty()                                     ? "found " + cause
                            : verdict.conclusion == diagnose::Conclusion::none ? "clean"
                                                                               : "nothing proven";
  const char* word = verdict.exit_code == 0   ? "passed"
                     : verdict.exit_code == 1 ? "failed"
                     : verdict.exit_code == 2 ? "inconclusive"
                                              : "broken";
  return fmt::format("{}, {}", word, found);
}

// Of what is not proven, nothing; of what broke, neither.
Change outcome_change(const diagnose::Verdict& before, const diagnose::Verdict& after) {
  if (before.exit_code > 1 || after.exit_code > 1) return Change::cannot_tell;
  if (before.exit_code != after.exit_code) return after.exit_code == 1 ? Change::worse : Change::better;
  return accused(before) == accused(after) ? Change::same : Change::different;
}

nlohmann::json plan_without_seed(const history::History& history) {
  nlohmann::json plan = history.header.plan;
  if (plan.is_object()) plan.erase("seed");
  return plan;
}

void note_differences(const history::History& before, const history::History& after, std::vector<std::string>& notes) {
  const Header &was = before.header, &is = after.header;
  const auto note = [&](const char* what, const std::string& a, const std::string& b) {
    if (a != b)
      notes.push_back(fmt::format("{}: {}, then {}", what, a.empty() ? "unknown" : a, b.empty() ? "unknown" : b));
  };
  note("not the same scenario", was.scenario, is.scenario);
  note("not the same cluster", was.cluster, is.cluster);
  note("not the same data plane", was.data_plane, is.data_plane);
  note("not the same Kubernetes", was.cluster_version, is.cluster_version);
  if (plan_without_seed(before) != plan_without_seed(after))
    notes.emplace_back("the scenario or its manifests were changed in between (the page says where)");
  if (!before.ended || before.ended->reason != RunEnd::finished) notes.emplace_back("the first run did not finish");
  if (!after.ended || after.ended->reason != RunEnd::finished) notes.emplace_back("the second run did not finish");
}

void note_phases(const diagnose::Verdict& one, const diagnose::Verdict& other, const char* which,
                 std::vector<std::string>& notes) {
  std::set<std::string> known, told;
  for (const diagnose::PhaseReport& phase : other.phases) known.insert(phase.phase);
  for (const diagnose::PhaseReport& phase : one.phases)
    if (!known.contains(phase.phase) && told.insert(phase.phase).second)
      notes.push_back(fmt::format("phase {} is in the {} run only", phase.phase, which));
}

// Any figure that is proven to be worse makes the whole worse. To say anything else the shares of all requests must be
// told; what phases of few requests cannot tell stands in their rows.
Change change_of_whole(const Comparison& all) {
  bool better = all.outcome == Change::better, decided = false;
  if (all.outcome == Change::worse) return Change::worse;
  for (const Figure& figure : all.figures) {
    if (figure.change == Change::worse) return Change::worse;
    better = better || figure.change == Change::better;
    decided = decided || figure.decides;
  }
  const bool open = std::any_of(all.figures.begin(), all.figures.end(), [](const Figure& figure) {
    return figure.decides && figure.change == Change::cannot_tell;
  });
  if (!decided || open) return Change::cannot_tell;
  return better ? Change::better : Change::same;
}

std::string figure_words(const Figure& figure) {
  return fmt::format("{}: {}, then {} ({})", figure.name, before_words(figure), after_words(figure),
                     range_words(figure));
}

std::string say_whole(const Comparison& all) {
  std::string words(to_string(all.whole));
  std::size_t others = 0;
  std::string first = all.outcome == all.whole && all.whole != Change::same
                          ? fmt::format("{}; then {}", all.outcome_before, all.outcome_after)
                          : "";
  for (const Figure& figure : all.figures) {
    const bool tells = figure.change == all.whole && (figure.decides || all.whole != Change::cannot_tell);
    if (!tells) continue;
    if (!first.empty()) {
      ++others;
      continue;
    }
    first = figure_words(figure);
    if (all.whole == Change::same) words = change_words(figure);
  }
  if (first.empty()) first = "no traffic is in both runs";
  return fmt::format("{}: {}{}", words, first,
                     others > 0 && all.whole != Change::same ? fmt::format("; and {} more", others) : "");
}

std::string percent(double share) { return fmt::format("{:.{}f}", share * 100, std::abs(share) < 0.01 ? 2 : 1); }

std::string length_words(double ns) {
  const double size = std::abs(ns);
  if (size < 1e3) return fmt::format("{:.0f} ns", ns);
  if (size < 1e6) return fmt::format("{:.0f} us", ns / 1e3);
  return size < 1e9 ? fmt::format("{:.1f} ms", ns / 1e6) : fmt::format("{:.2f} s", ns / 1e9);
}

std::string value_words(const Figure& figure, double value, const std::string& of) {
  return figure.unit == Unit::share ? fmt::format("{} % ({})", percent(value), of) : length_words(value);
}

std::string with_sign(const Figure& figure, double value) {
  const std::string words = figure.unit == Unit::share ? percent(value) : length_words(value);
  return words.starts_with('-') ? words : "+" + words;
}

}  // namespace

const history::Traffic* same_traffic(const history::History& history, const std::string& name,
                                     const std::string& vantage) {
  for (const history::Traffic& one : history.traffic)
    if (one.name == name && one.vantage == vantage) return &one;
  return nullptr;
}

std::string of_traffic(const history::History& history, const std::string& name, const std::string& vantage) {
  return history.traffic.size() < 2 ? "" : fmt::format(" ({} from {})", name, vantage);
}

std::uint64_t failed_in(const AttemptWindow& window) {
  std::uint64_t failed = 0;
  for (const auto& [kind, count] : window.failed) failed += count;
  return failed;
}

Comparison compare(const Side& before, const Side& after) {
  Comparison all;
  add_shares(before, after, all.figures);
  add_times(before, after, all.figures);
  add_latency(before, after, all.figures);
  all.outcome_before = told_outcome(before.verdict);
  all.outcome_after = told_outcome(after.verdict);
  all.outcome = outcome_change(before.verdict, after.verdict);
  note_differences(before.history, after.history, all.notes);
  note_phases(before.verdict, after.verdict, "first", all.notes);
  note_phases(after.verdict, before.verdict, "second", all.notes);
  all.whole = change_of_whole(all);
  all.sentence = say_whole(all);
  return all;
}

int exit_code(Change whole) { return whole == Change::worse ? 1 : whole == Change::cannot_tell ? 2 : 0; }

std::string before_words(const Figure& figure) { return value_words(figure, figure.before, figure.of_before); }
std::string after_words(const Figure& figure) { return value_words(figure, figure.after, figure.of_after); }

std::string range_words(const Figure& figure) {
  return fmt::format("{} to {}{}", with_sign(figure, figure.low), with_sign(figure, figure.high),
                     figure.unit == Unit::share ? " points" : "");
}

std::string change_words(const Figure& figure) {
  if (figure.change != Change::same) return std::string(to_string(figure.change));
  const std::string margin =
      figure.unit == Unit::share ? percent(figure.margin) + " points" : length_words(figure.margin);
  return "same within " + margin;
}

nlohmann::json to_json(const Comparison& comparison) {
  using json = nlohmann::json;
  json figures = json::array();
  for (const Figure& one : comparison.figures)
    figures.push_back({{"name", one.name},
                       {"unit", one.unit == Unit::share ? "share" : "ns"},
                       {"before", one.before},
                       {"after", one.after},
                       {"low", one.low},
                       {"high", one.high},
                       {"margin", one.margin},
                       {"change", to_string(one.change)},
                       {"decides", one.decides}});
  return json::object({{"format", compare_format},
                       {"change", to_string(comparison.whole)},
                       {"sentence", comparison.sentence},
                       {"outcome",
                        {{"before", comparison.outcome_before},
                         {"after", comparison.outcome_after},
                         {"change", to_string(comparison.outcome)}}},
                       {"figures", std::move(figures)},
                       {"notes", comparison.notes},
                       {"exitCode", exit_code(comparison.whole)}});
}

}  // namespace straycat::compare
