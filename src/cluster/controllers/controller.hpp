// What every controller is: something that hears of changes and writes to the store, later, from the executor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "cluster/controllers/clock.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

// Where a controller lives. All of it outlives the controller.
struct World {
  boost::asio::any_io_executor executor;
  Store& store;
  Clock& clock;
};

class Controller {
 public:
  virtual ~Controller() = default;
  // Every change of every kind, in order; objects that were there at the start come as `added`.
  virtual void on_change(const Change& change) = 0;
};

struct ControllersOptions {
  std::string root_certificate;  // PEM, for the ConfigMap kube-root-ca.crt of each namespace
};

// What a controller is made of. NAME_controller.cpp defines `std::unique_ptr<Controller> NAME_controller(const
// Start&)`, and the build finds it.
struct Start {
  World world;
  ControllersOptions options;
};
[[nodiscard]] std::vector<std::unique_ptr<Controller>> make_controllers(const Start& start);  // made by the build

}  // namespace straycat::cluster
