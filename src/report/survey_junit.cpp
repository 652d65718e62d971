// A survey as JUnit XML: a testcase for each Service, and one when they could not all be listed.
#include <fmt/format.h>

#include "report/html/markup.hpp"
#include "report/junit.hpp"
#include <straycat/report/survey.hpp>

namespace straycat::report {
namespace {

using survey::Survey;

JunitState state_of(const Survey& one) {
  const int code = one.exit_code();
  return code == 1 ? JunitState::failed : code == 2 ? JunitState::unproven : JunitState::passed;
}

std::string proof(const Survey& one) {
  std::string text;
  for (const finding::Finding& finding : one.findings) text += junit_proof(finding);
  for (const std::string& open : one.open) text += "cannot be told: " + escape(open) + "\n";
  return text;
}

}  // namespace

std::string render_survey_junit(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys,
                                bool inconclusive_fails) {
  JunitSuite suite{"straycat.diagnose", inconclusive_fails};
  for (const Survey& one : surveys)
    suite.add(fmt::format("Service/{} in {}", one.service, one.ns), 0, state_of(one), one.headline, proof(one));
  // What else could not be read, and decides, stands with each Service.
  if (!snapshot.knows("services")) {
    std::string unseen;
    for (const std::string& cost : survey::costs(snapshot)) unseen += (unseen.empty() ? "" : "; ") + cost;
    suite.add("all Services could be listed", 0, JunitState::unproven, unseen, escape(unseen));
  }
  return suite.document(0, snapshot.wall_ns, snapshot.where);
}

}  // namespace straycat::report
