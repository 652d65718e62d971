// Faults on order (verb chaos): who is hit, by whom it is done, when it began and ended. Private to `runner`.
//
// What Kubernetes' API has a verb for (deletePod, evict, cordon, drain) is done so; everything else is an object of the
// kind Fault, which straycat's own cluster alone serves and works at (model/fault.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "runner/site.hpp"

namespace straycat::runner {

// `count` (0: all) of the candidates, as the seed and the step's number choose: the same in each run in which as many
// pods got their addresses in the same order. Pure.
[[nodiscard]] std::vector<model::Pod> choose_pods(std::vector<model::Pod> candidates, int count, std::uint64_t seed,
                                                  std::size_t step);

// Whether this cluster can do it; before anything has been done. Errors (bad_input): it cannot, with the place in the
// scenario.
boost::asio::awaitable<Result<>> rehearse_fault(const plan::Chaos& action, Site& site);

class Faults {
 public:
  explicit Faults(Site& site) : site_(site) {}

  // Until it has begun, and ended unless it is to run in the background. `step`: its name and number.
  boost::asio::awaitable<Result<>> carry_out(const plan::Chaos& action, std::string step, std::size_t number);
  // Writes down the ends of those in the background that are over.
  boost::asio::awaitable<void> look_after();
  // Ends whatever still goes on.
  boost::asio::awaitable<void> end_all();

 private:
  struct Open {
    const plan::Chaos* action = nullptr;
    FaultRecord record;
    std::string object;  // of the kind Fault; "" = it is a node's
    std::string node;
    Stamp asked, until;
    bool begun = true;     // as the log says
    std::string ended_at;  // as the cluster says; "" = now
  };
  using Chosen = std::vector<model::Pod>;

  boost::asio::awaitable<Result<>> find_pods(const plan::Chaos& action, std::size_t number, Chosen& out);
  // By value: what a coroutine is given by reference may be gone when it goes on.
  boost::asio::awaitable<Result<>> remove_pods(Open open, Chosen pods);
  boost::asio::awaitable<Result<>> close_node(Open open);
  boost::asio::awaitable<Result<>> empty_node(Open open);
  [[nodiscard]] Chosen to_be_drained(const Open& open) const;
  boost::asio::awaitable<Result<>> order(Open open);
  boost::asio::awaitable<Result<>> go_on(Open open);
  boost::asio::awaitable<Result<>> wait_out(Stamp until);
  // False: it was cut, and is still in open_.
  boost::asio::awaitable<bool> end_at(std::size_t index, bool early);
  boost::asio::awaitable<void> end_order(Open& open, bool early);
  boost::asio::awaitable<void> open_node(Open& open);
  void tell(Topic topic, const Open& open, const std::string& cluster_time);

  Site& site_;
  std::vector<Open> open_;  // under way
};

}  // namespace straycat::runner
