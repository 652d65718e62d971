#include "cluster/faults/fault_keeper.hpp"

#include <algorithm>
#include <csignal>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

namespace asio = boost::asio;

// metav1.MicroTime: milliseconds are too coarse to place a fault among requests.
std::string micro_time(std::int64_t wall_ns) {
  std::string text = format_wall(wall_ns);
  text.pop_back();  // the Z
  return fmt::format("{}{:03}Z", text, wall_ns / 1000 % 1000);
}

FaultOrder order_of(const json& object) {
  FaultOrder out;
  out.id = text_at(object, "/metadata/uid");
  out.ns = text_at(object, "/metadata/namespace");
  out.name = text_at(object, "/metadata/name");
  out.rehearsal = object_or_empty(object, "spec").value("rehearsal", json(false)) == json(true);
  return out;
}

bool of_network(FaultWord word) {
  return word == FaultWord::drop || word == FaultWord::lose || word == FaultWord::refuse || word == FaultWord::reset ||
         word == FaultWord::stall || word == FaultWord::connections || word == FaultWord::node_down;
}

// An address of RFC 5737, which no pod has: whether the kernel takes the rule can be tried with it.
constexpr const char* nobody = "192.0.2.1";

NetworkFault network_fault(const model::Fault& fault, std::vector<std::string> addresses, unsigned salt) {
  return {fault.word, std::move(addresses), fault.from, fault.node, fault.ppm, fault.limit, salt};
}

}  // namespace

FaultKeeper::FaultKeeper(asio::io_context& io, Store& store, FaultHands hands)
    : store_(store), hands_(std::move(hands)), timer_(io) {
  subscription_ = store_.subscribe([this](const Change& change) { on_change(change); });
}

void FaultKeeper::on_change(const Change& change) {
  if (change.kind != model::fault_kind) return;
  const json& object = *change.object;
  if (change.type == ChangeType::deleted) return feed(fault_came::Gone{text_at(object, "/metadata/uid")});
  const json& spec = object_or_empty(object, "spec");
  fault_came::Ordered came{order_of(object), "", spec.value("stop", json(false)) == json(true)};
  const auto fault = model::fault_from(spec);
  if (fault)
    came.order.fault = *fault;
  else
    came.wrong = fault.error().message;
  feed(came);
}

void FaultKeeper::feed(const FaultCame& came) {
  for (const FaultTodo& todo : machine_.resume(came, monotonic_now()))
    std::visit([this](const auto& one) { act(one); }, todo);
  arm();
}

void FaultKeeper::arm() {
  timer_.cancel();
  const auto at = machine_.wake_at();
  if (!at) return;
  timer_.expires_at(asio::steady_timer::time_point(std::chrono::nanoseconds(at->ns)));  // both are CLOCK_MONOTONIC
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) feed(fault_came::Tick{});
  });
}

void FaultKeeper::act(const fault_todo::Rehearse& todo) {
  feed(fault_came::Done{todo.order.id, rehearse(todo.order.fault)});
}

// It may show before whoever does it says that it is done. What fails half-way is undone: nobody will ever end it.
void FaultKeeper::act(const fault_todo::Begin& todo) {
  began_[todo.order.id] = micro_time(wall_now_ns());
  auto done = has_node(todo.order.fault.node);
  if (done) done = begin(todo.order);
  if (!done) end(todo.order);
  feed(fault_came::Done{todo.order.id, std::move(done)});
  began_.erase(todo.order.id);
}

void FaultKeeper::act(const fault_todo::End& todo) { end(todo.order); }

void FaultKeeper::act(const fault_todo::Tell& todo) {
  const std::string now = micro_time(wall_now_ns());
  (void)store_.mutate(model::fault_kind, todo.order.ns, todo.order.name, [&](json& object) {
    if (text_at(object, "/metadata/uid") != todo.order.id) return false;
    model::FaultStatus status = model::fault_status(object);
    status.phase = todo.phase;
    if (!todo.message.empty()) status.message = todo.message;
    if (todo.phase == FaultPhase::active) status.start_time = began_.at(todo.order.id);
    if (todo.phase == FaultPhase::ended) status.end_time = now;
    object["status"] = model::to_json(status);
    return true;
  });
}

