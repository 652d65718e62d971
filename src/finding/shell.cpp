#include <string>
#include <string_view>

#include <straycat/finding/words.hpp>

namespace straycat::finding {
namespace {

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=,@%+").find(c) != std::string_view::npos;
}

bool printable(char c) { return c >= 0x20 && c < 0x7f; }

bool all(std::string_view text, bool (*test)(char)) {
  for (const char c : text) {
    if (!test(c)) return false;
  }
  return true;
}

// '...' with each quote closed, escaped and opened again.
std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string escaped(std::string_view text) {
  static constexpr std::string_view digits = "01234567";
  std::string out = "$'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      out += '\\';
      out += c;
    } else if (printable(c)) {
      out += c;
    } else {  // octal: always three digits, so a following digit cannot join it
      out += '\\';
      out += digits[byte >> 6U];
      out += digits[(byte >> 3U) & 7U];
      out += digits[byte & 7U];
    }
  }
  return out + "'";
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && all(text, plain)) return std::string(text);
  return all(text, printable) ? single_quoted(text) : escaped(text);
}

}  // namespace straycat::finding
