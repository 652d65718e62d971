#include "runner/faults.hpp"

#include <algorithm>
#include <random>
#include <tuple>

#include <fmt/format.h>

#include "runner/fault_objects.hpp"
#include "runner/own_objects.hpp"

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// For the cluster to take an order up, or to say that it is over.
constexpr Nanos order_patience = 10s;
constexpr Nanos pods_patience = 5s;
constexpr Nanos early_patience = 2s;  // the fault itself may be that nobody answers

const model::FaultRow& row_of(const plan::Chaos& action) { return model::row_of(action.fault.word); }

bool of_node(const plan::Chaos& action) { return row_of(action).ground == model::FaultGround::nodes; }

// "10.244.0.9" before "10.244.0.10".
std::tuple<std::size_t, std::string, std::string> address_order(const model::Pod& pod) {
  return {pod.pod_ip.size(), pod.pod_ip, pod.meta.name};
}

std::uint64_t seed_of(const Site& site) { return site.options.seed != 0 ? site.options.seed : site.plan.seed; }

// On straycat's own cluster, which is there for this run alone, every node is.
bool may_touch_node(const Site& site, const std::string& node) {
  if (site.options.lifeline) return true;
  const json* object = site.world.find("Node", node);
  return object != nullptr && text_at(*object, {"metadata", "labels", model::fault_label}) == "allowed";
}

Error cannot(const plan::Chaos& action, const std::string& why) {
  const std::string word(to_string(action.fault.word));
  return bad_input(
      fmt::format("{}{}this cluster cannot do \"{}\": {}", action.place, action.place.empty() ? "" : ": ", word, why));
}

std::string fault_name(const Site& site, const std::string& step) {
  return fmt::format("fault-{}-{}", step, site.run_id);
}

// What can be done anywhere needs no rehearsal.
asio::awaitable<Result<>> nothing_to_try() { co_return Result<>{}; }

asio::awaitable<Result<>> rehearse_node(const plan::Chaos& action, Site& site) {
  for (const json* node : site.world.all("Node"))
    if (may_touch_node(site, text_at(*node, {"metadata", "name"}))) co_return Result<>{};
  co_return cannot(action, fmt::format("what stands on its nodes is not the run's own; a node's owner allows it with "
                                       "`kubectl label node NAME {}=allowed`",
                                       model::fault_label));
}

asio::awaitable<Result<>> rehearse_order(const plan::Chaos& action, Site& site) {
  const std::string name = "rehearsal-" + site.run_id;
  auto tried = co_await make_fault(site, model::fault_object(name, action.fault, true), order_patience);
  if (tried) {
    co_await remove_fault(site, name);
    co_return Result<>{};
  }
  co_await remove_fault(site, name);
  if (tried.error().fault != Fault::bad_input) co_return tried.error();
  co_return cannot(action, tried.error().message);
}

}  // namespace

std::vector<model::Pod> choose_pods(std::vector<model::Pod> candidates, int count, std::uint64_t seed,
                                    std::size_t step) {
  std::sort(candidates.begin(), candidates.end(),
            [](const model::Pod& a, const model::Pod& b) { return address_order(a) < address_order(b); });
  std::mt19937_64 random{seed * 0x9e3779b97f4a7c15ULL + step};
  // std::shuffle's choice is each library's own; this one is the same everywhere.
  for (std::size_t i = candidates.size(); i > 1; --i) std::swap(candidates[i - 1], candidates[random() % i]);
  const auto most = count == 0 ? candidates.size() : static_cast<std::size_t>(count);
  if (candidates.size() > most) candidates.resize(most);
  return candidates;
}

asio::awaitable<Result<>> rehearse_fault(const plan::Chaos& action, Site& site) {
  switch (row_of(action).ground) {
    case model::FaultGround::anywhere:
      return nothing_to_try();
    case model::FaultGround::nodes:
      return rehearse_node(action, site);
    case model::FaultGround::own:
    case model::FaultGround::own_kernel:
      break;
  }
  return rehearse_order(action, site);
}

