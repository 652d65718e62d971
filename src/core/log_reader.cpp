#include <array>
#include <charconv>
#include <istream>
#include <optional>
#include <simdjson.h>
#include <string>

#include <fmt/format.h>

#include "record_fields.hpp"
#include <straycat/core/log_reader.hpp>

namespace straycat {
namespace {

using json = nlohmann::json;
namespace dom = simdjson::dom;

// As in event.cpp: our own lines nest less than 20 deep.
constexpr std::size_t max_depth = 64;

std::optional<std::int64_t> whole(const dom::element& value) {
  std::int64_t small = 0;
  if (value.get(small) == simdjson::SUCCESS) return small;
  std::uint64_t large = 0;
  if (value.get(large) == simdjson::SUCCESS) return static_cast<std::int64_t>(large);
  return std::nullopt;
}

bool in_reach(std::int64_t ns) { return -farthest_ns <= ns && ns <= farthest_ns; }

json tree(const dom::element& value);
json tree(const dom::object& value) {
  json out = json::object();
  for (const auto& [key, member] : value) out[std::string(key)] = tree(member);
  return out;
}
json tree(const dom::element& value) {
  switch (value.type()) {
    case dom::element_type::OBJECT:
      return tree(dom::object(value));
    case dom::element_type::ARRAY: {
      json out = json::array();
      for (const dom::element member : dom::array(value)) out.push_back(tree(member));
      return out;
    }
    case dom::element_type::STRING:
      return std::string(std::string_view(value));
    case dom::element_type::INT64:
      return std::int64_t(value);
    case dom::element_type::UINT64:
      return std::uint64_t(value);
    case dom::element_type::DOUBLE:
      return double(value);
    case dom::element_type::BOOL:
      return bool(value);
    case dom::element_type::NULL_VALUE:
      return nullptr;
  }
  return nullptr;
}

// Where fields are read from in the parser's own form.
struct DomSource {
  using Value = dom::element;

  static std::optional<Value> member(const Value& object, const char* key) {
    dom::object members;
    dom::element found;
    if (object.get(members) != simdjson::SUCCESS || members.at_key(key).get(found) != simdjson::SUCCESS ||
        found.is_null())
      return std::nullopt;
    return found;
  }
  static bool is_object(const Value& in) { return in.is_object(); }
  static std::optional<std::string_view> text(const Value& in) { return get<std::string_view>(in); }
  static std::optional<bool> truth(const Value& in) { return get<bool>(in); }
  static std::optional<double> number(const Value& in) { return get<double>(in); }
  template <std::integral T>
  static std::optional<T> whole(const Value& in) {
    if (const auto small = get<std::int64_t>(in)) return fitting<T>(*small);
    const auto large = get<std::uint64_t>(in);
    return large ? fitting<T>(*large) : std::nullopt;
  }
  static json tree(const Value& in) { return straycat::tree(in); }
  template <class F>
  static bool each_member(const Value& in, F f) {
    dom::object members;
    if (in.get(members) != simdjson::SUCCESS) return false;
    for (const auto& [key, member] : members) f(key, member);
    return true;
  }
  template <class F>
  static bool each_item(const Value& in, F f) {
    dom::array items;
    if (in.get(items) != simdjson::SUCCESS) return false;
    for (const dom::element item : items) f(item);
    return true;
  }

