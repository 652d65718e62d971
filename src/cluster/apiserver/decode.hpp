// From a request's body to an object that the store may hold: type checks, unknown fields, pruning
// (apiserver pkg/endpoints/handlers: create.go, rest.go; sigs.k8s.io/json's words).
#pragma once

#include <string>
#include <vector>

#include "cluster/apiserver/rest.hpp"

namespace straycat::cluster {

struct Decoded {
  json object;
  std::vector<std::string> warnings;  // one a Warning header: unknown field "spec.replica"
};

// The body as JSON; YAML is read as kubectl reads it, protobuf as its schema says.
[[nodiscard]] StoreResult<Document> read_body(const Request& request);

// Checks kind and version against the URL's resource, every field's type, and unknown fields as `fieldValidation` says
// (Strict: an error; Warn, the default: a warning; Ignore). What is unknown is dropped.
[[nodiscard]] StoreResult<Decoded> decode_object(json body, const Call& call);

// metadata.namespace and metadata.name against the URL.
[[nodiscard]] StoreResult<void> fit_to_url(json& object, const Call& call);

}  // namespace straycat::cluster
