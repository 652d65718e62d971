#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void validate_secret(Causes& causes, const json& object) {
  for (const char* list : {"data", "stringData"})
    for (const auto& [key, value] : object_or_empty(object, list).items())
      check_file_key(causes, std::string(list) + "[" + key + "]", key);
}

}  // namespace

KindRow secret_row() {
  return {
      .kind = "Secret",
      .selectable = {"type"},
      .types = {"core.v1.Secret apiVersion=s data:2=map(y) immutable:5=B kind=s metadata:1=meta.v1.ObjectMeta "
                "stringData:4=map(s) type:3=s"},
      .default_object = [](json& object) { set_default_value(object, "type", "Opaque"); },
      .validate = validate_secret,
  };
}

}  // namespace straycat::cluster