 private:
  template <class T>
  static std::optional<T> get(const Value& in) {
    T value{};
    return in.get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
  }
};

Result<> check_header(const LogLine& line) {
  if (line.topic() != Header::kind) return bad_input("no straycat log: its first line is no header");
  const json body = line.event().body;
  const bool named = body.contains("format") && body["format"].is_string();
  const std::string format = named ? body["format"].get<std::string>() : "";
  if (format == log_format) return {};
  return bad_input(
      fmt::format("a log of format \"{}\", which this version cannot read (it reads {})", format, log_format));
}

}  // namespace

struct LogLine::Parsed {
  dom::element body;
  bool empty = true;  // no object stands there
};

// Takes `name` and a whole number from the end of the text.
std::optional<std::int64_t> number_at_end(std::string_view& text, std::string_view name) {
  const auto digits = text.find_last_not_of("-0123456789") + 1;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + digits, text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  text = text.substr(0, digits);
  if (!text.ends_with(name)) return std::nullopt;
  text.remove_suffix(name.size());
  return value;
}

// Takes `name` and a string that needs no escape from the end of the text.
std::optional<std::string_view> word_at_end(std::string_view& text, std::string_view name) {
  if (!text.ends_with('"')) return std::nullopt;
  const auto quote = text.rfind('"', text.size() - 2);
  if (quote == std::string_view::npos) return std::nullopt;
  const std::string_view word = text.substr(quote + 1, text.size() - quote - 2);
  text = text.substr(0, quote);
  if (!text.ends_with(name) || word.find('\\') != std::string_view::npos) return std::nullopt;
  text.remove_suffix(name.size());
  return word;
}

// Turns text into lines, using its memory again and again.
class LineParser {
 public:
  // The envelope of a line as to_line() writes it, from its end, without a look at its body; else as parse() does.
  std::optional<LogLine> glance(std::string& text) {
    make_room(text);
    std::string_view rest = text;
    if (!rest.starts_with("{\"body\":{") || !rest.ends_with('}')) return parse(text);
    rest.remove_suffix(1);
    const auto at = number_at_end(rest, ",\"t\":");
    const auto number = at ? number_at_end(rest, ",\"n\":") : std::nullopt;
    const auto kind = number ? word_at_end(rest, ",\"kind\":") : std::nullopt;
    const auto clock = kind ? word_at_end(rest, "},\"clock\":") : std::nullopt;
    if (!clock) return parse(text);
    if (!in_reach(*at)) return std::nullopt;
    LogLine out;
    out.number_ = static_cast<std::uint64_t>(*number);
    out.kind_ = *kind;
    out.clock_ = *clock;
    out.at_ = {*at};
    out.later_ = this;
    unread_ = &text;
    return out;
  }

  // What glance() put off.
  std::optional<LogLine> parse_now() { return parse(*unread_); }

  // The event in the text, or nothing.
  std::optional<LogLine> parse(std::string& text) {
    const bool room =
        parser_.capacity() >= text.size() || parser_.allocate(text.size() * 2, max_depth) == simdjson::SUCCESS;
    make_room(text);
    dom::element root;
    dom::object line;
    const bool quick = room && parser_.parse(text.data(), text.size(), false).get(root) == simdjson::SUCCESS;
    return quick && root.get(line) == simdjson::SUCCESS ? quickly(line) : carefully(text);
  }

 private:
  // The parser reads a little behind the text's end. Not later than this: lines refer to the text where it lies.
  static void make_room(std::string& text) { text.reserve(text.size() + simdjson::SIMDJSON_PADDING); }

