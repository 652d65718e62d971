// A history in words, so that a test can name all of it: "10 p1 joined, 20 p1 left".
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <straycat/history/history.hpp>

namespace straycat::test {

using history::History;
using history::ServiceView;

inline std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// By its pod; by its address where no pod stands; with its port when that is not the usual one.
inline std::string name_of(const history::Endpoint& endpoint) {
  const std::string name = endpoint.id.pod.empty() ? endpoint.id.address : endpoint.id.pod;
  return endpoint.id.port == 3000 ? name : fmt::format("{}:{}", name, endpoint.id.port);
}

inline std::string word_of(history::ChangeKind kind) {
  using history::ChangeKind;
  switch (kind) {
    case ChangeKind::joined:
      return "joined";
    case ChangeKind::left:
      return "left";
    case ChangeKind::ready:
      return "ready";
    case ChangeKind::unready:
      return "unready";
    case ChangeKind::terminating:
      return "terminating";
    case ChangeKind::listed:
      return "listed";
    case ChangeKind::unlisted:
      return "unlisted";
  }
  return "?";
}

// `zero` is what instants are told from.
inline std::string changes_of(const ServiceView& view, std::int64_t zero = 0) {
  std::vector<std::string> parts;
  for (const auto& change : view.changes) {
    parts.push_back(
        fmt::format("{} {} {}", change.at.ns - zero, name_of(view.endpoints[change.endpoint]), word_of(change.kind)));
  }
  return joined(parts);
}

// "p1 10..20"; an edge that is no onset or end as "<10" and "20>".
inline std::string stays_of(const ServiceView& view, std::int64_t zero = 0) {
  std::vector<std::string> parts;
  for (const auto& endpoint : view.endpoints) {
    for (const auto& stay : endpoint.memberships) {
      parts.push_back(fmt::format("{} {}{}..{}{}", name_of(endpoint), stay.open_start ? "<" : "", stay.from - zero,
                                  stay.to - zero, stay.open_end ? ">" : ""));
    }
  }
  return joined(parts);
}

// "0..10 2": two endpoints from 0 to 10.
inline std::string sizes_of(const ServiceView& view, std::int64_t zero = 0) {
  std::vector<std::string> parts;
  for (const auto& phase : view.phases)
    parts.push_back(fmt::format("{}..{} {}", phase.from - zero, phase.to - zero, phase.size));
  return joined(parts);
}

inline std::string spans_of(const std::vector<history::Span>& spans, std::int64_t zero = 0) {
  std::vector<std::string> parts;
  for (const auto& span : spans) parts.push_back(fmt::format("{}..{}", span.from - zero, span.to - zero));
  return joined(parts);
}

// "10..30 2 of 5 after 9 before 31 onset 8 p1 end 25 p2": 0 where nothing is known.
inline std::string bursts_of(const History& history, const history::Traffic& traffic, std::int64_t zero = 0) {
  const auto near = [&](const char* word, const std::optional<history::Nearest>& nearest) {
    if (!nearest) return std::string();
    const auto& view = history.views[*traffic.view];
    const auto& change = view.changes[nearest->change];
    return fmt::format(" {} {} {}", word, change.at.ns - zero, name_of(view.endpoints[change.endpoint]));
  };
  const auto known = [&](std::int64_t ns) { return ns == 0 ? 0 : ns - zero; };
  std::vector<std::string> parts;
  for (const auto& burst : traffic.bursts) {
    parts.push_back(fmt::format("{}..{} {} of {} after {} before {}{}{}", burst.first_ns - zero, burst.last_ns - zero,
                                burst.failed, burst.attempts, known(burst.last_ok_before_ns),
                                known(burst.first_ok_after_ns), near("onset", burst.onset), near("end", burst.end)));
  }
  return joined(parts);
}

inline std::string totals_text(const history::Totals& totals) {
  std::string text = fmt::format("{} sent, {} ok, {} failed", totals.attempts, totals.ok, totals.failed);
  for (const auto& [kind, count] : totals.kinds) text += fmt::format(", {} {}", count, kind);
  return text;
}

inline std::string watches_of(const History& history, std::int64_t zero = 0) {
  std::vector<std::string> parts;
  for (const auto& watch : history.watches) {
    std::vector<history::Span> gaps;
    for (const auto& gap : watch.gaps) gaps.push_back(gap.span);
    parts.push_back(fmt::format("{} {} [{}] open {} gaps {} +-{}", watch.clock, watch.resource, watch.selector,
                                spans_of(watch.open, zero), spans_of(gaps, zero), watch.error_ns));
  }
  std::sort(parts.begin(), parts.end());  // they stand as the log's first word of each
  return joined(parts);
}

inline std::int64_t start_of(const AttemptWindow& window) { return window.from_ns; }
inline std::int64_t start_of(const AttemptFailed& failed) { return failed.started_ns; }
// A number that is another one as soon as some start, or their order, is.
template <class Record>
std::size_t order_of(const std::vector<Record>& records, std::int64_t zero) {
  std::string starts;
  for (const Record& record : records) starts += fmt::format("{} ", start_of(record) - zero);
  return std::hash<std::string>{}(starts);
}

// All that does not depend on where in the log a record stands, told from the run's zero. One line a part.
inline std::string told(const History& history) {
  const auto zero = history.zero.ns;
  std::string text = fmt::format("{} {}..{} of {} events\n", history.reference, history.begin - zero,
                                 history.end - zero, history.events);
  for (const auto& step : history.steps) {
    text += fmt::format("step {} {} +-{} {}\n", step.record.name, step.started.ns - zero, step.started.error_ns,
                        step.ended ? step.ended->ns - zero : 0);
  }
  for (const auto& phase : history.phases)
    text += fmt::format("phase {} {}..{} {}\n", phase.name, phase.from.ns - zero, phase.to.ns - zero, phase.closed);
  text += watches_of(history, zero) + "\n";
  for (const auto& vantage : history.vantages) {
    text += fmt::format("vantage {} {}..{} +-{} {} healths {} lost {} missing\n", vantage.record.id,
                        vantage.first_ns - zero, vantage.last_ns - zero, vantage.error_ns, vantage.health.size(),
                        vantage.records_lost, vantage.records_missing);
  }
  for (const auto& view : history.views) {
    text += fmt::format("view {} by {} +-{} blind {}\n", view.service, view.clock, view.error_ns,
                        spans_of(view.blind, zero));
    text += changes_of(view, zero) + "\n" + stays_of(view, zero) + "\n" + sizes_of(view, zero) + "\n";
    for (const auto& endpoint : view.endpoints)
      text += fmt::format("{} of {} {} probes\n", name_of(endpoint), endpoint.owner.display(), endpoint.probes.size());
  }
  for (const auto& traffic : history.traffic) {
    text += fmt::format("traffic {} of {}: {}\n", traffic.name, traffic.vantage, totals_text(traffic.totals));
    text += bursts_of(history, traffic, zero) + "\n";
    text += fmt::format("{} windows {}, {} failures {}\n", traffic.windows.size(), order_of(traffic.windows, zero),
                        traffic.failures.size(), order_of(traffic.failures, zero));
  }
  return text;
}

}  // namespace straycat::test
