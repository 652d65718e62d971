#include "cluster/apiserver/store.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/post.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cluster/apiserver/catalog.hpp"
#include "cluster/apiserver/defaults.hpp"
#include "cluster/apiserver/deletion.hpp"
#include "cluster/apiserver/json_help.hpp"
#include "cluster/apiserver/service_ip.hpp"

namespace straycat::cluster {
namespace {

constexpr std::size_t kept_changes = 4096;

std::int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What metadata the server alone writes: an update cannot change it.
void keep_system_fields(json& object, const json& current) {
  for (const char* key : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
                          "generateName", "resourceVersion"}) {
    const auto& old = current["metadata"];
    if (old.contains(key)) {
      object["metadata"][key] = old[key];
    } else {
      object["metadata"].erase(key);
    }
  }
}

// Everything that counts for metadata.generation.
json spec_of(const json& object) {
  auto rest = object;
  rest.erase("metadata");
  rest.erase("status");
  // Binding a pod to its node is no change of what was asked for (the binding subresource leaves the generation alone).
  if (string_or(object, "kind") == "Pod" && rest["spec"].is_object()) rest["spec"].erase("nodeName");
  // The endpoint slice controller's readers go by labels too (endpointslice strategy PrepareForUpdate).
  if (string_or(object, "kind") == "EndpointSlice") rest["labels"] = object_or_empty(object["metadata"], "labels");
  return rest;
}

}  // namespace

struct Store::Subscriber {
  std::function<void(const Change&)> on_change;
};

std::string kube_time(std::int64_t wall_seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(wall_seconds)));
}

Store::Store(boost::asio::any_io_executor executor, Clock clock)
    : executor_(std::move(executor)), clock_(clock ? std::move(clock) : wall_seconds) {}

Object Store::get(const std::string& kind, const std::string& ns, const std::string& name) const {
  const auto of_kind = objects_.find(kind);
  if (of_kind == objects_.end()) return nullptr;
  const auto at = of_kind->second.find({ns, name});
  return at == of_kind->second.end() ? nullptr : at->second;
}

std::vector<Object> Store::list(const std::string& kind, const std::string& ns) const {
  std::vector<Object> out;
  const auto of_kind = objects_.find(kind);
  if (of_kind == objects_.end()) return out;
  auto at = ns.empty() ? of_kind->second.begin() : of_kind->second.lower_bound({ns, ""});
  for (; at != of_kind->second.end() && (ns.empty() || at->first.first == ns); ++at) out.push_back(at->second);
  return out;
}

bool Store::terminating(const std::string& ns) const {
  const auto object = get("Namespace", "", ns);
  return object && !text_at(*object, "/metadata/deletionTimestamp").empty();
}

