// What became of something from one run to the next: `compare` says it, and a suite reads it.
#pragma once

#include <straycat/core/vocabulary.hpp>

namespace straycat {

// different: neither better nor worse, as failures that begin later, or another cause.
enum class Change : std::uint8_t { same, better, worse, different, cannot_tell };
template <>
struct Vocabulary<Change> {
  static constexpr std::array<Word<Change>, 5> words{{{Change::same, "same"},
                                                      {Change::better, "better"},
                                                      {Change::worse, "worse"},
                                                      {Change::different, "different"},
                                                      {Change::cannot_tell, "cannot tell"}}};
  static constexpr Change unknown = Change::cannot_tell;
};
static_assert(well_spelt(Change::cannot_tell));

}  // namespace straycat
