// Manual pages in roff, made from what help is made of.
#include <fmt/format.h>

#include "cli/manual.hpp"
#include "cli/values.hpp"

namespace straycat::cli {
namespace {

// A line that begins with a point or an apostrophe is a request to roff, a hyphen may become a dash, and a backslash
// begins an escape.
std::string roff(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '-')
      out += "\\-";
    else if (letter == '\\')
      out += "\\e";
    else
      out += letter == '\n' ? ' ' : letter;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string flag_entries(const std::vector<FlagPage>& flags) {
  std::string out, group = "Options";
  for (const FlagPage& flag : flags) {
    if (flag.group != group) out += fmt::format(".SS {}\n", roff(flag.group));
    group = flag.group;
    out += fmt::format(".TP\n.B {}\n{}\n", roff(flag.shown()), roff(flag.help));
  }
  return out;
}

std::string heading(const std::string& name, std::string_view what, const std::string& usage) {
  return fmt::format(".TH {} 1 \"\" \"straycat {}\" \"straycat\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n",
                     roff(name), STRAYCAT_VERSION, roff(name), roff(what), roff(usage));
}

std::string lesson_entries(const Lesson& lesson) {
  std::string out = lesson.note.empty() ? "" : fmt::format(".SH NOTES\n{}\n", roff(lesson.note));
  if (!lesson.examples.empty()) out += ".SH EXAMPLES\n";
  for (const Lesson::Example& one : lesson.examples)
    out += fmt::format(".TP\n.B {}\n{}\n", roff(one.line), roff(one.what));
  if (!lesson.exits.empty()) out += ".SH EXIT STATUS\n";
  for (const Lesson::Exit& one : lesson.exits) out += fmt::format(".TP\n.B {}\n{}\n", roff(one.code), roff(one.when));
  return out;
}

std::string page_of_the_program(const Manual& all) {
  std::string out = heading("straycat", purpose.substr(9, purpose.size() - 10), "straycat COMMAND [flags]");
  out += ".SH COMMANDS\n";
  for (const CommandPage& one : all.commands)
    out +=
        fmt::format(".TP\n.B {}\n{} (\\fBstraycat\\-{}\\fR(1))\n", roff(one.usage()), roff(one.help), roff(one.name));
  out += ".SH OPTIONS\n" + flag_entries(all.flags) + ".SH VALUES\n";
  for (const ValueWords& value : value_types())
    out += fmt::format(".TP\n.B {}\n{}\n", roff(value.type), roff(value.words));
  return out;
}

}  // namespace

std::string man_page(const Manual& all, const CommandPage* command) {
  if (command == nullptr) return page_of_the_program(all);
  std::string out = heading("straycat-" + command->name, command->help, "straycat " + command->usage());
  out += fmt::format(".SH DESCRIPTION\n{}\n", roff(command->help));
  for (const FlagPage& word : command->words)
    out += fmt::format(".TP\n.B {}\n{}\n", roff(word.shown()), roff(word.help));
  if (!command->flags.empty()) out += ".SH OPTIONS\n" + flag_entries(command->flags);
  return out + lesson_entries(command->lesson) + ".SH SEE ALSO\n.BR straycat (1)\n";
}

}  // namespace straycat::cli
