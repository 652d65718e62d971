#include <utility>

#include <fmt/format.h>

#include <straycat/kube/watch_life.hpp>

namespace straycat::kube {

namespace {

struct Reading {
  Stamp at;
  Watched operator()(const WatchReplaced&) const { return watched::Listed{at}; }
  Watched operator()(const WatchApplied&) const { return watched::Told{at}; }
  Watched operator()(const WatchDeleted&) const { return watched::Told{at}; }
  Watched operator()(const WatchGap& gap) const { return watched::Blind{at, gap}; }
  Watched operator()(const WatchDenied& denied) const { return watched::Refused{at, denied.error}; }
};

}  // namespace

Watched watched_from(const WatchItem& item, Stamp at) { return std::visit(Reading{at}, item); }

std::string to_string(const WatchWord& word) {
  const WatchRecord& record = word.record;
  std::string text = fmt::format("{} {}", to_string(word.topic), record.resource);
  if (!record.selector.empty()) text += fmt::format(" {}", record.selector);
  if (word.topic == Topic::watch_gap) text += fmt::format(" {}..{}", record.from_ns, record.to_ns);
  if (word.topic == Topic::watch_ended) text += fmt::format(": {}", to_string(record.end));
  return record.reason.empty() ? text : text + ", " + record.reason;
}

std::optional<WatchWord> WatchLife::resume(const Watched& what) {
  if (state_ == State::over) return std::nullopt;
  return std::visit([this](const auto& each) { return on(each); }, what);
}

WatchWord WatchLife::word(Topic topic, Stamp at) const {
  WatchWord word{topic, at, {}};
  word.record.resource = resource_;
  word.record.selector = selector_;
  return word;
}

WatchWord WatchLife::end(Stamp at, WatchEnd how, const std::string& why) {
  state_ = State::over;
  WatchWord last = word(WatchRecord::ended, at);
  last.record.end = how;
  last.record.reason = why;
  return last;
}

std::optional<WatchWord> WatchLife::on(const watched::Listed& what) {
  if (state_ != State::unlisted) return std::nullopt;
  state_ = State::listed;
  began_ = what.at;
  return word(WatchRecord::started, what.at);
}

std::optional<WatchWord> WatchLife::on(const watched::Told&) {
  if (state_ == State::listed) state_ = State::open;
  return std::nullopt;
}

// The first gap, that between list and stream, is told when the stream stands.
std::optional<WatchWord> WatchLife::on(const watched::Blind& what) {
  if (state_ == State::listed) state_ = State::open;
  WatchWord gap = word(WatchRecord::gap, what.at);
  gap.record.from_ns = what.gap.from.ns;
  gap.record.to_ns = what.gap.to.ns;
  gap.record.reason = what.gap.reason;
  return gap;
}

// An API server that does not know the kind has no objects of it: nothing was missed.
std::optional<WatchWord> WatchLife::on(const watched::Refused& what) {
  return end(what.at, what.error.not_found() ? WatchEnd::absent : WatchEnd::denied, what.error.describe());
}

std::optional<WatchWord> WatchLife::on(const watched::Unproven& what) {
  if (!listed()) return std::nullopt;
  WatchWord gap = word(WatchRecord::gap, what.at);
  gap.record.from_ns = began_.ns;
  gap.record.to_ns = what.at.ns;
  gap.record.reason = "lost: whether it told everything could not be asked: " + what.why;
  return gap;
}

std::optional<WatchWord> WatchLife::on(const watched::Died& what) { return end(what.at, WatchEnd::died, what.why); }

std::optional<WatchWord> WatchLife::on(const watched::Closed& what) {
  if (listed()) return end(what.at, WatchEnd::closed, "");
  state_ = State::over;
  return std::nullopt;
}

}  // namespace straycat::kube
