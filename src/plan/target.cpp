#include <fmt/format.h>

#include <straycat/model/kinds.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::plan {

Result<Target> parse_target(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return bad_input(fmt::format("\"{}\" names no object: expected Kind/name, such as Deployment/sayhi", text));
  }
  const std::string_view word = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  if (name.find('/') != std::string_view::npos) {
    return bad_input(fmt::format("\"{}\" has more than one slash: expected Kind/name, such as Deployment/sayhi", text));
  }
  const model::Kind* kind = model::kind_called(word);
  if (kind == nullptr) return bad_input(fmt::format("unknown kind \"{}\" in \"{}\"", word, text));
  return Target{std::string(kind->name), std::string(name), ""};
}

}  // namespace straycat::plan