// What can be tried without harm is tried.
Result<> FaultKeeper::rehearse(const model::Fault& fault) {
  if (fault.word == FaultWord::delay) return hands_.set_delay("", fault.delay);
  if (auto known = has_node(fault.node); !known) return known;
  const bool names = fault.word == FaultWord::dns_fail || fault.word == FaultWord::dns_delay;
  if (names && !hands_.has_names()) return bad_input("the loopback fallback has no name server");
  if (fault.word == FaultWord::node_down) return settle_node(fault.node, false);
  if (!of_network(fault.word)) return {};
  std::vector<NetworkFault> all;
  for (const auto& [id, one] : network_) all.push_back(one);
  auto with = all;
  with.push_back(network_fault(fault, {nobody}, 0));
  // The table's limit has no address that would keep it from everybody.
  if (fault.word == FaultWord::connections) with.back().limit = 1'000'000;
  auto tried = hands_.set_network(with);
  (void)hands_.set_network(all);
  return tried;
}

Result<> FaultKeeper::begin(const FaultOrder& order) {
  switch (order.fault.word) {
    case FaultWord::kill:
      return signal_pods(order, model::signal_number(order.fault.signal), false);
    case FaultWord::pause:
      return signal_pods(order, SIGSTOP, true);
    case FaultWord::oom:
      for (const std::string& pod : order.fault.pods)
        if (auto done = hands_.out_of_memory(order.ns, pod, order.fault.container); !done) return done;
      return {};
    case FaultWord::drop:
    case FaultWord::lose:
    case FaultWord::refuse:
    case FaultWord::reset:
    case FaultWord::stall:
    case FaultWord::connections:
      return add_network(order);
    case FaultWord::node_down:
      return cut_off(order);
    case FaultWord::delay:
      return set_delays(&order);
    case FaultWord::watches:
      hands_.end_watches(order.fault.how == FaultHow::compact);
      return {};
    case FaultWord::slow_start:  // start_delay() asks who is active
      return {};
    case FaultWord::proxy_stop:
    case FaultWord::proxy_lag:
    case FaultWord::api_down:
    case FaultWord::dns_fail:
    case FaultWord::dns_delay:
      settle_parts(&order);
      return {};
    case FaultWord::delete_pod:
    case FaultWord::evict:
    case FaultWord::cordon:
    case FaultWord::drain:
    case FaultWord::unknown:
      break;
  }
  return bad_input(fmt::format("{} is done by the API's own verbs", to_string(order.fault.word)));
}

// Several may be under way at once: what ends gives way to what the others say.
void FaultKeeper::end(const FaultOrder& order) {
  if (order.fault.word == FaultWord::pause) {
    (void)signal_pods(order, SIGCONT, true);
    for (const FaultOrder& other : machine_.active())
      if (other.fault.word == FaultWord::pause) (void)signal_pods(other, SIGSTOP, true);
  }
  if (network_.erase(order.id) > 0) {
    std::vector<NetworkFault> all;
    for (const auto& [id, one] : network_) all.push_back(one);
    (void)hands_.set_network(all);
  }
  if (order.fault.word == FaultWord::node_down) (void)settle_node(order.fault.node, false);
  if (order.fault.word == FaultWord::delay) (void)set_delays(nullptr);
  settle_parts(nullptr);
}

// Each gets it, whatever became of the others: one that has gone must not keep another stopped. The first error.
Result<> FaultKeeper::signal_pods(const FaultOrder& order, int number, bool all) {
  Result<> first;
  for (const std::string& pod : order.fault.pods)
    if (auto done = hands_.signal(order.ns, pod, order.fault.container, number, all); !done && first) first = done;
  return first;
}

