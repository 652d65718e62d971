#include "kube/json_text.hpp"

namespace straycat::kube {

namespace {

constexpr int max_depth = 500;

bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::optional<nlohmann::json> parse_json(std::string_view text) {
  if (too_deep(text)) return std::nullopt;
  // Without exceptions a number such as 1e400 still throws out_of_range.
  try {
    auto parsed = nlohmann::json::parse(text, nullptr, false);
    if (parsed.is_discarded()) return std::nullopt;
    return parsed;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace straycat::kube
