// straycat: finds out why a Kubernetes Service refuses connections, and proves it.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/live_options.hpp"
#include "cli/output_options.hpp"
#include <straycat/agent/orders.hpp>
#include <straycat/images/images.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

constexpr const char* exit_codes =
    "Exit codes: 0 found as expected (or clean), 1 not as expected, 2 inconclusive,\n"
    "            3 bad input, 4 straycat's own trouble (cluster down, a port taken).";

CLI::App* add_run(CLI::App& app, RunArguments& arguments) {
  CLI::App* command = app.add_subcommand("run", "Run a scenario, judge it and print the timeline");
  command->add_option("scenario", arguments.scenario, "scenario.yaml, or a folder that holds one")->required();
  command->add_option("--out", arguments.out, "Folder for the run's log and reports (default straycat-runs/NAME-TIME)");
  add_outputs(*command, arguments.outputs);
  command->add_flag("--prove-fix", arguments.prove_fix,
                    "When a fix is found: run again with exactly that change, and compare");
  command->add_flag("-q,--quiet", arguments.quiet, "No progress lines");
  command->add_option("--seed", arguments.seed, "Seed of everything random (printed in the log)");
  command->add_option("--context", arguments.context, "Run on this context's cluster, not on the embedded one")
      ->group("Cluster");
  command->add_option("--kubeconfig", arguments.kubeconfig, "Kubeconfig for --context")->group("Cluster");
  command->add_option("--cluster", arguments.cluster, "Cluster entry of the kubeconfig")->group("Cluster");
  command->add_option("--user", arguments.user, "User entry of the kubeconfig")->group("Cluster");
  command->add_flag("--in-cluster", arguments.in_cluster, "Run on the cluster whose pod this is")->group("Cluster");
  command->add_option("-n,--namespace", arguments.ns, "Use this namespace (never deleted), not one of the run's own")
      ->group("Cluster");
  command->add_option("--agent-image", arguments.agent_image, "Image with straycat in it, for the agent's pod")
      ->group("Cluster");
  command
      ->add_option(
          "--via", arguments.via,
          "Send the traffic from: pod, nodes (a pod on each), host (this machine), api (the API server's proxy, "
          "which needs no image); several are compared")
      ->delimiter(',')
      ->check(CLI::IsMember({"pod", "nodes", "host", "api"}))
      ->group("Cluster");
  command->add_option("--image", arguments.images, "NAME=OTHER: deploy this image in the place of that one")
      ->group("Cluster");
  command
      ->add_flag("--high-rate", arguments.high_rate,
                 "Allow more than 200 requests/s there: each is an entry in a node's conntrack table for two minutes, "
                 "and when that is full the node drops everybody's connections")
      ->group("Cluster");
  command->add_option("--data-plane", arguments.data_plane, "Of the embedded cluster: auto, kernel or loopback")
      ->check(CLI::IsMember({"auto", "kernel", "loopback"}))
      ->group("Embedded cluster");
  command
      ->add_option("--truth", arguments.truth_file,
                   "Write the kernel's ground truth here (for tests; the judge never reads it)")
      ->group("Embedded cluster");
  add_look(*command, arguments.look);
  return command;
}

CLI::App* add_report(CLI::App& app, ReportArguments& arguments) {
  CLI::App* command = app.add_subcommand("report", "Judge and print an old run again, without a cluster");
  command
      ->add_option("run", arguments.runs,
                   "The run's folder, or its log.jsonl; several are compared on one page (--html)")
      ->required();
  add_outputs(*command, arguments.outputs);
  command->add_flag("--candidates", arguments.candidates,
                    "Print who may have got each failed attempt, a JSON line each, and nothing else");
  add_look(*command, arguments.look);
  return command;
}

void add_expectations(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("--status", arguments.statuses, "Expected statuses (default 200)")
      ->delimiter(',')
      ->group("Expect");
  command.add_option("--body", arguments.body, "The whole body")->group("Expect");
  command.add_option("--body-contains", arguments.body_contains, "A part of the body")->group("Expect");
  command.add_option("--body-regex", arguments.body_regex, "A POSIX extended expression found in it")->group("Expect");
  command.add_option("--body-sha256", arguments.body_sha256, "The body's sha256 in hex")->group("Expect");
  command.add_option("--allow", arguments.allow, "The share that may fail: 0.1%, or 0.001 (default none)")
      ->group("Expect");
}

