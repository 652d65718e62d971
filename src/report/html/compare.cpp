// Many runs on one page: before and after a fix, ten repeats, two clusters. All lanes share one axis, on which each
// run's first step stands at zero.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "report/html/frame.hpp"
#include "report/html/lanes.hpp"
#include "report/html/markup.hpp"
#include "report/html/tables.hpp"
#include "report/outcome.hpp"
#include "report/story.hpp"
#include <straycat/compare/compare.hpp>
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using Runs = std::vector<Compared>;
using json = nlohmann::json;

constexpr std::size_t most_differences = 40;

std::string accused(const Compared& run) {
  std::string text;
  for (const finding::Finding& finding : run.verdict->findings) {
    if (finding.explained == 0) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", finding.title());
    if (finding.workload) text += " of " + finding.workload->display();
  }
  return text.empty() ? "nothing" : text;
}

std::string failed_words(std::uint64_t failed, std::uint64_t attempts) {
  if (attempts == 0) return "nothing sent";
  return fmt::format("{} of {} ({:.1f} %)", failed, attempts,
                     100.0 * static_cast<double>(failed) / static_cast<double>(attempts));
}

std::string cards(const Runs& runs) {
  std::string out = "<div class=\"runs\">";
  for (const Compared& run : runs) {
    out += fmt::format("<section class=\"run {}\"><p>{}<strong>{}</strong></p><p>{}</p></section>\n",
                       outcome_of(*run.verdict).css, outcome_boxes(*run.verdict), escape(run.name),
                       escape(run.verdict->headline));
  }
  return out + "</div>\n";
}

// "verdict: found in a, b; none in c"; empty when all say the same.
std::string difference(const std::string& what, const Runs& runs,
                       const std::function<std::string(const Compared&)>& value) {
  std::vector<std::pair<std::string, std::string>> groups;  // value -> names, by first appearance
  for (const Compared& run : runs) {
    const std::string one = value(run);
    auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == one; });
    if (found == groups.end()) {
      groups.emplace_back(one, run.name);
    } else {
      found->second += ", " + run.name;
    }
  }
  if (groups.size() < 2) return "";
  std::string text = what + ": ";
  for (std::size_t i = 0; i < groups.size(); ++i)
    text += fmt::format("{}{} in {}", i == 0 ? "" : "; ", groups[i].first.empty() ? "nothing" : groups[i].first,
                        groups[i].second);
  return text;
}

