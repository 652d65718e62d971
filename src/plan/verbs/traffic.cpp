#include <fmt/format.h>

#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

std::string words(const Traffic& traffic) {
  return fmt::format("{} {}", traffic.start ? "start" : "stop", to_string(Traffic::verb));
}

json write(const Traffic& traffic, bool) { return {{"start", traffic.start}}; }

Traffic read(const json& in) { return {in.at("start").get<bool>()}; }

}  // namespace

Telling<Traffic> traffic_verb() { return {words, write, read}; }

}  // namespace straycat::plan
