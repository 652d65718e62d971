// A survey as Markdown for a pull request or a chat: at most 60 lines.
#include <algorithm>

#include <fmt/format.h>

#include "report/markdown.hpp"
#include "report/survey_words.hpp"
#include <straycat/model/selector.hpp>
#include <straycat/report/survey.hpp>

namespace straycat::report {
namespace {

using survey::Survey;
using Lines = std::vector<std::string>;

constexpr std::size_t most_survey_rows = 24;

std::string more(std::size_t all, std::size_t most) { return fmt::format("- and {} more", all - most); }

void add_list(Lines& lines, const char* what, const std::vector<std::string>& items, std::size_t most) {
  for (std::size_t i = 0; i < std::min(items.size(), most); ++i)
    lines.push_back(fmt::format("- {}{}", what, markdown_text(items[i])));
  if (items.size() > most) lines.push_back(more(items.size(), most));
}

void add_behind(Lines& lines, const Survey& one, std::int64_t now) {
  const std::string selector = one.selector.empty() ? "no selector" : "selector " + model::to_string(one.selector);
  lines.insert(lines.end(),
               {"", markdown_text(fmt::format("{}; port {}", selector, one.ports)), "",
                "| workload | pods | ready | since | readiness probe | |", "|---|---:|---:|---:|---|---|"});
  for (std::size_t i = 0; i < std::min<std::size_t>(one.behind.size(), 8); ++i) {
    const survey::Standing& standing = one.behind[i];
    lines.push_back(fmt::format("| {} | {} | {} | {} | {} | {} |", markdown_text(standing.workload.display()),
                                standing.pods.size(), standing.ready, age_words(now, standing.since_wall_ns),
                                markdown_text(probe_words(standing)), standing.stray ? "**stray**" : ""));
  }
  lines.insert(lines.end(), {"", markdown_text(intent_words(one)), ""});
  std::vector<std::string> others;
  for (const survey::Prospect& prospect : one.prospects)
    others.push_back(fmt::format("Could come: {}: {}", prospect.workload.display(), prospect.state));
  for (const survey::Past& past : one.past) others.push_back("Stood there: " + past_words(past, now));
  add_list(lines, "", others, 6);
}

void add_one(Lines& lines, const Survey& one, std::int64_t now) {
  lines.insert(lines.end(), {"", markdown_text(one.headline)});
  if (one.seen) add_behind(lines, one, now);
  std::vector<std::string> found;
  for (const finding::Finding& finding : one.findings) found.push_back(finding.sentence);
  if (found.size() > 1) add_list(lines, "Found: ", found, 5);
  add_fix(one.findings, lines);
  if (!one.open.empty() || !one.notes.empty()) lines.emplace_back();
  add_list(lines, "Cannot be told: ", one.open, 5);
  add_list(lines, "", one.notes, 3);
}

// Those with a finding first: they must not fall off the end.
void add_many(Lines& lines, const std::vector<Survey>& surveys) {
  std::vector<const Survey*> order;
  for (const int code : {1, 2, 0})
    for (const Survey& one : surveys)
      if (one.exit_code() == code) order.push_back(&one);
  lines.insert(lines.end(), {"", surveys_sum(surveys), "", "| | Service | |", "|---|---|---|"});
  for (std::size_t i = 0; i < std::min(order.size(), most_survey_rows); ++i)
    lines.push_back(fmt::format("| {} | {} | {} |", survey_word(order[i]->exit_code()),
                                markdown_text(order[i]->ns + "/" + order[i]->service),
                                markdown_text(order[i]->headline)));
  if (order.size() > most_survey_rows) lines.insert(lines.end(), {"", more(order.size(), most_survey_rows)});
  std::vector<finding::Finding> findings;
  for (const Survey* one : order) findings.insert(findings.end(), one->findings.begin(), one->findings.end());
  add_fix(findings, lines);
}

}  // namespace

std::string render_survey_markdown(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys,
                                   bool all) {
  const int code = survey::exit_code(snapshot, surveys);
  Lines lines{fmt::format("### straycat: {}: {}", markdown_text(survey_title(surveys, all)), survey_word(code))};
  if (all || surveys.size() != 1)
    add_many(lines, surveys);
  else
    add_one(lines, surveys.front(), snapshot.wall_ns);
  const auto missing = survey::costs(snapshot);
  if (!missing.empty()) lines.emplace_back();
  add_list(lines, "Not seen: ", missing, 5);
  return markdown_page(std::move(lines), fmt::format("No request was sent; {}", exit_words(code)));
}

}  // namespace straycat::report
