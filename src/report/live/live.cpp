#include <algorithm>

#include <straycat/core/json_access.hpp>
#include <straycat/plan/actions.hpp>
#include <straycat/report/live.hpp>

namespace straycat::report {
namespace {

constexpr std::size_t most_owners_up = 8;  // of a chain of owners: a circle in an untrusted log ends here
constexpr std::size_t most_seconds = 7200;

}  // namespace

void LiveView::take_header(const Header& header) {
  scenario_ = header.scenario;
  if (Result<plan::Plan> plan = plan::from_json(header.plan)) plan_ = std::move(*plan);
  headed_ = true;
}

void LiveView::take_step(const StepRecord& step, Stamp at, bool ended) {
  if (!step.phase.empty()) phase_ = step.phase;
  in_step_ = !ended;
  if (ended) {
    done_ = std::max(done_, step.index + 1);
    return;
  }
  step_ = step.index;
  step_began_ = at;
  doing_ = step.detail.empty() ? step.name : step.detail;
}

// A second of each vantage point's own clock, since its first window: several begin within a moment of each other.
void LiveView::take_window(const std::string& clock, const AttemptWindow& window) {
  const std::uint64_t failed = window.sent - std::min(window.sent, window.ok);
  sent_ += window.sent;
  failed_ += failed;
  const std::int64_t first = first_ns_.emplace(clock, window.from_ns).first->second;
  const auto at = static_cast<std::size_t>(std::clamp<std::int64_t>((window.from_ns - first) / 1'000'000'000, 0,
                                                                    static_cast<std::int64_t>(most_seconds) - 1));
  while (seconds_.size() <= at) seconds_.push_back({});
  seconds_[at].sent += window.sent;
  seconds_[at].failed += failed;
}

void LiveView::take_probe(const DirectProbe& probe) {
  Asked& asked = asked_[owner_of(probe.endpoint.uid, probe.endpoint.pod)];
  ++(probe.ok ? asked.ok : asked.failed);
}

void LiveView::take_slice(const model::EndpointSlice& slice, bool deleted) {
  std::map<std::string, model::Endpoint> now;
  if (!deleted && !slice.service.empty())
    for (const model::Endpoint& endpoint : slice.endpoints)
      if (!endpoint.addresses.empty()) now[endpoint.addresses.front()] = endpoint;
  std::map<std::string, model::Endpoint>& before = slices_[slice.meta.ns + "/" + slice.meta.name];
  for (const auto& [address, was] : before)
    if (!now.contains(address)) ++left_[owner_of(was.pod_uid, was.pod)];
  before = std::move(now);
}

void LiveView::take_object(const std::string& clock, Topic topic, const nlohmann::json& body) {
  Oddities odd;
  const auto change = model::from_log(topic, body, odd);
  if (!change) return;
  if (const auto* slice = std::get_if<model::EndpointSlice>(&change->object)) {
    if (watcher_.empty()) watcher_ = clock;
    return clock == watcher_ ? take_slice(*slice, change->deleted) : void();
  }
  if (topic == Topic::pod || topic == Topic::workload) {
    const model::Meta& meta = model::meta_of(change->object);
    metas_[meta.uid] = meta;
  }
}

// The workload at the top of a pod's owners; the pod itself when it has none, or when it was not seen yet.
std::string LiveView::owner_of(const std::string& uid, const std::string& pod) const {
  std::string name = pod.empty() ? "addresses without a pod" : "Pod/" + pod, at = uid;
  for (std::size_t i = 0; i < most_owners_up; ++i) {
    const auto meta = metas_.find(at);
    if (meta == metas_.end()) return name;
    name = meta->second.ref().display();
    const model::OwnerReference* owner = meta->second.controller();
    if (owner == nullptr) return name;
    name = owner->kind + "/" + owner->name;
    at = owner->uid;
  }
  return name;
}

std::map<std::string, LiveView::Owner> LiveView::owners() const {
  std::map<std::string, Owner> all;
  for (const auto& [name, slice] : slices_) {
    for (const auto& [address, one] : slice) {
      Owner& owner = all[owner_of(one.pod_uid, one.pod)];
      ++(one.is_terminating() ? owner.leaving : one.is_ready() ? owner.ready : owner.not_ready);
    }
  }
  for (const auto& [name, count] : left_) all[name].left = count;
  for (const auto& [name, asked] : asked_) all[name].asked = asked;
  return all;
}

// At least: what the pauses take that are still to come. -1: not known.
double LiveView::seconds_left(Stamp now) const {
  if (!plan_) return -1;
  Nanos left{};
  for (std::size_t i = done_; i < plan_->steps.size(); ++i)
    if (const auto* pause = std::get_if<plan::Pause>(&plan_->steps[i].action)) left += pause->length;
  const bool pausing = in_step_ && step_ < plan_->steps.size() && plan::verb(plan_->steps[step_].action) == Verb::pause;
  if (pausing) left -= std::min(left, Nanos(std::max<std::int64_t>(now.ns - step_began_.ns, 0)));
  return static_cast<double>(left.count()) / 1e9;
}

void LiveView::on_event(const Event& event) {
  if (event.kind == Header::kind) {
    zero_ = event.at;
    return take_header(event.body.get<Header>());
  }
  if (event.kind == StepRecord::started || event.kind == StepRecord::ended)
    return take_step(event.body.get<StepRecord>(), event.at, event.kind == StepRecord::ended);
  if (event.kind == AttemptWindow::kind) return take_window(event.clock, event.body.get<AttemptWindow>());
  if (event.kind == DirectProbe::kind) return take_probe(event.body.get<DirectProbe>());
  take_object(event.clock, event.kind.topic(), event.body);
}

}  // namespace straycat::report
