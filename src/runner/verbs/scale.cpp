#include "runner/own_objects.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<>> run(const plan::Scale& action, Steps& steps) {
  return change(steps.site(), action.target, json{{"spec", {{"replicas", action.replicas}}}}, "scale");
}

void rights(const plan::Scale& action, Rights& rights) {
  rights.add(action.target.kind, {"get"});
  rights.add(action.target.kind, {"patch"}, "", "/scale");
}

std::vector<plan::Target> objects(const plan::Scale& action) { return {action.target}; }

}  // namespace

Doing<plan::Scale> scale_verb() { return {run, rights, objects}; }

}  // namespace straycat::runner
