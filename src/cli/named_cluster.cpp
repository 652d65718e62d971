#include "cli/named_cluster.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace straycat::cli {
namespace {

// Above it a small node's table of connections is in danger.
constexpr double most_per_second = 200;
// nf_conntrack_tcp_timeout_time_wait: how long a closed connection keeps its entry (kernel, nf_conntrack_proto_tcp.c).
constexpr double seconds_kept = 120;

double rate_of(const plan::Pace& pace) {
  if (pace.rate_per_second > 0) return pace.rate_per_second;
  const double pause = std::chrono::duration<double>(pace.pause).count();
  return pause > 0 ? pace.loops / pause : std::numeric_limits<double>::infinity();
}

Result<> map_images(plan::Plan& plan, const std::vector<std::string>& flags) {
  std::map<std::string, std::string> images;
  for (const std::string& flag : flags) {
    const auto equals = flag.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == flag.size())
      return bad_input(fmt::format("--image {}: expected NAME=OTHER", flag));
    images[flag.substr(0, equals)] = flag.substr(equals + 1);
  }
  return images.empty() ? Result<>{} : plan::map_images(plan, images);
}

// Each traffic from each of the places; a traffic of several places gets the place into its name.
void send_from(plan::Plan& plan, const std::vector<std::string>& places) {
  std::vector<plan::TrafficPlan> all;
  for (const plan::TrafficPlan& traffic : plan.traffic) {
    for (const std::string& place : places) {
      all.push_back(traffic);
      all.back().from = from_word<Origin>(place).value_or(Origin::unknown);
      if (places.size() > 1) all.back().name += "-" + place;
    }
  }
  plan.traffic = std::move(all);
}

bool starts_in_pods(const plan::TrafficPlan& traffic) {
  return traffic.from == Origin::pod || traffic.from == Origin::nodes;
}

bool needs_image(const plan::Plan& plan) {
  return std::any_of(plan.traffic.begin(), plan.traffic.end(), starts_in_pods);
}

bool from(const plan::Plan& plan, Origin place) {
  return std::any_of(plan.traffic.begin(), plan.traffic.end(),
                     [&](const plan::TrafficPlan& one) { return one.from == place; });
}

void note_what_is_missing(OnNamedCluster& out) {
  if (from(out.plan, Origin::api))
    out.notes.emplace_back(
        "requests went through the API server's proxy, which picks an endpoint by itself: nothing is known of the "
        "nodes' data planes (kube-proxy) and of the way that a pod's own requests take; --agent-image IMAGE sends them "
        "from a pod (scripts/image makes that image)");
  if (from(out.plan, Origin::host))
    out.notes.emplace_back(
        "requests that start on this machine are not sent to single endpoints, which it cannot reach: --via api or "
        "--via pod beside it tells which endpoint refuses");
}

}  // namespace

Result<> check_rates(const plan::Plan& plan) {
  for (const plan::TrafficPlan& traffic : plan.traffic) {
    const double rate = rate_of(traffic.pace);
    if (rate <= most_per_second) continue;
    const std::string count = rate < 1e9 ? fmt::format("{:.0f}/s keep {:.0f} of them", rate, rate * seconds_kept)
                                         : std::string("loops without a pause keep as many as they can make");
    return bad_input(
        fmt::format("traffic {}: more than {}/s on a cluster that is not straycat's own. Each request is a new "
                    "connection, and an entry in its nodes' conntrack tables for two minutes: {}, and small nodes have "
                    "room for 65,536, for everybody's. --high-rate allows it",
                    traffic.name, most_per_second, count));
  }
  return {};
}

Result<OnNamedCluster> for_named_cluster(const plan::Plan& plan, const RunArguments& arguments) {
  OnNamedCluster out{plan, {}};
  if (Result<> done = map_images(out.plan, arguments.images); !done) return done.error();
  if (!arguments.via.empty()) send_from(out.plan, arguments.via);
  if (needs_image(out.plan) && arguments.agent_image.empty()) {
    if (!arguments.via.empty())
      return bad_input("--via pod and --via nodes need --agent-image: an image with straycat in it (scripts/image)");
    for (plan::TrafficPlan& traffic : out.plan.traffic)
      if (starts_in_pods(traffic)) traffic.from = Origin::api;
  }
  if (!arguments.high_rate)
    if (Result<> good = check_rates(out.plan); !good) return good.error();
  note_what_is_missing(out);
  return out;
}

}  // namespace straycat::cli
