#include "runner/own_objects.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<>> run(const plan::Patch& action, Steps& steps) {
  return change(steps.site(), action.target, action.patch, "");
}

void rights(const plan::Patch& action, Rights& rights) { rights.add(action.target.kind, {"get", "patch"}); }

std::vector<plan::Target> objects(const plan::Patch& action) { return {action.target}; }

}  // namespace

Doing<plan::Patch> patch_verb() { return {run, rights, objects}; }

}  // namespace straycat::runner
