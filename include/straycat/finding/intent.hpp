// Whom a Service is for: decided once, for both judges, from what is known of each workload that could be meant. Pure.
//
// Nobody writes it into a cluster, so it is inferred from what names, releases, ports, answers and ages say, and told
// with what it rests on. A number of pods, and the time that they stood there, say nothing: a stray may have more of
// both. Where signs speak for two alike, or against each other, nobody is named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/finding/ports.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::finding {

// A workload that the Service could be for: one that it selects, or one that bears its name.
struct Claimant {
  model::ObjectRef workload;  // what makes the pods; a Pod that nobody makes: itself
  model::Labels labels;       // of its pods
  std::string helm_hook;
  std::vector<PortFit> ports;        // by the Service's ports; empty: the pods' shape is not known
  bool selected = true;              // the Service's selector matches its pods
  bool stands = false;               // has pods behind it
  bool applied_together = false;     // the plan brings it with the Service
  std::int64_t created_wall_ns = 0;  // 0: not known
  // Requests sent straight to its pods: answered as expected, and not.
  std::uint64_t answered = 0, unanswered = 0;
};

// What the objects say of it. `maker` is the workload's own object, null when it is not known (or for a bare pod);
// `pods` are those of its pods that stand behind the Service, or one of them that lately did where none does.
[[nodiscard]] Claimant claimant_of(const model::Service& service, const model::ObjectRef& workload,
                                   const model::Workload* maker, const std::vector<const model::Pod*>& pods);

// What is asked: one Service, and who could be meant.
struct Question {
  model::Service service;  // at least its names
  std::vector<model::ObjectRef> given;
  std::string given_by;  // "the scenario names it"
  std::vector<Claimant> claimants;
};

enum class Sure {
  given,   // a person says so
  clear,   // several signs agree, or one that hardly errs
  likely,  // more speaks for it than for others
  unknown,
};

// Whom a Service is for.
struct Intent {
  std::string ns, service;
  std::vector<model::ObjectRef> workloads;  // none: it cannot be told; several: they share the Service on purpose
  Sure sure = Sure::unknown;
  std::string basis;  // "the scenario names it", "it has the Service's name", ...: what it rests on, or why not told
  std::vector<model::ObjectRef> perhaps;  // bear its name or release, have its port and stand for good, as those do

  [[nodiscard]] bool known() const { return !workloads.empty(); }
  [[nodiscard]] bool given() const { return sure == Sure::given; }
  [[nodiscard]] bool means(const model::ObjectRef& workload) const;
  // It is surely for others than this one.
  [[nodiscard]] bool excludes(const model::ObjectRef& workload) const { return known() && !means(workload); }
  // Nobody says whom it is for, and this one is perhaps meant, too: a canary, a second colour.
  [[nodiscard]] bool perhaps_means(const model::ObjectRef& workload) const;
  [[nodiscard]] std::string told() const;   // the basis, after the word "inferred" where nobody says so
  [[nodiscard]] std::string names() const;  // "Deployment/a and Deployment/b", safe; "" when nobody is told
};

[[nodiscard]] Intent intend(const Question& question);

// The same workload: by uid where both have one, else by kind, name and namespace.
[[nodiscard]] bool same_workload(const model::ObjectRef& a, const model::ObjectRef& b);
// Kinds that come and go (a Job, a bare pod, a Helm hook): what makes them seldom is what a Service is for.
[[nodiscard]] bool transient(const model::ObjectRef& ref, const std::string& helm_hook);

[[nodiscard]] nlohmann::json to_json(const Intent& intent);

}  // namespace straycat::finding
