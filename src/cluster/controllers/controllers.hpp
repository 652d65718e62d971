// All controllers of the embedded cluster, on the store's face alone:
//
//   Controllers controllers{context, store, {ca_pem}};
//   controllers.start();     // what is in the store already is worked at as well
//   context.run();
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "cluster/controllers/clock.hpp"
#include "cluster/controllers/controller.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

class Controllers {
 public:
  // The store (and clock) must outlive it. All work is done on the context's thread.
  Controllers(boost::asio::io_context& context, Store& store, ControllersOptions options = {});
  Controllers(boost::asio::io_context& context, Store& store, ControllersOptions options, Clock& clock);
  ~Controllers();
  Controllers(const Controllers&) = delete;
  Controllers& operator=(const Controllers&) = delete;

  void start();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace straycat::cluster
