#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void validate_config_map(Causes& causes, const json& object) {
  for (const char* list : {"data", "binaryData"})
    for (const auto& [key, value] : object_or_empty(object, list).items())
      check_file_key(causes, std::string(list) + "[" + key + "]", key);
}

}  // namespace

KindRow config_map_row() {
  return {
      .kind = "ConfigMap",
      .types = {"core.v1.ConfigMap apiVersion=s binaryData:3=map(y) data:2=map(s) immutable:4=B kind=s "
                "metadata:1=meta.v1.ObjectMeta"},
      .validate = validate_config_map,
      .validate_update = [](Causes& causes, const json& object,
                            const json& current) { check_immutable(causes, object, current, {"data", "binaryData"}); },
  };
}

}  // namespace straycat::cluster
