// The run as a list of things that happened, in order: what every format tells, each in its own way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

namespace straycat::report {

enum class Topic { step, endpoint, kube_event, failures, blind, run };
[[nodiscard]] std::string_view to_string(Topic topic);

struct Moment {
  history::Placed at;
  Topic topic = Topic::step;
  std::string text;                  // one sentence; holds untrusted names, not yet made harmless
  bool bad = false;                  // worth a second look: a failure, a warning, a blind stretch
  std::vector<std::string> details;  // indented below it: the requests around a change
};

// Everything worth telling, by time. Kubernetes Events that only say that a container started are left out.
[[nodiscard]] std::vector<Moment> tell(const history::History& history, const diagnose::Verdict& verdict);

// The endpoints whose workload a finding accuses: "view:endpoint" indices are true.
[[nodiscard]] bool is_stray(const history::ServiceView& view, const history::Endpoint& endpoint,
                            const diagnose::Verdict& verdict);

// Opening a watch takes a moment: before there was traffic, or within two attempts of a usual pace, that hides nothing.
[[nodiscard]] bool hides_nothing(const history::History& history, const history::Gap& gap);

// From one request to the next, on the whole; 0 without any. ns.
[[nodiscard]] std::int64_t pace_of(const history::Traffic& traffic);
// A stretch without a request that is longer is no pace of this traffic any more, closed loops included; ns.
[[nodiscard]] std::int64_t silence_of(const history::Traffic& traffic);

// What the prober ran into: its limit's word, or "output" when nobody took its records.
[[nodiscard]] std::string_view limit_word(const VantageHealth& health);
// How the run ended; "cut off" when the log does not say.
[[nodiscard]] std::string_view end_word(const history::History& history);

// "3.2 ms", "1.25 s": a length for people.
[[nodiscard]] std::string short_length(std::int64_t ns);
// ", 3 without an outcome": requests that were under way when their prober ended; "" when there were none.
[[nodiscard]] std::string unfinished_words(const diagnose::Verdict& verdict);
// "248 refused, 2 reset"
[[nodiscard]] std::string kinds_text(const std::map<std::string, std::uint64_t>& kinds);
// "predicted 50.0 % (352 to 488), seen 407 of 840 (48.5 %)"
[[nodiscard]] std::string share_words(const diagnose::Share& share);

// A finding for somebody who meets all this for the first time: "While Job/sayhi ran, about half of the new connections
// to Service/sayhi were sent to its pod, which refuses them on port 3000." "" where the finding's own sentence says it
// as well.
[[nodiscard]] std::string in_plain_words(const finding::Finding& finding, const diagnose::Verdict& verdict);

}  // namespace straycat::report
