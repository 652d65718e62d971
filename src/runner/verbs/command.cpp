#include <fmt/format.h>

#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

// A command that fails does not end the run: what the traffic saw of it, and after it, is what was asked for.
boost::asio::awaitable<Result<>> run(const plan::Command& action, Steps& steps) {
  const auto status = co_await steps.run_command(action.words);
  if (!status) co_return status.error();
  if (*status != 0)
    steps.site().journal.note(fmt::format("the command ({}) ended with {}", action.words.front(), *status));
  co_return Result<>{};
}

}  // namespace

Doing<plan::Command> command_verb() { return {run, no_rights, no_objects}; }

}  // namespace straycat::runner
