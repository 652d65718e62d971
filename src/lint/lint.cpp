#include <algorithm>

#include <straycat/lint/lint.hpp>

namespace straycat::lint {
namespace {

bool is_vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

// Whether the last word of a name looks made up: as randAlphaNum makes it (digits among letters), or a long run that
// nobody could pronounce.
bool is_made_up(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('-') == std::string_view::npos ? 0 : name.rfind('-') + 1);
  if (last.size() < 5) return false;
  bool digit_between = false;
  for (std::size_t i = 1; i + 1 < last.size(); ++i)
    digit_between = digit_between || (std::isdigit(static_cast<unsigned char>(last[i])) != 0 &&
                                      std::isalpha(static_cast<unsigned char>(last[i + 1])) != 0);
  return digit_between || std::none_of(last.begin(), last.end(), is_vowel);
}

std::string known_as(const model::ObjectRef& ref) {
  return ref.kind + "/" + (is_made_up(ref.name) ? std::string("*") : ref.name);
}

}  // namespace

std::string_view to_string(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}

std::string Flaw::key() const {
  return rule + " " + known_as(object) + " " + (other.kind.empty() ? "-" : known_as(other)) + " " +
         (spot.source.empty() ? spot.file : spot.source);
}

std::size_t Verdict::count(Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(flaws.begin(), flaws.end(), [&](const Flaw& flaw) { return flaw.severity == severity; }));
}

int Verdict::exit_code() const {
  if (count(Severity::error) > 0) return 1;
  return unread.empty() ? 0 : 2;
}

}  // namespace straycat::lint
