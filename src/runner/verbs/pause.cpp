#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

boost::asio::awaitable<Result<>> run(const plan::Pause& action, Steps& steps) {
  co_await sleep_for(steps.site().executor, action.length);
  co_return Result<>{};
}

}  // namespace

Doing<plan::Pause> pause_verb() { return {run, no_rights, no_objects}; }

}  // namespace straycat::runner
