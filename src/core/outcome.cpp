#include <straycat/core/outcome.hpp>

namespace straycat {

std::string_view describe(FailureKind kind) {
  switch (kind) {
    case FailureKind::name_not_found:
      return "name not found";
    case FailureKind::refused:
      return "connection refused";
    case FailureKind::connect_timeout:
      return "connection timed out";
    case FailureKind::unreachable:
      return "no route to host";
    case FailureKind::reset:
      return "connection reset";
    case FailureKind::closed_early:
      return "connection closed early";
    case FailureKind::response_timeout:
      return "no answer in time";
    case FailureKind::tls:
      return "TLS failed";
    case FailureKind::status:
      return "unexpected status";
    case FailureKind::body:
      return "unexpected body";
    case FailureKind::protocol:
      return "not HTTP";
    case FailureKind::local_exhaustion:
      return "the prober's own trouble";
  }
  return "";
}

}  // namespace straycat
