// Failures in which nothing moved: only the workload that is meant can have got them, and none of its pods began, ended
// or was started again then. What server-errors, server-resets and overload share.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

// Whose the cell's failures are, in that sense. Endpoints that direct answers have cleared count as well: a program
// that fails now and then answers in between.
[[nodiscard]] std::optional<model::ObjectRef> steady_owner(const Case& the_case, const Cell& cell);

// Those cells of the scope, by workload.
[[nodiscard]] Book steady_in(const Case& the_case, const Scope& scope);
// The failures of a cell that were kept one by one.
[[nodiscard]] std::vector<const AttemptFailed*> kept_in(const Case& the_case, const Cell& cell);

// Direct requests to this workload's endpoints by the page's traffics.
struct DirectAsked {
  std::uint64_t ok = 0, alike = 0;
  std::size_t endpoints = 0, failing = 0;  // asked at all; failed alike at least once
};
[[nodiscard]] DirectAsked asked_directly(const Case& the_case, const Book::Page& page);

// Why the page's failures, which `did` ("were cut"), need not be its pods' own doing: something may stand between the
// page's place and them. "": no such doubt. Another place met it as well; or nothing can stand there: on the embedded
// cluster nothing does, but what a fault on order put there.
[[nodiscard]] std::string may_be_on_the_way(const Case& the_case, const Book::Page& page, std::string_view did);

// "12 of 40 direct requests to 2 of its 3 endpoints failed so": for evidence.
[[nodiscard]] std::string in_words(const DirectAsked& asked);
// A claim with the endpoints that failed so when they were asked directly, and with that as evidence.
[[nodiscard]] Claim steady_claim(const Case& the_case, const Book::Page& page, Cause cause,
                                 const std::string& sentence);

}  // namespace straycat::diagnose
