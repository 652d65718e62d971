#include "runner/own_objects.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<>> run(const plan::Wait& action, Steps& steps) {
  return wait_for(steps.site(), action.target, action.condition,
                  action.timeout > Nanos{} ? action.timeout : default_patience);
}

std::vector<plan::Target> objects(const plan::Wait& action) { return {action.target}; }

}  // namespace

// It rests on the watches that every run has.
Doing<plan::Wait> wait_verb() { return {run, no_rights, objects}; }

}  // namespace straycat::runner