asio::awaitable<Result<>> Faults::find_pods(const plan::Chaos& action, std::size_t number, Chosen& out) {
  const auto until = monotonic_now() + pods_patience;
  const auto wanted = static_cast<std::size_t>(std::max(action.pods, 1));
  for (;;) {
    Chosen candidates = site_.world.pods_of(action.target.kind, action.target.name);
    std::erase_if(candidates, [&](const model::Pod& pod) {
      return pod.phase != "Running" || pod.meta.deletion_wall_ns != 0 || pod.pod_ip.empty() ||
             (of_node(action) && !may_touch_node(site_, pod.node));
    });
    const auto found = candidates.size();
    if (found >= wanted) {
      out = choose_pods(std::move(candidates), action.pods, seed_of(site_), number);
      co_return Result<>{};
    }
    if (monotonic_now() >= until)
      co_return bad_input(fmt::format("{} has {} running pod{}{}, {} to be hit", action.target.display(), found,
                                      found == 1 ? "" : "s", of_node(action) ? " on nodes that may be touched" : "",
                                      wanted == 1 ? "one is" : fmt::format("{} are", wanted)));
    co_await site_.wait_for_change(100ms);
  }
}

asio::awaitable<Result<>> Faults::carry_out(const plan::Chaos& action, std::string step, std::size_t number) {
  Chosen pods;
  const bool hits_pods = !action.target.kind.empty() && action.fault.word != FaultWord::slow_start;
  if (hits_pods) {
    const auto type = own(site_, action.target);
    if (!type) co_return type.error();
    if (auto ours = co_await not_foreign(site_, *type, action.target.name); !ours) co_return ours.error();
    if (auto found = co_await find_pods(action, number, pods); !found) co_return found;
  }
  Open open;
  open.action = &action;
  open.record.step = step;
  open.record.fault = to_string(action.fault.word);
  for (const model::Pod& pod : pods) open.record.pods.push_back(pod.meta.name);
  open.object = fault_name(site_, step);
  open.asked = monotonic_now();
  const FaultWord word = action.fault.word;
  if (word == FaultWord::delete_pod || word == FaultWord::evict)
    co_return co_await remove_pods(std::move(open), std::move(pods));
  if (!of_node(action)) co_return co_await order(std::move(open));
  open.node = pods.front().node;
  open.object.clear();
  co_return co_await close_node(std::move(open));
}

asio::awaitable<Result<>> Faults::remove_pods(Open open, Chosen pods) {
  const int grace = open.action->grace.value_or(-1);
  tell(FaultRecord::started, open, "");
  Result<> done;
  for (const model::Pod& pod : pods) {
    if (open.action->fault.word == FaultWord::evict)
      done = co_await evict_pod(site_, pod.meta.name, pod.meta.uid, grace);
    else
      done = co_await delete_pod(site_, pod.meta.name, pod.meta.uid, grace);
    if (!done) break;
  }
  open.record.detail = done ? "" : done.error().message;
  tell(FaultRecord::ended, open, "");
  co_return done;
}

Faults::Chosen Faults::to_be_drained(const Open& open) const {
  if (open.action->fault.word != FaultWord::drain) return {};
  Chosen out = site_.world.pods_of(open.action->target.kind, open.action->target.name);
  std::erase_if(out, [&](const model::Pod& pod) {
    return pod.node != open.node || pod.terminal() || pod.meta.deletion_wall_ns != 0;
  });
  return out;
}

// Cordon, and for a drain: evict the target's pods that stand there.
asio::awaitable<Result<>> Faults::close_node(Open open) {
  open.record.pods.clear();
  open.until = monotonic_now() + open.action->fault.lasts;
  open.begun = false;
  open_.push_back(open);  // before the node is touched: whoever cuts the run finds it
  auto done = co_await cordon(site_, open.node);
  if (!done && done.error().fault == Fault::bad_input) {  // another's, or another step's: not ours to open
    open_.pop_back();
    co_return done;
  }
  if (done) done = co_await empty_node(std::move(open));
  if (!done) {
    co_await end_at(open_.size() - 1, true);
    co_return done;
  }
  co_return co_await wait_out(open_.back().until);
}

