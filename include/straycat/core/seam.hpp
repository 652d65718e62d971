// The outermost seam of a program: what nobody caught, standard output that cannot be written, a word to the person.
#pragma once

#include <array>
#include <csignal>
#include <functional>
#include <string_view>

#include <fmt/format.h>

#include <straycat/core/result.hpp>

namespace straycat {

// Runs a program's work, which gives its exit code. What nobody caught becomes one line on standard error, "PROGRAM:
// why", and 4. So does standard output that could not be written to its end, whatever the work's own code: nobody may
// take a part for the whole.
// Before it, descriptors 0 to 2 that are closed get one that refuses to be read or written, for else the first file
// that is opened would take their place and get what is printed.
// Whoever links it never aborts: std::terminate(), before main() too, ends with such a line and 4.
int at_the_seam(std::string_view program, const std::function<int()>& work);

// Ignored from there on, so that a reader that is gone and a file that may not grow are errors of write(). A program of
// another's must find them as they were: whoever starts one sets them back.
inline constexpr std::array ignored_signals{SIGPIPE, SIGXFSZ};

// To standard error, for the person. It never fails: when nobody can be told any more, the work goes on all the same.
void say(std::string_view text);
template <class First, class... More>
void say(fmt::format_string<First, More...> format, First&& first, More&&... more) {
  say(std::string_view(fmt::format(format, std::forward<First>(first), std::forward<More>(more)...)));
}

// To standard output, past every buffer. An error is the caller's to tell.
[[nodiscard]] Result<> print_now(std::string_view text);

}  // namespace straycat