  std::optional<LogLine> quickly(const dom::object& line) {
    dom::element number, at;
    LogLine out;
    if (line["n"].get(number) != simdjson::SUCCESS || line["t"].get(at) != simdjson::SUCCESS ||
        line["kind"].get(out.kind_) != simdjson::SUCCESS || line["clock"].get(out.clock_) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    const auto numbered = whole(number);
    std::int64_t stamped = 0;  // not by whole(), which would read 2^64 - 1 as -1
    if (!numbered || at.get(stamped) != simdjson::SUCCESS || !in_reach(stamped)) return std::nullopt;
    out.number_ = static_cast<std::uint64_t>(*numbered);
    out.at_ = {stamped};
    parsed_.empty = line["body"].get(parsed_.body) != simdjson::SUCCESS || !parsed_.body.is_object();
    out.parsed_ = &parsed_;
    return out;
  }
  // What the quick parser does not take, such as a line that nests too deep, may still be an event.
  std::optional<LogLine> carefully(const std::string& text) {
    Result<Event> event = from_line(text);
    if (!event) return std::nullopt;
    event_ = std::move(*event);
    return LogLine(event_);
  }

  dom::parser parser_;
  std::string* unread_ = nullptr;
  LogLine::Parsed parsed_;
  Event event_;
};

LogLine::LogLine(const Event& event)
    : number_(event.number), kind_(event.kind.text()), clock_(event.clock), at_(event.at), event_(&event) {}

Event LogLine::event() const {
  if (event_ != nullptr) return *event_;
  if (later_ != nullptr) {
    if (const auto whole_line = later_->parse_now()) return whole_line->event();
  }
  Event out{number_, std::string(kind_), std::string(clock_), at_, json::object()};
  if (parsed_ != nullptr && !parsed_->empty) out.body = tree(parsed_->body);
  return out;
}

#define STRAYCAT_RECORD(Type)                                                                               \
  template <>                                                                                               \
  Type LogLine::read<Type>(Oddities & odd) const {                                                          \
    if (parsed_ != nullptr && !parsed_->empty) return record_from<Type, DomSource>(parsed_->body, odd);     \
    return event_ != nullptr ? read_record<Type>(event_->body, odd) : read_record<Type>(event().body, odd); \
  }
STRAYCAT_RECORD(StepRecord)
STRAYCAT_RECORD(FaultRecord)
STRAYCAT_RECORD(WatchRecord)
STRAYCAT_RECORD(ClockBound)
STRAYCAT_RECORD(VantageRecord)
STRAYCAT_RECORD(AttemptFailed)
STRAYCAT_RECORD(AttemptWindow)
STRAYCAT_RECORD(DirectProbe)
STRAYCAT_RECORD(VantageHealth)
STRAYCAT_RECORD(VantageSummary)
STRAYCAT_RECORD(VantageLost)
STRAYCAT_RECORD(ClusterLost)
STRAYCAT_RECORD(NoteRecord)
STRAYCAT_RECORD(RunEnded)
#undef STRAYCAT_RECORD

namespace {

// The next line, or what of it is within `most`; false at the stream's end. `whole`: nothing of it was left out.
bool next_line(std::istream& in, std::string& text, std::size_t most, bool& whole) {
  constexpr std::size_t piece = 4096;
  std::array<char, piece> buffer;
  text.clear();
  whole = true;
  bool any = false;
  while (true) {
    in.getline(buffer.data(), piece);
    auto got = static_cast<std::size_t>(in.gcount());
    const bool full = in.fail() && !in.eof() && got == piece - 1;  // the line goes on
    if (!in.fail() && !in.eof()) --got;                            // its newline is counted, and not in the buffer
    any = any || in.gcount() > 0;
    whole = whole && text.size() + got <= most;
    if (whole) text.append(buffer.data(), got);
    if (!full) return any;
    in.clear();
  }
}

}  // namespace

Result<LogTail> read_lines(std::istream& in, Bodies bodies, const std::function<void(const LogLine&)>& take) {
  LogTail tail;
  LineParser parser;
  bool headed = false, whole_line = true;
  std::string text;
  while (next_line(in, text, headed ? longest_line : longest_header, whole_line)) {
    const bool ended = !in.eof();  // the last line of a killed run may lack its newline, and its end
    if (text.empty()) continue;
    if (!whole_line) {
      if (!headed) return bad_input(fmt::format("a log whose header is longer than {} MiB", longest_header >> 20));
      ++tail.unreadable;
      continue;
    }
    const auto line = bodies == Bodies::at_once ? parser.parse(text) : parser.glance(text);
    if (!line) {
      ended ? void(++tail.unreadable) : void(tail.cut = true);
      continue;
    }
    if (!headed) {
      if (Result<> good = check_header(*line); !good) return good.error();
    }
    headed = true;
    take(*line);
  }
  if (!headed) return bad_input("no straycat log: its first line is no header");
  return tail;
}

Result<EventLog> read_log(std::istream& in) {
  EventLog log;
  const Result<LogTail> tail =
      read_lines(in, Bodies::at_once, [&](const LogLine& line) { log.events.push_back(line.event()); });
  if (!tail) return tail.error();
  log.cut = tail->cut;
  log.unreadable = tail->unreadable;
  return log;
}

}  // namespace straycat
