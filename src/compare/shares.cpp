#include <algorithm>

#include <fmt/format.h>

#include "compare/figures.hpp"
#include "compare/intervals.hpp"

namespace straycat::compare {
namespace {

constexpr std::int64_t block_ns = 1'000'000'000;

struct Sample {
  double failed = 0, answered = 0;  // answered: by a success or a failure
  double effective = 0;             // as many independent trials tell as much
  [[nodiscard]] double share() const { return answered > 0 ? failed / answered : 0; }
  [[nodiscard]] std::string words() const { return fmt::format("{:.0f} of {:.0f}", failed, answered); }
};

// Long enough that its edges, where proxies lag, are not the most of it.
constexpr std::int64_t long_stretch_ns = 5'000'000'000;

// What is known to change between two instants: the phase of the scenario, and who is routable. A number for each.
class Strata {
 public:
  Strata(const history::History& history, const history::Traffic& traffic) {
    for (const history::ScenarioPhase& phase : history.phases) phases_.push_back({phase.from.ns, phase.to.ns});
    if (!traffic.view) return;
    for (const history::MembershipPhase& stretch : history.views[*traffic.view].phases)
      if (stretch.to - stretch.from >= long_stretch_ns) stretches_.push_back({stretch.from, stretch.to});
  }
  [[nodiscard]] std::size_t at(std::int64_t ns) const {
    return place(phases_, ns) * (stretches_.size() + 1) + place(stretches_, ns);
  }

 private:
  // 0: in none of them.
  static std::size_t place(const std::vector<history::Span>& spans, std::int64_t ns) {
    const auto found =
        std::find_if(spans.begin(), spans.end(), [&](const history::Span& span) { return span.contains(ns); });
    return found == spans.end() ? 0 : static_cast<std::size_t>(found - spans.begin()) + 1;
  }

  std::vector<history::Span> phases_, stretches_;
};

std::vector<Block> blocks_of(const history::History& history, const history::Traffic& traffic, history::Span span) {
  const Strata strata(history, traffic);
  std::vector<Block> blocks;
  std::int64_t end = span.from;
  for (const AttemptWindow& window : traffic.windows) {
    if (!span.contains(window.from_ns)) continue;
    const std::size_t stratum = strata.at(window.from_ns);
    if (blocks.empty() || window.from_ns >= end || blocks.back().stratum != stratum) {
      blocks.push_back({0, 0, stratum});
      end = window.from_ns + block_ns;
    }
    blocks.back().failed += static_cast<double>(failed_in(window));
    blocks.back().attempts += static_cast<double>(window.ok + failed_in(window));
  }
  return blocks;
}

Sample sample_of(std::uint64_t ok, std::uint64_t failed, const std::vector<Block>& blocks) {
  Sample sample{static_cast<double>(failed), static_cast<double>(ok + failed), 0};
  sample.effective = sample.answered / design_effect(blocks);
  return sample;
}

Figure share_figure(const std::string& name, const Sample& before, const Sample& after) {
  Figure figure{name, Unit::share, before.share(), after.share(), before.words(), after.words()};
  const Range range = difference_range(figure.before, share_range(figure.before, before.effective), figure.after,
                                       share_range(figure.after, after.effective));
  figure.low = range.low;
  figure.high = range.high;
  figure.margin = std::max(same_share, same_share_relative * std::max(figure.before, figure.after));
  if (figure.low > 0)
    figure.change = Change::worse;
  else if (figure.high < 0)
    figure.change = Change::better;
  else if (std::max(-figure.low, figure.high) <= figure.margin)
    figure.change = Change::same;
  return figure;
}

Sample whole_of(const history::History& history, const history::Traffic& traffic) {
  return sample_of(traffic.totals.ok, traffic.totals.failed,
                   blocks_of(history, traffic, {history.begin, history.end + 1}));
}

Sample phase_sample(const Side& side, const diagnose::PhaseReport& phase) {
  const history::Traffic* traffic = same_traffic(side.history, phase.traffic, phase.vantage);
  if (traffic == nullptr) return sample_of(phase.ok, phase.failed, {});
  return sample_of(phase.ok, phase.failed, blocks_of(side.history, *traffic, {phase.from_ns, phase.to_ns}));
}

const diagnose::PhaseReport* same_phase(const diagnose::Verdict& verdict, const diagnose::PhaseReport& wanted) {
  for (const diagnose::PhaseReport& one : verdict.phases)
    if (one.phase == wanted.phase && one.traffic == wanted.traffic && one.vantage == wanted.vantage) return &one;
  return nullptr;
}

}  // namespace

void add_shares(const Side& before, const Side& after, std::vector<Figure>& figures) {
  for (const history::Traffic& traffic : before.history.traffic) {
    const history::Traffic* other = same_traffic(after.history, traffic.name, traffic.vantage);
    if (other == nullptr) continue;
    figures.push_back(share_figure("failed" + of_traffic(before.history, traffic.name, traffic.vantage),
                                   whole_of(before.history, traffic), whole_of(after.history, *other)));
    figures.back().decides = true;
  }
  for (const diagnose::PhaseReport& phase : before.verdict.phases) {
    const diagnose::PhaseReport* other = same_phase(after.verdict, phase);
    if (other == nullptr || phase.attempts == 0 || other->attempts == 0) continue;
    const std::string name =
        fmt::format("failed in phase {}{}", phase.phase, of_traffic(before.history, phase.traffic, phase.vantage));
    figures.push_back(share_figure(name, phase_sample(before, phase), phase_sample(after, *other)));
  }
}

}  // namespace straycat::compare
