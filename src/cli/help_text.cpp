// Help for a terminal.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/manual.hpp"
#include "cli/values.hpp"

namespace straycat::cli {
namespace {

constexpr std::size_t help_width = 80;

// `text` from `column` on, the first line without what is left of it.
std::string help_wrapped(std::string_view text, std::size_t column) {
  std::string out;
  std::size_t at = column;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    if (at > column && at + 1 + end > help_width) {
      out += "\n" + std::string(column, ' ');
      at = column;
    } else if (at > column) {
      out += ' ';
      ++at;
    }
    out += text.substr(0, end);
    at += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

// `text` behind `left`, in a column of its own; beneath it where `left` is too long.
std::string two_columns(const std::string& left, std::string_view text, std::size_t column) {
  std::string out = "  " + left;
  if (out.size() + 2 > column)
    out += "\n" + std::string(column, ' ');
  else
    out += std::string(column - out.size(), ' ');
  return out + help_wrapped(text, column);
}

std::string flags_text(const std::vector<FlagPage>& flags) {
  std::string out, group;
  for (const FlagPage& flag : flags) {
    if (flag.group != group) out += fmt::format("\n{}\n", flag.group == "Options" ? "Flags" : flag.group);
    group = flag.group;
    out += two_columns(flag.shown(), flag.help, 28);
  }
  return out;
}

// Only those that this command takes.
std::string values_text(const CommandPage& command) {
  std::set<std::string_view> taken;
  for (const auto* list : {&command.words, &command.flags})
    for (const FlagPage& flag : *list) taken.insert(flag.value);
  if (taken.contains("SHAPE")) taken.insert("RATE");
  std::string out;
  for (const ValueWords& value : value_types())
    if (taken.contains(value.type)) out += two_columns(std::string(value.type), value.words, 28);
  return out.empty() ? "" : "\nValues\n" + out;
}

std::string lesson_text(const Manual& all, const Lesson& lesson) {
  std::string out = lesson.examples.empty() ? "" : "\nExamples\n";
  for (const Lesson::Example& one : lesson.examples) {
    const bool ours = one.line.starts_with("straycat ");
    out += fmt::format("  {}{}\n      {}\n", ours ? all.called : "", ours ? one.line.substr(8) : one.line, one.what);
  }
  if (!lesson.exits.empty()) out += "\nExit codes\n";
  for (const Lesson::Exit& one : lesson.exits) out += two_columns(one.code, one.when, 11);
  return lesson.note.empty() ? out : out + "\n" + help_wrapped(lesson.note, 0);
}

}  // namespace

std::string help_page(const Manual& all, const CommandPage& command) {
  std::string out = fmt::format("Usage: {} {}\n\n", all.called, command.usage());
  out += help_wrapped(command.help + ".", 0);
  if (!command.words.empty()) out += "\n";
  for (const FlagPage& word : command.words) out += two_columns(word.shown(), word.help, 28);
  return out + flags_text(command.flags) + values_text(command) + lesson_text(all, command.lesson);
}

std::string help_overview(const Manual& all) {
  std::string out = fmt::format("Usage: {} COMMAND [flags]\n\n{}\n", all.called, purpose);
  out += "\nCommands\n";
  for (const CommandPage& one : all.commands) out += two_columns(one.name, one.help, 15);
  out += flags_text(all.flags);
  out += fmt::format(
      "\nExamples\n  {0} demo\n      what it finds, shown in twelve seconds\n  {0} diagnose svc/NAME\n      who stands "
      "behind a Service of your cluster and was not meant to\n  {0} lint k8s/\n      the same before anything is "
      "deployed\n\n`{0} help COMMAND` tells its flags, examples and exit codes.\n",
      all.called);
  return out;
}

}  // namespace straycat::cli
