// What an API server answers when it says no (metav1.Status), in Kubernetes' own words
// (apimachinery pkg/api/errors/errors.go).
#pragma once

#include <string>
#include <vector>

#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;
struct KindRow;

struct Status {
  int code = 500;
  std::string reason;  // "NotFound", "AlreadyExists", "Conflict", "Invalid", "BadRequest", "Expired", ...; may be empty
  std::string message;
  json details = nullptr;  // null, or {name, group, kind, causes}
};
template <class T>
using StoreResult = boost::system::result<T, Status>;
[[noreturn]] void throw_exception_from_error(const Status& status, const boost::source_location& where);

// A document as a result: bare json converts to everything, which boost::system::result cannot tell apart.
struct Document {
  json object;
};

// One field that is wrong (field.Error): `reason` "FieldValueInvalid", "FieldValueRequired", ...; `message` as the API
// server words it ("Invalid value: 99999: must be between 1 and 65535, inclusive").
struct Cause {
  std::string reason, message, field;
};

// The wire form {"kind":"Status", ..., "status":"Failure"}.
[[nodiscard]] json to_json(const Status& status);

[[nodiscard]] Status not_found(const KindRow& resource, const std::string& name);
[[nodiscard]] Status already_exists(const KindRow& resource, const std::string& name);
// Optimistic concurrency: the writer saw an older resourceVersion.
[[nodiscard]] Status conflict(const KindRow& resource, const std::string& name, const std::string& why);
[[nodiscard]] Status modified_meanwhile(const KindRow& resource, const std::string& name);
[[nodiscard]] Status invalid(const KindRow& resource, const std::string& name, const std::vector<Cause>& causes);
[[nodiscard]] Status bad_request(const std::string& message);
[[nodiscard]] Status forbidden(const KindRow& resource, const std::string& name, const std::string& why);
[[nodiscard]] Status expired(const std::string& message);
// `POST` into a namespace that is going away.
[[nodiscard]] Status namespace_terminating(const KindRow& resource, const std::string& name, const std::string& ns);

}  // namespace straycat::cluster
