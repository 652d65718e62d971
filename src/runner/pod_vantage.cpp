#include "runner/pod_vantage.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "runner/conditions.hpp"
#include "runner/objects.hpp"
#include <straycat/core/signals.hpp>

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Nanos pod_start_patience = 60s;
// The agent has something to say each second: a log that is silent for so long has lost its way.
constexpr Nanos log_silence = 10s;
constexpr Nanos first_pause = 50ms, last_pause = 2s;  // between two readings of the log

// Where to go on reading a log. The server counts in whole seconds, and a node's clock may be set back a little; what
// comes twice is known by its number.
std::string resume_from(const std::string& taken_at) {
  const auto wall = parse_wall(taken_at);
  return taken_at.empty() || !wall ? "" : format_wall(*wall - Nanos{2s}.count());
}

// What the kubelet says when a container will not start by waiting.
bool hopeless(const std::string& reason) {
  return reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "InvalidImageName" ||
         reason == "ErrImageNeverPull" || reason == "CreateContainerConfigError" || reason == "CreateContainerError" ||
         reason == "RunContainerError";
}

Error failed(const std::string& what, const kube::ApiError& error) { return error.to_error().within(what); }

}  // namespace

PodVantage::PodVantage(Site& site, agent::Orders orders, std::string node)
    : Vantage(site, std::move(orders), pod_start_patience),
      pod_(agent_names(site.run_id, orders_.vantage).pod),
      node_(std::move(node)),
      keeper_(orders_.vantage) {}

void PodVantage::begin_more() {
  if (orders_.beacon.empty()) return;
  tasks_.spawn(write_beacon(), [this](const std::string& why) {
    site_.journal.note(fmt::format("the clock beacon of {} is no longer written: {}", orders_.vantage, why));
  });
}

asio::awaitable<void> PodVantage::make_beacon() {
  orders_.beacon = agent_names(orders_.run, orders_.vantage).beacon;
  const auto type = *kube::resource_for_kind("EndpointSlice");
  auto made = co_await site_.client.create(type, site_.ns, beacon_slice(orders_));
  if (made) {
    site_.remember(type, *made);
    co_return;
  }
  orders_.beacon.clear();
  // The clocks are then bounded from one side only; the run can go on, and the judge sees it.
  site_.journal.note("no clock beacon could be made: " + made.error().describe());
}

asio::awaitable<Result<>> PodVantage::make() {
  co_await make_beacon();
  auto objects = agent_sign_in(orders_);
  objects.push_back(agent_pod(orders_, site_.options.agent_image, node_));
  for (const auto& object : objects) {
    const auto type = kube::resource_for(object);
    if (!type) co_return type.error();
    // Apart from the co_await: g++ 12 cannot keep an initializer list's array in a coroutine's frame.
    const std::string ns = text_at(object, {"metadata", "namespace"});
    auto made = co_await site_.client.create(*type, ns, object);
    if (made) {
      site_.remember(*type, *made);
      continue;
    }
    // A cluster without RBAC serves no roles, and needs none.
    if (type->group == "rbac.authorization.k8s.io" && made.error().not_found()) continue;
    co_return failed(fmt::format("start the agent: create {}/{}", type->kind, text_at(object, {"metadata", "name"})),
                     made.error());
  }
  co_return Result<>{};
}

std::optional<std::string> PodVantage::pod_over() {
  const auto* object = site_.world.find("Pod", pod_);
  if (object == nullptr) {
    const bool deleted = seen_ || life_.state() == VantageLife::State::stopping;
    return deleted ? std::optional<std::string>("its pod was deleted") : std::nullopt;
  }
  seen_ = true;
  const auto phase = text_at(*object, {"status", "phase"});
  if (phase != "Succeeded" && phase != "Failed") return std::nullopt;
  for (const auto& status : model::project_pod(*object).statuses)
    if (status.name == "agent" && status.state == "terminated") return ending_words(status.exit_code);
  return "its pod " + (phase == "Failed" ? std::string("failed") : std::string("ended"));
}

