// Decides when to send the traffic's own request to an endpoint's own address. Pure: no clock, no socket.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <straycat/core/time.hpp>
#include <straycat/core/vocabulary.hpp>
#include <straycat/model/routable.hpp>

namespace straycat::agent {

struct DirectSettings {
  Nanos interval = std::chrono::seconds{1};      // periodic, of each endpoint that serves; 0 = none
  Nanos quiet = std::chrono::milliseconds{500};  // a failure after this long without one begins a burst
  double most_per_second = 50;                   // over all endpoints, on average
  double most_at_once = 100;                     // and in one go: a whole slice
};

class DirectPlan {
 public:
  struct Order {
    EndpointId endpoint;
    ProbeReason why = ProbeReason::unknown;
    bool operator==(const Order&) const = default;
  };

  DirectPlan(DirectSettings settings, Stamp begin);

  // All that the slices list now, each address and port once. An endpoint that becomes routable (or whose pod is
  // another) has joined; one that is not any more has left. It may serve on while it terminates, and a proxy that lags
  // sends to it: so it is asked on, and has left once more when it stops to serve or goes away.
  void set_endpoints(const std::vector<model::Listed>& endpoints, Stamp now);
  // A request of the traffic failed.
  void traffic_failed(Stamp now);

  // What to send now, the urgent first. At most one request is under way for each endpoint: `ended` frees it.
  [[nodiscard]] std::vector<Order> take_due(Stamp now);
  [[nodiscard]] Stamp next_due(Stamp now) const;
  // Returns whether the endpoint is still listed with the pod it had when its probe was ordered.
  bool ended(const Order& order);

 private:
  struct Seat {
    model::Listed endpoint;
    bool listed = true;
    bool under_way = false;
    std::optional<ProbeReason> wanted;  // why it is to be probed at once
    Stamp periodic;
  };
  using Key = std::pair<std::string, int>;

  void refill(Stamp now);
  bool take_token();
  // A proxy may send to it, now or if it lags.
  [[nodiscard]] static bool serves(const Seat& seat) {
    return seat.listed && seat.endpoint.standing != model::Standing::out;
  }
  [[nodiscard]] bool is_periodic(const Seat& seat) const { return settings_.interval > Nanos{0} && serves(seat); }
  void collect(Stamp now, bool urgent, std::vector<Order>& orders);

  DirectSettings settings_;
  std::map<Key, Seat> seats_;
  double tokens_;
  Stamp refilled_;
  Stamp last_failure_;
};

}  // namespace straycat::agent
