#include "probe/head_rules.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace straycat::probe {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error != std::errc{} || end != text.data() + text.size() || !fits) return std::nullopt;
  return number;
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string_view HeadRules::take(std::string_view line) {
  line = without_end(line);
  if (status_ == 0) return take_status(line);
  return line.empty() ? std::string_view{} : take_field(line);
}

std::string_view HeadRules::take_status(std::string_view line) {
  static constexpr std::string_view bad = "bad status line";
  if (line.find('\0') != line.npos || !line.starts_with("HTTP/")) return bad;
  const auto blank = line.find(' ');
  const std::string_view version = line.substr(5, blank == line.npos ? line.npos : blank - 5);
  version_ = version == "1.1" ? 11 : version == "1.0" ? 10 : http2_ && version == "2" ? 20 : 0;
  if (version_ == 0 || blank == line.npos) return bad;
  const std::string_view rest = line.substr(std::min(line.size(), line.find_first_not_of(' ', blank)));
  const std::optional<std::uint64_t> status = number_in(rest.substr(0, 3));
  if (!status || *status < 100 || (rest.size() > 3 && rest[3] != ' ')) return bad;
  status_ = static_cast<int>(*status);
  return {};
}

std::string_view HeadRules::take_field(std::string_view line) {
  if (line.find('\0') != line.npos) return "a NUL in the header";
  const bool continues = blanks.find(line.front()) != blanks.npos;
  if (continues) return fields_begun_ ? std::string_view{} : "the header begins with a blank";
  fields_begun_ = true;
  const auto colon = line.find(':');
  if (colon == line.npos) return "a header without a colon";
  const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
  if (same_word(name, "Content-Length")) return take_length(value);
  if (same_word(name, "Transfer-Encoding")) return take_coding(value);
  return {};
}

// RFC 9112, 6.3: a list of the same number counts as that number; all else cannot be recovered from.
std::string_view HeadRules::take_length(std::string_view value) {
  do {
    const auto comma = value.find(',');
    const std::optional<std::uint64_t> length = number_in(trimmed(value.substr(0, comma)));
    if (!length) return "bad Content-Length";
    if (length_ && *length_ != *length) return "conflicting Content-Length";
    length_ = length;
    value = comma == value.npos ? std::string_view{} : value.substr(comma + 1);
  } while (!value.empty());
  return {};
}

// We ask for no transfer coding (TE), so that chunked alone is allowed, once.
std::string_view HeadRules::take_coding(std::string_view value) {
  if (same_word(value, "identity")) return {};
  if (!same_word(value, "chunked") || chunked_) return "bad Transfer-Encoding";
  chunked_ = true;
  return {};
}

std::string HeadRules::canonical() const {
  std::string head = version_ == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  head += std::to_string(status_) + " \r\n";
  if (chunked_) {
    head += "Transfer-Encoding: chunked\r\n";  // RFC 9112, 6.3: it overrides a length
  } else if (length_) {
    head += "Content-Length: " + std::to_string(*length_) + "\r\n";
  }
  return head + "\r\n";
}

std::size_t end_of_head(std::string_view text) {
  for (auto feed = text.find('\n'); feed != text.npos; feed = text.find('\n', feed + 1)) {
    const std::string_view rest = text.substr(feed + 1);
    if (rest.starts_with('\n')) return feed + 2;
    if (rest.starts_with("\r\n")) return feed + 3;
  }
  return text.npos;
}

}  // namespace straycat::probe
