#include <fmt/format.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string words(const Pause& pause) {
  return fmt::format("{} {}", to_string(Pause::verb), format_duration(pause.length));
}

json write(const Pause& pause, bool) { return {{"length", format_duration(pause.length)}}; }

Pause read(const json& in) { return {duration(in, "length", Nanos{})}; }

}  // namespace

Telling<Pause> pause_verb() { return {words, write, read}; }

}  // namespace straycat::plan
