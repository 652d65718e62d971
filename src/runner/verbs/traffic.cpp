#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

boost::asio::awaitable<Result<>> run(const plan::Traffic& action, Steps& steps) {
  if (!action.start) {
    co_await steps.stop_traffic();
    co_return Result<>{};
  }
  co_await steps.settle_data_plane();
  co_return co_await steps.start_traffic();
}

}  // namespace

// Its rights are those of the vantage points, which a run has with or without such a step.
Doing<plan::Traffic> traffic_verb() { return {run, no_rights, no_objects}; }

}  // namespace straycat::runner