void add_connection(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("--engine", arguments.engine, "auto, fast (plain http, a new connection each), or curl")
      ->check(CLI::IsMember({"auto", "fast", "curl"}))
      ->group("Connection");
  command.add_option("--keep-alive", arguments.keep_alive, "The share that may reuse a connection, 0 to 1 (default 0)")
      ->check(CLI::Range(0.0, 1.0))
      ->group("Connection");
  command.add_flag("--http2", arguments.http2, "HTTP/2")->group("Connection");
  command.add_option("--cacert", arguments.ca, "Trust the certificates in this PEM file alone")->group("Connection");
  command.add_option("--cert", arguments.certificate, "The client's certificate (PEM)")->group("Connection");
  command.add_option("--key", arguments.key, "Its key (PEM)")->group("Connection");
  command.add_option("--server-name", arguments.server_name, "Ask for, and demand, this name in TLS")
      ->group("Connection");
  command.add_flag("--insecure", arguments.insecure, "Accept any certificate")->group("Connection");
  command.add_option("--proxy", arguments.proxy, "Send through this proxy (the environment's is ignored)")
      ->group("Connection");
  command.add_option("--connect-to", arguments.resolve, "ADDRESS:PORT: dial this, ask nobody for the name")
      ->group("Connection");
  command.add_option("--source", arguments.sources, "Send from these local addresses in turn (a,b,c)")
      ->delimiter(',')
      ->group("Connection");
  command
      .add_option(
          "--ports", arguments.ports,
          "Local ports: 'kernel' leaves all to the kernel, LOW-HIGH gives the range for a ring of our own, which\n"
          "begins once TIME_WAITs fill 2/5 of one address's ports (default: net.ipv4.ip_local_port_range)")
      ->group("Connection");
  auto* ipv4 = command.add_flag("-4,--ipv4", arguments.ipv4, "Only IPv4 addresses of the name")->group("Connection");
  command.add_flag("-6,--ipv6", arguments.ipv6, "Only IPv6 addresses")->excludes(ipv4)->group("Connection");
}

void add_timeouts(CLI::App& command, ProbeArguments& arguments) {
  const char* group = "Time (all from the request's start; 0s = none; curl's own: connect 300 s, else none)";
  command.add_option("--name-timeout", arguments.name_timeout, "For the name (default 0s)")->group(group);
  command.add_option("--connect-timeout", arguments.connect_timeout, "Name, connection and TLS (default 5s)")
      ->group(group);
  command.add_option("--tls-timeout", arguments.tls_timeout, "Until the handshake is done (default 0s)")->group(group);
  command.add_option("--first-byte-timeout", arguments.first_byte_timeout, "Until the header is whole (default 0s)")
      ->group(group);
  command.add_option("--timeout", arguments.timeout, "For the whole request (default 10s)")->group(group);
  command
      .add_option("--name-age", arguments.name_age, "How old a name's answer may be; 0s = ask each time (default 1s)")
      ->group(group);
}

