#include <algorithm>

#include <straycat/probe/summary.hpp>

namespace straycat::probe {

namespace {

constexpr std::size_t bodies_kept = 16;
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

const char* family_of(const Attempt& attempt) {
  if (attempt.remote_address.empty()) return "no address";
  return attempt.remote_address.find(':') == std::string::npos ? "IPv4" : "IPv6";
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

Judgement judge(const Summary& summary, double allowed) {
  const std::uint64_t known = summary.sent - summary.unfinished;
  const std::uint64_t blamed = summary.failed() - summary.own_failures();
  if (static_cast<double>(blamed) > allowed * static_cast<double>(known)) return Judgement::failed;
  if (known == 0 || summary.own_failures() > 0 || summary.skipped > 0) return Judgement::inconclusive;
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
  Count& family = summary_.families[family_of(attempt)];
  ++family.sent;
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
  ++family.failed;
  FailureGroup& group = summary_.failures[attempt.failure->kind];
  if (group.count++ == 0) {
    group.first = attempt.ended;
    group.message = attempt.failure->message;
  }
  group.last = std::max(group.last, attempt.ended);
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

void Tally::limit(const std::string& name, Stamp from, Stamp to) {
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
