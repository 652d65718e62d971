#include <algorithm>

#include <straycat/probe/summary.hpp>

namespace straycat::probe {

namespace {

constexpr std::size_t bodies_kept = 16, sources_kept = 64;
// Spans closer than this are one: the metronome's own beat lies between them.
constexpr Nanos touching = std::chrono::milliseconds{250};

// The target, or the network before it, said so in so many words.
bool is_answer(FailureKind kind) {
  switch (kind) {
    case FailureKind::refused:
    case FailureKind::unreachable:
    case FailureKind::tls:
    case FailureKind::status:
    case FailureKind::body:
    case FailureKind::protocol:
      return true;
    default:
      return false;
  }
}

// A stretch at such a limit saw less than it was to see, though what it saw was well: a stopped prober cannot have
// noticed that the target was away. Want of the processor shows in what is late or was never sent, and there alone.
bool loses_requests(const LimitSpan& span) { return span.limit != Limit::cpu; }

const char* family_of(const Attempt& attempt) {
  if (attempt.remote_address.empty()) return "no address";
  return attempt.remote_address.find(':') == std::string::npos ? "IPv4" : "IPv6";
}

void count_families(std::map<std::string, Count>& families, const Attempt& attempt) {
  Count& last = families[family_of(attempt)];
  ++last.sent;
  last.failed += attempt.ok() ? 0 : 1;
  if (attempt.tried_ipv4 == 0 || attempt.tried_ipv6 == 0) return;
  Count& other = families[&last == &families["IPv4"] ? "IPv6" : "IPv4"];
  ++other.sent;
  ++other.failed;
}

void count_source(std::map<std::string, std::uint64_t>& sources, const std::string& address) {
  const auto known = sources.find(address);
  if (known != sources.end()) ++known->second;
  if (known == sources.end() && sources.size() < sources_kept) sources[address] = 1;
}

void count_failure(FailureGroup& group, const Attempt& attempt) {
  if (group.count++ == 0) {
    group.first = attempt.ended;
    group.message = attempt.failure->message;
  }
  group.first = std::min(group.first, attempt.ended);
  group.last = std::max(group.last, attempt.ended);
  ++group.ways[{attempt.failure->phase, attempt.failure->error_number}];
}

}  // namespace

std::uint64_t Summary::failed() const {
  std::uint64_t count = 0;
  for (const auto& [kind, group] : failures) count += group.count;
  return count;
}

std::uint64_t Summary::own_failures() const {
  std::uint64_t count = 0;
  for (const auto& [kind, group] : failures) count += group.own;
  return count;
}

Judgement judge(const Summary& summary, const Allowance& allowed) {
  const std::uint64_t known = summary.sent - summary.unfinished;
  const std::uint64_t blamed = summary.failed() - summary.own_failures();
  const double most = allowed.share ? allowed.amount * static_cast<double>(known) : allowed.amount;
  if (static_cast<double>(blamed) > most) return Judgement::failed;
  if (known == 0 || summary.own_failures() > 0 || summary.skipped > 0) return Judgement::inconclusive;
  if (std::any_of(summary.limits.begin(), summary.limits.end(), loses_requests)) return Judgement::inconclusive;
  return Judgement::passed;
}

Tally::Tally(Stamp began) : last_success_(began) { summary_.began = began; }

void Tally::started(Stamp intended, Stamp started) {
  ++summary_.sent;
  summary_.lateness.record(started - intended);
}

void Tally::ended(const Attempt& attempt) {
  ++finished_;
  summary_.reused += attempt.reused ? 1 : 0;
  count_families(summary_.families, attempt);
  if (!attempt.local_address.empty()) count_source(summary_.sources, attempt.local_address);
  if (attempt.http_version != 0) ++summary_.versions[attempt.http_version];
  if (attempt.status != 0) ++summary_.statuses[attempt.status];
  if (!attempt.body_sha256.empty()) {
    const auto known = summary_.bodies.find(attempt.body_sha256);
    if (known != summary_.bodies.end()) {
      ++known->second;
    } else {
      ++summary_.bodies[summary_.bodies.size() < bodies_kept ? attempt.body_sha256 : "other"];
    }
  }
  if (attempt.ok()) {
    ++summary_.ok;
    summary_.latency.record(attempt.ended - attempt.intended);
    return note_success(attempt.ended);
  }
  count_failure(summary_.failures[attempt.failure->kind], attempt);
  open_.push_back({attempt.failure->kind, attempt.started, attempt.ended});
}

// Outcomes come nearly in the order of their ends; one that comes late makes no gap.
void Tally::note_success(Stamp at) {
  if (at - last_success_ > summary_.longest_gap) {
    summary_.longest_gap = at - last_success_;
    summary_.gap_from = last_success_;
    summary_.gap_to = at;
  }
  last_success_ = std::max(last_success_, at);
}

void Tally::limit(Limit name, Stamp from, Stamp to) {
  auto& spans = summary_.limits;
  const auto same =
      std::find_if(spans.rbegin(), spans.rend(), [&](const LimitSpan& span) { return span.limit == name; });
  if (same == spans.rend() || from - same->to > touching) {
    spans.push_back({name, from, to});
    return;
  }
  same->from = std::min(same->from, from);
  same->to = std::max(same->to, to);
}

bool Tally::is_own(const Open& failure) const {
  if (failure.kind == FailureKind::local_exhaustion) return true;
  if (is_answer(failure.kind)) return false;
  return std::any_of(summary_.limits.begin(), summary_.limits.end(),
                     [&](const LimitSpan& span) { return failure.started <= span.to && failure.ended >= span.from; });
}

void Tally::settle(Stamp now) {
  const auto keep = std::partition(open_.begin(), open_.end(), [&](const Open& one) { return one.ended >= now; });
  for (auto one = keep; one != open_.end(); ++one)
    if (is_own(*one)) ++summary_.failures[one->kind].own;
  open_.erase(keep, open_.end());
}

Summary Tally::finish(Stamp now) {
  settle(now + Nanos{1});
  summary_.ended = closed_ == Stamp{} ? now : closed_;
  if (summary_.sent > 0 && summary_.ended > last_success_) note_success(summary_.ended);  // the end of a gap, too
  summary_.unfinished = summary_.sent - finished_;
  return summary_;
}

}  // namespace straycat::probe
