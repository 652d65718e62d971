#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include <straycat/core/event.hpp>
#include <straycat/core/log_reader.hpp>

namespace straycat {
namespace {

using json = nlohmann::json;

// Our own lines nest less than 20 deep; a hostile line must not overflow the stack when it is copied or dumped.
constexpr int max_tree_depth = 64;

// How deep the line nests at most; brackets inside strings do not count.
int depth_of(std::string_view line) {
  int depth = 0, deepest = 0;
  bool text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char letter = line[i];
    if (text) {
      if (letter == '\\') ++i;
      text = letter != '"';
    } else if (letter == '"') {
      text = true;
    } else if (letter == '{' || letter == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (letter == '}' || letter == ']') {
      --depth;
    }
  }
  return deepest;
}

json parse_bounded(std::string_view line) {
  if (depth_of(line) <= max_tree_depth) return json::parse(line, nullptr, false);  // twice as fast as with a callback
  const auto keep = [](int depth, json::parse_event_t, json&) { return depth <= max_tree_depth; };
  return json::parse(line, keep, false);
}

}  // namespace

std::string to_line(const Event& event) {
  const json line = json::object({{"n", event.number},
                                  {"kind", event.kind.text()},
                                  {"clock", event.clock},
                                  {"t", event.at.ns},
                                  {"body", event.body}});
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Event> from_line(std::string_view text) {
  json line = parse_bounded(text);
  const auto has = [&](const char* key, auto test) { return line.contains(key) && test(line[key]); };
  const auto is_integer = [](const json& value) { return value.is_number_integer(); };
  const auto is_string = [](const json& value) { return value.is_string(); };
  if (!line.is_object() || !has("n", is_integer) || !has("t", is_integer) || !has("kind", is_string) ||
      !has("clock", is_string)) {
    return bad_input("not an event: expected an object with n, kind, clock, t and body");
  }
  Event event;
  event.number = line["n"].get<std::uint64_t>();
  event.kind = line["kind"].get<std::string>();
  event.clock = line["clock"].get<std::string>();
  const json& at = line["t"];
  event.at = {at.is_number_unsigned() && at.get<std::uint64_t>() > INT64_MAX ? INT64_MAX : at.get<std::int64_t>()};
  if (event.at.ns < -farthest_ns || event.at.ns > farthest_ns) return bad_input("not an event: no clock stands there");
  if (line.contains("body") && line["body"].is_object()) event.body = std::move(line["body"]);
  return event;
}

Result<> LogWriter::write(EventKind kind, std::string clock, Stamp at, json body) {
  out_ << to_line({next_, std::move(kind), std::move(clock), at, std::move(body)}) << '\n' << std::flush;
  if (!out_) return own_trouble("cannot write the run's log: is the disk full?");
  ++next_;
  return {};
}

}  // namespace straycat
