// What a CustomResourceDefinition says of its objects: a structural schema (apiextensions-apiserver
// pkg/apiserver/schema). Pure.
#pragma once

#include <deque>

#include "cluster/kinds/row.hpp"
#include "cluster/kinds/schema.hpp"

namespace straycat::cluster {

class CustomSchema {
 public:
  // `schema`: spec.versions[].schema.openAPIV3Schema.
  explicit CustomSchema(json schema);
  CustomSchema(const CustomSchema&) = delete;
  CustomSchema& operator=(const CustomSchema&) = delete;

  [[nodiscard]] const json& document() const { return schema_; }
  // Which fields there are: for unknown ones, pruning, and who owns what.
  [[nodiscard]] const Structure& structure() const { return *root_; }
  // Fills in what has a default and is not there; a null where none may be goes first (schema/defaulting).
  void fill_defaults(json& object) const;
  // What the schema refuses, in the API server's words (apiserver/validation/validation.go, kube-openapi
  // pkg/validation/errors). Formats, and rules in CEL, are not looked at.
  void validate(Causes& causes, const json& object) const;

 private:
  [[nodiscard]] Type type_of(const json& schema, const std::string& name);
  [[nodiscard]] Type structure_type(const json& schema, const std::string& name);

  json schema_;
  std::deque<Structure> made_;  // never moves: types point into it
  const Structure* root_ = nullptr;
};

// custom_validation.cpp: `field` is the value's path, "" at the root.
void validate_by_schema(Causes& causes, const std::string& field, const json& value, const json& schema);

}  // namespace straycat::cluster
