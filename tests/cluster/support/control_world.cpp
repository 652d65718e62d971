#include "cluster/support/control_world.hpp"

#include <algorithm>
#include <fstream>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace straycat::cluster {

void ManualClock::after(Nanos delay, std::function<void()> then) {
  due_.emplace(now_ + delay.count(), std::move(then));
}

void ManualClock::advance(Nanos length) {
  const auto end = now_ + length.count();
  while (!due_.empty() && due_.begin()->first <= end) {
    now_ = std::max(now_, due_.begin()->first);
    auto then = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    boost::asio::post(context_, std::move(then));
    context_.restart();
    context_.poll();
  }
  now_ = end;
}

ControlWorld::ControlWorld() {
  controllers.start();
  make(json::parse(
      R"({"kind":"Node","metadata":{"name":"node1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}})"));
  make(json::object({{"kind", "Namespace"}, {"metadata", {{"name", ns}}}}));
  settle();
}

void ControlWorld::settle() {
  for (int rounds = 0;; ++rounds) {
    context.restart();
    if (context.poll() == 0) return;
    ASSERT_LT(rounds, 10000) << "the controllers never come to rest";
  }
}

void ControlWorld::advance(Nanos length) {
  clock.advance(length);
  settle();
}

Object ControlWorld::make(const json& object) {
  const auto made = store.create(object);
  EXPECT_TRUE(made) << made.error().message;
  return made ? *made : nullptr;
}

json ControlWorld::get(const std::string& kind, const std::string& name) const {
  const auto found = store.get(kind, kind == "Namespace" || kind == "Node" ? "" : ns, name);
  EXPECT_TRUE(found) << kind << "/" << name;
  return found ? *found : json::object();
}

void ControlWorld::patch(const std::string& kind, const std::string& name, const json& merge) {
  const auto done = store.mutate(kind, ns, name, [&](json& object) {
    object.merge_patch(merge);
    return true;
  });
  EXPECT_TRUE(done) << done.error().message;
}

void ControlWorld::remove(const std::string& kind, const std::string& name, const std::string& propagation) {
  const auto gone = store.remove(kind, kind == "Namespace" ? "" : ns, name, Deletion{-1, propagation, "", ""});
  EXPECT_TRUE(gone) << gone.error().message;
}

std::vector<json> ControlWorld::pods(const std::string& owner_kind) const {
  std::vector<json> found;
  for (const auto& pod : store.list("Pod", ns)) {
    const auto* owner = controller_of(*pod);
    if (owner_kind.empty() || (owner != nullptr && string_or(*owner, "kind") == owner_kind)) found.push_back(*pod);
  }
  std::stable_sort(found.begin(), found.end(), [](const json& a, const json& b) {
    return text_at(a, "/metadata/creationTimestamp") < text_at(b, "/metadata/creationTimestamp");
  });
  return found;
}

void ControlWorld::set_conditions(json& pod, bool ready, const std::string& reason) {
  const auto since = kube_time(clock.wall_seconds());
  auto conditions = json::array();
  for (const char* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
    const bool is = std::string_view(type).ends_with("Ready") ? ready : true;
    auto condition = json::object({{"type", type}, {"status", is ? "True" : "False"}, {"lastTransitionTime", since}});
    const auto* old = condition_of(pod["status"], type);
    if (old != nullptr && string_or(*old, "status") == (is ? "True" : "False"))
      condition["lastTransitionTime"] = (*old)["lastTransitionTime"];
    if (!is) condition["reason"] = reason.empty() ? "ContainersNotReady" : reason;
    conditions.push_back(std::move(condition));
  }
  pod["status"]["conditions"] = std::move(conditions);
}

void ControlWorld::run_pod(const std::string& name, bool ready, const std::string& address) {
  const auto ip = address.empty() ? "10.244.0." + std::to_string(next_address_++) : address;
  (void)store.mutate("Pod", ns, name, [&](json& pod) {
    pod["status"]["phase"] = "Running";
    pod["status"]["podIP"] = ip;
    pod["status"]["podIPs"] = json::array({json::object({{"ip", ip}})});
    set_conditions(pod, ready, "");
    return true;
  });
}

