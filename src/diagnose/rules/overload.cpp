// The pods take connections and answer later than clients wait, all of them alike, directly as well.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/steady.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// A SYN that gets no answer is lost on the way as easily as it is not taken: only beside as many answers that came too
// late it is told whose it is. With one late answer beside 290 SYNs a dropped way was called a slow server.
bool most_came_too_late(const Case& the_case, const Scope& cells) {
  std::uint64_t late = 0;
  for (const auto index : cells)
    if (likeness(the_case.cells[index].kind) == Likeness::late) late += the_case.cells[index].count;
  return late * 2 >= failures_in(the_case, cells);
}

// They answered for others at some time of the run: whose their late answers are is not told from outside. Before a
// gateway whose backends ended, on a machine that was busy, two direct requests of twelve were late.
bool pass_requests_on(const Case& the_case, const Book::Page& page) {
  return std::any_of(the_case.cells.begin(), the_case.cells.end(), [&](const Cell& cell) {
    return cell.by_a_gateway && the_case.history.traffic[cell.traffic].view == page.view;
  });
}

std::int64_t longest_wait_in(const Case& the_case, const Scope& cells) {
  std::int64_t longest = 0;
  for (const auto index : cells) longest = std::max(longest, the_case.cells[index].longest_ns);
  return longest;
}

Ruling overload_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = steady_in(the_case, scope);
  for (const auto& page : book.pages()) {
    const DirectAsked asked = asked_directly(the_case, page);
    const auto number = count(failures_in(the_case, page.cells), "request");
    if (!most_came_too_late(the_case, page.cells)) {
      ruling.open.push_back(
          fmt::format("{} to pods of {} failed while nothing moved, most of them without an answer to their SYN: "
                      "whether the pods take fewer connections than they are asked for or something on the way drops "
                      "them is not told apart",
                      number, display(page.owner)));
      continue;
    }
    if (pass_requests_on(the_case, page)) {
      ruling.open.push_back(fmt::format(
          "{} to pods of {} were answered too late, and they pass requests on (some were answered 502, 503 or 504): "
          "whether they are slow or those whom they ask is not told apart",
          number, display(page.owner)));
      continue;
    }
    // Whoever never answers in time may be another than the Service is for.
    const auto sure = the_case.intent_of(the_case.cells[page.cells.front()]).sure;
    if (asked.ok == 0 && sure != finding::Sure::given && sure != finding::Sure::clear) {
      ruling.open.push_back(
          fmt::format("pods of {} take connections and never answered in time: whether they are that "
                      "slow or are others than the Service is for is not told apart",
                      display(page.owner)));
      continue;
    }
    // One of several that is slow is deaf, or was not asked often enough to say so.
    if (asked.alike == 0 || asked.failing < asked.endpoints) {
      ruling.open.push_back(
          fmt::format("{} to pods of {} got no answer in time, and not all of its endpoints showed "
                      "that when they were asked directly ({})",
                      number, display(page.owner), in_words(asked)));
      continue;
    }
    if (auto why = may_be_on_the_way(the_case, page, "got no answer in time"); !why.empty()) {
      ruling.open.push_back(std::move(why));
      continue;
    }
    ruling.claims.push_back(steady_claim(
        the_case, page, Cause::overload,
        fmt::format("Pods of {} take connections and do not answer within the {} that clients wait, all of them alike: "
                    "more is asked of them than they can do, they are that slow, or requests hang in them.",
                    display(page.owner), in_ms(longest_wait_in(the_case, page.cells)))));
    ruling.claims.back().finding.no_fix =
        "whether more pods or a faster program is wanted is not seen from outside; a longer time-out of the clients "
        "would only hide it";
  }
  ruling.excluded = "no answer was late while only the workload that is meant could give it, and nothing moved";
  return ruling;
}

}  // namespace

Rule overload_rule() {
  return {.cause = Cause::overload,
          .explains = {Likeness::late, Likeness::no_answer},
          .claim = overload_claim,
          .leftovers = true};
}

}  // namespace straycat::diagnose