StoreResult<Document> Store::prepare_create(json object) const {
  const auto* resource = resource_by_kind(string_or(object, "kind"));
  if (resource == nullptr) return bad_request("no kind \"" + string_or(object, "kind") + "\" is registered");
  object["apiVersion"] = resource->api_version();
  auto& meta = object["metadata"];
  auto name = string_or(meta, "name");
  const auto ns = resource->namespaced ? string_or(meta, "namespace") : "";
  if (!resource->namespaced) meta.erase("namespace");
  for (int tries = 0; name.empty() && tries < 8; ++tries) {
    auto candidate = string_or(meta, "generateName") + random_suffix();
    if (!get(resource->kind, ns, candidate)) name = std::move(candidate);
  }
  meta["name"] = name;
  if (!ns.empty() && terminating(ns)) return namespace_terminating(*resource, name, ns);
  if (get(resource->kind, ns, name)) return already_exists(*resource, name);
  for (const char* key : {"deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "generation"})
    meta.erase(key);
  meta["uid"] = random_uid();
  meta["creationTimestamp"] = kube_time(clock_());
  if (resource->counts_generation) meta["generation"] = 1;
  default_object(object);
  complete_new_object(object);
  if (resource->kind == "Service") return allocate_service_addresses(std::move(object), list("Service"));
  return Document{std::move(object)};
}

StoreResult<Object> Store::current_of(const json& object) const {
  const auto* resource = resource_by_kind(string_or(object, "kind"));
  if (resource == nullptr) return bad_request("no kind \"" + string_or(object, "kind") + "\" is registered");
  const auto name = text_at(object, "/metadata/name");
  const auto ns = resource->namespaced ? text_at(object, "/metadata/namespace") : "";
  auto current = get(resource->kind, ns, name);
  if (!current) return not_found(*resource, name);
  return current;
}

StoreResult<Document> Store::prepare_update(json object, const Object& current) const {
  const auto& resource = *resource_by_kind(string_or(object, "kind"));
  const auto name = text_at(object, "/metadata/name");
  const auto version = text_at(object, "/metadata/resourceVersion");
  if (!version.empty() && version != text_at(*current, "/metadata/resourceVersion"))
    return modified_meanwhile(resource, name);
  const auto uid = text_at(object, "/metadata/uid");
  if (const auto now = text_at(*current, "/metadata/uid"); !uid.empty() && uid != now) {
    return conflict(resource, name,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + now);
  }
  object["apiVersion"] = resource.api_version();
  keep_system_fields(object, *current);
  default_object(object);
  if (resource.kind == "Service") {
    auto allocated = allocate_service_addresses(std::move(object), list("Service"));
    if (!allocated) return allocated.error();
    object = std::move(allocated->object);
  }
  if (resource.counts_generation && spec_of(object) != spec_of(*current)) {
    object["metadata"]["generation"] = integer_or((*current)["metadata"], "generation") + 1;
  }
  return Document{std::move(object)};
}

StoreResult<Object> Store::create(json object) {
  auto prepared = prepare_create(std::move(object));
  if (!prepared) return prepared.error();
  return put(std::move(prepared->object), nullptr);
}

StoreResult<Object> Store::preview_create(json object) const {
  auto prepared = prepare_create(std::move(object));
  if (!prepared) return prepared.error();
  return std::make_shared<const json>(std::move(prepared->object));
}

StoreResult<Object> Store::update(json object) {
  auto current = current_of(object);
  if (!current) return current;
  auto prepared = prepare_update(std::move(object), *current);
  if (!prepared) return prepared.error();
  if (prepared->object == **current) return current;
  // A watcher sees the object as it last stood, the finalizer that held it included (registry store
  // deleteWithoutFinalizers).
  if (ready_to_go(prepared->object)) return end(*current, **current);
  return put(std::move(prepared->object), *current);
}

StoreResult<Object> Store::preview_update(json object) const {
  auto current = current_of(object);
  if (!current) return current;
  auto prepared = prepare_update(std::move(object), *current);
  if (!prepared) return prepared.error();
  return std::make_shared<const json>(std::move(prepared->object));
}

StoreResult<Object> Store::mutate(const std::string& kind, const std::string& ns, const std::string& name,
                                  const std::function<bool(json&)>& change) {
  const auto* resource = resource_by_kind(kind);
  if (resource == nullptr) return bad_request("no kind \"" + kind + "\" is registered");
  auto current = get(kind, ns, name);
  if (!current) return not_found(*resource, name);
  auto copy = *current;
  if (!change(copy)) return current;
  return update(std::move(copy));
}

StoreResult<Object> Store::remove(const std::string& kind, const std::string& ns, const std::string& name,
                                  int grace_seconds) {
  return remove(kind, ns, name, Deletion{grace_seconds, "", "", ""});
}

StoreResult<Object> Store::remove(const std::string& kind, const std::string& ns, const std::string& name,
                                  const Deletion& deletion) {
  const auto* resource = resource_by_kind(kind);
  if (resource == nullptr) return bad_request("no kind \"" + kind + "\" is registered");
  const auto current = get(kind, ns, name);
  if (!current) return not_found(*resource, name);
  auto removal = decide_removal(*current, deletion, clock_());
  if (!removal) return removal.error();
  if (removal->ends) return end(current, std::move(removal->object));
  if (removal->object == *current) return current;
  return put(std::move(removal->object), current);
}

void Store::purge(const std::string& kind, const std::string& ns, const std::string& name) {
  if (const auto current = get(kind, ns, name)) end(current, *current);
}

Object Store::put(json object, Object previous) {
  object["metadata"]["resourceVersion"] = std::to_string(++revision_);
  const auto kind = string_or(object, "kind");
  const auto ns = text_at(object, "/metadata/namespace");
  const auto name = text_at(object, "/metadata/name");
  auto stored = std::make_shared<const json>(std::move(object));
  objects_[kind][{ns, name}] = stored;
  publish(
      {previous ? ChangeType::modified : ChangeType::added, kind, ns, name, revision_, stored, std::move(previous)});
  return stored;
}

Object Store::end(const Object& current, json last) {
  last["metadata"]["resourceVersion"] = std::to_string(++revision_);
  const auto kind = string_or(*current, "kind");
  const auto ns = text_at(*current, "/metadata/namespace");
  const auto name = text_at(*current, "/metadata/name");
  objects_[kind].erase({ns, name});
  auto stored = std::make_shared<const json>(std::move(last));
  publish({ChangeType::deleted, kind, ns, name, revision_, stored, current});
  return stored;
}

void Store::publish(Change change) {
  std::erase_if(subscribers_, [](const auto& weak) { return weak.expired(); });
  const auto shared = std::make_shared<const Change>(change);
  history_.push_back(std::move(change));
  if (history_.size() > kept_changes) {
    forgotten_ = history_.front().revision;
    history_.pop_front();
  }
  for (const auto& weak : subscribers_) {
    boost::asio::post(executor_, [weak, shared] {
      if (const auto subscriber = weak.lock()) subscriber->on_change(*shared);
    });
  }
}

Subscription Store::subscribe(std::function<void(const Change&)> on_change) {
  auto subscriber = std::make_shared<Subscriber>(Subscriber{std::move(on_change)});
  subscribers_.push_back(subscriber);
  return Subscription{std::move(subscriber)};
}

StoreResult<std::vector<Change>> Store::changes_since(const std::string& kind, std::uint64_t revision) const {
  if (revision < forgotten_) {
    return expired("too old resource version: " + std::to_string(revision) + " (" + std::to_string(forgotten_ + 1) +
                   ")");
  }
  std::vector<Change> out;
  const auto first = std::partition_point(history_.begin(), history_.end(),
                                          [&](const auto& change) { return change.revision <= revision; });
  std::copy_if(first, history_.end(), std::back_inserter(out), [&](const auto& change) { return change.kind == kind; });
  return out;
}

}  // namespace straycat::cluster
