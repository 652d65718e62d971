#include <type_traits>

#include "record_fields.hpp"

namespace straycat {
namespace {

using json = nlohmann::json;

// Fields with their default value are left out; fields of a wrong type keep their default (a log may come from
// elsewhere).
class Writer {
 public:
  explicit Writer(json& out) : out_(out) { out_ = json::object(); }
  template <class T>
  void operator()(const char* key, const T& value) {
    if (!(value == T{})) out_[key] = value;
  }
  void operator()(const char* key, const bool& value) { out_[key] = value; }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) out_[key] = *value;
  }
  void operator()(const char* key, const json& value) {
    if (!value.is_null()) out_[key] = value;
  }

 private:
  json& out_;
};

class Reader {
 public:
  explicit Reader(const json& in) : in_(in) {}
  template <class T>
  void operator()(const char* key, T& value) {
    const auto found = in_.find(key);
    if (found == in_.end()) return;
    // The library casts, and 1e300 is no integer.
    if (std::is_integral_v<T> && found->is_number_float()) return;
    try {
      found->get_to(value);
    } catch (const json::exception&) {
      value = T{};
    }
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    const auto found = in_.find(key);
    if (found == in_.end() || found->is_null()) return;
    value.emplace();
    (*this)(key, *value);
  }
  void operator()(const char* key, json& value) {
    if (const auto found = in_.find(key); found != in_.end()) value = *found;
  }

 private:
  const json& in_;
};

}  // namespace

#define STRAYCAT_RECORD(Type)                                                                                     \
  void to_json(json& out, const Type& record) { fields(Writer(out), record, static_cast<const Type*>(nullptr)); } \
  void from_json(const json& in, Type& record) { fields(Reader(in), record, static_cast<const Type*>(nullptr)); }
STRAYCAT_RECORD(Header)
STRAYCAT_RECORD(StepRecord)
STRAYCAT_RECORD(WatchRecord)
STRAYCAT_RECORD(ClockBound)
STRAYCAT_RECORD(VantageRecord)
STRAYCAT_RECORD(AttemptFailed)
STRAYCAT_RECORD(AttemptWindow)
STRAYCAT_RECORD(DirectProbe)
STRAYCAT_RECORD(VantageHealth)
STRAYCAT_RECORD(VantageSummary)
STRAYCAT_RECORD(VantageLost)
STRAYCAT_RECORD(NoteRecord)
STRAYCAT_RECORD(RunEnded)

}  // namespace straycat
