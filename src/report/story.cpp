#include "report/story.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include <straycat/core/outcome.hpp>

namespace straycat::report {
namespace {

using history::History;

constexpr std::array<std::string_view, 6> routine{"Scheduled", "Pulling", "Pulled",
                                                  "Created",   "Started", "SuccessfulDelete"};

void tell_steps(const History& history, std::vector<Moment>& story) {
  for (const history::Step& step : history.steps) {
    const std::string phase = step.record.phase.empty() ? "" : fmt::format("[{}] ", step.record.phase);
    story.push_back({step.started, Topic::step, phase + step.record.detail, false, {}});
    if (step.ended && !step.record.ok) {
      story.push_back({*step.ended,
                       Topic::step,
                       fmt::format("step \"{}\" failed: {}", step.record.name, step.record.error),
                       true,
                       {}});
    } else if (step.ended && step.record.verb == Verb::wait) {
      story.push_back(
          {*step.ended,
           Topic::step,
           fmt::format("{}: done after {}", step.record.detail, short_length(step.ended->ns - step.started.ns)),
           false,
           {}});
    }
  }
}

// When it really began and ended; the step's own line tells what was ordered.
void tell_faults(const History& history, std::vector<Moment>& story) {
  for (const history::Fault& fault : history.faults) {
    std::string pods;
    for (const std::string& pod : fault.record.pods) pods += (pods.empty() ? ", pod " : ", ") + pod;
    const std::string words = fmt::format("{} of step \"{}\"{}", fault.record.fault, fault.record.step, pods);
    const bool lasted = fault.ended && fault.ended->ns - fault.started.ns >= 1'000'000;
    story.push_back({fault.started, Topic::step, words + (lasted || !fault.ended ? ": it began" : ""), false, {}});
    if (lasted)
      story.push_back({*fault.ended,
                       Topic::step,
                       fmt::format("{}: it ended after {}", words, short_length(fault.ended->ns - fault.started.ns)),
                       false,
                       {}});
  }
}

std::string change_words(history::ChangeKind kind, const history::EndpointState& state) {
  switch (kind) {
    case history::ChangeKind::joined:
      return "joined: traffic may now reach it";
    case history::ChangeKind::left:
      return state.listed ? "left: still listed, no longer routable" : "left the slices";
    case history::ChangeKind::ready:
      return "became ready";
    case history::ChangeKind::unready:
      return "became unready";
    case history::ChangeKind::terminating:
      return "is terminating";
    case history::ChangeKind::listed:
      return state.ready ? "listed, but no port of it is routable" : "listed, not ready yet";
    case history::ChangeKind::unlisted:
      return "is no longer listed";
  }
  return "changed";
}

// The nearest requests on either side of a change: what a person would look for in two terminals. A failure further
// away than proxies lag has nothing to do with it.
std::vector<std::string> requests_around(const History& history, std::size_t view, std::int64_t ns) {
  constexpr std::int64_t far = 2'000'000'000;
  std::vector<std::string> lines;
  for (const history::Traffic& traffic : history.traffic) {
    if (traffic.view != view) continue;
    const history::Around near = history::around(traffic, ns);
    const auto side = [&](std::int64_t ok, std::int64_t failed, bool before) {
      std::string text;
      if (ok != 0) text += fmt::format("ok {}", short_length(std::abs(ns - ok)));
      if (failed != 0 && std::abs(ns - failed) <= far)
        text += fmt::format("{}failed {}", text.empty() ? "" : ", ", short_length(std::abs(ns - failed)));
      return text.empty() ? std::string() : text + (before ? " before" : " after");
    };
    const std::string before = side(near.last_ok_before_ns, near.last_failed_before_ns, true);
    const std::string after = side(near.first_ok_after_ns, near.first_failed_after_ns, false);
    if (!before.empty() || !after.empty()) {
      lines.push_back(
          fmt::format("nearest requests: {}{}{}", before, before.empty() || after.empty() ? "" : "; ", after));
    }
  }
  return lines;
}

std::int64_t traffic_begin(const History& history) {
  std::int64_t begin = history.end;
  for (const history::Traffic& traffic : history.traffic) {
    if (!traffic.windows.empty()) begin = std::min(begin, traffic.windows.front().from_ns);
  }
  return begin;
}

void tell_endpoints(const History& history, const diagnose::Verdict& verdict, std::vector<Moment>& story) {
  for (std::size_t index = 0; index < history.views.size(); ++index) {
    const history::ServiceView& view = history.views[index];
    if (view.repeats) continue;
    for (const history::Change& change : view.changes) {
      const history::Endpoint& endpoint = view.endpoints[change.endpoint];
      const bool stray = is_stray(view, endpoint, verdict);
      const bool matters = change.kind == history::ChangeKind::joined || change.kind == history::ChangeKind::left;
      Moment moment{change.at,
                    Topic::endpoint,
                    fmt::format("{}{} {} ({}) {}", stray ? "STRAY " : "",
                                endpoint.owner.kind.empty() ? "unknown" : endpoint.owner.display(),
                                endpoint.id.display(), endpoint.id.pod, change_words(change.kind, change.after)),
                    stray,
                    {}};
      if (matters) moment.details = requests_around(history, index, change.at.ns);
      story.push_back(std::move(moment));
    }
    for (const history::Span& blind : view.blind) {
      // Before it began and after it ended is no gap.
      if (blind.from <= history.begin || blind.to >= history.end || blind.to <= traffic_begin(history)) continue;
      story.push_back({{blind.from, view.error_ns},
                       Topic::blind,
                       fmt::format("the endpoints of Service/{} were not watched for {}", view.service,
                                   short_length(blind.length())),
                       true,
                       {}});
    }
  }
}

void tell_events(const History& history, std::vector<Moment>& story) {
  for (const history::KubeEventSeen& seen : history.kube_events) {
    const model::KubeEvent& event = seen.event;
    const bool dull =
        event.type != "Warning" && std::find(routine.begin(), routine.end(), event.reason) != routine.end();
    if (dull || event.regarding.name.empty() || event.regarding.name.starts_with("straycat-agent")) continue;
    const std::string times = event.count > 1 ? fmt::format(" (x{})", event.count) : "";
    story.push_back({seen.at,
                     Topic::kube_event,
                     fmt::format("{} {}: {}{}", event.regarding.display(), event.reason, event.message, times),
                     event.type == "Warning",
                     {}});
  }
}

std::string nearest_words(const history::ServiceView& view, const std::optional<history::Nearest>& nearest) {
  if (!nearest) return "";
  const history::Change& change = view.changes[nearest->change];
  const history::Endpoint& endpoint = view.endpoints[change.endpoint];
  const bool joined = change.kind == history::ChangeKind::joined;
  return fmt::format(", {} {} {} {}", short_length(std::abs(nearest->distance_ns)),
                     nearest->distance_ns >= 0 ? "after" : "before", endpoint.id.display(), joined ? "joined" : "left");
}

void tell_bursts(const History& history, std::vector<Moment>& story) {
  for (const history::Traffic& traffic : history.traffic) {
    for (const history::Burst& burst : traffic.bursts) {
      const history::ServiceView* view = traffic.view ? &history.views[*traffic.view] : nullptr;
      Moment first{{burst.first_ns, traffic.error_ns},
                   Topic::failures,
                   fmt::format("first failure{}", view != nullptr ? nearest_words(*view, burst.onset) : ""),
                   true,
                   {}};
      const auto kept = std::lower_bound(traffic.failures.begin(), traffic.failures.end(), burst.first_ns,
                                         [](const AttemptFailed& a, std::int64_t ns) { return a.started_ns < ns; });
      if (kept != traffic.failures.end() && !kept->failure.message.empty())
        first.details.push_back("curl: " + kept->failure.message);
      story.push_back(std::move(first));
      story.push_back({{burst.last_ns, traffic.error_ns},
                       Topic::failures,
                       fmt::format("last failure{}: {} of {} requests in {} ({})",
                                   view != nullptr ? nearest_words(*view, burst.end) : "", burst.failed, burst.attempts,
                                   short_length(burst.last_ns - burst.first_ns), kinds_text(burst.kinds)),
                       true,
                       {}});
    }
  }
}

void tell_vantages(const History& history, std::vector<Moment>& story) {
  for (const history::Vantage& vantage : history.vantages) {
    for (const VantageHealth& health : vantage.health) {
      if (health.limit == Limit::none && health.records_lost == 0 && health.local_exhaustion == 0) continue;
      story.push_back(
          {{health.from_ns, vantage.error_ns},
           Topic::blind,
           fmt::format("the prober {} hit its own limit ({}), not the target's", vantage.record.id, limit_word(health)),
           true,
           {}});
    }
    if (!vantage.lost_reason.empty()) {
      story.push_back({{vantage.last_ns, vantage.error_ns},
                       Topic::blind,
                       fmt::format("the prober {} was lost: {}", vantage.record.id, vantage.lost_reason),
                       true,
                       {}});
    }
  }
  for (const history::Watch& watch : history.watches) {
    for (const history::Gap& gap : watch.gaps) {
      if (hides_nothing(history, gap)) continue;
      story.push_back(
          {{gap.span.from, watch.error_ns},
           Topic::blind,
           fmt::format("watch of {} was blind for {}: {}", watch.resource, short_length(gap.span.length()), gap.reason),
           true,
           {}});
    }
  }
}

void tell_end(const History& history, std::vector<Moment>& story) {
  if (history.ended && history.ended->reason == RunEnd::finished) return;
  const std::string text = history.ended ? fmt::format("the run ended early: {}{}", to_string(history.ended->reason),
                                                       history.ended->error.empty() ? "" : ": " + history.ended->error)
                                         : "the log ends here: the run was cut off";
  story.push_back({{history.end, 0}, Topic::run, text, true, {}});
}

}  // namespace

std::string_view to_string(Topic topic) {
  constexpr std::array<std::string_view, 6> names{"step", "endpoint", "event", "failures", "blind", "run"};
  return names.at(static_cast<std::size_t>(topic));
}

bool is_stray(const history::ServiceView& view, const history::Endpoint& endpoint, const diagnose::Verdict& verdict) {
  return std::any_of(verdict.findings.begin(), verdict.findings.end(), [&](const finding::Finding& finding) {
    return finding.cause == finding::Cause::stray_endpoint && finding.service == view.service &&
           finding.ns == view.ns &&
           std::any_of(finding.endpoints.begin(), finding.endpoints.end(),
                       [&](const finding::AccusedEndpoint& accused) {
                         return accused.id.uid == endpoint.id.uid && accused.id.address == endpoint.id.address;
                       });
  });
}

bool hides_nothing(const History& history, const history::Gap& gap) {
  return gap.span.to <= traffic_begin(history) || gap.span.length() < 20'000'000;
}

std::int64_t pace_of(const history::Traffic& traffic) {
  if (traffic.windows.empty()) return 0;
  const std::int64_t length = traffic.windows.back().to_ns - traffic.windows.front().from_ns;
  return length / static_cast<std::int64_t>(std::max<std::uint64_t>(traffic.totals.attempts, 1));
}

std::int64_t silence_of(const history::Traffic& traffic) {
  return std::max<std::int64_t>(8 * pace_of(traffic), 100'000'000);
}

std::string_view limit_word(const VantageHealth& health) {
  return health.limit == Limit::none ? std::string_view("output") : to_string(health.limit);
}

std::string_view end_word(const History& history) {
  return history.ended ? to_string(history.ended->reason) : std::string_view("cut off");
}

std::string short_length(std::int64_t ns) {
  const double ms = static_cast<double>(ns) / 1e6;
  if (std::abs(ms) < 1000) return fmt::format("{:.1f} ms", ms);
  return fmt::format("{:.2f} s", ms / 1e3);
}

std::string unfinished_words(const diagnose::Verdict& verdict) {
  return verdict.unfinished == 0 ? "" : fmt::format(", {} without an outcome", verdict.unfinished);
}

std::string kinds_text(const std::map<std::string, std::uint64_t>& kinds) {
  std::string text;
  for (const auto& [kind, count] : kinds) {
    const std::optional<FailureKind> known = from_word<FailureKind>(kind);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, known ? describe(*known) : std::string_view(kind));
  }
  return text;
}

