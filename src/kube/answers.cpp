#include "kube/answers.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "kube/json_text.hpp"

namespace straycat::kube {

namespace {

// Retry-After in seconds; the HTTP-date form is not used by Kubernetes (apiserver's priority and fairness sends a
// number).
std::optional<Nanos> retry_after(const net::Response& response) {
  const auto found = response.headers.find("retry-after");
  if (found == response.headers.end()) return std::nullopt;
  int seconds = 0;
  const auto& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds{seconds};
}

// A text from outside, fit for one line of a message.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string first_words(const std::string& text) {
  return one_line(text.substr(0, 200)) + (text.size() > 200 ? "..." : "");
}

// Where a redirection leads to: a sign-in page, say. Its query may hold a secret.
std::string place_of(const net::Response& response) {
  const auto found = response.headers.find("location");
  if (found == response.headers.end()) return "";
  return fmt::format(" (to {})", first_words(found->second.substr(0, found->second.find('?'))));
}

bool has_name(const json& item) { return !text_at(item, {"metadata", "name"}).empty(); }

}  // namespace

ApiError error_from_junk(const net::Response& response, const std::string& wanted) {
  return {response.status, "",
          fmt::format("the API server answered with something else than {}: {}", wanted, first_words(response.body)),
          std::nullopt};
}

std::string list_trouble(const json& page) {
  if (!text_at(page, {"kind"}).ends_with("List")) return "it is no list";
  const auto items = page.find("items");
  if (items == page.end()) return "a list without items";
  if (items->is_null()) return "";  // as Go writes none
  if (!items->is_array()) return "a list whose items are none";
  return std::all_of(items->begin(), items->end(), has_name) ? "" : "a list with an item that has no name";
}

ApiError error_from_status(const json& status) {
  ApiError error;
  const auto code = status.is_object() ? status.find("code") : status.end();
  if (code != status.end() && code->is_number_integer()) error.code = code->get<int>();
  error.reason = one_line(text_at(status, {"reason"}));
  error.message = one_line(text_at(status, {"message"}));
  if (error.message.empty()) error.message = error.reason.empty() ? "no message" : error.reason;
  return error;
}

ApiError error_from(const net::Response& response) {
  ApiError error;
  const auto body = parse_json(response.body);
  if (body && text_at(*body, {"kind"}) == "Status")
    error = error_from_status(*body);
  else
    error.message = fmt::format("HTTP {}{}: {}", response.status, place_of(response), first_words(response.body));
  error.code = response.status;
  error.retry_after = retry_after(response);
  return error;
}

ApiError error_from_transport(const Error& error) { return {0, "", error.message, std::nullopt}; }

std::optional<Retry> retry_for(const ApiError& error, bool idempotent, int tries_so_far) {
  if (tries_so_far >= 5) return std::nullopt;
  const bool never_done = error.code == 429;
  const bool may_repeat = error.code == 503 && error.retry_after && idempotent;
  if (!never_done && !may_repeat) return std::nullopt;
  const Nanos asked = error.retry_after.value_or(std::chrono::seconds{1});
  return Retry{std::clamp<Nanos>(asked, std::chrono::milliseconds{100}, std::chrono::seconds{30})};
}

bool is_outage(const ApiError& error) {
  return error.code == 0 || error.code == 502 || error.code == 503 || error.code == 504;
}

Nanos outage_pause(int tries_so_far) {
  return std::chrono::milliseconds{100} * (1 << std::clamp(tries_so_far - 1, 0, 4));
}

std::string ApiError::describe() const {
  if (code < 300 || message.starts_with("HTTP ")) return message;
  return fmt::format("{}{}{}: {}", code, reason.empty() ? "" : " ", reason, message);
}

Error ApiError::to_error() const {
  const auto fault = code == 400 || code == 422 ? Fault::bad_input : Fault::own_trouble;
  const std::string words = (asked.empty() || code == 0 ? "" : asked + ": ") + describe();
  if (code == 401) return {fault, "the API server does not accept these credentials: " + words};
  if (code >= 500) return {fault, "the API server failed: " + words};
  return {fault, words};
}

void throw_exception_from_error(const ApiError& error, const boost::source_location& where) {
  throw std::logic_error(
      fmt::format("unchecked ApiError at {}:{}: {}", where.file_name(), where.line(), error.message));
}

}  // namespace straycat::kube