void ControlWorld::set_ready(const std::string& name, bool ready, const std::string& reason) {
  (void)store.mutate("Pod", ns, name, [&](json& pod) {
    set_conditions(pod, ready, reason);
    return true;
  });
}

void ControlWorld::end_pod(const std::string& name, bool succeeded) {
  (void)store.mutate("Pod", ns, name, [&](json& pod) {
    pod["status"]["phase"] = succeeded ? "Succeeded" : "Failed";
    set_conditions(pod, false, succeeded ? "PodCompleted" : "PodFailed");
    const auto end = json::object({{"exitCode", succeeded ? 0 : 1}, {"finishedAt", kube_time(clock.wall_seconds())}});
    auto status = json::object({{"name", "c"}});
    status["state"]["terminated"] = end;
    pod["status"]["containerStatuses"] = json::array({status});
    return true;
  });
}

void ControlWorld::bury_pod(const std::string& name) { (void)store.remove("Pod", ns, name, 0); }

void ControlWorld::run_all_pods(bool ready) {
  for (const auto& pod : pods())
    if (!is_deleted(pod) && !text_at(pod, "/spec/nodeName").empty() && text_at(pod, "/status/phase") == "Pending")
      run_pod(name_of(pod), ready);
}

void ControlWorld::bury_all_pods() {
  for (const auto& pod : pods())
    if (is_deleted(pod)) bury_pod(name_of(pod));
}

std::vector<std::string> ControlWorld::events(const std::string& kind) const {
  std::vector<json> found;
  for (const auto& event : store.list("Event", ns))
    if (text_at(*event, "/involvedObject/kind") == kind) found.push_back(*event);
  std::stable_sort(found.begin(), found.end(), [](const json& a, const json& b) {
    const auto stamp = [](const json& event) { return name_of(event).substr(name_of(event).rfind('.')); };
    return stamp(a) < stamp(b);
  });
  std::vector<std::string> lines;
  for (const auto& event : found) {
    const auto count = integer_or(event, "count", 1);
    lines.push_back(string_or(event, "reason") + ": " + string_or(event, "message") +
                    (count > 1 ? " (x" + std::to_string(count) + ")" : ""));
  }
  return lines;
}

json article_deployment(int replicas) {
  auto object = json::parse(
      R"({"kind":"Deployment","metadata":{"name":"sayhi","namespace":"straycat-demo","labels":{"app":"sayhi"}},
    "spec":{"selector":{"matchLabels":{"app":"sayhi"}},"template":{"metadata":{"labels":{"app":"sayhi"}},"spec":{"containers":[
    {"name":"sayhi","image":"beranm14/sayhi","ports":[{"containerPort":3000}],"readinessProbe":{"httpGet":{"path":"/healthz","port":3000}}}]}}}})");
  object["spec"]["replicas"] = replicas;
  return object;
}

json article_service() {
  return json::parse(R"({"kind":"Service","metadata":{"name":"sayhi","namespace":"straycat-demo"},
    "spec":{"selector":{"app":"sayhi"},"ports":[{"protocol":"TCP","port":80,"targetPort":3000}]}})");
}

json article_job() {
  return json::parse(R"({"kind":"Job","metadata":{"name":"sayhi","namespace":"straycat-demo","labels":{"app":"sayhi"}},
    "spec":{"template":{"metadata":{"labels":{"app":"sayhi"}},"spec":{"containers":[{"name":"generate-cats","image":"beranm14/sayhi-job"}],
    "restartPolicy":"Never"}}}})");
}

std::vector<Recorded> read_recording(const std::string& name) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/tests/cluster/recordings/" + name);
  EXPECT_TRUE(in) << name;
  std::vector<Recorded> lines;
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.find("\t{");
    if (tab == std::string::npos) continue;
    auto body = json::parse(line.substr(tab + 1));
    if (body["type"] != "BOOKMARK") lines.push_back({std::stoll(line), body["type"], body["object"]});
  }
  return lines;
}

}  // namespace straycat::cluster
