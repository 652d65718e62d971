// A Service without a selector asks for its port by a name that the slice, which somebody writes by hand, does not
// bear.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/named_port.hpp"
#include "diagnose/slices.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

std::string names_in(const model::EndpointSlice& slice) {
  std::string out;
  for (const auto& port : slice.ports)
    out += (out.empty() ? "" : ", ") + (port.name.empty() ? "\"\"" : safe(port.name));
  return out.empty() ? "none" : out;
}

Ruling slice_port_mismatch_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!nobody_there(the_case, cell) || !lacks_named_port(the_case, cell)) continue;
    const auto& view = the_case.view_of(cell);
    const auto service = the_case.history.service(view.ns, view.service);
    const auto slices = foreign_slices(the_case.history, view);
    if (!service || !service->selector.empty() || slices.empty()) continue;
    book.add(the_case, index, {"EndpointSlice", view.ns, slices.front()->meta.name, slices.front()->meta.uid});
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const auto* slice = foreign_slices(the_case.history, view).front();
    Claim claim{{}, page.cells};
    claim.finding.cause = Cause::slice_port_mismatch;
    claim.finding.ns = view.ns;
    claim.finding.service = view.service;
    claim.finding.workload = page.owner;
    claim.finding.sentence = fmt::format(
        "Service/{} has no selector, and slice {}, which somebody writes by hand, bears no port of the name {} that it "
        "asks "
        "for (it has {}): no proxy sends anything.",
        safe(view.service), safe(slice->meta.name), view.port_name.empty() ? "\"\"" : safe(view.port_name),
        names_in(*slice));
    ruling.claims.push_back(std::move(claim));
  }
  ruling.excluded = "the slices bear the port that the Service asks for";
  return ruling;
}

void slice_port_mismatch_cure(const Case& the_case, const Scope& cells, Finding& finding) {
  const auto& view = the_case.view_of(the_case.cells[cells.front()]);
  const auto* slice = foreign_slices(the_case.history, view).front();
  if (slice->ports.size() != 1 || !slice->ports.front().port) {
    finding.no_fix = "the slice has several ports, and which of them is meant cannot be told";
    return;
  }
  json port = json::object({{"name", view.port_name}, {"port", *slice->ports.front().port}});
  change_object(the_case, {"EndpointSlice", slice->meta.name, ""},
                json::object({{"ports", json::array({std::move(port)})}}),
                {"Give the slice's port the Service's name for it as above, where it is written.", "Apply it."},
                {"the slice has one port only, so no other Service port can be meant by it"}, finding);
}

}  // namespace

Rule slice_port_mismatch_rule() {
  return {.cause = Cause::slice_port_mismatch,
          .explains = {Likeness::refused, Likeness::no_answer},
          .claim = slice_port_mismatch_claim,
          .cure = slice_port_mismatch_cure};
}

}  // namespace straycat::diagnose
