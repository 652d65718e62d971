#include "plan/verbs.hpp"

namespace straycat::plan {
namespace {

// Its arguments may hold secrets (--set password=...): the log and the reports name the program.
std::string words(const Command& command) {
  return "run " + (command.words.empty() ? std::string{} : command.words.front());
}

json write(const Command& command, bool for_log) {
  if (!for_log || command.words.empty()) return {{"words", command.words}};
  return {{"words", json::array({command.words.front()})}, {"wordsLeftOut", command.words.size() - 1}};
}

Command read(const json& in) { return {in.at("words").get<std::vector<std::string>>()}; }

}  // namespace

Telling<Command> command_verb() { return {words, write, read}; }

}  // namespace straycat::plan
