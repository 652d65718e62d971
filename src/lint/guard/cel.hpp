// What a guard asks of an object, in CEL. Both kinds of policy ask the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/lint/guard.hpp>

namespace straycat::lint {

struct CelVariable {
  std::string name, expression;
};
// In order: a later one uses earlier ones.
[[nodiscard]] std::vector<CelVariable> guard_variables(const Guard& guard);
// True where the object may pass.
[[nodiscard]] std::string guard_condition();
// What a person reads who is warned or refused: an expression, and a sentence for where it cannot be evaluated.
[[nodiscard]] std::string guard_message_expression(const Guard& guard);
[[nodiscard]] std::string guard_message(const Guard& guard);

// Whether it can stand in a policy between quotes: nothing but what names and labels are made of.
[[nodiscard]] bool is_name_text(std::string_view text);

}  // namespace straycat::lint