// A plan as "where: value", where manifests are called by their objects' names and steps by theirs.
std::map<std::string, std::string> flat_plan(const Compared& run) {
  std::map<std::string, std::string> flat;
  const json& plan = run.history->header.plan;
  if (!plan.is_object()) return flat;
  const auto put = [&](const std::string& where, const json& value) {
    const json leaves = value.flatten();
    for (const auto& [path, leaf] : leaves.items())
      flat[where + path] = leaf.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  for (const auto& [key, value] : plan.items()) {
    if (key != "steps" && key != "seed") put(key, value);
  }
  if (!plan.contains("steps") || !plan["steps"].is_array()) return flat;
  for (json step : plan["steps"]) {
    if (!step.is_object()) continue;
    const std::string name = "step " + step.value("name", json("?")).dump();
    const json::json_pointer at("/apply/manifests");
    if (step.contains(at) && step[at].is_array()) {
      for (const json& manifest : step[at]) {
        const json object = manifest.value("object", json::object());
        put(fmt::format("{} {}", name, manifest.value("file", "")), object);
      }
      step["apply"].erase("manifests");
    }
    put(name, step);
  }
  return flat;
}

std::vector<std::string> plan_differences(const Runs& runs) {
  std::vector<std::map<std::string, std::string>> plans;
  std::set<std::string> keys;
  for (const Compared& run : runs) {
    plans.push_back(flat_plan(run));
    for (const auto& [key, unused] : plans.back()) keys.insert(key);
  }
  std::vector<std::string> all;
  for (const std::string& key : keys) {
    const std::string text = difference("the plan's " + key, runs, [&](const Compared& run) {
      const auto& plan = plans[static_cast<std::size_t>(&run - runs.data())];
      const auto found = plan.find(key);
      return found == plan.end() ? std::string() : found->second;
    });
    if (!text.empty()) all.push_back(text);
  }
  return all;
}

std::vector<std::string> differences(const Runs& runs) {
  std::vector<std::string> all;
  const auto add = [&](const char* what, const std::function<std::string(const Compared&)>& value) {
    const std::string text = difference(what, runs, value);
    if (!text.empty()) all.push_back(text);
  };
  add("verdict", [](const Compared& run) { return std::string(to_string(run.verdict->conclusion)); });
  add("proven cause", accused);
  add("failures", [](const Compared& run) { return std::string(run.verdict->failed > 0 ? "some" : "none"); });
  add("scenario", [](const Compared& run) { return run.history->header.scenario; });
  add("straycat", [](const Compared& run) { return run.history->header.version; });
  add("cluster", [](const Compared& run) { return run.history->header.cluster; });
  add("Kubernetes", [](const Compared& run) { return run.history->header.cluster_version; });
  add("data plane", [](const Compared& run) { return run.history->header.data_plane; });
  add("end", [](const Compared& run) { return std::string(end_word(*run.history)); });
  for (std::string& text : plan_differences(runs)) all.push_back(std::move(text));
  if (all.size() > most_differences) {
    const std::size_t left = all.size() - most_differences;
    all.resize(most_differences);
    all.push_back(fmt::format("{} more differences between the plans", left));
  }
  if (all.empty()) all.emplace_back("none in verdict, cause, cluster or plan");
  return all;
}

// One row a figure or phase, one column a run.
std::string figures(const Runs& runs) {
  Table table{"the runs side by side", {""}, "", 0};
  for (const Compared& run : runs) table.heads.push_back(escape(run.name));
  const auto row = [&](const std::string& name, const std::function<std::string(const Compared&)>& value) {
    std::vector<std::string> cells{escape(name)};
    for (const Compared& run : runs) cells.push_back(escape(value(run)));
    table.row(cells);
  };
  row("verdict", [](const Compared& run) { return std::string(to_string(run.verdict->conclusion)); });
  row("proven cause", accused);
  row("failed", [](const Compared& run) { return failed_words(run.verdict->failed, run.verdict->attempts); });
  row("exit code", [](const Compared& run) { return std::to_string(run.verdict->exit_code); });
  row("length", [](const Compared& run) { return short_length(page_axis(*run.history).length()); });
  row("run", [](const Compared& run) { return run.history->header.run; });
  std::vector<std::string> phases;  // by first appearance in any run
  for (const Compared& run : runs) {
    for (const diagnose::PhaseReport& phase : run.verdict->phases) {
      if (std::find(phases.begin(), phases.end(), phase.phase) == phases.end()) phases.push_back(phase.phase);
    }
  }
  for (const std::string& name : phases) {
    row("phase " + name, [&](const Compared& run) {
      std::uint64_t failed = 0, attempts = 0;
      for (const diagnose::PhaseReport& phase : run.verdict->phases) {
        if (phase.phase != name) continue;
        failed += phase.failed;
        attempts += phase.attempts;
      }
      return failed_words(failed, attempts);
    });
  }
  return heading("figures", "Side by side") + table.draw();
}

// Of two runs: which is worse, by how much, and how surely.
std::string compared_section(const Runs& runs) {
  if (runs.size() != 2) return "";
  const compare::Comparison all =
      compare::compare({*runs[0].history, *runs[0].verdict}, {*runs[1].history, *runs[1].verdict});
  Table table{"the second run beside the first", {"", "figure", "#first", "#second", "#difference, 99.7 %"}, "", 0};
  for (const compare::Figure& one : all.figures)
    table.row({escape(change_words(one)), escape(one.name), escape(before_words(one)), escape(after_words(one)),
               escape(range_words(one))},
              one.change == compare::Change::worse);
  return heading("second", "The second beside the first") + "<p><strong>" + escape(all.sentence) + "</strong></p>\n" +
         table.draw() + list_section("hard", "Hard to compare", all.notes);
}

}  // namespace

std::string render_html_comparison(const std::vector<Compared>& runs) {
  std::int64_t length = 1;
  for (const Compared& run : runs) length = std::max(length, page_axis(*run.history).length());
  std::string out = page_head(fmt::format("{} runs", runs.size()));
  out += fmt::format("<header><h1>{} runs compared</h1></header>\n", runs.size()) + cards(runs);
  out += compared_section(runs) + list_section("differs", "What differs", differences(runs)) + page_buttons();
  const double detail = 1.0 / static_cast<double>(std::max<std::size_t>(runs.size(), 1));
  for (const Compared& run : runs) {
    const std::int64_t from = page_axis(*run.history).from;
    out += fmt::format("<h2>{}: {}, {}</h2>", escape(run.name), outcome_of(*run.verdict).word,
                       conclusion_word(*run.verdict));
    out += draw_page_lanes(*run.history, *run.verdict, {from, from + length}, detail);
  }
  return out + page_legend() + figures(runs) + lanes_page_end();
}

}  // namespace straycat::report
