#include "images/settings.hpp"

#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

namespace straycat::images {
namespace {

const SettingSpec* find_spec(const std::vector<SettingSpec>& specs, std::string_view name) {
  for (const auto& spec : specs)
    if (spec.name == name) return &spec;
  return nullptr;
}

Result<long> parse_number(const std::string& text) {
  long number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return bad_input(fmt::format("\"{}\" is no whole number", text));
  return number;
}

}  // namespace

Result<Settings> Settings::read(const std::vector<SettingSpec>& specs, const std::vector<std::string>& arguments,
                                const Environment& environment) {
  Settings settings;
  for (const auto& spec : specs) {
    const std::string variable(spec.variable);
    const char* said = variable.empty() ? nullptr : environment(variable);
    const bool set = said != nullptr && *said != '\0';
    settings.values_[std::string(spec.name)] =
        set ? Value{said, variable} : Value{std::string(spec.fallback), "default"};
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with("--")) return bad_input(fmt::format("\"{}\" is no switch", argument));
    const auto equals = argument.find('=');
    const auto name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (find_spec(specs, name) == nullptr) return bad_input(fmt::format("unknown switch --{}", name));
    if (equals == std::string::npos && i + 1 == arguments.size())
      return bad_input(fmt::format("--{} wants a value", name));
    settings.values_[name] = {equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1), "--" + name};
  }
  return settings;
}

const Settings::Value& Settings::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error("no such setting: " + std::string(name));
  return found->second;
}

const std::string& Settings::text(std::string_view name) const { return value(name).text; }

Result<long> Settings::number(std::string_view name, long least, long most) const {
  const auto& [text, origin] = value(name);
  auto number = parse_number(text);
  if (!number) return number.error().within(origin);
  if (*number < least || *number > most)
    return bad_input(fmt::format("{}: {} is not in {}..{}", origin, *number, least, most));
  return number;
}

Result<Nanos> Settings::duration(std::string_view name) const {
  const auto& [text, origin] = value(name);
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
    const auto seconds = number(name, 0, 365L * 24 * 3600);
    if (!seconds) return seconds.error();
    return Nanos(std::chrono::seconds(*seconds));
  }
  auto length = parse_duration(text);
  if (!length) return length.error().within(origin);
  return length;
}

Result<std::size_t> Settings::choice(std::string_view name, const std::vector<std::string_view>& words) const {
  const auto& [text, origin] = value(name);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == text) return i;
  return bad_input(fmt::format("{}: \"{}\" is none of {}", origin, text, fmt::join(words, ", ")));
}

std::string describe(std::string_view program, const std::vector<SettingSpec>& specs) {
  auto text = fmt::format("straycat image {} [switches]\n", program);
  for (const auto& spec : specs)
    text += fmt::format("  --{:<20} {:<26} {} [{}]\n", spec.name, spec.variable, spec.help, spec.fallback);
  return text;
}

}  // namespace straycat::images