// The last in open_.
asio::awaitable<Result<>> Faults::empty_node(Open open) {
  const Chosen leave = to_be_drained(open);
  for (const model::Pod& pod : leave) open.record.pods.push_back(pod.meta.name);
  open.record.detail = "node " + open.node;
  open.begun = true;
  open_.back() = open;
  tell(FaultRecord::started, open, "");
  Result<> done;
  for (const model::Pod& pod : leave)
    if (done) done = co_await evict_pod(site_, pod.meta.name, pod.meta.uid, -1);
  co_return done;
}

asio::awaitable<Result<>> Faults::order(Open open) {
  model::Fault fault = open.action->fault;
  fault.pods = open.record.pods;
  if (fault.word == FaultWord::slow_start) fault.workload = open.action->target.display();
  auto begun = co_await make_fault(site_, model::fault_object(open.object, fault, false), fault.lasts + order_patience);
  if (!begun) co_return begun.error();
  open.record.detail = begun->message;
  tell(FaultRecord::started, open, begun->start_time);
  open.until = monotonic_now() + fault.lasts;
  if (begun->phase != FaultPhase::ended) co_return co_await go_on(std::move(open));
  tell(FaultRecord::ended, open, begun->end_time);
  co_return Result<>{};
}

asio::awaitable<Result<>> Faults::go_on(Open open) {
  const bool background = open.action->background;
  const Stamp until = open.until;
  open_.push_back(std::move(open));  // whoever cuts the run finds it
  if (background) co_return Result<>{};
  co_return co_await wait_out(until);
}

asio::awaitable<Result<>> Faults::wait_out(Stamp until) {
  co_await sleep_for(site_.executor, until - monotonic_now());
  co_await look_after();
  co_return Result<>{};
}

asio::awaitable<void> Faults::look_after() {
  for (std::size_t i = 0; i < open_.size();) {
    if (open_[i].until > monotonic_now())
      ++i;
    else if (!co_await end_at(i, false))
      co_return;
  }
}

asio::awaitable<void> Faults::end_all() {
  while (!open_.empty()) {
    const bool early = open_.back().until > monotonic_now();
    if (!co_await end_at(open_.size() - 1, early)) co_return;
  }
}

// It stands in open_ until it is over: whoever cuts the run meanwhile ends it once more.
asio::awaitable<bool> Faults::end_at(std::size_t index, bool early) {
  Open over = open_[index];
  if (over.node.empty())
    co_await end_order(over, early);
  else
    co_await open_node(over);
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return false;
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
  if (over.begun) tell(FaultRecord::ended, over, over.ended_at);
  co_return true;
}

asio::awaitable<void> Faults::open_node(Open& open) {
  auto done = co_await uncordon(site_, open.node, order_patience);
  if (done) co_return;
  open.record.detail = fmt::format("node {} stays cordoned: {}", open.node, done.error().message);
  site_.journal.note(fmt::format("{}; kubectl uncordon {}", open.record.detail, open.node));
}

asio::awaitable<void> Faults::end_order(Open& open, bool early) {
  if (early) co_await stop_fault(site_, open.object);
  const Nanos patience = early ? early_patience : order_patience;
  auto over = co_await await_fault(site_, open.object, true, patience);
  open.record.detail = over ? over->message : over.error().message;
  if (over) open.ended_at = over->end_time;
}

// The cluster's wall clock is this machine's, or as good as the two agree: what it says is taken as far as it lies
// between the order and now.
void Faults::tell(Topic topic, const Open& open, const std::string& cluster_time) {
  const Stamp now = monotonic_now();
  Stamp at = now;
  if (const auto wall = parse_wall(cluster_time)) at = std::clamp(now - Nanos{wall_now_ns() - *wall}, open.asked, now);
  site_.journal.tell(topic, at, open.record);
}

}  // namespace straycat::runner
