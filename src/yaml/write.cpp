#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include <straycat/yaml/write.hpp>

namespace straycat::yaml {
namespace {

using nlohmann::ordered_json;

// Words that YAML 1.1 takes for something else than themselves.
constexpr std::array<std::string_view, 9> written_otherwise{"y",   "n",    "yes",   "no",  "on",
                                                            "off", "true", "false", "null"};

std::string in_small(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_plain_word(const std::string& text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./").find(c) != std::string_view::npos;
  });
  return plain &&
         std::find(written_otherwise.begin(), written_otherwise.end(), in_small(text)) == written_otherwise.end();
}

// Lines of printable ASCII that neither begin with a blank (which YAML would take for indentation) nor are empty.
bool is_block(const std::string& text) {
  if (text.find('\n') == std::string::npos || text.front() == '\n' || text.back() == '\n') return false;
  bool first = true;
  for (const char c : text) {
    if ((c < ' ' && c != '\n') || c > '~' || (first && c == ' ')) return false;
    first = false;
  }
  return text.find("\n\n") == std::string::npos;
}

void escape_each(std::string& text, std::string_view what, std::string_view escaped) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + escaped.size()))
    text.replace(at, what.size(), escaped);
}

// JSON's quotes are YAML's, but for what YAML takes for the end of a line, or for no text at all.
std::string in_quotes(const std::string& text) {
  std::string out = ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  escape_each(out, "\x7F", "\\u007f");
  for (int c = 0x80; c < 0xA0; ++c)
    escape_each(out, std::string("\xC2") + static_cast<char>(c), fmt::format("\\u00{:02x}", c));
  escape_each(out, "\xE2\x80\xA8", "\\u2028"), escape_each(out, "\xE2\x80\xA9", "\\u2029");
  escape_each(out, "\xEF\xBB\xBF", "\\ufeff");
  return out;
}

std::string as_block(const std::string& text, std::size_t depth) {
  std::string out = "|-";
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += "\n" + std::string(depth, ' ') + text.substr(at, end - at);
    at = end + 1;
  }
  return out;
}

std::string word_of(const std::string& text, std::size_t depth) {
  if (is_plain_word(text)) return text;
  return is_block(text) ? as_block(text, depth) : in_quotes(text);
}

bool stands_on_one_line(const ordered_json& value) { return !value.is_structured() || value.empty(); }

std::string in_line(const ordered_json& value, std::size_t depth) {
  return value.is_string() ? word_of(value.get<std::string>(), depth) : value.dump();
}

void put(const ordered_json& value, std::size_t depth, std::string& out);

// `begun`: the first line has its indentation already ("- ").
void put_mapping(const ordered_json& value, std::size_t depth, bool begun, std::string& out) {
  for (const auto& [key, one] : value.items()) {
    out += (begun ? std::string() : std::string(depth, ' ')) + (is_plain_word(key) ? key : in_quotes(key)) + ":";
    begun = false;
    if (stands_on_one_line(one)) {
      out += " " + in_line(one, depth + 2) + "\n";
    } else {
      out += "\n";
      put(one, one.is_array() ? depth : depth + 2, out);
    }
  }
}

void put_sequence(const ordered_json& value, std::size_t depth, std::string& out) {
  for (const ordered_json& one : value) {
    out += std::string(depth, ' ') + "- ";
    if (stands_on_one_line(one)) {
      out += in_line(one, depth + 2) + "\n";
    } else if (one.is_object()) {
      put_mapping(one, depth + 2, true, out);
    } else {
      out += one.dump(-1, ' ', true) + "\n";  // a list in a list: in one line
    }
  }
}

void put(const ordered_json& value, std::size_t depth, std::string& out) {
  if (value.is_object()) return put_mapping(value, depth, false, out);
  put_sequence(value, depth, out);
}

}  // namespace

std::string write(const ordered_json& document) {
  if (stands_on_one_line(document)) return in_line(document, 2) + "\n";
  std::string out;
  put(document, 0, out);
  return out;
}

}  // namespace straycat::yaml
