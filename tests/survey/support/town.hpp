// A small cluster in lists, put together object by object. Objects are raw JSON as an API server sends them, so that
// the projections are tested with them.
#pragma once

#include <string>
#include <vector>

#include <straycat/survey/survey.hpp>

namespace straycat::survey::town {

using json = nlohmann::json;

inline constexpr std::int64_t second = 1'000'000'000;
inline constexpr std::int64_t now = 1'790'000'000 * second;  // 2026-09-21T13:33:20Z

std::string ago(std::int64_t seconds);  // RFC 3339

struct PodSpec {
  std::string name = {};
  model::Labels labels = {{"app", "sayhi"}};
  std::string owner_kind = {}, owner = {};  // "" = nobody owns it
  int port = 3000;                          // declared, 0 = none
  std::string port_name = {};
  int sidecar_port = 0;  // of a second container, 0 = there is none
  bool probe = true;     // a readiness probe at the port
  bool ready = true;
  std::string phase = "Running";
  std::string address = "10.244.0.4";
  std::string waiting = {};  // a container's waiting reason
  int restarts = 0;
  std::string last_reason = "Error";  // of the last of them
  bool listed = true;                 // in the slice of its Service
};

class Town {
 public:
  Town();

  // `more` is merged into the spec (RFC 7386).
  Town& service(const std::string& name, const model::Labels& selector, const json& target = 3000,
                const json& more = json::object());
  Town& stateful_set(const std::string& name, const model::Labels& labels, int port);
  Town& deployment(const std::string& name, const model::Labels& labels, int replicas, int port = 3000,
                   bool probe = true);
  Town& job(const std::string& name, const model::Labels& labels, bool finished, bool suspended = false,
            const std::string& helm_hook = "");
  Town& cron_job(const std::string& name, const model::Labels& labels, bool suspended = false);
  Town& pod(const PodSpec& spec);
  Town& job_pod_event(const std::string& job, const std::string& pod);
  // An Event "SuccessfulCreate" of that object.
  Town& made_event(const std::string& kind, const std::string& name, const std::string& message);
  // A Warning about a pod, half a minute ago.
  Town& warning(const std::string& pod, const std::string& reason, const std::string& message, int count = 1);
  Town& policy(const std::string& name, const char* spec);  // a NetworkPolicy
  Town& unread(const std::string& resource, const std::string& why = "forbidden", bool not_served = false);
  Town& denied(const std::string& resource);  // the user may not list it
  // `changed`: when its last change was triggered (see ago), "" = it does not say.
  Town& foreign_slice(const std::string& service, const std::string& managed_by, const std::string& pod,
                      const std::string& changed = "");

  // With the slices that the endpoint slice controller would write.
  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] Survey survey(const std::string& service = "sayhi",
                              const std::vector<model::ObjectRef>& meant = {}) const;

 private:
  Snapshot snapshot_;
  std::vector<PodSpec> pods_;
};

// The article: Service, Deployment with a pod, and a Job with the same label that runs.
Town article();

}  // namespace straycat::survey::town
