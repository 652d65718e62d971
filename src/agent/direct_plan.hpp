// Decides when to send the traffic's own request to an endpoint's own address. Pure: no clock, no socket.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>
#include <straycat/probe/request.hpp>

namespace straycat::agent {

// One address behind the traffic's Service port, as the slices list it.
struct ListedEndpoint {
  probe::Dial dial;
  std::string pod, pod_uid;
  bool in_use = false;  // ready, or serving while it terminates: a proxy may send to it
  bool operator==(const ListedEndpoint&) const = default;
};

struct DirectSettings {
  Nanos interval = std::chrono::seconds{1};      // periodic, of each endpoint in use; 0 = none
  Nanos quiet = std::chrono::milliseconds{500};  // a failure after this long without one begins a burst
  double most_per_second = 50;                   // over all endpoints, on average
  double most_at_once = 100;                     // and in one go: a whole slice
};

class DirectPlan {
 public:
  struct Order {
    ListedEndpoint endpoint;
    ProbeReason why = ProbeReason::unknown;
    bool operator==(const Order&) const = default;
  };

  DirectPlan(DirectSettings settings, Stamp begin);

  // All that the slices list now, each address and port once. An endpoint that comes into use (or whose pod is another)
  // has joined; one that goes out of use or away has left.
  void set_endpoints(const std::vector<ListedEndpoint>& endpoints, Stamp now);
  // A request of the traffic failed.
  void traffic_failed(Stamp now);

  // What to send now, the urgent first. At most one request is under way for each endpoint: `ended` frees it.
  [[nodiscard]] std::vector<Order> take_due(Stamp now);
  [[nodiscard]] Stamp next_due(Stamp now) const;
  // Returns whether the endpoint is still listed with the pod it had when its probe was ordered.
  bool ended(const Order& order);

 private:
  struct Seat {
    ListedEndpoint endpoint;
    bool listed = true;
    bool under_way = false;
    std::optional<ProbeReason> wanted;  // why it is to be probed at once
    Stamp periodic;
  };
  using Key = std::pair<std::string, std::uint16_t>;

  void refill(Stamp now);
  bool take_token();
  [[nodiscard]] bool is_periodic(const Seat& seat) const {
    return settings_.interval > Nanos{0} && seat.listed && seat.endpoint.in_use;
  }
  void collect(Stamp now, bool urgent, std::vector<Order>& orders);

  DirectSettings settings_;
  std::map<Key, Seat> seats_;
  double tokens_;
  Stamp refilled_;
  Stamp last_failure_;
};

}  // namespace straycat::agent