std::string share_words(const diagnose::Share& share) {
  if (share.attempts == 0) return "";
  return fmt::format("predicted {:.1f} % ({} to {}), seen {} of {} ({:.1f} %)",
                     static_cast<double>(share.expected_ppm) / 1e4, share.expected_low, share.expected_high,
                     share.failed, share.attempts,
                     100.0 * static_cast<double>(share.failed) / static_cast<double>(share.attempts));
}

std::vector<Moment> tell(const History& history, const diagnose::Verdict& verdict) {
  std::vector<Moment> story;
  tell_steps(history, story);
  tell_faults(history, story);
  tell_endpoints(history, verdict, story);
  tell_events(history, story);
  tell_bursts(history, story);
  tell_vantages(history, story);
  tell_end(history, story);
  std::stable_sort(story.begin(), story.end(), [](const Moment& a, const Moment& b) { return a.at.ns < b.at.ns; });
  return story;
}

namespace {

// "about half", "about 33 %".
std::string share_in_words(const diagnose::Share& share) {
  const auto percent = (share.failed * 200 / share.attempts + 1) / 2;
  if (percent >= 46 && percent <= 54) return "about half";
  return percent == 0 ? "some" : fmt::format("about {} %", percent);
}

const diagnose::PhaseReport* phase_with_share(const diagnose::Verdict& verdict) {
  const auto found = std::find_if(verdict.phases.begin(), verdict.phases.end(), [](const diagnose::PhaseReport& one) {
    return one.share && one.share->attempts > 0 && one.share->failed > 0;
  });
  return found == verdict.phases.end() ? nullptr : &*found;
}

}  // namespace

std::string in_plain_words(const finding::Finding& finding, const diagnose::Verdict& verdict) {
  const auto* phase = phase_with_share(verdict);
  if (finding.cause != finding::Cause::stray_endpoint || !finding.workload || finding.endpoints.empty() ||
      phase == nullptr)
    return "";
  const bool refuses = phase->kinds.contains("refused");
  const bool one = finding.endpoints.size() == 1;
  return fmt::format("While {} ran, {} of the new connections to Service/{} were sent to its {}, which {} on port {}.",
                     finding.workload->display(), share_in_words(*phase->share), finding.service, one ? "pod" : "pods",
                     refuses ? (one ? "refuses them" : "refuse them") : (one ? "does not answer" : "do not answer"),
                     finding.endpoints.front().id.port);
}

}  // namespace straycat::report
