#include <array>

#include <nlohmann/json.hpp>

#include <straycat/core/outcome.hpp>

namespace straycat {
namespace {

struct KindName {
  std::string_view log;
  std::string_view people;
};
// In the order of FailureKind.
constexpr std::array<KindName, 12> kinds{{{"name_not_found", "name not found"},
                                          {"refused", "connection refused"},
                                          {"connect_timeout", "connection timed out"},
                                          {"unreachable", "no route to host"},
                                          {"reset", "connection reset"},
                                          {"closed_early", "connection closed early"},
                                          {"response_timeout", "no answer in time"},
                                          {"tls", "TLS failed"},
                                          {"status", "unexpected status"},
                                          {"body", "unexpected body"},
                                          {"protocol", "not HTTP"},
                                          {"local_exhaustion", "prober out of resources"}}};
constexpr std::array<std::string_view, 7> phases{"name", "connect", "tls", "send", "first_byte", "body", "check"};

}  // namespace

std::string_view to_string(FailureKind kind) { return kinds.at(static_cast<std::size_t>(kind)).log; }
std::string_view describe(FailureKind kind) { return kinds.at(static_cast<std::size_t>(kind)).people; }
std::string_view to_string(Phase phase) { return phases.at(static_cast<std::size_t>(phase)); }

std::optional<FailureKind> failure_kind_from(std::string_view text) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i].log == text) return static_cast<FailureKind>(i);
  }
  return std::nullopt;
}

std::optional<Phase> phase_from(std::string_view text) {
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (phases[i] == text) return static_cast<Phase>(i);
  }
  return std::nullopt;
}

void to_json(nlohmann::json& out, const Failure& failure) {
  out = nlohmann::json::object({{"kind", to_string(failure.kind)}, {"phase", to_string(failure.phase)}});
  if (failure.error_number != 0) out["errno"] = failure.error_number;
  if (!failure.message.empty()) out["message"] = failure.message;
}

// A kind that a later version wrote reads as `protocol`: a failure stays a failure.
void from_json(const nlohmann::json& in, Failure& failure) {
  failure.kind = failure_kind_from(in.value("kind", "")).value_or(FailureKind::protocol);
  failure.phase = phase_from(in.value("phase", "")).value_or(Phase::connect);
  failure.error_number = in.value("errno", 0);
  failure.message = in.value("message", "");
}

}  // namespace straycat
