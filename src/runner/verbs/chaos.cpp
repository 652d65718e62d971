#include "runner/faults.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<>> run(const plan::Chaos& action, Steps& steps) {
  return steps.faults().carry_out(action, steps.step_name(), steps.step_number());
}

// Of the faults that any cluster can do; the others take a kind that straycat's own serves to its admin.
void rights(const plan::Chaos& action, Rights& rights) {
  const FaultWord word = action.fault.word;
  if (!action.target.kind.empty()) rights.add(action.target.kind, {"get"});
  if (word == FaultWord::delete_pod) rights.add("Pod", {"delete"});
  if (word == FaultWord::evict || word == FaultWord::drain) rights.add("Pod", {"create"}, "", "/eviction");
  if (word == FaultWord::cordon || word == FaultWord::drain) rights.add("Node", {"get", "patch"});
}

std::vector<plan::Target> objects(const plan::Chaos& action) {
  if (action.target.kind.empty()) return {};
  return {action.target};
}

asio::awaitable<Result<>> rehearse(const plan::Chaos& action, Steps& steps) {
  return rehearse_fault(action, steps.site());
}

}  // namespace

Doing<plan::Chaos> chaos_verb() { return {run, rights, objects, rehearse}; }

}  // namespace straycat::runner
