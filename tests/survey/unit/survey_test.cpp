// What is read off objects alone: a table of small clusters and what is to be said of each.
#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "survey/support/town.hpp"
#include "survey/unit/flaws.hpp"

namespace straycat::survey {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using town::article;
using town::PodSpec;
using town::Town;

const model::Labels app{{"app", "sayhi"}};

PodSpec cat(const std::string& deployment = "sayhi", const std::string& end = "1") {
  PodSpec pod{.name = deployment + "-abc-" + end};
  pod.owner_kind = "ReplicaSet";
  pod.owner = deployment + "-abc";
  pod.labels = {{"app", "sayhi"}, {"pod-template-hash", "abc"}};
  if (deployment != "sayhi") pod.address = "10.244.1.4";  // two pods never have one address
  return pod;
}

PodSpec stray(const std::string& name, const std::string& kind, const std::string& owner) {
  PodSpec pod{.name = name};
  pod.owner_kind = kind;
  pod.owner = owner;
  pod.port = 0;
  pod.probe = false;
  pod.address = "10.244.0.9";
  return pod;
}

Town healthy() {
  Town town;
  town.service("sayhi", app).deployment("sayhi", app, 1).pod(cat());
  return town;
}

struct Case {
  const char* name;
  std::function<Town()> town;
  int exit_code;
  std::vector<std::string> findings;  // "cause Kind/name"
  std::string says;                   // in the headline
};

std::vector<std::string> findings_of(const Survey& survey) {
  std::vector<std::string> out;
  for (const auto& finding : survey.findings)
    out.push_back(std::string(to_string(finding.cause)) + (finding.workload ? " " + finding.workload->display() : ""));
  return out;
}

std::vector<Case> stray_cases() {
  return {
      {"Healthy", healthy, 0, {}, "Nothing suspicious: only Deployment/sayhi stands behind"},
      {"Article", article, 1, {"stray-endpoint Job/sayhi"}, "beside those of Deployment/sayhi"},
      {"FinishedJob",
       [] {
         PodSpec gone = stray("sayhi-xyz", "Job", "sayhi");
         gone.phase = "Succeeded";
         Town town = healthy();
         town.job("sayhi", app, true).pod(gone);
         return town;
       },
       1,
       {"stray-endpoint Job/sayhi"},
       "while they ran they were ready, having no readiness probe"},
      {"FinishedJobWhosePodIsGone",
       [] { return healthy().job("sayhi", app, true).job_pod_event("sayhi", "sayhi-gone"); },
       1,
       {"stray-endpoint Job/sayhi"},
       "while they ran they were ready"},
      {"JobWithoutAPodSoFar",
       [] { return healthy().job("later", app, false); },
       1,
       {"latent-overlap Job/later"},
       "once they run they are ready"},
      {"SuspendedJob", [] { return healthy().job("later", app, false, true); }, 1, {"latent-overlap Job/later"}, ""},
      {"CronJob", [] { return healthy().cron_job("nightly", app); }, 1, {"latent-overlap CronJob/nightly"}, ""},
      {"JobOfAnotherLabel", [] { return healthy().job("later", {{"app", "other"}}, false); }, 0, {}, "Nothing"},
      {"MoreLabelsStillMatch",
       [] { return healthy().job("later", {{"app", "sayhi"}, {"role", "job"}}, false); },
       1,
       {"latent-overlap Job/later"},
       ""},
      {"BarePod", [] { return healthy().pod(stray("debug", "", "")); }, 1, {"stray-endpoint Pod/debug"}, ""},
      {"BarePodAlone", [] { return Town().service("sayhi", app).pod(stray("only", "", "")); }, 0, {}, "Nothing"},
      {"HelmTestPod",
       [] { return healthy().job("sayhi-test", app, false, false, "test"); },
       1,
       {"latent-overlap Job/sayhi-test"},
       ""},
      {"DeploymentWithoutThePort",
       [] {
         PodSpec worker = cat("worker");
         worker.port = 9000;
         worker.address = "10.244.0.6";
         return healthy().deployment("worker", app, 1, 9000).pod(worker);
       },
       1,
       {"stray-endpoint Deployment/worker"},
       ""},
      {"CanarySharesOnPurposeOrNot",
       [] { return healthy().deployment("canary", app, 1).pod(cat("canary")); },
       2,
       {},
       "Deployment/canary shares the Service with Deployment/sayhi"},
      {"TwoAlikeWithOtherNames",
       [] {
         return Town()
             .service("sayhi", app)
             .deployment("a", app, 1)
             .deployment("b", app, 1)
             .pod(cat("a"))
             .pod(cat("b"));
       },
       2,
       {},
       "several workloads (Deployment/a, Deployment/b)"},
  };
}

std::vector<Case> flaw_cases() {
  return {
      {"WrongTargetPort",
       [] { return Town().service("sayhi", app, 8080).deployment("sayhi", app, 1).pod(cat()); },
       1,
       {"wrong-target-port Deployment/sayhi"},
       "to port 8080 of the pods of Deployment/sayhi, which declare 3000 instead"},
      {"NoPortDeclaredIsNoFlaw",
       [] {
         PodSpec plain = cat();
         plain.port = 0;
         plain.probe = false;
         return Town().service("sayhi", app).deployment("sayhi", app, 1, 0, false).pod(plain);
       },
       0,
       {},
       "Nothing"},
      {"NamedPortLacking",
       [] { return Town().service("sayhi", app, "http").deployment("sayhi", app, 1).pod(cat()); },
       1,
       {"missing-named-port Deployment/sayhi"},
       "the port named http, which the pods of Deployment/sayhi do not have"},
      {"SelectorTypo",
       [] { return Town().service("sayhi", {{"app", "sayhy"}}).deployment("sayhi", app, 1).pod(cat()); },
       1,
       {"no-endpoints"},
       "its selector app=sayhy matches no pod; Deployment/sayhi has app=sayhi on its pods"},
      {"ScaledToZero",
       [] { return Town().service("sayhi", app).deployment("sayhi", app, 0); },
       1,
       {"no-endpoints Deployment/sayhi"},
       "Deployment/sayhi is scaled to 0"},
      {"NoneReady",
       [] {
         PodSpec sick = cat();
         sick.ready = false;
         sick.waiting = "ImagePullBackOff";
         return Town().service("sayhi", app).deployment("sayhi", app, 1).pod(sick);
       },
       1,
       {"never-ready Deployment/sayhi"},
       "becomes ready: ImagePullBackOff"},
      {"CrashLoop",
       [] {
         PodSpec sick = cat();
         sick.restarts = 4;
         sick.waiting = "CrashLoopBackOff";
         return Town().service("sayhi", app).deployment("sayhi", app, 1).pod(sick);
       },
       1,
       {"crash-loop Deployment/sayhi"},
       "restarted 4 times, last with Error (exit code 1)"},
      {"SliceByHand",
       [] { return healthy().foreign_slice("sayhi", "mirror.example", ""); },
       1,
       {"selector-unwanted"},
       "managed by mirror.example"},
      {"EndpointOfAPodThatIsGone",
       [] { return healthy().foreign_slice("sayhi", "endpointslice-controller.k8s.io", "gone"); },
       1,
       {"stale-slice"},
       "10.9.9.9 (pod gone)"},
      {"EndpointOfAPodThatHasJustCome",
       [] { return healthy().foreign_slice("sayhi", "endpointslice-controller.k8s.io", "new", town::ago(3)); },
       2,
       {},
       "it has just changed: ask again"},
      {"NoSelector", [] { return Town().service("sayhi", {}).foreign_slice("sayhi", "me", ""); }, 0, {}, "Nothing"},
      {"NoSelectorAndNoEndpoints",
       [] { return Town().service("sayhi", {}); },
       1,
       {"no-endpoints"},
       "nobody wrote endpoints for it"},
  };
}

std::vector<Case> rights_cases() {
  return {
      {"NotServedIsNone", [] { return healthy().unread("cronjobs", "not found", true); }, 0, {}, "Nothing"},
      {"CronJobsDenied", [] { return healthy().unread("cronjobs"); }, 2, {}, "cronjobs in default could not be read"},
      {"TheServiceItselfDenied",
       [] { return Town().denied("services").pod(cat()); },
       2,
       {},
       "It cannot be told: Service/sayhi could not be read (this user may not get services, nor list services, in "
       "default)"},
      {"ARightThatIsMissingIsNamed", [] { return healthy().denied("jobs"); }, 2, {}, "this user may not list jobs"},
      {"EventsDeniedCostsOnlyTheStory", [] { return healthy().unread("events"); }, 0, {}, "Nothing"},
      {"PodsDenied", [] { return healthy().unread("pods"); }, 2, {}, "pods in default could not be read"},
      {"PodsDeniedTemplatesStillTell", [] { return article().unread("pods"); }, 1, {"latent-overlap Job/sayhi"}, ""},
      {"SlicesDeniedStillFindsTheStray",
       [] { return article().unread("endpointslices"); },
       1,
       {"stray-endpoint Job/sayhi"},
       ""},
      {"ReplicaSetsDenied",
       [] { return article().unread("replicasets"); },
       1,
       {"stray-endpoint Job/sayhi"},
       "beside those of Deployment/sayhi"},
      {"AllWorkloadsDenied",
       [] { return article().unread("replicasets").unread("deployments").unread("jobs"); },
       1,
       {"stray-endpoint Job/sayhi"},
       "beside those of Deployment/sayhi"},
  };
}

class SurveyTable : public ::testing::TestWithParam<Case> {};

TEST_P(SurveyTable, SaysWhatIsToBeSaid) {
  const Survey survey = GetParam().town().survey();
  EXPECT_EQ(findings_of(survey), GetParam().findings) << survey.headline;
  EXPECT_EQ(survey.exit_code(), GetParam().exit_code) << survey.headline;
  EXPECT_THAT(survey.headline, HasSubstr(GetParam().says));
}

const auto name_of = [](const ::testing::TestParamInfo<Case>& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Strays, SurveyTable, ::testing::ValuesIn(stray_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Flaws, SurveyTable, ::testing::ValuesIn(flaw_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Rights, SurveyTable, ::testing::ValuesIn(rights_cases()), name_of);

// What the table of causes says that a listing can show is what these towns show, and nothing else.
TEST(Survey, FindsTheCausesOfTheTable) {
  std::set<std::string_view> found;
  std::set<std::string_view> listed;
  for (const auto& cases : {stray_cases(), flaw_cases(), rights_cases()}) {
    for (const Case& one : cases) {
      for (const auto& finding : one.town().survey().findings) found.insert(to_string(finding.cause));
    }
  }
  for (const Survey& survey : surveys_of_flaws())
    for (const auto& finding : survey.findings) found.insert(to_string(finding.cause));
  for (const auto& row : finding::causes()) {
    if (row.found.listing) listed.insert(row.id);
  }
  EXPECT_EQ(found, listed);
}

TEST(Survey, TellsWhoStandsThere) {
  const Survey survey = article().survey();
  ASSERT_EQ(survey.behind.size(), 2U);
  EXPECT_EQ(survey.behind[0].workload.display(), "Deployment/sayhi");
  EXPECT_TRUE(survey.behind[0].meant);
  EXPECT_EQ(survey.behind[0].since_wall_ns, town::now - 120 * town::second);
  EXPECT_THAT(survey.behind[0].readiness, ElementsAre("httpGet :3000/healthz"));
  EXPECT_TRUE(survey.behind[0].ports[0].declared);
  EXPECT_TRUE(survey.behind[1].stray);
  EXPECT_THAT(survey.behind[1].readiness, IsEmpty());
  EXPECT_THAT(survey.intent.basis, HasSubstr("it is the only one that stands for good"));
}

TEST(Survey, ProposesAFixOnlyOnceItIsChecked) {
  const Survey survey = article().survey();
  ASSERT_TRUE(survey.findings.at(0).fix);
  EXPECT_THAT(survey.findings[0].fix->yaml, HasSubstr("app: sayhi-job  # was: sayhi"));
  EXPECT_THAT(survey.findings[0].fix->checked.at(0), HasSubstr("no Service of the namespace selects them"));
  // Another Service takes the new label, too: the fix must go further.
  const Survey crowded = article().service("other", {{"app", "sayhi-job"}}).survey();
  ASSERT_TRUE(crowded.findings.at(0).fix);
  EXPECT_THAT(crowded.findings[0].fix->yaml, HasSubstr("app: sayhi-job-job"));
  // Services that could not all be listed: nothing can be checked.
  const Survey blind = article().unread("services").survey();
  EXPECT_FALSE(blind.findings.at(0).fix);
  EXPECT_THAT(blind.findings[0].no_fix, HasSubstr("could not be read"));
}

TEST(Survey, AWrongTargetPortHasAFix) {
  const Survey survey = Town().service("sayhi", app, 8080).deployment("sayhi", app, 1).pod(cat()).survey();
  ASSERT_TRUE(survey.findings.at(0).fix);
  EXPECT_EQ(survey.findings[0].fix->merge_patch["spec"]["ports"][0]["targetPort"], 3000);
}

TEST(Survey, ThePersonMaySayWhomItIsFor) {
  const Town town = healthy().deployment("canary", app, 1).pod(cat("canary"));
  const model::ObjectRef sayhi{"Deployment", "default", "sayhi", ""};
  const model::ObjectRef canary{"Deployment", "default", "canary", ""};
  EXPECT_THAT(findings_of(town.survey("sayhi", {sayhi})), ElementsAre("stray-endpoint Deployment/canary"));
  EXPECT_EQ(town.survey("sayhi", {sayhi, canary}).exit_code(), 0);
}

TEST(Survey, AllServices) {
  Town town = article();
  town.service("other", {{"app", "other"}});
  const auto surveys = survey_all(town.snapshot());
  ASSERT_EQ(surveys.size(), 2U);
  EXPECT_EQ(surveys[0].service, "other");
  EXPECT_EQ(exit_code(town.snapshot(), surveys), 1);
}

TEST(Survey, ServicesThatCannotBeListedAreNotNone) {
  const Snapshot snapshot =
      Town().denied("services").denied("jobs").unread("events", "no answer within 5 s").snapshot();
  EXPECT_EQ(exit_code(snapshot, survey_all(snapshot)), 2);
  EXPECT_THAT(missing_rights(snapshot), ElementsAre("list services", "list jobs"));
  EXPECT_THAT(costs(snapshot).back(), HasSubstr("straycat rbac"));
  EXPECT_EQ(exit_code(Town().snapshot(), {}), 0) << "no Service at all is nothing suspicious";
}

TEST(Survey, JsonIsDeterministicAndHoldsTheVerdict) {
  const Snapshot snapshot = article().snapshot();
  const auto surveys = survey_all(snapshot);
  const json out = to_json(snapshot, surveys);
  EXPECT_EQ(out.dump(), to_json(snapshot, survey_all(snapshot)).dump());
  EXPECT_EQ(out["services"][0]["findings"][0]["cause"], "stray-endpoint");
  EXPECT_EQ(out["exitCode"], 1);
  EXPECT_EQ(out["missingRights"], json::array());
}

}  // namespace
}  // namespace straycat::survey
