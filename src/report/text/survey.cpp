// What a survey found, for a terminal.
#include <algorithm>

#include <fmt/format.h>

#include "report/survey_words.hpp"
#include "report/text/page.hpp"
#include <straycat/model/selector.hpp>
#include <straycat/report/survey.hpp>

namespace straycat::report {
namespace {

using survey::Survey;

// The verdict's word as the first line's prefix.
std::string verdict_word(const Survey& one) { return fmt::format("{}  ", survey_word(one.exit_code())); }

Ink verdict_ink(const Survey& one) {
  const int code = one.exit_code();
  return code == 1 ? Ink::red : code == 2 ? Ink::yellow : Ink::green;
}

void write_standing(Page& page, const survey::Standing& one, std::int64_t now) {
  const TextStyle& style = page.style();
  const std::string mark = one.stray ? "! " : "  ";
  const std::string line = fmt::format(
      "{}{} {:>4} {:>5} {:>8}  {}", mark, fit(harmless(one.workload.display(), style.unicode), 28, style.unicode),
      one.pods.size(), one.ready, age_words(now, one.since_wall_ns), harmless(probe_words(one), style.unicode));
  page.line(ink(line, one.stray ? Ink::red : Ink::plain, style));
  for (const finding::PortFit& fit : one.ports) page.say("      port ", fit_words(fit), Ink::dim);
  for (const survey::PodLine& pod : one.pods)
    if (worth_a_line(one, pod)) page.say("      pod ", pod_words(pod), Ink::dim);
}

void write_behind(Page& page, const Survey& one, std::int64_t now) {
  const std::string selector = one.selector.empty() ? "no selector" : "selector " + model::to_string(one.selector);
  page.title(harmless(fmt::format("Behind it now ({}; port {})", selector, one.ports), page.style().unicode));
  if (one.behind.empty())
    page.line("  no pod");
  else
    page.line(
        ink(fmt::format("  {:<28} {:>4} {:>5} {:>8}  {}", "workload", "pods", "ready", "since", "readiness probe"),
            Ink::dim, page.style()));
  for (const survey::Standing& standing : one.behind) write_standing(page, standing, now);
  page.say("  ", intent_words(one));
}

void write_others(Page& page, const Survey& one, std::int64_t now) {
  if (!one.prospects.empty()) page.title("Could come to stand there");
  for (const survey::Prospect& prospect : one.prospects)
    page.say(prospect.stray ? "! " : "  ", fmt::format("{}: {}", prospect.workload.display(), prospect.state),
             prospect.stray ? Ink::red : Ink::plain);
  if (!one.past.empty()) page.title("Stood there");
  std::size_t told = 0;
  for (const survey::Past& past : one.past) {
    if (++told > 8) {
      page.line(fmt::format("  and {} more", one.past.size() - 8));
      break;
    }
    page.say(past.stray ? "! " : "  ", past_words(past, now), past.stray ? Ink::red : Ink::plain);
  }
}

void write_rest(Page& page, const Survey& one) {
  for (const finding::Finding& finding : one.findings) {
    write_finding(page, finding, true);
    write_fix(page, finding);
  }
  if (!one.open.empty()) page.title("Cannot be told");
  for (const std::string& open : one.open) page.say("  - ", open, Ink::yellow);
  if (!one.notes.empty()) page.title("Notes");
  for (const std::string& note : one.notes) page.say("  - ", note);
}

void write_one(Page& page, const survey::Snapshot& snapshot, const Survey& one) {
  page.line();
  page.say(verdict_word(one), one.headline, verdict_ink(one));
  if (one.seen) {
    write_behind(page, one, snapshot.wall_ns);
    write_others(page, one, snapshot.wall_ns);
  }
  write_rest(page, one);
}

// Of those of one verdict a line each, as many as a person reads; of the rest how many there are.
void write_rows(Page& page, const std::vector<Survey>& surveys, int exit_code, std::size_t most) {
  std::size_t count = 0;
  for (const Survey& one : surveys) {
    if (one.exit_code() != exit_code || ++count > most) continue;
    page.say(fmt::format("{:<13}", verdict_word(one)), fmt::format("{}/{}: {}", one.ns, one.service, one.headline),
             verdict_ink(one));
  }
  if (count > most)
    page.say(fmt::format("{:<13}", fmt::format("{}  ", survey_word(exit_code))),
             fmt::format("and {} more; --json has them all", count - most), Ink::dim);
}

// Of many Services a line each, what matters first; those with a finding whole.
void write_many(Page& page, const survey::Snapshot& snapshot, const std::vector<Survey>& surveys) {
  page.say("", surveys_sum(surveys));
  page.line();
  write_rows(page, surveys, 1, surveys.size());
  write_rows(page, surveys, 2, 20);
  write_rows(page, surveys, 0, 10);
  for (const Survey& one : surveys) {
    if (one.findings.empty()) continue;
    page.title(fmt::format("Service/{} in {}", harmless(one.service, page.style().unicode),
                           harmless(one.ns, page.style().unicode)));
    write_behind(page, one, snapshot.wall_ns);
    write_others(page, one, snapshot.wall_ns);
    write_rest(page, one);
  }
}

}  // namespace

std::string render_survey(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys, bool all,
                          const TextStyle& wanted) {
  TextStyle style = wanted;
  style.width = std::clamp(style.width, 60, 200);
  Page page(style);
  page.say("", fmt::format("straycat {}: {}", STRAYCAT_VERSION, survey_title(surveys, all)), Ink::bold);
  page.say("",
           fmt::format("{}, Kubernetes {}, {}", snapshot.where, snapshot.version.empty() ? "?" : snapshot.version,
                       format_wall(snapshot.wall_ns)),
           Ink::dim);
  if (all)
    write_many(page, snapshot, surveys);
  else
    for (const Survey& one : surveys) write_one(page, snapshot, one);
  const auto missing = survey::costs(snapshot);
  if (!missing.empty()) page.title("Not seen");
  for (const std::string& cost : missing) page.say("  - ", cost, Ink::yellow);
  page.line();
  page.say("",
           fmt::format("No request was sent; what is said here is read off the objects. {}",
                       exit_words(survey::exit_code(snapshot, surveys))),
           Ink::bold);
  return page.take();
}

}  // namespace straycat::report
