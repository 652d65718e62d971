// All controllers of the embedded cluster, on the store's face alone:
//
//   Controllers controllers{context, store, {ca_pem}};
//   controllers.start();     // what is in the store already is worked at as well
//   context.run();
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "cluster/apiserver/store.hpp"
#include "cluster/controllers/clock.hpp"

namespace straycat::cluster {

struct ControllersOptions {
  std::string root_certificate;  // PEM, for the ConfigMap kube-root-ca.crt of each namespace
};

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
