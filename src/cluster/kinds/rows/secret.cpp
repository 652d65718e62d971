#include "cluster/kinds/base64.hpp"
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

// What was written in words is kept with the rest (pkg/apis/core/v1/conversion.go Convert_v1_Secret_To_core_Secret).
void default_secret(json& object) {
  set_default_value(object, "type", "Opaque");
  const auto words = object_or_empty(object, "stringData");
  object.erase("stringData");
  if (words.empty()) return;
  auto& data = object["data"];
  if (!data.is_object()) data = json::object();
  for (const auto& [key, value] : words.items())
    if (value.is_string()) data[key] = base64(value.get<std::string>());
}

void validate_secret_update(Causes& causes, const json& object, const json& current) {
  check_immutable(causes, object, current, {"data"});
  if (string_or(object, "type") != string_or(current, "type"))
    refuse(causes, "type", string_or(object, "type"), "field is immutable");
}

}  // namespace

KindRow secret_row() {
  return {
      .kind = "Secret",
      .selectable = {"type"},
      .types = {"core.v1.Secret apiVersion=s data:2=map(y) immutable:5=B kind=s metadata:1=meta.v1.ObjectMeta "
                "stringData:4=map(s) type:3=s"},
      .default_object = default_secret,
      .validate = validate_secret,
      .validate_update = validate_secret_update,
  };
}

}  // namespace straycat::cluster
