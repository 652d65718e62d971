// The agent's watches: the EndpointSlices of the traffic's Services, and the beacon. Same thread and clock as the
// traffic.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/journal.hpp"
#include "agent/slice_book.hpp"
#include <straycat/core/records.hpp>
#include <straycat/kube/client.hpp>

namespace straycat::agent {

// A Service's port, as a traffic names it.
struct ServicePortRef {
  std::string ns, service;
  int port = 0;
  auto operator<=>(const ServicePortRef&) const = default;
};

class Watches {
 public:
  // Called at each change of a Service's slices, with when it was seen and what stands behind the port now.
  using Changed = std::function<void(const ServicePortRef&, const std::vector<model::Listed>&, Stamp seen)>;

  // `opened` is called once, when every watch of slices is open (or denied): from then on no change is missed.
  Watches(boost::asio::any_io_executor executor, kube::Client client, Journal& journal, Changed changed,
          std::function<void()> opened);

  // One watch for each Service, however many of its ports are of interest.
  void follow(const std::vector<ServicePortRef>& ports);
  void follow_beacon(const std::string& ns, const std::string& name);
  // Whatever was not seen up to now is in the record stream as a gap; a stream that fell silent is found here.
  // `proven` is called once.
  void prove(Nanos most, std::function<void()> proven);
  // Says in the record stream that the watches end here.
  void end();

 private:
  struct Service {
    std::string ns, name, selector;
    std::vector<ServicePortRef> ports;
    SliceBook book;
    std::optional<model::Service> object;  // read only when a slice has several ports
    bool asked = false;
    bool listed = false, denied = false, open = false;
    kube::WatchHold hold;
  };

  void watch_service(Service& service);
  void on_slices(Service& service, const kube::WatchItem& item);
  void tell(Service& service, Stamp seen);
  void ask_for_ports(Service& service);
  void note_open(Service& service, const kube::WatchItem& item);
  boost::asio::awaitable<void> prove_one(Service& service, Nanos most);
  void on_beacon(const kube::WatchItem& item);
  void note_coverage(Service& service, const kube::WatchItem& item, Stamp seen);

  boost::asio::any_io_executor executor_;
  kube::Client client_;
  Journal& journal_;
  Changed changed_;
  std::function<void()> opened_, proven_;
  std::size_t proving_ = 0;
  std::map<std::pair<std::string, std::string>, Service> services_;
};

}  // namespace straycat::agent
