#include <fmt/format.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

json event_cells(const json& object, std::int64_t now_ns) {
  std::string kind = text(at(object, {"involvedObject", "kind"}), "");
  for (char& letter : kind) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  const json& last =
      at(object, {"lastTimestamp"}).is_string() ? at(object, {"lastTimestamp"}) : at(object, {"eventTime"});
  const json& first =
      at(object, {"firstTimestamp"}).is_string() ? at(object, {"firstTimestamp"}) : at(object, {"eventTime"});
  const std::string host = text(at(object, {"source", "host"}), text(at(object, {"reportingInstance"}), ""));
  const std::string component = text(at(object, {"source", "component"}), text(at(object, {"reportingComponent"}), ""));
  const std::int64_t times = std::max<std::int64_t>(1, count(at(object, {"count"})));
  return json::array({since(last, now_ns), text(at(object, {"type"}), ""), text(at(object, {"reason"}), ""),
                      kind + "/" + text(at(object, {"involvedObject", "name"}), ""),
                      text(at(object, {"involvedObject", "fieldPath"}), ""),
                      host.empty() ? component : component + ", " + host, text(at(object, {"message"}), ""),
                      since(first, now_ns), times, name_of(object)});
}

}  // namespace

KindRow event_row() {
  return {
      .kind = "Event",
      .selectable = {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                     "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath",
                     "reason", "reportingComponent", "source", "type"},
      .types = {"core.v1.Event action:12=s apiVersion=s count:8=n eventTime:10=t firstTimestamp:6=t "
                "involvedObject:2=core.v1.ObjectReference kind=s lastTimestamp:7=t message:4=s "
                "metadata:1=meta.v1.ObjectMeta reason:3=s related:13=core.v1.ObjectReference reportingComponent:14=s "
                "reportingInstance:15=s series:11=core.v1.EventSeries source:5=core.v1.EventSource type:9=s",
                "core.v1.EventSeries count:1=n lastObservedTime:2=t", "core.v1.EventSource component:1=s host:2=s"},
      .columns = {{"Last Seen", "string", 0,
                   "The time at which the most recent occurrence of this event was recorded."},
                  {"Type", "string", 0, "Type of this event (Normal, Warning)."},
                  {"Reason", "string", 0, "The reason for the transition into the object's current status."},
                  {"Object", "string", 0, "The object that this event is about."},
                  {"Subobject", "string", 1, "The part of that object that this event is about."},
                  {"Source", "string", 1, "The component reporting this event."},
                  {"Message", "string", 0, "A human-readable description of the status of this operation."},
                  {"First Seen", "string", 1, "The time at which the event was first recorded."},
                  {"Count", "string", 1, "The number of times this event has occurred."},
                  {"Name", "string", 1, name_column.description}},
      .cells = event_cells,
  };
}

}  // namespace straycat::cluster
