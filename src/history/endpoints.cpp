// Slices -> who stood behind a Service port, when. Incremental: a slice's new version is compared with its last one,
// and only the endpoints in it are looked at, so a rollout of 5,000 endpoints costs what its slices hold, not its
// square.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "folding.hpp"
#include <straycat/model/routable.hpp>

namespace straycat::history {
namespace {

struct Flags {
  bool ready = false, serving = false, terminating = true;  // of nothing: what joining with something leaves as that is
  model::Standing standing = model::Standing::out;
  bool operator==(const Flags&) const = default;

  void join(const Flags& other) {
    ready = ready || other.ready;
    serving = serving || other.serving;
    terminating = terminating && other.terminating;
    standing = std::max(standing, other.standing);
  }
};

Flags flags_of(const model::Endpoint& endpoint) {
  return {endpoint.is_ready(), endpoint.is_serving(), endpoint.is_terminating(), model::standing_of(endpoint)};
}
// What one slice says of the endpoints in it.
using SliceContent = std::map<std::size_t, Flags>;

struct SliceVersion {
  Placed at;
  std::uint64_t event = 0;
  const std::string* key = nullptr;
  const model::EndpointSlice* slice = nullptr;  // null: deleted
};

std::vector<SliceVersion> versions_of(const Timelines<model::EndpointSlice>& slices, const ServiceView& view) {
  std::vector<SliceVersion> versions;
  for (const auto& [key, timeline] : slices) {
    if (!of_service(timeline, view)) continue;
    for (const auto& version : timeline.versions) {
      versions.push_back({version.at, version.event, &key, version.object ? &*version.object : nullptr});
    }
  }
  std::sort(versions.begin(), versions.end(),
            [](const SliceVersion& a, const SliceVersion& b) { return a.event < b.event; });
  return versions;
}

class ViewBuilder {
 public:
  ViewBuilder(ServiceView& view, std::vector<Span> uncertain) : view_(view), uncertain_(std::move(uncertain)) {}

  void apply(const SliceVersion& version) {
    SliceContent content = version.slice != nullptr ? read(*version.slice) : SliceContent{};
    SliceContent& before = content_[*version.key];
    std::set<std::size_t> touched;  // only what the new version says differently: a slice repeats all its endpoints
    for (const auto& [endpoint, flags] : before) {
      if (content.contains(endpoint)) continue;
      touched.insert(endpoint);
      says_[endpoint].erase(version.key);
    }
    for (const auto& [endpoint, flags] : content) {
      const auto known = before.find(endpoint);
      if (known != before.end() && known->second == flags) continue;
      touched.insert(endpoint);
      says_[endpoint][version.key] = flags;
    }
    before = std::move(content);
    settle(version, std::move(touched));
  }

 private:
  SliceContent read(const model::EndpointSlice& slice) {
    SliceContent content;
    const int port = model::port_in(slice, {view_.port_name}).value_or(0);
    for (const auto& endpoint : slice.endpoints) {
      if (endpoint.addresses.empty()) continue;  // addresses beyond the first are aliases (discovery/v1)
      content[index_of(endpoint, port)].join(flags_of(endpoint));
    }
    return content;
  }

  std::size_t index_of(const model::Endpoint& endpoint, int port) {
    const auto& address = endpoint.addresses.front();
    const auto key =
        address + " " + std::to_string(port) + " " + (endpoint.pod_uid.empty() ? endpoint.pod : endpoint.pod_uid);
    const auto [found, fresh] = index_.try_emplace(key, view_.endpoints.size());
    if (fresh) {
      Endpoint created;
      created.id = {address, port, endpoint.pod, endpoint.pod_uid};
      created.node = endpoint.node;
      view_.endpoints.push_back(std::move(created));
      says_.emplace_back();
      state_.emplace_back();
    }
    return found->second;
  }

  [[nodiscard]] Flags joined(std::size_t endpoint) const {
    Flags all;
    for (const auto& [slice, flags] : says_[endpoint]) all.join(flags);
    return all;
  }

  [[nodiscard]] bool is_routable(std::size_t endpoint) const {
    const auto standing = ready_.contains(endpoint)     ? model::Standing::ready
                          : leaving_.contains(endpoint) ? model::Standing::leaving
                                                        : model::Standing::out;
    return model::is_routable(standing, !ready_.empty());
  }

