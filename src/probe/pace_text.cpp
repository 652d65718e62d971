#include <cmath>
#include <cstdlib>
#include <string>

#include <straycat/probe/pacing.hpp>

namespace straycat::probe {

namespace {

Error bad_rate(std::string_view text, const std::string& why) {
  return bad_input("bad rate '" + std::string(text) + "': " + why);
}

}  // namespace

Result<double> parse_rate(std::string_view text) {
  constexpr const char* form = "a number and /s, /m or /h was expected (\"100/s\")";
  const auto slash = text.find('/');
  const std::string_view unit = slash == text.npos ? std::string_view{} : text.substr(slash + 1);
  const std::string number(text.substr(0, slash));
  if (unit != "s" && unit != "m" && unit != "h") return bad_rate(text, form);
  if (number.empty() || number.find_first_not_of("0123456789.") != std::string::npos) return bad_rate(text, form);
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (*end != '\0') return bad_rate(text, form);
  const double rate = value / (unit == "s" ? 1 : unit == "m" ? 60 : 3600);
  if (!(rate >= 0.001 && rate <= 1'000'000)) return bad_rate(text, "between 0.001/s and 1000000/s");
  return rate;
}

namespace {

// "RATE", "RATE:LENGTH", "RATE..RATE:LENGTH".
Result<Stretch> parse_stretch(std::string_view text, bool is_last) {
  Stretch stretch;
  const auto colon = text.find(':');
  const std::string_view rates = text.substr(0, colon);
  const auto dots = rates.find("..");
  const Result<double> from = parse_rate(rates.substr(0, dots));
  if (!from) return from.error();
  const Result<double> to = dots == rates.npos ? from : parse_rate(rates.substr(dots + 2));
  if (!to) return to.error();
  stretch.from = *from;
  stretch.to = *to;
  if (colon == text.npos && (dots != rates.npos || !is_last)) return bad_rate(text, "how long? (\"100/s:10s\")");
  if (colon == text.npos) return stretch;
  const Result<Nanos> length = parse_duration(text.substr(colon + 1));
  if (!length) return length.error().within("rate '" + std::string(text) + "'");
  if (*length <= Nanos{0}) return bad_rate(text, "it must last");
  stretch.length = *length;
  return stretch;
}

}  // namespace

Result<Pace> parse_pace(std::string_view text) {
  Pace pace;
  while (true) {
    const auto comma = text.find(',');
    const Result<Stretch> stretch = parse_stretch(text.substr(0, comma), comma == text.npos);
    if (!stretch) return stretch.error();
    pace.stretches.push_back(*stretch);
    if (comma == text.npos) return pace;
    text = text.substr(comma + 1);
  }
}

}  // namespace straycat::probe
