#include "cluster/store/store.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/post.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/store/deletion.hpp"

namespace straycat::cluster {
namespace {

constexpr std::size_t kept_changes = 4096;
constexpr const char* definitions = "CustomResourceDefinition";

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
json asked_of(const json& object, const KindRow& row) {
  auto rest = object;
  rest.erase("metadata");
  rest.erase("status");
  if (row.count != nullptr) row.count(rest, object);
  return rest;
}

// A name for an object that asks for a generated one (rest.BeforeCreate: before anything looks at the object).
void generate_name(json& meta, const std::function<bool(const std::string&)>& taken) {
  const auto prefix = string_or(meta, "generateName");
  if (prefix.empty() || !string_or(meta, "name").empty()) return;
  for (int tries = 0; tries < 8; ++tries) {
    auto candidate = prefix + random_suffix();
    if (taken(candidate)) continue;
    meta["name"] = std::move(candidate);
    return;
  }
}

StoreResult<void> reviewed(json& object, const Object& current, const Review& review) {
  if (!review) return {};
  return review(object, current);
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

const KindRow* Store::row(std::string_view key) const {
  const auto* built_in = resource_by_kind(key);
  return built_in != nullptr ? built_in : custom_.by_key(key);
}

const KindRow* Store::row_of(const json& named) const {
  if (const auto* built_in = built_in_row(named)) return built_in;
  return custom_.row_of(named);
}

std::string Store::key_of(const json& named) const {
  const auto* found = row_of(named);
  return found == nullptr ? string_or(named, "kind") : found->key();
}

std::vector<const KindRow*> Store::kinds() const {
  std::vector<const KindRow*> out;
  for (const auto& built_in : served_kinds()) out.push_back(&built_in);
  const auto custom = custom_.all();
  out.insert(out.end(), custom.begin(), custom.end());
  return out;
}

Object Store::get(const std::string& kind, const std::string& ns, const std::string& name) const {
  const auto of_kind = objects_.find(kind);
  if (of_kind == objects_.end()) return nullptr;
  const auto at = of_kind->second.find({ns, name});
  return at == of_kind->second.end() ? nullptr : at->second;
}

Object Store::referred(const std::string& ns, const json& reference) const {
  return get(key_of(reference), ns, string_or(reference, "name"));
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

StoreResult<Document> Store::allocated(const KindRow& row, json object) const {
  if (row.allocate == nullptr) return Document{std::move(object)};
  return row.allocate(std::move(object), list(row.key()));
}

// Those that fill in come before those that count: the rows' order, in which limitranges stand before resourcequotas.
StoreResult<void> Store::admitted(json& object, const Object& current) const {
  const auto ns = text_at(object, "/metadata/namespace");
  const std::function<std::vector<Object>(const std::string&)> in_reach = [&](const std::string& kind) {
    const auto* row = resource_by_kind(kind);
    return row != nullptr && row->namespaced && ns.empty() ? std::vector<Object>{}
                                                           : list(kind, row != nullptr && row->namespaced ? ns : "");
  };
  for (const auto& row : served_kinds()) {
    if (row.admit == nullptr) continue;
    if (auto fine = row.admit({object, current, in_reach}, in_reach(row.key())); !fine) return fine;
  }
  return {};
}

StoreResult<Document> Store::prepare_create(json object, const Review& review) const {
  const auto* resource = row_of(object);
  if (resource == nullptr) return bad_request("no kind \"" + string_or(object, "kind") + "\" is registered");
  object["apiVersion"] = resource->api_version();
  auto& meta = object["metadata"];
  const auto ns = resource->namespaced ? string_or(meta, "namespace") : "";
  if (!resource->namespaced) meta.erase("namespace");
  generate_name(meta, [&](const std::string& name) { return get(resource->key(), ns, name) != nullptr; });
  for (const char* key : {"deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "generation"})
    meta.erase(key);
  meta["uid"] = random_uid();
  meta["creationTimestamp"] = kube_time(clock_());
  if (resource->counts_generation) meta["generation"] = 1;
  default_object(object);
  if (auto fine = admitted(object, nullptr); !fine) return fine.error();
  if (auto fine = reviewed(object, nullptr, review); !fine) return fine.error();
  const auto name = text_at(object, "/metadata/name");
  if (!ns.empty() && terminating(ns)) return namespace_terminating(*resource, name, ns);
  if (get(resource->key(), ns, name)) return already_exists(*resource, name);
  complete_new_object(object);
  return allocated(*resource, std::move(object));
}

StoreResult<Object> Store::current_of(const json& object) const {
  const auto* resource = row_of(object);
  if (resource == nullptr) return bad_request("no kind \"" + string_or(object, "kind") + "\" is registered");
  const auto name = text_at(object, "/metadata/name");
  const auto ns = resource->namespaced ? text_at(object, "/metadata/namespace") : "";
  auto current = get(resource->key(), ns, name);
  if (!current) return not_found(*resource, name);
  return current;
}

StoreResult<Document> Store::prepare_update(json object, const Object& current, const Review& review) const {
  const auto& resource = *row_of(object);
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
  if (resource.keep != nullptr) resource.keep(object, *current);
  default_object(object);
  if (auto fine = admitted(object, current); !fine) return fine.error();
  if (auto fine = reviewed(object, current, review); !fine) return fine.error();
  auto whole = allocated(resource, std::move(object));
  if (whole && resource.counts_generation && asked_of(whole->object, resource) != asked_of(*current, resource))
    whole->object["metadata"]["generation"] = integer_or((*current)["metadata"], "generation") + 1;
  return whole;
}

StoreResult<Object> Store::create(json object, const Review& review) {
  auto prepared = prepare_create(std::move(object), review);
  if (!prepared) return prepared.error();
  return put(std::move(prepared->object), nullptr);
}

StoreResult<Object> Store::preview_create(json object, const Review& review) const {
  auto prepared = prepare_create(std::move(object), review);
  if (!prepared) return prepared.error();
  return std::make_shared<const json>(std::move(prepared->object));
}

StoreResult<Object> Store::update(json object, const Review& review) {
  auto current = current_of(object);
  if (!current) return current;
  auto prepared = prepare_update(std::move(object), *current, review);
  if (!prepared) return prepared.error();
  if (prepared->object == **current) return current;
  // A watcher sees the object as it last stood, the finalizer that held it included (registry store
  // deleteWithoutFinalizers).
  if (ready_to_go(prepared->object)) return end(*current, **current);
  return put(std::move(prepared->object), *current);
}

StoreResult<Object> Store::preview_update(json object, const Review& review) const {
  auto current = current_of(object);
  if (!current) return current;
  auto prepared = prepare_update(std::move(object), *current, review);
  if (!prepared) return prepared.error();
  return std::make_shared<const json>(std::move(prepared->object));
}

StoreResult<Object> Store::mutate(const std::string& kind, const std::string& ns, const std::string& name,
                                  const std::function<bool(json&)>& change) {
  const auto* resource = row(kind);
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
  const auto* resource = row(kind);
  if (resource == nullptr) return bad_request("no kind \"" + kind + "\" is registered");
  const auto current = get(kind, ns, name);
  if (!current) return not_found(*resource, name);
  auto removal = decide_removal(*resource, *current, deletion, clock_());
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
  const auto kind = key_of(object);
  const auto ns = text_at(object, "/metadata/namespace");
  const auto name = text_at(object, "/metadata/name");
  auto stored = std::make_shared<const json>(std::move(object));
  objects_[kind][{ns, name}] = stored;
  publish(
      {previous ? ChangeType::modified : ChangeType::added, kind, ns, name, revision_, stored, std::move(previous)});
  if (kind == definitions) custom_.define(*stored);
  return stored;
}

// With the definition go the objects that it defined.
void Store::undefine(const json& definition) {
  for (const auto* defined : custom_.all()) {
    if (defined->qualified() != text_at(definition, "/metadata/name")) continue;
    for (const auto& object : list(defined->key())) end(object, *object);
  }
  custom_.forget(definition);
}

Object Store::end(const Object& current, json last) {
  last["metadata"]["resourceVersion"] = std::to_string(++revision_);
  const auto kind = key_of(*current);
  const auto ns = text_at(*current, "/metadata/namespace");
  const auto name = text_at(*current, "/metadata/name");
  objects_[kind].erase({ns, name});
  auto stored = std::make_shared<const json>(std::move(last));
  publish({ChangeType::deleted, kind, ns, name, revision_, stored, current});
  if (kind == definitions) undefine(*stored);
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

void Store::compact() {
  history_.clear();
  forgotten_ = revision_;
}

std::string data_plane_of(const Store& store) {
  for (const auto& node : store.list("Node"))
    if (auto label = text_at(*node, "/metadata/labels/straycat.dev~1data-plane"); !label.empty()) return label;
  return {};
}

}  // namespace straycat::cluster
