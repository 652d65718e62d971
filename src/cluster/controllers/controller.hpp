// What every controller is: something that hears of changes and writes to the store, later, from the executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "cluster/apiserver/store.hpp"
#include "cluster/controllers/clock.hpp"

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

}  // namespace straycat::cluster
