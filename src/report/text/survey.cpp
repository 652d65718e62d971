// What a survey found, for a terminal.
#include <algorithm>

#include <fmt/format.h>

#include "report/text/page.hpp"
#include <straycat/model/selector.hpp>
#include <straycat/report/survey.hpp>

namespace straycat::report {
namespace {

using survey::Survey;

std::string age_of(std::int64_t now, std::int64_t since) {
  if (since == 0) return "-";
  const std::int64_t seconds = std::max<std::int64_t>(0, (now - since) / 1'000'000'000);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return seconds < 172'800 ? fmt::format("{} h", seconds / 3600) : fmt::format("{} d", seconds / 86'400);
}

std::string verdict_word(const Survey& one) {
  const int code = one.exit_code();
  return code == 1 ? "FOUND  " : code == 2 ? "CANNOT TELL  " : "NOTHING  ";
}

Ink verdict_ink(const Survey& one) {
  const int code = one.exit_code();
  return code == 1 ? Ink::red : code == 2 ? Ink::yellow : Ink::green;
}

// "declared", "probed", "not declared (8080)", "no such port": how one port of the Service fits.
std::string fit_words(const survey::PortFit& fit) {
  if (!fit.number) return fmt::format("{}: no such port", fit.target);
  const std::string number =
      fit.target == std::to_string(*fit.number) ? fit.target : fmt::format("{}={}", fit.target, *fit.number);
  if (fit.declared) return number + ": declared";
  if (fit.probed) return number + ": probed";
  std::string others;
  for (const int port : fit.others) others += (others.empty() ? "" : ", ") + std::to_string(port);
  return number + ": not declared" + (others.empty() ? "" : fmt::format(" (but {})", others));
}

std::string joined(const std::vector<std::string>& parts, const char* none) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out.empty() ? none : out;
}

void write_standing(Page& page, const survey::Standing& one, std::int64_t now) {
  const TextStyle& style = page.style();
  const std::string mark = one.stray ? "! " : "  ";
  const std::string line =
      fmt::format("{}{} {:>4} {:>5} {:>8}  {}", mark,
                  fit(harmless(one.workload.display(), style.unicode), 28, style.unicode), one.pods.size(), one.ready,
                  age_of(now, one.since_wall_ns), harmless(joined(one.readiness, "no readiness probe"), style.unicode));
  page.line(ink(line, one.stray ? Ink::red : Ink::plain, style));
  for (const survey::PortFit& fit : one.ports)
    page.say("      port ", fmt::format("{} -> {}", fit.port, fit_words(fit)), Ink::dim);
  for (const survey::PodLine& pod : one.pods) {
    if (one.pods.size() > 5 && pod.ready && pod.restarts == 0) continue;  // of many, only those that differ
    std::string words = fmt::format("{} {} {}", pod.name, pod.address.empty() ? "no address" : pod.address,
                                    pod.ready ? "ready" : pod.phase);
    if (!pod.node.empty()) words += " on " + pod.node;
    if (!pod.trouble.empty()) words += ", " + pod.trouble;
    if (pod.restarts > 0) words += fmt::format(", {} restarts", pod.restarts);
    if (pod.terminating) words += ", terminating";
    if (!pod.routable) words += ", gets no connections";
    page.say("      pod ", words, Ink::dim);
  }
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
  const std::string whom = one.intent.workload ? one.intent.workload->display() : "";
  page.say("  ", whom.empty()       ? fmt::format("For whom it was made cannot be told: {}.", one.intent.basis)
                 : one.intent.given ? fmt::format("It was made for {}: {}.", whom, one.intent.basis)
                                    : fmt::format("Probably made for {}: {}.", whom, one.intent.basis));
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
    const std::int64_t last = std::max(past.from_wall_ns, past.to_wall_ns);
    page.say(past.stray ? "! " : "  ",
             fmt::format("{}{}: {}", last == 0 ? "" : age_of(now, last) + " ago, ", past.workload.display(), past.text),
             past.stray ? Ink::red : Ink::plain);
  }
}

void write_rest(Page& page, const Survey& one) {
  for (const diagnose::Finding& finding : one.findings) {
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
  write_behind(page, one, snapshot.wall_ns);
  write_others(page, one, snapshot.wall_ns);
  write_rest(page, one);
}

// Of many Services a line each; those with a finding whole.
void write_many(Page& page, const survey::Snapshot& snapshot, const std::vector<Survey>& surveys) {
  page.line();
  for (const Survey& one : surveys)
    page.say(fmt::format("{:<13}", verdict_word(one)), fmt::format("{}/{}: {}", one.ns, one.service, one.headline),
             verdict_ink(one));
  for (const Survey& one : surveys) {
    if (one.findings.empty()) continue;
    page.title(fmt::format("Service/{} in {}", harmless(one.service, page.style().unicode),
                           harmless(one.ns, page.style().unicode)));
    write_behind(page, one, snapshot.wall_ns);
    write_others(page, one, snapshot.wall_ns);
    write_rest(page, one);
  }
}

std::string exit_words(int code) {
  return code == 1 ? "exit 1: a finding" : code == 2 ? "exit 2: cannot tell" : "exit 0: nothing suspicious";
}

}  // namespace

std::string render_survey(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys, bool all,
                          const TextStyle& wanted) {
  TextStyle style = wanted;
  style.width = std::clamp(style.width, 60, 200);
  Page page(style);
  const std::string what = all || surveys.empty()
                               ? fmt::format("{} Services", surveys.size())
                               : fmt::format("Service/{} in namespace {}", surveys.front().service, surveys.front().ns);
  page.say("", fmt::format("straycat {}: {}", STRAYCAT_VERSION, what), Ink::bold);
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
                       exit_words(survey::exit_code(surveys))),
           Ink::bold);
  return page.take();
}

}  // namespace straycat::report
