// A store with all its controllers, a clock that only the test turns, and a node that does what the test says. No
// thread, no sleep: `settle` works until nothing is left to do.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "cluster/controllers/controllers.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(boost::asio::io_context& context) : context_(context) {}
  [[nodiscard]] std::int64_t wall_ns() const override { return now_; }
  void after(Nanos delay, std::function<void()> then) override;
  // Runs, in order, what falls due on the way.
  void advance(Nanos length);

 private:
  boost::asio::io_context& context_;
  std::int64_t now_ = 1'795'441'122'000'000'000;  // 2026-11-23T13:38:42Z
  std::multimap<std::int64_t, std::function<void()>> due_;
};

class ControlWorld {
 public:
  ControlWorld();

  void settle();
  void advance(Nanos length);

  Object make(const json& object);
  Object make(const char* text) { return make(json::parse(text)); }
  // The object as it stands; fails the test when it is not there.
  [[nodiscard]] json get(const std::string& kind, const std::string& name) const;
  [[nodiscard]] bool exists(const std::string& kind, const std::string& name) const {
    return store.get(kind, ns, name) != nullptr;
  }
  void patch(const std::string& kind, const std::string& name, const json& merge);
  void remove(const std::string& kind, const std::string& name, const std::string& propagation = "");

  // The kubelet's part.
  [[nodiscard]] std::vector<json> pods(const std::string& owner_kind = "") const;  // in the namespace, by age
  void run_pod(const std::string& name, bool ready, const std::string& address = "");
  void set_ready(const std::string& name, bool ready, const std::string& reason = "");
  void end_pod(const std::string& name, bool succeeded);  // phase Succeeded or Failed
  void bury_pod(const std::string& name);                 // it was being deleted and has stopped
  void run_all_pods(bool ready = true);                   // those that are bound and do not run yet
  void bury_all_pods();                                   // all that are being deleted

  // "Reason: message" of all Events about objects of `kind`, oldest first; "(xN)" when counted.
  [[nodiscard]] std::vector<std::string> events(const std::string& kind) const;

  boost::asio::io_context context;
  ManualClock clock{context};
  Store store{context.get_executor(), [this] { return clock.wall_seconds(); }};
  Controllers controllers{context, store, {"PEM"}, clock};
  std::string ns = "straycat-demo";

 private:
  void set_conditions(json& pod, bool ready, const std::string& reason);
  int next_address_ = 50;
};

// The article's objects, as the API server keeps them.
[[nodiscard]] json article_deployment(int replicas = 1);
[[nodiscard]] json article_service();
[[nodiscard]] json article_job();

// The stream lines of a recording: arrival time in ms, type, object.
struct Recorded {
  std::int64_t at_ms;
  std::string type;
  json object;
};
[[nodiscard]] std::vector<Recorded> read_recording(const std::string& name);

}  // namespace straycat::cluster
