#include "cli/manual.hpp"

#include <algorithm>
#include <cctype>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/version.hpp"

namespace straycat::cli {
namespace {

std::string in_capitals(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

// CLI11 joins a type and its checks: "TEXT:auto|kernel|loopback", "COLUMNS:INT in [60 - 200]".
void read_value(const CLI::Option& option, FlagPage& page) {
  const std::string whole = option.get_type_name();
  const auto colon = whole.find(':');
  const std::string type = whole.substr(0, colon), check = colon == std::string::npos ? "" : whole.substr(colon + 1);
  const bool words = check.find('|') != std::string::npos;
  page.value = words ? check : type;
  for (std::size_t from = 0; words && from <= check.size();) {
    const auto end = std::min(check.find('|', from), check.size());
    page.choices.push_back(check.substr(from, end - from));
    from = end + 1;
  }
}

FlagPage page_of(const CLI::Option& option) {
  FlagPage page;
  page.help = option.get_description();
  page.group = option.get_group();
  page.many = option.get_items_expected_max() > 1;
  page.required = option.get_required();
  if (option.get_items_expected_max() > 0) read_value(option, page);
  page.may_lack_value = !page.value.empty() && option.get_items_expected_min() == 0;
  for (const std::string& name : option.get_snames()) page.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) page.names.push_back("--" + name);
  if (!page.names.empty()) return page;
  const bool named = page.value.empty() || page.value == "TEXT" || !page.choices.empty();
  page.names.push_back(named ? in_capitals(option.get_name(true)) : page.value);
  return page;
}

void read_options(const CLI::App& parser, std::vector<FlagPage>& words, std::vector<FlagPage>& flags) {
  for (const CLI::Option* option : parser.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    FlagPage page = page_of(*option);
    (option->nonpositional() ? flags : words).push_back(std::move(page));
  }
  // Groups in the order in which they first come; flags without one first.
  std::vector<std::string> order{"Options"};
  for (const FlagPage& flag : flags) order.push_back(flag.group);
  const auto place = [&](const FlagPage& flag) { return std::find(order.begin(), order.end(), flag.group); };
  std::stable_sort(flags.begin(), flags.end(),
                   [&](const FlagPage& a, const FlagPage& b) { return place(a) < place(b); });
}

}  // namespace

std::string FlagPage::shown() const {
  const std::string name = fmt::format("{}", fmt::join(names, ", "));
  if (!names.front().starts_with('-')) return many ? name + "..." : name;
  if (value.empty()) return name;
  return may_lack_value ? fmt::format("{}[={}]", name, value) : fmt::format("{} {}", name, value);
}

std::string CommandPage::usage() const {
  std::string out = name;
  for (const FlagPage& word : words) out += word.required ? " " + word.shown() : fmt::format(" [{}]", word.shown());
  out += " [flags]";
  return takes_command ? out + " [-- COMMAND [ARGUMENT...]]" : out;
}

const CommandPage* Manual::find(std::string_view command) const {
  const auto found =
      std::find_if(commands.begin(), commands.end(), [&](const CommandPage& one) { return one.name == command; });
  return found == commands.end() ? nullptr : &*found;
}

std::vector<Offered> offer(CLI::App& app, const std::vector<Subcommand>& all, const Words& command) {
  std::vector<Offered> offered;
  for (const Subcommand& one : all) {
    if (!one.options) continue;
    CLI::App* parser = app.add_subcommand(one.name, one.help);
    offered.push_back({&one, parser, one.options(*parser, command)});
  }
  return offered;
}

std::unique_ptr<CLI::App> make_app(const std::string& called) {
  auto app = std::make_unique<CLI::App>(std::string(purpose), called);
  app->set_help_flag("-h,--help", "Print this help");
  app->set_version_flag("--version", version_line(), "Print the version, the commit and the data planes");
  app->require_subcommand(1);
  return app;
}

Manual manual(const std::string& called) {
  const std::vector<Subcommand> all = subcommands();
  const auto app = make_app(called);
  Manual made{called, {}, {}};
  std::vector<FlagPage> none;
  read_options(*app, none, made.flags);
  for (const Offered& one : offer(*app, all, {})) {
    CommandPage page{one.what->name, one.what->help, {}, {}, one.what->lesson, one.what->takes_command};
    read_options(*one.parser, page.words, page.flags);
    made.commands.push_back(std::move(page));
  }
  return made;
}

}  // namespace straycat::cli
