#include "notes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "echoes.hpp"
#include "ending.hpp"
#include "ignored.hpp"
#include "words.hpp"

namespace straycat::diagnose {

void add_notes(const Case& the_case, Verdict& verdict) {
  const auto& history = the_case.history;
  if (history.cut) verdict.notes.emplace_back("the log was cut: the run was killed, or is still going on");
  if (history.ended && history.ended->reason != RunEnd::finished) {
    verdict.notes.push_back("the run ended early: " + std::string(to_string(history.ended->reason)) +
                            (history.ended->error.empty() ? "" : ": " + safe(history.ended->error)));
  }
  if (const auto holes = holes_in_words(history); !holes.empty())
    verdict.notes.push_back("the prober stood still: " + holes);
  if (!history.zero.bounded())
    verdict.notes.emplace_back("no clock bound: the runner's records cannot be ordered against the requests");
  if (const auto why = unread(history); !why.empty()) verdict.notes.push_back(why);
  if (history.unknown > 0)
    verdict.notes.push_back(count(history.unknown, "record") + " of unknown kinds were passed over");
  if (history.odd.unknown_words > 0)
    verdict.notes.push_back(count(history.odd.unknown_words, "word") +
                            " that this version does not know were read as unknown");
  if (!history.plan_error.empty())
    verdict.notes.push_back("the plan in the log cannot be read: " + safe(history.plan_error));
  const auto doubtful = verdict.failed - std::min(verdict.failed, verdict.explained);
  if (verdict.conclusion == Conclusion::found && doubtful > 0) {
    verdict.notes.push_back(fmt::format("{} of the {} could not be given to a proven cause", grouped(doubtful),
                                        count(verdict.failed, "failure")));
  }
  if (const auto echoing = echoes(history); echoing > 0) {
    verdict.notes.push_back(fmt::format(
        "{} began on a source port whose last connection had got no answer: within 120 s the kernel's connection "
        "tracking sends such a one where it sent that one, whoever is listed by then",
        count(echoing, "failed request")));
  }
  if (verdict.failed > 0) {  // else they are the verdict's reasons
    for (const auto& ignored : ignored_fields(history)) verdict.notes.push_back(ignored.sentence);
  }
  for (const auto& harmless : harmless_fields(history)) verdict.notes.push_back(harmless.sentence);
  for (const auto& [at, note] : history.notes) verdict.notes.push_back(safe(note));
}

}  // namespace straycat::diagnose
