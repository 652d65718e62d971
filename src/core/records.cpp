#include "record_fields.hpp"

namespace straycat {

namespace {
using json = nlohmann::json;
}

#define STRAYCAT_RECORD(Type)                                                \
  template <>                                                                \
  Type read_record<Type>(const json& body, Oddities& odd) {                  \
    return record_from<Type, TreeSource>(&body, odd);                        \
  }                                                                          \
  void to_json(json& out, const Type& record) { write_fields(out, record); } \
  void from_json(const json& in, Type& record) {                             \
    Oddities forgotten;                                                      \
    record = read_record<Type>(in, forgotten);                               \
  }
STRAYCAT_RECORD(Header)
STRAYCAT_RECORD(StepRecord)
STRAYCAT_RECORD(FaultRecord)
STRAYCAT_RECORD(WatchRecord)
STRAYCAT_RECORD(ClockBound)
STRAYCAT_RECORD(VantageRecord)
STRAYCAT_RECORD(AttemptFailed)
STRAYCAT_RECORD(AttemptWindow)
STRAYCAT_RECORD(DirectProbe)
STRAYCAT_RECORD(VantageHealth)
STRAYCAT_RECORD(VantageSummary)
STRAYCAT_RECORD(VantageLost)
STRAYCAT_RECORD(ClusterLost)
STRAYCAT_RECORD(NoteRecord)
STRAYCAT_RECORD(RunEnded)
#undef STRAYCAT_RECORD

void to_json(json& out, const Failure& failure) { write_fields(out, failure); }
void from_json(const json& in, Failure& failure) {
  Oddities forgotten;
  failure = read_fields<Failure>(in, forgotten);
}

}  // namespace straycat
