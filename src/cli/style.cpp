#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/commands.hpp"

namespace straycat::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

// By POSIX the first of these that is set and not empty rules.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (!value.empty())
      return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos;
  }
  return true;  // no locale at all (containers, CI): nearly every reader shows UTF-8
}

int terminal_width(int fd) {
  const TerminalSize size = terminal_size(fd);
  return size.columns > 0 ? size.columns : 80;
}

}  // namespace

TerminalSize terminal_size(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

bool moves_cursor() { return environment("TERM") != "dumb"; }

report::TextStyle style_for(const Look& look, int fd) {
  report::TextStyle style;
  const bool terminal = ::isatty(fd) == 1;
  const bool wanted = look.colour == "always" ||
                      (look.colour == "auto" && terminal && environment("NO_COLOR").empty() && moves_cursor());
  style.colour = wanted;
  style.unicode = !look.ascii && locale_is_utf8();
  style.width = look.width != 0 ? look.width : terminal ? std::clamp(terminal_width(fd), 60, 120) : 80;
  return style;
}

}  // namespace straycat::cli