  void settle(const SliceVersion& version, std::set<std::size_t> touched) {
    const bool had_ready = !ready_.empty();
    std::map<std::size_t, EndpointState> next;
    for (const auto endpoint : touched) {
      const Flags all = joined(endpoint);
      EndpointState& state = next[endpoint];
      state.listed = !says_[endpoint].empty();
      state.ready = all.ready;
      state.serving = all.serving;
      state.terminating = state.listed && all.terminating;
      sort_in(endpoint, all.standing);
    }
    if (had_ready == ready_.empty()) {  // the fallback begins or ends: it moves endpoints that this slice may not hold
      for (const auto endpoint : leaving_) next.try_emplace(endpoint, state_[endpoint]);
    }
    bool moved = false;
    for (auto& [endpoint, state] : next) {
      state.routable = is_routable(endpoint);
      moved = record(version, endpoint, state) || moved;
    }
    if (moved) record_phase(version.at.ns);
  }

  void sort_in(std::size_t endpoint, model::Standing standing) {
    ready_.erase(endpoint);
    leaving_.erase(endpoint);
    if (view_.endpoints[endpoint].id.port == 0) return;
    if (standing == model::Standing::ready) ready_.insert(endpoint);
    if (standing == model::Standing::leaving) leaving_.insert(endpoint);
  }

  static std::optional<ChangeKind> difference(const EndpointState& a, const EndpointState& b) {
    if (a.routable != b.routable) return b.routable ? ChangeKind::joined : ChangeKind::left;
    if (a.listed != b.listed) return b.listed ? ChangeKind::listed : ChangeKind::unlisted;
    if (a.terminating != b.terminating && b.terminating) return ChangeKind::terminating;
    if (a.ready != b.ready) return b.ready ? ChangeKind::ready : ChangeKind::unready;
    if (a.serving != b.serving) return b.serving ? ChangeKind::ready : ChangeKind::unready;
    return std::nullopt;
  }

  // True when the routable set changed.
  bool record(const SliceVersion& version, std::size_t endpoint, EndpointState state) {
    const auto kind = difference(state_[endpoint], state);
    if (!kind) return false;
    state.at = version.at;
    state.event = version.event;
    state_[endpoint] = state;
    Endpoint& life = view_.endpoints[endpoint];
    life.states.push_back(state);
    view_.changes.push_back({version.at, endpoint, *kind, state, version.event});
    if (*kind == ChangeKind::joined) {
      life.memberships.push_back({version.at.ns, unbounded, is_uncertain(version.at.ns), true});
    } else if (*kind == ChangeKind::left) {
      life.memberships.back().to = version.at.ns;
      life.memberships.back().open_end = false;
    }
    return *kind == ChangeKind::joined || *kind == ChangeKind::left;
  }

  // What is first seen at the start of a watch, or at the end of a gap, was there before.
  [[nodiscard]] bool is_uncertain(std::int64_t ns) const {
    return std::any_of(uncertain_.begin(), uncertain_.end(),
                       [&](const Span& span) { return span.from <= ns && ns <= span.to; });
  }

  void record_phase(std::int64_t ns) {
    const auto size = ready_.empty() ? leaving_.size() : ready_.size();
    if (view_.phases.back().from == ns) {
      view_.phases.back().size = size;
      return;
    }
    view_.phases.back().to = ns;
    view_.phases.push_back({ns, unbounded, size});
  }

  ServiceView& view_;
  std::vector<Span> uncertain_;
  std::unordered_map<std::string, std::size_t> index_;
  std::map<std::string, SliceContent> content_;
  std::vector<std::map<const std::string*, Flags>> says_;  // by endpoint: what each slice says of it
  std::vector<EndpointState> state_;
  std::set<std::size_t> ready_, leaving_;
};

}  // namespace

bool of_service(const Timeline<model::EndpointSlice>& timeline, const ServiceView& view) {
  return timeline.last && timeline.last->service == view.service && timeline.last->meta.ns == view.ns;
}

void play_slices(ServiceView& view, const Timelines<model::EndpointSlice>& slices) {
  const auto versions = versions_of(slices, view);
  view.known = !versions.empty();
  ViewBuilder builder(view, view.blind);
  for (const SliceVersion& version : versions) builder.apply(version);
}

}  // namespace straycat::history
