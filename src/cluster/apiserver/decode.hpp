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

struct Body {
  json object;
  // Keys that stand twice in one object; the last one counts. `duplicate field "spec.replicas"`, in YAML
  // `line 9: key "foo" already set in map`.
  std::vector<std::string> duplicates = {};
};

// The body as JSON; YAML is read as kubectl reads it, protobuf as its schema says.
[[nodiscard]] StoreResult<Body> read_body(const Request& request);

// Checks kind and version against the URL's resource, every field's type, and unknown fields as `fieldValidation` says
// (Strict: an error; Warn, the default: a warning; Ignore), and keys that stand twice. What is unknown is dropped. An
// object of another maker gets its defaults.
[[nodiscard]] StoreResult<Decoded> decode_object(Body body, const Call& call);

// metadata.namespace and metadata.name against the URL.
[[nodiscard]] StoreResult<void> fit_to_url(json& object, const Call& call);

}  // namespace straycat::cluster
