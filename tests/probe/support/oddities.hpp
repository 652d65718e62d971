// What odd servers say to a request, and what it comes to. RFC 9112 where it matters, else curl's own leniency.
#pragma once

#include <string>
#include <vector>

#include <straycat/probe/request.hpp>

namespace straycat::test {

struct Oddity {
  const char* name;
  std::string text;     // what the server says to the request
  const char* outcome;  // as outcome_of() puts it
};

[[nodiscard]] std::vector<Oddity> interim_answers();
[[nodiscard]] std::vector<Oddity> status_lines();
[[nodiscard]] std::vector<Oddity> lengths();
[[nodiscard]] std::vector<Oddity> chunks();
[[nodiscard]] std::vector<Oddity> fields();
[[nodiscard]] std::vector<Oddity> statuses();
[[nodiscard]] std::vector<Oddity> all_oddities();

// What it came to, in one line: "200 4 bytes", "closed_early at body, 0, 200 0 bytes".
[[nodiscard]] std::string outcome_of(const probe::Attempt& attempt);

}  // namespace straycat::test
