#include "images/http.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace straycat::images {
namespace {

constexpr std::size_t longest_head = 16'384;
constexpr std::size_t longest_body = 1'048'576;

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whether a comma-separated header value names `word`.
bool names(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (same_word(trimmed(list.substr(0, comma)), word)) return true;
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return false;
}

HttpParse broken(int status) {
  HttpParse parse;
  parse.state = HttpParse::State::broken;
  parse.status = status;
  return parse;
}

// "GET /hi?x=1 HTTP/1.1"
bool read_request_line(std::string_view line, HttpRequest& request) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || last == first) return false;
  const auto version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
  auto target = line.substr(first + 1, last - first - 1);
  if (target.empty() || target.find(' ') != std::string_view::npos) return false;
  request.method = std::string(line.substr(0, first));
  request.path = std::string(target.substr(0, target.find('?')));
  request.head = request.method == "HEAD";
  request.keep_alive = version == "HTTP/1.1";
  return true;
}

// One header line; false when it breaks the message's framing. `body` takes Content-Length.
bool read_header(std::string_view line, HttpRequest& request, std::size_t& body) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (same_word(name, "connection")) {
    if (names(value, "close")) request.keep_alive = false;
    if (names(value, "keep-alive")) request.keep_alive = true;
  }
  if (same_word(name, "transfer-encoding")) return false;
  if (same_word(name, "content-length")) {
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), body);
    if (error != std::errc{} || stop != value.data() + value.size()) return false;
  }
  return true;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return status < 400 ? "Fine" : "Failed";
  }
}

}  // namespace

HttpParse parse_request(std::string_view input) {
  const auto end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return input.size() > longest_head ? broken(431) : HttpParse{};
  if (end > longest_head) return broken(431);
  HttpParse parse;
  std::size_t body = 0;
  auto head = input.substr(0, end);
  for (bool first = true; first || !head.empty(); first = false) {
    const auto stop = head.find("\r\n");
    const auto line = head.substr(0, stop);
    const bool fine = first ? read_request_line(line, parse.request) : read_header(line, parse.request, body);
    if (!fine || body > longest_body) return broken(400);
    head = stop == std::string_view::npos ? std::string_view{} : head.substr(stop + 2);
  }
  if (input.size() < end + 4 + body) return {};
  parse.state = HttpParse::State::request;
  parse.consumed = end + 4 + body;
  return parse;
}

std::string format_answer(const HttpAnswer& answer, bool keep_alive, bool head) {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n{}\r\n{}",
                     answer.status, reason_of(answer.status), answer.body.size(),
                     keep_alive ? "" : "Connection: close\r\n",
                     head ? std::string_view{} : std::string_view(answer.body));
}

}  // namespace straycat::images
