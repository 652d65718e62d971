// The program answers wrongly now and then, whichever of its pods is asked: an answer came, so one of those gave it.
#include <map>

#include <fmt/format.h>

#include "diagnose/steady.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// "status 500 (37), status 503 (2)" of the failures that were kept one by one; "" when none has a status.
std::string statuses_in(const Case& the_case, const Scope& cells) {
  std::map<int, std::uint64_t> by_status;
  for (const auto index : cells)
    for (const AttemptFailed* failed : kept_in(the_case, the_case.cells[index]))
      if (failed->status != 0) ++by_status[failed->status];
  std::string text;
  for (const auto& [status, number] : by_status)
    text += fmt::format("{}status {} ({})", text.empty() ? "" : ", ", status, grouped(number));
  return text;
}

Ruling server_errors_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = steady_owner(the_case, cell);
    // 502, 503 and 504 are said of somebody else, whom the pod had asked in vain: the fault may be that one's.
    if (owner && cell.by_a_gateway) {
      ruling.open.push_back(
          fmt::format("pods of {} answered as gateways do that get no answer themselves (502, 503 or "
                      "504): whom they had asked is not known",
                      display(*owner)));
    } else if (owner) {
      book.add(the_case, index, *owner);
    }
  }
  for (const auto& page : book.pages()) {
    const std::string statuses = statuses_in(the_case, page.cells);
    const std::string how = kinds_in(the_case, page.cells) + (statuses.empty() ? "" : ": " + statuses);
    // Whoever never answers well may be another than the Service is for, or be asked for what it does not have.
    if (asked_directly(the_case, page).ok == 0) {
      ruling.open.push_back(
          fmt::format("pods of {} answered wrongly whenever they were asked ({}): whether they do so by themselves, "
                      "the client asks "
                      "for the wrong thing or the Service is for others is not told apart",
                      display(page.owner), how));
      continue;
    }
    ruling.claims.push_back(
        steady_claim(the_case, page, Cause::server_errors,
                     fmt::format("Pods of {} answer wrongly now and then by themselves ({}); nothing about the Service "
                                 "or its endpoints moved then.",
                                 display(page.owner), how)));
    ruling.claims.back().finding.no_fix = "why the program answers so is not seen from outside: its own log tells it";
  }
  ruling.excluded = "no wrong answer came while only the workload that is meant could give it, and nothing moved";
  return ruling;
}

}  // namespace

Rule server_errors_rule() {
  return {
      .cause = Cause::server_errors, .explains = {Likeness::wrong}, .claim = server_errors_claim, .leftovers = true};
}

}  // namespace straycat::diagnose
