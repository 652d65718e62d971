#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <straycat/probe/summary_text.hpp>

namespace straycat::probe {

namespace {

using nlohmann::json;

double in_millis(Nanos length) { return static_cast<double>(length.count()) / 1e6; }
// Microseconds are as fine as any of these stamps is.
double rounded(Nanos length) { return static_cast<double>((length.count() + 500) / 1000) / 1000; }

std::string time_text(Nanos length) {
  const double ms = in_millis(length);
  if (ms < 10) return fmt::format("{:.2f} ms", ms);
  return ms < 1000 ? fmt::format("{:.1f} ms", ms) : fmt::format("{:.3f} s", ms / 1000);
}

std::string at_text(Stamp at, Stamp began) { return fmt::format("+{:.3f} s", in_millis(at - began) / 1000); }

std::string quantiles_text(const Histogram& times) {
  if (times.count() == 0) return "none";
  return fmt::format("p50 {}, p90 {}, p99 {}, p99.9 {}, max {}", time_text(times.quantile(0.5)),
                     time_text(times.quantile(0.9)), time_text(times.quantile(0.99)), time_text(times.quantile(0.999)),
                     time_text(times.max()));
}

json quantiles_json(const Histogram& times) {
  json out = json::object();
  if (times.count() == 0) return out;
  out["p50"] = rounded(times.quantile(0.5));
  out["p90"] = rounded(times.quantile(0.9));
  out["p99"] = rounded(times.quantile(0.99));
  out["p999"] = rounded(times.quantile(0.999));
  out["max"] = rounded(times.max());
  return out;
}

const char* limit_words(Limit limit) {
  switch (limit) {
    case Limit::stopped:
      return "it was stopped or frozen";
    case Limit::descriptors:
      return "it had no file descriptor left (ulimit -n)";
    case Limit::ports:
      return "it had no local port left (net.ipv4.ip_local_port_range, TIME_WAIT)";
    case Limit::memory:
      return "it had no memory left";
    case Limit::conntrack:
      return "the kernel's table of connections was full (nf_conntrack_max)";
    case Limit::cpu:
      return "it did not get the processor in time";
    case Limit::rights:
      return "the API server did not let it (401, 403): a right is missing, or its token has expired";
    case Limit::api_server:
      return "the API server did not take its requests";
    case Limit::none:
    case Limit::unknown:
      break;
  }
  return "it was at a limit of its own";
}

std::string count_line(const Summary& summary) {
  const double share =
      summary.sent == 0 ? 0 : 100 * static_cast<double>(summary.failed()) / static_cast<double>(summary.sent);
  auto out = fmt::format("sent {}, ok {}, failed {} ({:.3g} %)", summary.sent, summary.ok, summary.failed(), share);
  if (summary.unfinished > 0) out += fmt::format(", without an outcome {}", summary.unfinished);
  if (summary.reused > 0) out += fmt::format(", over a reused connection {}", summary.reused);
  return out;
}

std::string error_name(int error) {
  const char* name = ::strerrorname_np(error);
  return name != nullptr ? name : fmt::format("errno {}", error);
}

// "at connect (ECONNREFUSED)"; "at send (EPIPE) 3, at first_byte (ECONNRESET) 4".
std::string way_words(const FailureGroup& group) {
  std::string out;
  for (const auto& [way, count] : group.ways) {
    out += fmt::format("{}at {}", out.empty() ? "" : ", ", to_string(way.phase));
    if (way.error_number != 0) out += " (" + error_name(way.error_number) + ")";
    if (group.ways.size() > 1) out += fmt::format(" {}", count);
  }
  return out;
}

std::string failure_lines(const Summary& summary) {
  std::string out;
  for (const auto& [kind, group] : summary.failures) {
    out += fmt::format("  {:<17}{:>7}  {}; first {}, last {}", to_string(kind), group.count, way_words(group),
                       at_text(group.first, summary.began), at_text(group.last, summary.began));
    if (group.own > 0) out += fmt::format("; {} of them the prober's own", group.own);
    out += fmt::format("\n      {}\n", group.message);
  }
  return out;
}

std::string body_lines(const Summary& summary) {
  if (summary.bodies.size() < 2) return "";
  std::string out = fmt::format("  {} different bodies were seen:\n", summary.bodies.size());
  for (const auto& [hash, count] : summary.bodies) out += fmt::format("    {:>7}  sha256 {:.16}\n", count, hash);
  return out;
}

std::string family_line(const Summary& summary) {
  if (summary.families.size() < 2) return "";
  std::string out = "  by family        ";
  for (const auto& [family, count] : summary.families)
    out += fmt::format("{}{} sent {}, failed {}", out.back() == ' ' ? "" : "; ", family, count.sent, count.failed);
  return out + "\n";
}

std::string own_lines(const Summary& summary) {
  std::string out;
  for (const auto& span : summary.limits)
    out += fmt::format("  {} to {}: the prober, not the target: {}\n", at_text(span.from, summary.began),
                       at_text(span.to, summary.began), limit_words(span.limit));
  if (summary.own_ports > 0)
    out +=
        fmt::format("  {} connections left from ports of the prober's own choice, {} address{}: TIME_WAITs were many\n",
                    summary.own_ports, summary.sources.size(), summary.sources.size() == 1 ? "" : "es");
  if (summary.skipped > 0)
    out += fmt::format("  {} requests were due and never sent: the prober was too late for them\n", summary.skipped);
  return out;
}

std::string details(const Summary& summary) {
  std::string out = failure_lines(summary);
  out += fmt::format("  longest gap      {} between two successes, from {}\n", time_text(summary.longest_gap),
                     at_text(summary.gap_from == Stamp{} ? summary.began : summary.gap_from, summary.began));
  out += fmt::format("  latency          {}\n", quantiles_text(summary.latency));
  out += fmt::format("  prober's delay   {}\n", quantiles_text(summary.lateness));
  return out + family_line(summary) + body_lines(summary) + own_lines(summary);
}

std::string judgement_line(const Summary& summary, const SessionFacts& facts) {
  switch (judge(summary, facts.allowed)) {
    case Judgement::passed:
      return fmt::format("passed: {}", summary.failed() == 0 ? "no request failed" : "no more failed than is allowed");
    case Judgement::failed:
      return fmt::format("failed: {} of {} requests, and the prober is not to blame",
                         summary.failed() - summary.own_failures(), summary.sent);
    case Judgement::inconclusive:
      if (summary.sent == summary.unfinished) return "inconclusive: no request came to an end";
      if (summary.own_failures() == 0 && summary.skipped == 0)
        return "inconclusive: no request failed, but for some time the prober was at a limit of its own";
      return "inconclusive: where requests failed or were not sent, the prober was at a limit of its own";
  }
  return "";
}

json ways_json(const FailureGroup& group) {
  json out = json::array();
  for (const auto& [way, count] : group.ways) {
    json one = json::object();
    one["phase"] = to_string(way.phase);
    one["errno"] = way.error_number;
    if (way.error_number != 0) one["error"] = error_name(way.error_number);
    one["count"] = count;
    out.push_back(std::move(one));
  }
  return out;
}

std::string version_text(int version) {
  return version == 20 ? "HTTP/2" : fmt::format("HTTP/{}.{}", version / 10, version % 10);
}

json failures_json(const Summary& summary) {
  json out = json::object();
  for (const auto& [kind, group] : summary.failures) {
    json& one = out[std::string(to_string(kind))];
    one["count"] = group.count;
    one["own"] = group.own;
    one["firstMs"] = rounded(group.first - summary.began);
    one["lastMs"] = rounded(group.last - summary.began);
    one["message"] = group.message;
    one["ways"] = ways_json(group);
  }
  return out;
}

json limits_json(const Summary& summary) {
  json out = json::array();
  for (const auto& span : summary.limits) {
    json one = json::object();
    one["limit"] = to_string(span.limit);
    one["fromMs"] = rounded(span.from - summary.began);
    one["toMs"] = rounded(span.to - summary.began);
    out.push_back(std::move(one));
  }
  return out;
}

void put_counts(json& out, const Summary& summary) {
  out["sent"] = summary.sent;
  out["ok"] = summary.ok;
  out["failed"] = summary.failed();
  out["ownFailures"] = summary.own_failures();
  out["unfinished"] = summary.unfinished;
  out["skipped"] = summary.skipped;
  out["reused"] = summary.reused;
  out["ownPorts"] = summary.own_ports;
  out["sources"] = summary.sources;
  out["seconds"] = rounded(summary.ended - summary.began) / 1000;
}

json summary_json(const Summary& summary) {
  json out = json::object();
  put_counts(out, summary);
  out["failures"] = failures_json(summary);
  out["longestGapMs"] = rounded(summary.longest_gap);
  out["longestGapFromMs"] = rounded(summary.gap_from == Stamp{} ? Nanos{0} : summary.gap_from - summary.began);
  out["latencyMs"] = quantiles_json(summary.latency);
  out["latenessMs"] = quantiles_json(summary.lateness);
  out["bodies"] = summary.bodies;
  json statuses = json::object(), families = json::object(), versions = json::object();
  for (const auto& [version, count] : summary.versions) versions[version_text(version)] = count;
  for (const auto& [status, count] : summary.statuses) statuses[std::to_string(status)] = count;
  for (const auto& [family, count] : summary.families) {
    families[family]["sent"] = count.sent;
    families[family]["failed"] = count.failed;
  }
  out["statuses"] = std::move(statuses);
  out["versions"] = std::move(versions);
  out["families"] = std::move(families);
  out["limits"] = limits_json(summary);
  return out;
}

}  // namespace

std::string_view to_string(Judgement judgement) {
  switch (judgement) {
    case Judgement::passed:
      return "passed";
    case Judgement::failed:
      return "failed";
    case Judgement::inconclusive:
      break;
  }
  return "inconclusive";
}

std::string render_text(const Outcome& outcome, const SessionFacts& facts) {
  const Summary& whole = outcome.whole;
  auto out = fmt::format("{}, {}, {:.1f} s{}\n", facts.request, facts.pace, in_millis(whole.ended - whole.began) / 1000,
                         facts.interrupted ? " (interrupted)" : "");
  out += fmt::format("  {}\n{}", count_line(whole), details(whole));
  for (const auto& [name, phase] : outcome.phases)
    out += fmt::format("  {:<17}{} to {}: {}; longest gap {}\n", name, at_text(phase.began, whole.began),
                       at_text(phase.ended, whole.began), count_line(phase), time_text(phase.longest_gap));
  if (!facts.command.empty())
    out += fmt::format("  the command        {}\n", facts.command_status
                                                        ? fmt::format("ended with {}", *facts.command_status)
                                                        : "was not run to its end");
  return out + judgement_line(whole, facts) + "\n";
}

std::string live_line(const Summary& so_far, Stamp now) {
  auto out = fmt::format("{:.1f} s  sent {}  ok {}  failed {}", in_millis(now - so_far.began) / 1000, so_far.sent,
                         so_far.ok, so_far.failed());
  std::string kinds;
  for (const auto& [kind, group] : so_far.failures)
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", to_string(kind), group.count);
  if (!kinds.empty()) out += " (" + kinds + ")";
  if (so_far.latency.count() > 0) out += "  p99 " + time_text(so_far.latency.quantile(0.99));
  if (!so_far.limits.empty())
    out += fmt::format("  [the prober was at its limit: {}]", to_string(so_far.limits.back().limit));
  return out;
}

json to_json(const Outcome& outcome, const SessionFacts& facts) {
  json out = summary_json(outcome.whole);
  out["request"] = facts.request;
  out["pace"] = facts.pace;
  out["judgement"] = to_string(judge(outcome.whole, facts.allowed));
  out["interrupted"] = facts.interrupted;
  out["phases"] = json::array();
  for (const auto& [name, phase] : outcome.phases) {
    json one = summary_json(phase);
    one["name"] = name;
    out["phases"].push_back(std::move(one));
  }
  if (facts.command.empty()) return out;
  out["command"]["words"] = facts.command;
  out["command"]["status"] = facts.command_status ? json(*facts.command_status) : json();
  return out;
}

}  // namespace straycat::probe