Result<> FaultKeeper::add_network(const FaultOrder& order) {
  std::vector<std::string> addresses;
  for (const std::string& pod : order.fault.pods) {
    addresses.push_back(hands_.address_of(order.ns, pod));
    if (addresses.back().empty()) return bad_input(fmt::format("pod {} has no address here", pod));
  }
  std::vector<NetworkFault> all;
  for (const auto& [id, one] : network_) all.push_back(one);
  const auto salt = static_cast<unsigned>(std::hash<std::string>{}(order.id));
  all.push_back(network_fault(order.fault, std::move(addresses), salt));
  if (auto done = hands_.set_network(all); !done) return done;
  network_[order.id] = all.back();
  return {};
}

// The wires first: what its kubelet would have told goes nowhere.
Result<> FaultKeeper::cut_off(const FaultOrder& order) {
  if (auto done = add_network(order); !done) return done;
  if (auto done = settle_node(order.fault.node, true); !done) return done;
  settle_parts(&order);
  return {};
}

// As all orders together say.
Result<> FaultKeeper::settle_node(const std::string& node, bool also) {
  const auto all = machine_.active();
  const bool away = also || std::any_of(all.begin(), all.end(), [&](const FaultOrder& other) {
                      return other.fault.word == FaultWord::node_down && other.fault.node == node;
                    });
  return hands_.set_node_away(node, away);
}

Result<> FaultKeeper::set_delays(const FaultOrder* also) {
  std::map<std::string, Nanos> wanted;
  auto orders = machine_.active();
  if (also != nullptr) orders.push_back(*also);
  for (const FaultOrder& one : orders) {
    if (one.fault.word != FaultWord::delay) continue;
    for (const std::string& pod : one.fault.pods)
      if (const auto address = hands_.address_of(one.ns, pod); !address.empty())
        wanted[address] = std::max(wanted[address], one.fault.delay);
  }
  for (const std::string& address : std::exchange(delayed_, {}))
    if (!wanted.contains(address)) (void)hands_.set_delay(address, Nanos{});  // gone, with its link: as good
  for (const auto& [address, length] : wanted) delayed_.insert(address);      // also what fails half-way is taken back
  for (const auto& [address, length] : wanted)
    if (auto done = hands_.set_delay(address, length); !done) return done;
  return {};
}

// An order that names no node is about all of them. The proxy of a node that is cut off hears of no change.
void FaultKeeper::settle_proxies(const std::vector<FaultOrder>& orders) {
  for (const auto& [node, proxy] : hands_.proxies) {
    bool stopped = false;
    Nanos lag{};
    for (const FaultOrder& one : orders) {
      if (!one.fault.node.empty() && one.fault.node != node) continue;
      stopped = stopped || one.fault.word == FaultWord::proxy_stop || one.fault.word == FaultWord::node_down;
      if (one.fault.word == FaultWord::proxy_lag) lag = std::max(lag, one.fault.delay);
    }
    proxy.lag(lag);
    proxy.stop(stopped);
  }
}

Result<> FaultKeeper::has_node(const std::string& name) const {
  if (name.empty() || hands_.proxies.contains(name)) return {};
  std::vector<std::string> known;
  for (const auto& [node, proxy] : hands_.proxies) known.push_back(node);
  return bad_input(fmt::format("there is no node {} (there is {})", name, fmt::join(known, ", ")));
}

// Proxies, API server and name server, as all orders together say.
void FaultKeeper::settle_parts(const FaultOrder* also) {
  bool away = false;
  Nanos names_later{};
  FaultHow names = FaultHow::none;
  auto orders = machine_.active();
  if (also != nullptr) orders.push_back(*also);
  for (const FaultOrder& one : orders) {
    if (one.fault.word == FaultWord::dns_fail) names = one.fault.how;
    if (one.fault.word == FaultWord::dns_delay) names_later = std::max(names_later, one.fault.delay);
    away = away || one.fault.word == FaultWord::api_down;
  }
  settle_proxies(orders);
  hands_.set_api_away(away);
  hands_.disturb_names(names, names_later);
}

Nanos FaultKeeper::start_delay(const std::string& ns, const std::string& workload) const {
  Nanos most{};
  for (const FaultOrder& one : machine_.active())
    if (one.fault.word == FaultWord::slow_start && one.ns == ns && one.fault.workload == workload)
      most = std::max(most, one.fault.delay);
  return most;
}

}  // namespace straycat::cluster
