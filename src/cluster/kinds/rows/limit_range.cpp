#include <algorithm>

#include <fmt/format.h>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/resources.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

// plugin/pkg/admission/limitranger: what a container does not say is filled in, then everything is held to the bounds.
void fill_in(json& container, const json& item) {
  const auto set = [&](const char* which, const json& amounts) {
    for (const auto& [name, amount] : amounts.items())
      with_default(container, "resources", [&](json& resources) {
        with_default(resources, which, [&](json& own) { set_default(own, name.c_str(), amount); });
      });
  };
  set("limits", object_or_empty(item, "default"));
  set("requests", object_or_empty(item, "defaultRequest"));
}

// limitRequestRatioConstraint
void hold_ratio(std::vector<std::string>& broken, const json& item, const Amounts& requests, const Amounts& limits,
                const std::string& kind) {
  const auto amount = [](const Amounts& of, const std::string& name) {
    const auto at = of.find(name);
    return at == of.end() ? 0 : at->second.milli;
  };
  for (const auto& [name, bound] : object_or_empty(item, "maxLimitRequestRatio").items()) {
    const auto most = quantity_of(bound);
    const auto text = fmt::format("{} max limit to request ratio per {} is {}, but ", name, kind, most.text());
    const auto asked = amount(requests, name), allowed = amount(limits, name);
    const auto ratio = static_cast<double>(allowed) / static_cast<double>(std::max<std::int64_t>(asked, 1));
    if (asked == 0)
      broken.push_back(text + "no request is specified or request is 0");
    else if (allowed == 0)
      broken.push_back(text + "no limit is specified or limit is 0");
    else if (ratio * 1000 > static_cast<double>(most.milli))
      broken.push_back(fmt::format("{}provided ratio is {:.6f}", text, ratio));
  }
}

void hold(std::vector<std::string>& broken, const json& item, const Amounts& requests, const Amounts& limits,
          const std::string& kind) {
  const auto amount = [](const Amounts& of, const std::string& name) {
    const auto at = of.find(name);
    return at == of.end() ? std::optional<Quantity>() : at->second;
  };
  for (const auto& [name, bound] : object_or_empty(item, "min").items()) {
    const auto asked = amount(requests, name);
    if (!asked)
      broken.push_back("minimum " + name + " usage per " + kind + " is " + quantity_of(bound).text() +
                       ".  No request is specified");
    else if (asked->milli < quantity_of(bound).milli)
      broken.push_back("minimum " + name + " usage per " + kind + " is " + quantity_of(bound).text() +
                       ", but request is " + asked->text());
  }
  for (const auto& [name, bound] : object_or_empty(item, "max").items()) {
    const auto allowed = amount(limits, name), asked = amount(requests, name);
    if (!allowed)
      broken.push_back("maximum " + name + " usage per " + kind + " is " + quantity_of(bound).text() +
                       ".  No limit is specified");
    else if (allowed->milli > quantity_of(bound).milli)
      broken.push_back("maximum " + name + " usage per " + kind + " is " + quantity_of(bound).text() +
                       ", but limit is " + allowed->text());
    if (asked && asked->milli > quantity_of(bound).milli && (!allowed || asked->milli > allowed->milli))
      broken.push_back("maximum " + name + " usage per " + kind + " is " + quantity_of(bound).text() +
                       ", but request is " + asked->text());
  }
  hold_ratio(broken, item, requests, limits, kind);
}

Amounts amounts_of(const json& container, const char* which) {
  Amounts out;
  for (const auto& [name, amount] : object_or_empty(object_or_empty(container, "resources"), which).items())
    out[name] = quantity_of(amount);
  return out;
}

StoreResult<void> limit(const Newcomer& newcomer, const std::vector<Object>& ranges) {
  if (string_or(newcomer.object, "kind") != "Pod" || newcomer.current) return {};
  std::vector<std::string> broken;
  for (const auto& range : ranges)
    for (const auto& item : array_or_empty(object_or_empty(*range, "spec"), "limits")) {
      const auto type = string_or(item, "type");
      for (const char* list : {"initContainers", "containers"})
        each_object(newcomer.object["spec"], list, [&](json& container) {
          if (type != "Container") return;
          fill_in(container, item);
          hold(broken, item, amounts_of(container, "requests"), amounts_of(container, "limits"), "Container");
        });
      if (type == "Pod")
        hold(broken, item, pod_amounts(newcomer.object, "requests"), pod_amounts(newcomer.object, "limits"), "Pod");
    }
  if (broken.empty()) return {};
  std::string all;
  for (const auto& one : broken) all += (all.empty() ? "" : ", ") + one;
  const auto name = text_at(newcomer.object, "/metadata/name");
  Status status{403, "Forbidden",
                "pods " + json(name).dump() + " is forbidden: " + (broken.size() > 1 ? "[" + all + "]" : all), nullptr};
  status.details = json::object({{"name", name}, {"kind", "pods"}});
  return status;
}

// A bound is a default, too, and a default limit a default request (pkg/apis/core/v1 SetDefaults_LimitRangeItem).
void default_range(json& object) {
  with_object(object, "spec", [](json& spec) {
    each_object(spec, "limits", [](json& item) {
      if (string_or(item, "type") != "Container") return;
      const auto copy = [&](const char* to, const char* from) {
        const json amounts = object_or_empty(item, from);
        for (const auto& [name, amount] : amounts.items())
          with_default(item, to, [&](json& own) { set_default(own, name.c_str(), amount); });
      };
      copy("default", "max");
      copy("defaultRequest", "default");
      copy("defaultRequest", "min");
    });
  });
}

}  // namespace

KindRow limit_range_row() {
  return {
      .kind = "LimitRange",
      .types = {"core.v1.LimitRange apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=core.v1.LimitRangeSpec",
                "core.v1.LimitRangeItem default:4=map(q) defaultRequest:5=map(q) max:2=map(q) "
                "maxLimitRequestRatio:6=map(q) min:3=map(q) type:1=s",
                "core.v1.LimitRangeSpec limits:1=list(core.v1.LimitRangeItem)"},
      .default_object = default_range,
      .admit = limit,
  };
}

}  // namespace straycat::cluster
