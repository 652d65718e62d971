// Works at the objects of the kind Fault: begins and ends what they order, and writes their status.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/dataplane/network_fault.hpp"
#include "cluster/faults/fault_machine.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

// Whoever can do it: node, data plane, proxy, API server. All of it is called on the executor; what says how something
// is to be from now on may be called again with the same.
struct FaultHands {
  std::function<Result<>(const std::string& ns, const std::string& pod, const std::string& container, int number,
                         bool all)>
      signal;
  std::function<Result<>(const std::string& ns, const std::string& pod, const std::string& container)> out_of_memory;
  std::function<std::string(const std::string& ns, const std::string& pod)> address_of;  // "" = it has none
  std::function<Result<>(const std::vector<NetworkFault>&)> set_network;
  std::function<Result<>(const std::string& address, Nanos length)> set_delay;  // address "": can it be done at all
  struct Proxy {
    std::function<void(bool stopped)> stop;
    std::function<void(Nanos length)> lag;  // 0: no more
  };
  std::map<std::string, Proxy> proxies;  // by node
  // Whether its kubelet is out of reach; the wires are set_network's. Errors (bad_input): this node cannot be.
  std::function<Result<>(const std::string& node, bool away)> set_node_away;
  std::function<void(bool away)> set_api_away;
  std::function<void(bool compact)> end_watches;
  std::function<bool()> has_names;  // a name server
  // How that answers (none: as ever), and how much later.
  std::function<void(FaultHow how, Nanos delay)> disturb_names;
};

class FaultKeeper {
 public:
  // Follows the store from now on; both must outlive it. When it goes, what is under way stays as it is: the cluster
  // goes with it.
  FaultKeeper(boost::asio::io_context& io, Store& store, FaultHands hands);
  FaultKeeper(const FaultKeeper&) = delete;
  FaultKeeper& operator=(const FaultKeeper&) = delete;

  // How much later than asked the containers of a pod of the workload ("Deployment/sayhi") are to start.
  [[nodiscard]] Nanos start_delay(const std::string& ns, const std::string& workload) const;
  [[nodiscard]] bool any() const { return !machine_.active().empty(); }

 private:
  void on_change(const Change& change);
  void feed(const FaultCame& came);
  void arm();
  void act(const fault_todo::Rehearse& todo);
  void act(const fault_todo::Begin& todo);
  void act(const fault_todo::End& todo);
  void act(const fault_todo::Tell& todo);

  Result<> rehearse(const model::Fault& fault);
  Result<> begin(const FaultOrder& order);
  void end(const FaultOrder& order);
  [[nodiscard]] Result<> has_node(const std::string& name) const;
  Result<> cut_off(const FaultOrder& order);
  Result<> settle_node(const std::string& node, bool also);
  void settle_proxies(const std::vector<FaultOrder>& orders);
  Result<> signal_pods(const FaultOrder& order, int number, bool all);
  Result<> add_network(const FaultOrder& order);
  Result<> set_delays(const FaultOrder* also);
  void settle_parts(const FaultOrder* also);

  Store& store_;
  FaultHands hands_;
  FaultMachine machine_;
  std::map<std::string, NetworkFault> network_;  // under way, by the order's id
  std::set<std::string> delayed_;                // addresses
  std::map<std::string, std::string> began_;     // when, by the id of the order that is being begun
  boost::asio::steady_timer timer_;
  Subscription subscription_;
};

}  // namespace straycat::cluster
