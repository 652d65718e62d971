#include "ending.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "words.hpp"

namespace straycat::diagnose {
namespace {

using history::History;
using history::Hole;
using history::ServiceView;
using history::Span;
using history::Traffic;

// A hole over this part of a stretch leaves too little of it.
constexpr std::int64_t one_part_in = 4;

// "12.3 s": no floats here.
std::string in_seconds(std::int64_t ns) {
  const auto tenths = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0) + 50'000'000) / 100'000'000;
  return fmt::format("{}.{} s", grouped(tenths / 10), tenths % 10);
}

std::string into_the_run(const History& history, std::int64_t ns) {
  return in_seconds(ns - history.zero.ns) + " into the run";
}

std::string first_line(const std::string& text) { return safe(text.substr(0, text.find('\n'))); }

Span common(const Span& a, const Span& b) {
  const auto from = std::max(a.from, b.from);
  return {from, std::max(from, std::min(a.to, b.to))};
}

// What a step does to the cluster; a wait, a pause and the traffic itself do nothing.
bool acts(const history::Step& step) {
  switch (step.record.verb) {
    case Verb::wait:
    case Verb::pause:
    case Verb::traffic:
      return false;
    case Verb::apply:
    case Verb::remove:
    case Verb::patch:
    case Verb::scale:
    case Verb::restart:
    case Verb::chaos:
    case Verb::command:
    case Verb::unknown:
      break;
  }
  return true;
}

// A change and a step work on for as long as proxies may lag.
std::string step_in(const History& history, const Span& hole) {
  for (const history::Step& step : history.steps) {
    if (!acts(step)) continue;
    const auto from = step.started.earliest();
    const auto to = (step.ended ? step.ended->latest() : history.end) + history.lag.late_ns;
    if (hole.overlaps(from, to)) return fmt::format("while step \"{}\" took effect", safe(step.record.name));
  }
  return "";
}

std::string change_in(const History& history, const ServiceView& view, const Span& hole) {
  for (const history::Change& change : view.changes) {
    if (change.kind != history::ChangeKind::joined && change.kind != history::ChangeKind::left) continue;
    if (!hole.overlaps(change.at.earliest() - history.lag.early_ns, change.at.latest() + history.lag.late_ns)) continue;
    const history::Endpoint& endpoint = view.endpoints[change.endpoint];
    return fmt::format("while {}:{} {}", safe(endpoint.id.address), endpoint.id.port,
                       change.kind == history::ChangeKind::joined ? "joined" : "left");
  }
  return "";
}

}  // namespace

std::string unfinished(const History& history) {
  if (!history.ended) return "its log was cut: it was killed, or is still going on";
  const RunEnded& ended = *history.ended;
  switch (ended.reason) {
    case RunEnd::finished:
      return "";
    case RunEnd::interrupted:
      return "it was interrupted, " + into_the_run(history, history.end);
    case RunEnd::lost: {
      const std::string at = history.losses.empty() ? "" : ", " + into_the_run(history, history.losses.front().at.ns);
      return (ended.error.empty() ? "a part of it died" : first_line(ended.error)) + at;
    }
    case RunEnd::deadline:
    case RunEnd::failed:
    case RunEnd::refused:
    case RunEnd::unmet:
    case RunEnd::unknown:
      break;
  }
  return ended.error.empty() ? std::string(to_string(ended.reason)) : first_line(ended.error);
}

std::string unread(const History& history) {
  if (history.unreadable == 0 && history.odd.wrong_types == 0) return "";
  std::string words = history.unreadable > 0 ? count(history.unreadable, "line") : "";
  if (history.odd.wrong_types > 0) words += (words.empty() ? "" : " and ") + count(history.odd.wrong_types, "field");
  return words + " of the log could not be read";
}

std::string holes_in_words(const History& history) {
  const Hole* longest = nullptr;
  std::size_t number = 0;
  for (const Traffic& traffic : history.traffic) {
    for (const Hole& hole : traffic.holes) {
      ++number;
      if (longest == nullptr || hole.span.length() > longest->span.length()) longest = &hole;
    }
  }
  if (longest == nullptr) return "";
  std::string words = fmt::format("nothing was sent for {}, {}", in_seconds(longest->span.length()),
                                  into_the_run(history, longest->span.from));
  if (longest->due > 0) words += fmt::format(", when {} due", count(longest->due, "request was", "requests were"));
  if (number > 1) words += fmt::format("; and {}", count(number - 1, "shorter time", "shorter times"));
  return words;
}

std::string hidden_in(const History& history, const Traffic& traffic, Span stretch) {
  std::int64_t unseen = 0;
  for (const Hole& hole : traffic.holes) {
    const Span inside = common(hole.span, stretch);
    if (inside.length() == 0) continue;
    unseen += inside.length();
    const std::string nothing = fmt::format("nothing was sent for {} ", in_seconds(hole.span.length()));
    if (!traffic.view) return nothing + "of a traffic whose Service is not known";
    if (auto why = change_in(history, history.views[*traffic.view], inside); !why.empty()) return nothing + why;
    if (auto why = step_in(history, inside); !why.empty()) return nothing + why;
  }
  if (unseen == 0 || unseen * one_part_in < stretch.length()) return "";
  return fmt::format("nothing was sent for {} of {}", in_seconds(unseen), in_seconds(stretch.length()));
}

std::string hidden_in(const History& history, Span stretch) {
  for (const Traffic& traffic : history.traffic) {
    if (traffic.windows.empty()) continue;
    const Span sent{traffic.windows.front().from_ns, traffic.windows.back().to_ns};
    if (auto why = hidden_in(history, traffic, common(sent, stretch)); !why.empty()) return why;
  }
  return "";
}

}  // namespace straycat::diagnose