std::optional<VantageCame> PodVantage::look() {
  if (site_.gone) return vantage_came::RecordsOver{"its cluster ended"};
  if (auto how = pod_over()) return vantage_came::Gone{std::move(*how)};
  const auto* object = site_.world.find("Pod", pod_);
  if (object == nullptr) return std::nullopt;
  for (const auto& status : model::project_pod(*object).statuses)
    if (hopeless(status.reason)) return vantage_came::Hopeless{"its container cannot start"};
  return std::nullopt;
}

Error PodVantage::never_began(const std::string& why) const {
  const plan::Target target{"Pod", pod_, ""};
  return own_trouble(fmt::format("the agent (Pod/{}, image {}): {}{}", pod_, site_.options.agent_image, why,
                                 describe_trouble(site_.world, target)));
}

asio::awaitable<bool> PodVantage::follow_log() {
  bool came = false;
  kube::LogRequest request{.ns = site_.ns, .pod = pod_, .container = "agent", .since = {}, .idle = log_silence};
  request.since = resume_from(read_until_);
  co_await site_.client.follow_log(std::move(request), [this, &came](const kube::LogLine& line) {
    came = true;
    take_line(line);
    return true;
  });
  co_return came;
}

asio::awaitable<void> PodVantage::read_records() {
  bool last_try = false;
  Nanos pause = first_pause;
  while (!stream_.finished()) {
    const auto* object = site_.world.find("Pod", pod_);
    const auto phase = object == nullptr ? "" : text_at(*object, {"status", "phase"});
    if (!phase.empty() && phase != "Pending") {
      last_try = pod_over().has_value();
      const bool came = co_await follow_log();
      pause = came ? first_pause : std::min<Nanos>(pause * 2, last_pause);
      // Read once more after the end: its last words may have come after the stream broke.
      if (stream_.finished() || last_try) co_return;
      if (pod_over()) continue;
    } else if (pod_over()) {
      co_return;
    }
    if (!co_await sleep_for(site_.executor, pause)) co_return;
  }
}

void PodVantage::take_line(const kube::LogLine& line) {
  if (line.taken_at.empty() || !line.whole) return;  // not the agent's own words, or half of one: it comes again
  read_until_ = line.taken_at;
  take(line.text, monotonic_now());
}

void PodVantage::hear(const Event& event, Stamp arrived) {
  keeper_.arrived(event.at, arrived);
  if (event.kind != Topic::beacon) return;
  const auto version = text_at(event.body, {"resourceVersion"});
  sights_[version] = event.at;
  match_beacon(version);
}

void PodVantage::match_beacon(const std::string& resource_version) {
  const auto began = beacons_.began(resource_version);
  const auto sight = sights_.find(resource_version);
  if (!began || sight == sights_.end()) return;
  keeper_.seen(*began, sight->second);
  sights_.erase(sight);
}

asio::awaitable<void> PodVantage::write_beacon() {
  const auto type = *kube::resource_for_kind("EndpointSlice");
  for (int count = 0;; ++count) {
    // Only while the agent listens: what it sees late says nothing.
    if (stream_.introduced()) {
      const json patch{{"metadata", {{"annotations", {{"straycat.dev/beacon", std::to_string(count)}}}}}};
      const auto began = monotonic_now();
      auto wrote = co_await site_.client.merge_patch(type, site_.ns, orders_.beacon, patch);
      if (wrote) {
        const auto version = text_at(*wrote, {"metadata", "resourceVersion"});
        beacons_.wrote(version, began);
        match_beacon(version);
        tell_bound();
      }
    } else {
      count = -1;
    }
    const auto pause = count < 5 ? 200ms : 2000ms;
    if (!co_await sleep_for(site_.executor, pause)) co_return;
  }
}

asio::awaitable<void> PodVantage::ask_to_end() {
  if (site_.gone || pod_over()) co_return;
  co_await site_.client.remove(*kube::resource_for_kind("Pod"), site_.ns, pod_);
}

}  // namespace straycat::runner
