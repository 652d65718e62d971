// What shells complete: commands, flags, and the words of flags that take one of a few; else files.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/manual.hpp"

namespace straycat::cli {
namespace {

// Within '...' of all three shells.
std::string single_quoted(std::string_view text, std::string_view quote_as) {
  std::string out;
  for (const char letter : text) {
    if (letter == '\'')
      out += quote_as;
    else
      out += letter == '\n' ? ' ' : letter;
  }
  return out;
}

std::string words_of(const CommandPage& command) {
  std::vector<std::string> words;
  for (const FlagPage& flag : command.flags) words.insert(words.end(), flag.names.begin(), flag.names.end());
  for (const FlagPage& word : command.words) words.insert(words.end(), word.choices.begin(), word.choices.end());
  return fmt::format("{}", fmt::join(words, " "));
}

std::string names_of_commands(const Manual& all) {
  std::string out;
  for (const CommandPage& one : all.commands) out += (out.empty() ? "" : " ") + one.name;
  for (const FlagPage& flag : all.flags) out += fmt::format(" {}", fmt::join(flag.names, " "));
  return out;
}

// After a flag that takes one of a few words: those; one that takes anything else: files.
std::string bash_values(const CommandPage& command) {
  std::string out;
  for (const FlagPage& flag : command.flags)
    if (!flag.value.empty() && !flag.may_lack_value)
      out += fmt::format("    {}:{}) words='{}' ;;\n", command.name,
                         fmt::join(flag.names, fmt::format("|{}:", command.name)), fmt::join(flag.choices, " "));
  return out;
}

std::string bash_completion(const Manual& all) {
  std::string values, flags;
  for (const CommandPage& one : all.commands) {
    values += bash_values(one);
    flags += fmt::format("      {}) words='{}' ;;\n", one.name, words_of(one));
  }
  return fmt::format(R"(# bash completion of straycat: source <(straycat completion bash)
_straycat() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{}' -- "$word"))
    return
  fi
  case "$command:$before" in
{}    *)
      case "$command" in
{}      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _straycat straycat kubectl-straycat
)",
                     names_of_commands(all), values, flags);
}

// A specification of _arguments; its brackets and colons have a meaning there.
std::string zsh_flag(const FlagPage& flag) {
  std::string help;
  for (const char letter : single_quoted(flag.help, "'\\''")) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') help += '\\';
    help += letter;
  }
  std::string action = flag.choices.empty() ? "_files" : fmt::format("({})", fmt::join(flag.choices, " "));
  std::string out;
  for (const std::string& name : flag.names)
    out +=
        fmt::format(" \\\n        '{}[{}]{}'", name, help, flag.value.empty() ? "" : fmt::format(":value:{}", action));
  return out;
}

std::string zsh_completion(const Manual& all) {
  std::string commands, cases;
  for (const CommandPage& one : all.commands) {
    commands += fmt::format("    '{}:{}'\n", one.name, single_quoted(one.help, "'\\''"));
    cases += fmt::format("    {})\n      _arguments", one.name);
    for (const FlagPage& flag : one.flags) cases += zsh_flag(flag);
    std::vector<std::string> choices;
    for (const FlagPage& word : one.words) choices.insert(choices.end(), word.choices.begin(), word.choices.end());
    cases += choices.empty() ? " \\\n        '*:file:_files' ;;\n"
                             : fmt::format(" \\\n        '*:word:({})' ;;\n", fmt::join(choices, " "));
  }
  return fmt::format(R"(#compdef straycat kubectl-straycat
# zsh completion of straycat: a file _straycat in a folder of $fpath
_straycat() {{
  local -a commands=(
{})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{}  esac
}}
if [ "$funcstack[1]" = _straycat ]; then _straycat "$@"; else compdef _straycat straycat kubectl-straycat; fi
)",
                     commands, cases);
}

std::string fish_flag(const std::string& command, const FlagPage& flag) {
  std::string out = fmt::format("complete -c straycat -n '__fish_seen_subcommand_from {}'", command);
  for (const std::string& name : flag.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!flag.choices.empty())
    out += fmt::format(" -x -a '{}'", fmt::join(flag.choices, " "));
  else if (!flag.value.empty() && !flag.may_lack_value)
    out += " -r";
  return out + fmt::format(" -d '{}'\n", single_quoted(flag.help, "\\'"));
}

std::string fish_completion(const Manual& all) {
  std::string out = "# fish completion of straycat: straycat completion fish | source\n";
  for (const CommandPage& one : all.commands)
    out += fmt::format("complete -c straycat -f -n __fish_use_subcommand -a {} -d '{}'\n", one.name,
                       single_quoted(one.help, "\\'"));
  for (const CommandPage& one : all.commands) {
    for (const FlagPage& flag : one.flags) out += fish_flag(one.name, flag);
    for (const FlagPage& word : one.words)
      if (!word.choices.empty())
        out += fmt::format("complete -c straycat -f -n '__fish_seen_subcommand_from {}' -a '{}'\n", one.name,
                           fmt::join(word.choices, " "));
  }
  return out;
}

}  // namespace

std::string completion(const Manual& all, std::string_view shell) {
  if (shell == "bash") return bash_completion(all);
  return shell == "zsh" ? zsh_completion(all) : fish_completion(all);
}

}  // namespace straycat::cli
