#include "runner/own_objects.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<>> run(const plan::Restart& action, Steps& steps) {
  // As kubectl rollout restart: a changed template is a new revision.
  const json annotations{{"kubectl.kubernetes.io/restartedAt", format_wall(wall_now_ns())}};
  return change(steps.site(), action.target,
                json{{"spec", {{"template", {{"metadata", {{"annotations", annotations}}}}}}}}, "");
}

void rights(const plan::Restart& action, Rights& rights) { rights.add(action.target.kind, {"get", "patch"}); }

std::vector<plan::Target> objects(const plan::Restart& action) { return {action.target}; }

}  // namespace

Doing<plan::Restart> restart_verb() { return {run, rights, objects}; }

}  // namespace straycat::runner
