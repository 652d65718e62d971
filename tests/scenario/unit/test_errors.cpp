// What a person reads when a scenario is wrong. Each row breaks the good world in one place; the whole text is
// compared.
#include "world.hpp"

namespace straycat::scenario {
namespace {

struct Row {
  const char* from;
  const char* to;
  const char* expected;
};

const Row shape_rows[] = {
    {"rate: 100/s", "rates: 100/s",
     "9:5: unknown key \"rates\" (did you mean \"rate\"?)\n   9 |     rates: 100/s\n     |     ^~~~~"},
    {"rate: 100/s", "rate: 100",
     "9:11: \"rate\" takes a rate such as 100/s or 30/m, not 100 (a number) (did you mean 100/s?)\n   9 |     rate: "
     "100\n     |           ^~~"},
    {"rate: 100/s", "rate: 0/s",
     "9:11: \"rate\" takes a rate such as 100/s or 30/m, not \"0/s\"\n   9 |     rate: 0/s\n     |           ^~~"},
    {"rate: 100/s", "rate: 1/s\n    loops: 2",
     "10:5: \"loops\" beside \"rate\": a traffic takes only one of them\n  10 |     loops: 2\n     |     ^~~~~"},
    {"    rate: 100/s\n", "",
     "8:5: \"traffic\" needs one of the keys rate, loops\n   8 |   - url: http://sayhi/hi\n     |     ^"},
    {"rate: 100/s", "rate: 1/s\n    pause: 1s",
     "10:5: \"pause\" goes with \"loops\" only\n  10 |     pause: 1s\n     |     ^~~~~"},
    {"pause: 3s", "pause: 3",
     "16:12: \"pause\" takes a duration such as 300ms, 1s or 2m30s, not 3 (a number) (did you mean 3s?)\n  16 |   - "
     "pause: 3\n     |            ^"},
    {"pause: 3s", "pause: -3s",
     "16:12: \"pause\" takes a duration such as 300ms, 1s or 2m30s, not \"-3s\"\n  16 |   - pause: -3s\n     |         "
     "   ^~~"},
    {"pause: 3s", "pause:",
     "16:11: \"pause\" takes a duration such as 300ms, 1s or 2m30s, not nothing\n  16 |   - pause:\n     |           "
     "^"},
    {"pause: 3s", "pauze: 3s",
     "16:5: unknown key \"pauze\" (did you mean \"pause\"?)\n  16 |   - pauze: 3s\n     |     ^~~~~"},
    {"pause: 3s", "explode: 3s",
     "16:5: unknown key \"explode\" in \"step\": it knows apply, chaos, delete, name, patch, pause, phase, restart, "
     "scale, "
     "traffic, wait\n"
     "  16 |   - explode: 3s\n     |     ^~~~~~~\n"
     "dir/world.yaml:16:5: \"step\" needs one of the keys apply, delete, patch, scale, restart, wait, pause, traffic, "
     "chaos\n"
     "  16 |   - explode: 3s\n     |     ^"},
    {"pause: 3s", "pause: 3s\n    traffic: stop",
     "17:5: \"traffic\" beside \"pause\": a step takes only one of them\n  17 |     traffic: stop\n     |     ^~~~~~~"},
    {"pause: 3s", "traffic: stopp",
     "16:14: \"traffic\" cannot be \"stopp\" (did you mean \"stop\"?)\n  16 |   - traffic: stopp\n     |              "
     "^~~~~"},
    {"pause: 3s", "traffic: on",
     "16:14: \"traffic\" takes one of start, stop, not on (a boolean)\n  16 |   - traffic: on\n     |              ^~"},
    {"pause: 3s", "scale: {target: Deployment/sayhi, replicas: lots}",
     "16:49: \"replicas\" takes a number of replicas from 0 to 1000, not \"lots\"\n"
     "  16 |   - scale: {target: Deployment/sayhi, replicas: lots}\n     |                                             "
     "    ^~~~"},
    {"pause: 3s", "restart: sayhi",
     "16:14: \"restart\" takes an object as Kind/name, such as Deployment/sayhi, not \"sayhi\"\n  16 |   - restart: "
     "sayhi\n     |              ^~~~~"},
    {"COUNT_OF_CATS: \"3\"", "COUNT_OF_CATS: 3",
     "14:50: \"COUNT_OF_CATS\" takes text (quote it), not 3 (a number)\n"
     "  14 |   - apply: {file: job.yaml, env: {COUNT_OF_CATS: 3}}\n     |                                              "
     "    ^"},
    {"finding: stray-endpoint", "finding: stray-endpont",
     "18:14: \"finding\" cannot be \"stray-endpont\" (did you mean \"stray-endpoint\"?)\n  18 |     finding: "
     "stray-endpont\n     |              ^~~~~~~~~~~~~"},
    {"kind: Scenario", "kind: Deployment",
     "2:7: \"kind\" takes Scenario, not \"Deployment\"\n   2 | kind: Deployment\n     |       ^~~~~~~~~~"},
    {"v1alpha1", "v1",
     "1:13: \"apiVersion\" takes straycat/v1alpha1, not \"straycat/v1\"\n   1 | apiVersion: straycat/v1\n     |        "
     "     ^~~~~~~~~~~"},
    {"name: world", "name: N",
     "4:9: \"name\" takes a name of at most 63 small letters, digits and dashes, not N (a boolean)\n   4 |   name: N\n "
     "    |         ^"},
    {"minFailures: 5%", "minFailures: 105%",
     "21:33: \"minFailures\" takes a share such as 0.5%, not \"105%\"\n  21 |     - {phase: job, minFailures: 105%}\n  "
     "   |                                 ^~~~"},
    {"[deployment.yaml, service.yaml]", "[]",
     "11:12: \"apply\" is an empty list\n  11 |   - apply: []\n     |            ^"},
    {"[deployment.yaml, service.yaml]", "/etc/passwd",
     "11:12: \"apply\" takes a file's path relative to the scenario, not \"/etc/passwd\"\n  11 |   - apply: "
     "/etc/passwd\n     |            ^~~~~~~~~~~"},
    {"spec:\n", "specs:\n", "5:1: unknown key \"specs\" (did you mean \"spec\"?)\n   5 | specs:\n     | ^~~~~"},
    {"kind: Scenario\n", "", "1:1: \"scenario\" needs the key kind\n   1 | apiVersion: straycat/v1alpha1\n     | ^"},
};

const Row reference_rows[] = {
    {"wait: {for: Deployment/sayhi", "wait: {for: Deployment/sayho",
     "13:17: wait names Deployment/sayho, which no step applies (did you mean \"Deployment/sayhi\"?)\n"
     "  13 |   - wait: {for: Deployment/sayho, condition: Available}\n     |                 ^~~~~~~~~~~~~~~~"},
    {"wait: {for: Deployment/sayhi", "wait: {for: Job/cats",
     "13:17: Job/cats is not there yet: step 3 applies it\n  13 |   - wait: {for: Job/cats, condition: Available}\n    "
     " |                 ^~~~~~~~\n"
     "dir/world.yaml:13:38: a Job never gets \"Available\": it has Exists, Deleted, Complete, Failed, Suspended, "
     "SuccessCriteriaMet, FailureTarget, Ready, Routable, Unroutable\n"
     "  13 |   - wait: {for: Job/cats, condition: Available}\n     |                                      ^~~~~~~~~"},
    {"condition: Available", "condition: Availabel",
     "13:46: a Deployment never gets \"Availabel\" (did you mean \"Available\"?)\n"
     "  13 |   - wait: {for: Deployment/sayhi, condition: Availabel}\n     |                                           "
     "   ^~~~~~~~~"},
    {"condition: Available}", "condition: Available, timeout: 0s}",
     "13:66: 0s is no time at all\n  13 |   - wait: {for: Deployment/sayhi, condition: Available, timeout: 0s}\n"
     "     |                                                                  ^~"},
    {"pause: 3s", "pause: 999999h",
     "16:12: 999999h is longer than a day\n  16 |   - pause: 999999h\n     |            ^~~~~~~"},
    {"pause: 3s", "restart: Job/cats",
     "16:14: \"restart\" works on a Deployment, StatefulSet, DaemonSet, not on a Job\n  16 |   - restart: Job/cats\n   "
     "  |              ^~~~~~~~"},
    {"pause: 3s", "scale: {target: svc/sayhi, replicas: 1}",
     "16:21: \"scale\" works on a Deployment, StatefulSet, ReplicaSet, ReplicationController, not on a Service\n"
     "  16 |   - scale: {target: svc/sayhi, replicas: 1}\n     |                     ^~~~~~~~~"},
    {"pause: 3s", "delete: Jobb/cats",
     "16:13: unknown kind \"Jobb\" (did you mean \"Job\"?)\n  16 |   - delete: Jobb/cats\n     |             "
     "^~~~~~~~~"},
    {"pause: 3s", "pause: 3s\n    phase: job",
     "17:12: two steps open the phase \"job\"\n  17 |     phase: job\n     |            ^~~"},
    {"for: Deployment/sayhi\n", "for: Deployment/cats\n",
     "6:8: for names Deployment/cats, which no step applies (did you mean \"Job/cats\"?)\n   6 |   for: "
     "Deployment/cats\n     |        ^~~~~~~~~~~~~~~"},
    {"workload: Job/cats", "workload: Job/cat",
     "19:15: expect names Job/cat, which no step applies (did you mean \"Job/cats\"?)\n  19 |     workload: Job/cat\n  "
     "   |               ^~~~~~~"},
    {"{phase: job,", "{phase: jobs,",
     "21:15: no step opens the phase \"jobs\" (did you mean \"job\"?)\n  21 |     - {phase: jobs, minFailures: 5%}\n   "
     "  |               ^~~~"},
    {"- {phase: job, minFailures: 5%}\n", "- {phase: job}\n    - {phase: job}\n",
     "22:15: the phase \"job\" is expected twice\n  22 |     - {phase: job}\n     |               ^~~"},
    {"http://sayhi/hi", "http://sayho/hi",
     "8:10: no step makes the Service \"sayho\" (did you mean \"sayhi\"?)\n   8 |   - url: http://sayho/hi\n     |     "
     "     ^~~~~~~~~~~~~~~\n     = if it is there without this scenario, say so: service: sayho"},
    {"http://sayhi/hi", "http://sayhi.other/hi",
     "8:10: no step makes the Service \"sayhi.other\"\n   8 |   - url: http://sayhi.other/hi\n     |          "
     "^~~~~~~~~~~~~~~~~~~~~\n     = if it is there without this scenario, say so: service: sayhi.other"},
    {"http://sayhi/hi", "http://10.0.0.1/hi",
     "8:10: \"10.0.0.1\" does not say which Service is behind it\n   8 |   - url: http://10.0.0.1/hi\n     |          "
     "^~~~~~~~~~~~~~~~~~\n     = add service: NAME to this traffic"},
    {"http://sayhi/hi", "http://sayhi:70000/",
     "8:10: there is no port 70000\n   8 |   - url: http://sayhi:70000/\n     |          ^~~~~~~~~~~~~~~~~~~"},
    {"rate: 100/s", "rate: 100/s\n  - {name: b, url: http://sayhi, rate: 1/s}",
     "8:5: where there are several, each traffic needs a name\n   8 |   - url: http://sayhi/hi\n     |     ^"},
    {"rate: 100/s", "rate: 100/s\n    timeout: 1s\n    connectTimeout: 2s",
     "11:21: connecting may not take longer than the whole request (1s)\n  11 |     connectTimeout: 2s\n     |         "
     "            ^~"},
    {"rate: 100/s", "rate: 100/s\n    from: api\n    keepAlive: 50%",
     "11:16: through the API server's proxy the connections are its own: nobody can ask it to keep them\n  11 |     "
     "keepAlive: 50%\n     |                ^~~"},
    {"[deployment.yaml, service.yaml]", "[deployment.yaml, servce.yaml]",
     "11:30: cannot read servce.yaml: No such file or directory\n  11 |   - apply: [deployment.yaml, servce.yaml]\n    "
     " |                              ^~~~~~~~~~~"},
    {"{file: job.yaml, env: {COUNT_OF_CATS: \"3\"}}", "{file: service.yaml, env: {A: b}}",
     "14:33: these files make no pods, so there is no container to set this in\n  14 |   - apply: {file: service.yaml, "
     "env: {A: b}}\n     |                                 ^~~"},
    {"{file: job.yaml, env: {COUNT_OF_CATS: \"3\"}}", "{file: job.yaml, replicas: 2}",
     "14:29: these files have nothing with replicas (a Deployment, StatefulSet or ReplicaSet)\n  14 |   - apply: "
     "{file: job.yaml, replicas: 2}\n     |                             ^~~~~~~~"},
    {"{file: job.yaml, env: {COUNT_OF_CATS: \"3\"}}", "{file: job.yaml, images: {other: x}}",
     "14:38: no container of these files has the image \"other\"\n  14 |   - apply: {file: job.yaml, images: {other: "
     "x}}\n     |                                      ^~~~~"},
    {"{file: job.yaml, env: {COUNT_OF_CATS: \"3\"}}", "{file: job.yaml, merge: {metadata: null}}",
     "14:19: the overlay leaves an object without kind or name\n  14 |   - apply: {file: job.yaml, merge: {metadata: "
     "null}}\n     |                   ^~~~~~~~"},
};

TEST(Errors, OfShapePoint) {
  for (const Row& row : shape_rows) {
    World world;
    EXPECT_EQ(world.with(row.from, row.to).error(), std::string("dir/world.yaml:") + row.expected) << row.to;
  }
}

TEST(Errors, OfReferencePoint) {
  for (const Row& row : reference_rows) {
    World world;
    EXPECT_EQ(world.with(row.from, row.to).error(), std::string("dir/world.yaml:") + row.expected) << row.to;
  }
}

TEST(Errors, DuplicateNames) {
  World steps;
  steps.with("  - pause: 3s", "  - {name: a, pause: 1s}\n  - {name: a, pause: 1s}");
  EXPECT_EQ(steps.error(),
            "dir/world.yaml:17:12: two steps are named \"a\"\n  17 |   - {name: a, pause: 1s}\n     |            ^");
  World traffic;
  traffic.with("  - url: http://sayhi/hi\n    rate: 100/s\n",
               "  - {name: t, url: http://sayhi, rate: 1/s}\n  - {name: t, url: http://sayhi, rate: 1/s}\n");
  EXPECT_EQ(traffic.error(),
            "dir/world.yaml:9:12: two traffics are named \"t\"\n   9 |   - {name: t, url: http://sayhi, rate: 1/s}\n   "
            "  |            ^");
}

TEST(Errors, AMadeUpNameGivesWay) {
  World world;
  world.with("  - pause: 3s", "  - pause: 3s\n  - {name: pause-4, pause: 1s}");
  const plan::Plan plan = world.plan();
  EXPECT_EQ(plan.steps.at(3).name, "pause-4-x");
  EXPECT_EQ(plan.steps.at(4).name, "pause-4");
}

TEST(Errors, InManifestsPointIntoThem) {
  const struct {
    const char *file, *from, *to, *expected;
  } rows[] = {
      {"deployment.yaml", "replicas: 1", "replica: 1",
       "dir/deployment.yaml:6:3: unknown key \"replica\" (did you mean \"replicas\"?)\n   6 |   replica: 1\n     |   "
       "^~~~~~~"},
      {"deployment.yaml", "kind: Deployment", "kind: Deploymnt",
       "dir/deployment.yaml:2:7: unknown kind \"Deploymnt\" (did you mean \"Deployment\"?)\n   2 | kind: Deploymnt\n   "
       "  |       ^~~~~~~~~"},
      {"deployment.yaml", "apiVersion: apps/v1\n", "",
       "dir/deployment.yaml:1:1: this object has no \"apiVersion\"\n   1 | kind: Deployment\n     | ^\n     = every "
       "object says its apiVersion, such as apps/v1"},
      {"deployment.yaml", "apps/v1", "extensions/v1beta1",
       "dir/deployment.yaml:1:13: Deployment is not in \"extensions/v1beta1\": its apiVersion is apps/v1\n   1 | "
       "apiVersion: extensions/v1beta1\n     |             ^~~~~~~~~~~~~~~~~~"},
      {"deployment.yaml", "  name: sayhi\n", "  nam: sayhi\n",
       "dir/deployment.yaml:4:3: this object has no \"name\"\n   4 |   nam: sayhi\n     |   ^\n     = an object that "
       "is applied needs a name\ndir/deployment.yaml:4:3: unknown key \"nam\" (did you mean \"name\"?)\n   4 |   nam: "
       "sayhi\n     |   ^~~"},
      {"deployment.yaml", "image: ", "imagee: ",
       "dir/deployment.yaml:15:9: unknown key \"imagee\" (did you mean \"image\"?)\n  15 |         imagee: "
       "beranm14/sayhi\n     |         ^~~~~~"},
      {"deployment.yaml", "spec:\n  replicas", "specs:\n  replicas",
       "dir/deployment.yaml:5:1: unknown key \"specs\" in a Deployment (did you mean \"spec\"?)\n   5 | specs:\n     | "
       "^~~~~"},
      {"service.yaml", "name: sayhi", "name: N",
       "dir/service.yaml:4:9: \"name\" takes text, not a boolean\n   4 |   name: N\n     |         ^\n     = an object "
       "that is applied needs a name"},
      {"service.yaml", "name: sayhi", "name: Say_hi",
       "dir/service.yaml:4:9: \"Say_hi\" is no name for a Service\n   4 |   name: Say_hi\n     |         ^~~~~~\n     "
       "= small letters, digits and dashes, at most 63"},
      {"service.yaml", "app: sayhi", "app: on",
       "dir/service.yaml:7:10: on is a boolean here, and Kubernetes takes text only\n   7 |     app: on\n     |        "
       "  ^~\n     = write \"on\""},
      {"service.yaml", "  - port: 80\n", "\t- port: 80\n",
       "dir/service.yaml:9:1: found character that cannot start any token (while scanning for the next token)\n   9 |  "
       "- port: 80\n     | ^\n     = YAML is indented with spaces: a tab stands here"},
      {"job.yaml", "value: \"10\"", "value: 10",
       "dir/job.yaml:15:40: 10 is a number here, and Kubernetes takes text only\n  15 |         - {name: "
       "COUNT_OF_CATS, value: 10}\n     |                                        ^~\n     = write \"10\""},
  };
  for (const auto& row : rows) {
    World world;
    EXPECT_EQ(world.with_file(row.file, row.from, row.to).error(), row.expected) << row.to;
  }
  World empty;
  empty.files["service.yaml"] = "# nothing\n";
  EXPECT_TRUE(empty.error().starts_with("dir/world.yaml:11:30: service.yaml holds no manifest")) << empty.error();
  World text;
  text.files["service.yaml"] = "just text\n";
  EXPECT_TRUE(text.error().starts_with("dir/service.yaml:1:1: a manifest is a mapping, not text")) << text.error();
}

TEST(Errors, SeveralAreToldAtOnceTheFirstFirst) {
  World world;
  world.with("pause: 3s", "pause: 3").with("rate: 100/s", "rate: fast").with("name: world", "name: World");
  const std::string error = world.error();
  const std::size_t name = error.find(":4:9: "), rate = error.find(":9:11: "), pause = error.find(":16:12: ");
  EXPECT_TRUE(name < rate && rate < pause && pause != std::string::npos) << error;
  World many;
  std::string steps;
  for (int i = 0; i < 12; ++i) steps += "  - pause: " + std::to_string(i) + "\n";
  EXPECT_TRUE(many.with("  - pause: 3s\n", steps).error().ends_with("... and 2 more"));
}

// A cause that the table knows and no run finds is refused with the reason, and with what can be expected.
TEST(Errors, ACauseThatNoRunFindsIsRefusedWithItsReason) {
  const std::map<std::string, std::string> reasons = {
      {"hairpin",
       "cannot be hairpin: this version has no rule for it yet; it can be none, inconclusive, stray-endpoint, "},
      {"prober-limit",
       "cannot be prober-limit: it is no fault of the Service's: such a run is inconclusive; it can be "}};
  for (const auto& [cause, reason] : reasons) {
    const std::string error = World().with("finding: stray-endpoint", "finding: " + cause).error();
    EXPECT_NE(error.find(":18:14: \"finding\" " + reason), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace straycat::scenario
