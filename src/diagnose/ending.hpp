// How a run ended, and what its prober did not send: what is said beside a verdict, and what keeps it from being sure.
#pragma once

#include <string>

#include "case.hpp"

namespace straycat::diagnose {

// Why the run did not finish, and when: "the embedded cluster ended: killed by signal 9 (Killed), 12.3 s into the run".
// "" when it finished.
[[nodiscard]] std::string unfinished(const history::History& history);

// What of the log could not be read, and may tell of failures: "2 lines and 1 field of the log could not be read". ""
// when all was.
[[nodiscard]] std::string unread(const history::History& history);

// "nothing was sent for 4.8 s, 12.3 s into the run (481 requests were due)": the longest hole of all, and how many more
// there are. "" when there is none.
[[nodiscard]] std::string holes_in_words(const history::History& history);

// Why a hole of this traffic could hide what is asked of a stretch: something changed meanwhile, or too much of the
// stretch was not looked at. "" when none could.
[[nodiscard]] std::string hidden_in(const history::History& history, const history::Traffic& traffic,
                                    history::Span stretch);
// The same of all traffic; the first that could.
[[nodiscard]] std::string hidden_in(const history::History& history, history::Span stretch);

}  // namespace straycat::diagnose
