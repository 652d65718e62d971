// A kind that the embedded API server serves, all that it needs to know of it in one row. A kind is a file in rows/,
// which the build finds, and a controller (controllers/NAME_controller.cpp) where something works at its objects.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/kinds/status.hpp"

namespace straycat::cluster {

class CustomSchema;
using Object = std::shared_ptr<const json>;  // immutable once stored
using Causes = std::vector<Cause>;

// A column of `kubectl get` (metav1.TableColumnDefinition).
struct Column {
  const char* name;
  const char* type;
  int priority;
  const char* description;
};

// Beside "status" and "scale", which most kinds have. `kind` is what it answers with, "" the kind itself.
struct Subresource {
  std::string name, kind;
  std::vector<std::string> verbs;
  std::string group = {}, version = {};  // of `kind`, where it is another group's
};

// A column that a definition asks for, by a path as kubectl's jsonpath has them (".spec.replicas").
struct CustomColumn {
  std::string name, type, format, description, path;
  int priority = 0;
};

// Where a Scale finds its numbers, as JSON pointers; "" = nowhere.
struct ScalePaths {
  std::string spec = "/spec/replicas", status = "/status/replicas", selector = {};
};

// An object on its way into the store, for the kinds that have a say in others (admission).
struct Newcomer {
  json& object;                                                             // completed but for its addresses
  const Object& current;                                                    // what it replaces; null: it is new
  const std::function<std::vector<Object>(const std::string& kind)>& list;  // of its namespace, and of no namespace
};

// What an object's name must be: most are DNS subdomains; those that become host names are DNS labels; RBAC's are
// segments of a path.
enum class Naming { subdomain, label, path_segment };

// How an object goes when nothing holds it: at once; a pod after its grace period; a namespace when its content is
// gone.
enum class DeletionStyle { at_once, graceful, when_empty };

struct KindRow {
  // What it is called stands in the judge's table (model/kinds.hpp), under this name: a row here says how it is served.
  // Only a kind that has no row there names itself.
  std::string kind = {};
  std::string group = {}, version = {}, plural = {}, singular = {};
  std::vector<std::string> short_names = {};
  bool namespaced = true, has_scale = false;
  bool custom = false;                              // another maker's: its kind may be called as one of ours
  std::shared_ptr<const CustomSchema> schema = {};  // what its definition says of its objects; null: nothing
  std::vector<CustomColumn> custom_columns = {};
  ScalePaths scale_paths = {};
  std::vector<std::string> verbs = {};  // none: all that objects have
  bool has_status = false;
  bool counts_generation = false;            // metadata.generation is kept (Services, Nodes, Events... have none)
  std::vector<std::string> categories = {};  // "all": what `kubectl get all` shows

  Naming naming = Naming::subdomain;
  DeletionStyle deletion = DeletionStyle::at_once;
  bool status_when_made = false;     // who makes it also writes its status (a kubelet its Node)
  bool deleted_as_object = false;    // DELETE answers with the object that went, not with a Status
  bool collection_deletable = true;  // DELETE of a whole list
  std::vector<Subresource> subresources = {};
  std::vector<std::string> selectable = {};  // field selectors beside metadata's
  std::vector<std::string_view> types = {};  // its own lines of the schema (schema_data.cpp has the shared ones)
  json empty = json::object();               // what Go's encoder writes for an empty object (bookmarks of watches)
  std::vector<const char*> fixed = {};       // fields of the spec that an update cannot change
  std::vector<Column> columns = {};          // none: Name and Age
  json (*cells)(const json& object, std::int64_t now_ns) = nullptr;

  // A further version of a kind (further.hpp): from its form to the one that is stored, and back.
  void (*to_stored)(json& object) = nullptr;
  void (*from_stored)(json& object) = nullptr;

  // The rest are functions over whole objects; null where the kind needs none. None of them throws, whatever the
  // object holds: decoding has checked types alone.
  void (*default_object)(json& object) = nullptr;  // static defaults, idempotent, on every write
  void (*complete)(json& object) = nullptr;        // what only a new object gets; has its uid and name
  void (*validate)(Causes&, const json& object) = nullptr;
  void (*validate_update)(Causes&, const json& object, const json& current) = nullptr;
  void (*keep)(json& object, const json& current) = nullptr;  // what an update leaves out and yet does not change
  void (*count)(json& rest, const json& object) = nullptr;    // corrects what counts for metadata.generation
  // What this kind's objects, those of the newcomer's namespace and of none, do to an object of whatever kind: change
  // it, or refuse it.
  StoreResult<void> (*admit)(const Newcomer& newcomer, const std::vector<Object>& own) = nullptr;
  // Numbers and addresses out of a pool, given all objects of the kind that there are.
  StoreResult<Document> (*allocate)(json object, const std::vector<Object>& others) = nullptr;

  [[nodiscard]] std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  // Under which name its objects stand in the store.
  [[nodiscard]] std::string key() const { return custom ? kind + "." + group : kind; }
  // "pods", "deployments.apps": how messages name it.
  [[nodiscard]] std::string qualified() const { return group.empty() ? plural : plural + "." + group; }
};

// Those that are built in, the core group first, then by group and name: the order of discovery.
[[nodiscard]] const std::vector<KindRow>& served_kinds();
// None of them has the same name in two groups.
[[nodiscard]] const KindRow* resource_by_kind(std::string_view kind);
// The row of an object, or of a reference to one; null when it is another maker's, whatever that calls its kind.
[[nodiscard]] const KindRow* built_in_row(const json& named);

[[nodiscard]] std::vector<KindRow> rows();  // made by the build: one for each file in rows/

}  // namespace straycat::cluster