CLI::App* add_probe(CLI::App& app, ProbeArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "probe", "Send requests to a URL and tell what became of them: straycat probe URL [-- COMMAND ARGUMENTS]");
  command->add_option("url", arguments.url, "http:// or https://")->required();
  auto* rate =
      command->add_option("--rate", arguments.rate,
                          "Open loop: 100/s (default), 30/m, a ramp 10/s..1000/s:30s, steps 100/s:10s,1000/s:10s");
  auto* loops =
      command->add_option("--loops", arguments.loops, "Closed loop: so many, each sends when its last has ended")
          ->check(CLI::Range(1, 100'000));
  rate->excludes(loops);
  command->add_option("--pause", arguments.pause, "Between a loop's requests (default 0s)")->needs(loops);
  command->add_option("--for", arguments.length, "Stop after this time (default: at Ctrl-C)");
  command->add_option("--count", arguments.count, "Stop after so many requests");
  command->add_option("-X,--method", arguments.method, "GET by default");
  command->add_option("-H,--header", arguments.headers, "'Name: value'")->take_all();
  command->add_option("--json", arguments.json,
                      "Write the summary as JSON; - = to standard output, in place of the text");
  command->add_option("--baseline", arguments.baseline, "Probe so long before the command starts (default 2s)");
  command->add_option("--tail", arguments.tail, "... and after it has ended (default 2s)");
  command->add_flag("-q,--quiet", arguments.quiet, "No live line");
  add_expectations(*command, arguments);
  add_connection(*command, arguments);
  add_timeouts(*command, arguments);
  command->footer(
      "Exit codes: 0 passed, 1 more failed than allowed, 2 inconclusive (the prober's own limits),\n"
      "            3 bad input, 4 straycat's own trouble (also: the command could not be run or failed).");
  return command;
}

struct ClusterArguments {
  cluster::Options options;
  std::string data_plane = "auto", min_sync = "1s";
  std::vector<std::string> images;
};

CLI::App* add_cluster(CLI::App& app, ClusterArguments& arguments) {
  CLI::App* command = app.add_subcommand("cluster", "Run the embedded cluster until Ctrl-C, for kubectl and others");
  command->add_option("--kubeconfig", arguments.options.kubeconfig_file,
                      "Also write the kubeconfig to this file (mode 0600, removed at the end)");
  command->add_option("--port", arguments.options.port, "Port of the API server on 127.0.0.1 (default: any)")
      ->check(CLI::Range(0, 65535));
  command->add_option("--data-plane", arguments.data_plane, "auto, kernel or loopback")
      ->check(CLI::IsMember({"auto", "kernel", "loopback"}));
  command->add_option("--min-sync-period", arguments.min_sync,
                      "At most one rule write in this time when busy (default 1s, as kube-proxy)");
  command->add_option("--image", arguments.images, "NAME=[\"command\",\"argument\"]: what an image name runs");
  command->add_option("--truth", arguments.options.truth_file,
                      "Write the kernel's ground truth of each connection here");
  command->add_flag("--die-with-parent", arguments.options.die_with_parent, "End when the parent process ends");
  return command;
}

Result<cluster::Options> finish(ClusterArguments arguments) {
  const Result<Nanos> period = parse_duration(arguments.min_sync);
  if (!period) return period.error().within("--min-sync-period");
  arguments.options.min_sync_period = *period;
  if (arguments.data_plane == "kernel") arguments.options.data_plane = cluster::Options::DataPlane::kernel;
  if (arguments.data_plane == "loopback") arguments.options.data_plane = cluster::Options::DataPlane::loopback;
  for (const std::string& image : arguments.images) {
    const auto equals = image.find('=');
    const auto command = equals == std::string::npos ? nlohmann::json()
                                                     : nlohmann::json::parse(image.substr(equals + 1), nullptr, false);
    const bool words = command.is_array() && !command.empty() &&
                       std::all_of(command.begin(), command.end(), [](const auto& word) { return word.is_string(); });
    if (!words) return bad_input(fmt::format("--image {}: expected NAME=[\"command\",\"argument\",...]", image));
    arguments.options.images[image.substr(0, equals)] = command.get<std::vector<std::string>>();
  }
  return arguments.options;
}

// CLI11 says what is wrong, but not what was meant.
std::string suggestion(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
  const auto named = std::find_if(argv + 1, argv + argc, [](const char* word) { return word[0] != '-'; });
  if (named == argv + argc) return "";
  const auto known = std::find(commands.begin(), commands.end(), *named);
  if (known == commands.end()) {
    const auto near = yaml::did_you_mean(*named, commands);
    return fmt::format("straycat: unknown command \"{}\"{}\n", *named,
                       near ? fmt::format(" (did you mean \"{}\"?)", *near) : "");
  }
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_subcommand(*known)->get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  for (char** word = argv + 1; word != argv + argc; ++word) {
    const std::string flag = std::string(*word).substr(0, std::string(*word).find('='));
    if (!flag.starts_with("--") || std::find(flags.begin(), flags.end(), flag) != flags.end()) continue;
    if (const auto near = yaml::did_you_mean(flag, flags))
      return fmt::format("straycat: unknown flag \"{}\" (did you mean \"{}\"?)\n", flag, *near);
  }
  return "";
}

int main_with_options(int argc, char** argv) {
  // Installed as kubectl-straycat, it is kubectl's plugin: `kubectl straycat diagnose svc/NAME`.
  const std::string called = argc > 0 ? argv[0] : "";
  const bool plugin = called.substr(called.rfind('/') + 1) == "kubectl-straycat";
  CLI::App app{"straycat finds out why a Kubernetes Service refuses connections, and proves it.",
               plugin ? "kubectl straycat" : "straycat"};
  app.set_version_flag("--version", "straycat " STRAYCAT_VERSION);
  app.footer(exit_codes);
  app.require_subcommand(1);
  RunArguments run;
  ReportArguments report;
  ClusterArguments cluster;
  ProbeArguments probe;
  DiagnoseArguments diagnose;
  CleanupArguments cleanup;
  RbacArguments rbac;
  Look look;
  std::vector<std::string> files;
  bool shape_only = false;
  std::string which = "scenario";
  const CLI::App* run_app = add_run(app, run);
  const CLI::App* report_app = add_report(app, report);
  CLI::App* check_app = app.add_subcommand("check", "Check scenario files without running anything");
  check_app->add_option("scenario", files, "Scenario files, or folders that hold a scenario.yaml")->required();
  check_app->add_flag("--shape-only", shape_only, "Only what the JSON Schema can say: no cross references, no files");
  const CLI::App* cluster_app = add_cluster(app, cluster);
  const CLI::App* probe_app = add_probe(app, probe);
  CLI::App* diagnose_app = add_diagnose(app, diagnose);
  add_look(*diagnose_app, diagnose.look);
  const CLI::App* cleanup_app = add_cleanup(app, cleanup);
  const CLI::App* rbac_app = add_rbac(app, rbac);
  CLI::App* doctor_app =
      app.add_subcommand("doctor", "Tell what this machine allows the embedded cluster, and how to allow more");
  add_look(*doctor_app, look);
  CLI::App* schema_app = app.add_subcommand("schema", "Print a JSON Schema: of scenarios, or of JSON reports");
  schema_app->add_option("which", which, "scenario or report")->check(CLI::IsMember({"scenario", "report"}));
  // Run by name only: a pod's program, and the agent at a vantage point.
  app.add_subcommand("image", "Run a program that an image name stands for")->group("");
  app.add_subcommand("agent", "Run the agent (orders in STRAYCAT_ORDERS)")->group("");
  // What follows `--` is a command of its own: nothing of it is an option of ours.
  char** const end = std::find_if(argv, argv + argc, [](const char* word) { return std::strcmp(word, "--") == 0; });
  if (end != argv + argc) probe.command.assign(end + 1, argv + argc);
  diagnose.command = probe.command;
  argc = static_cast<int>(end - argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const std::string better = suggestion(app, argc, argv);
    if (better.empty()) {
      app.exit(error);
    } else {
      fmt::print(stderr, "{}Run with --help for more information.\n", better);
    }
    return exit_bad_input;
  }
  if (!probe.command.empty() && !probe_app->parsed() && !diagnose_app->parsed()) {
    fmt::print(stderr, "straycat: only probe and diagnose take a command (--)\n");
    return exit_bad_input;
  }
  if (run_app->parsed()) return run_command(run);
  if (report_app->parsed()) return report_command(report);
  if (probe_app->parsed()) return probe_command(probe);
  if (diagnose_app->parsed()) return diagnose_command(diagnose);
  if (cleanup_app->parsed()) return cleanup_command(cleanup);
  if (rbac_app->parsed()) return rbac_command(rbac);
  if (check_app->parsed()) return check_command(files, shape_only);
  if (doctor_app->parsed()) return doctor_command(look);
  if (schema_app->parsed()) return schema_command(which);
  if (cluster_app->parsed()) {
    const Result<cluster::Options> options = finish(cluster);
    if (options) return cluster_command(*options);
    fmt::print(stderr, "straycat: {}\n", options.error().message);
  }
  return exit_bad_input;
}

}  // namespace
}  // namespace straycat::cli

int main(int argc, char** argv) {
  // Pods start in milliseconds: their programs pass by the option parser.
  if (argc > 2 && std::strcmp(argv[1], "image") == 0) return straycat::images::run({argv + 2, argv + argc});
  if (argc == 2 && std::strcmp(argv[1], "agent") == 0) return straycat::agent::run_agent();
  return straycat::cli::main_with_options(argc, argv);
}
