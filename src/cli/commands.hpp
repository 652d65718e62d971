// The subcommands, one file each. Each returns its exit code: 0 as expected, 1 not as expected, 2 inconclusive, 3 bad
// input, 4 straycat's own trouble.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <straycat/cluster/cluster.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/report/report.hpp>

namespace straycat::cli {

inline constexpr int exit_bad_input = 3;
inline constexpr int exit_own_trouble = 4;

// How output is to look; what is not given follows the terminal, NO_COLOR and LANG.
struct Look {
  std::string colour = "auto";  // auto, always, never
  bool ascii = false;
  int width = 0;  // 0 = the terminal's, else 80
};
[[nodiscard]] report::TextStyle style_for(const Look& look, int fd);

// Where a report goes beside the terminal, a file a format ("-" = standard output, in place of the text).
struct Outputs {
  std::map<std::string, std::string, std::less<>> files;  // by the format's name; "" = not asked for
  std::string inconclusive = "skip";                      // JUnit: what could not be proven is skipped, or "fail"s
  bool force = false;                                     // write over files that are there
};

struct RunArguments {
  std::string scenario;  // a file, or a folder with a scenario.yaml in it
  std::string out;       // the run's folder; "" = straycat-runs/NAME-TIME
  Outputs outputs;
  bool prove_fix = false;
  bool quiet = false;  // no progress lines
  std::uint64_t seed = 0;
  Look look;
  // Which cluster: the embedded one unless a context is named.
  std::string kubeconfig, context, cluster, user, ns, agent_image;
  bool in_cluster = false;
  std::vector<std::string> via;     // where traffic starts: pod, nodes, host, api; "" = as the plan says
  std::vector<std::string> images;  // NAME=OTHER
  bool high_rate = false;           // more than 200/s on a cluster that is not ours
  std::string truth_file, data_plane = "auto";
  std::string again;  // the command that makes this run again, for its report
};
int run_command(const RunArguments& arguments);

struct ReportArguments {
  std::vector<std::string> runs;  // folders of runs, or their logs; several are compared on one page
  Outputs outputs;
  bool candidates = false;  // print who may have got each failed attempt, a JSON line each, and nothing else
  Look look;
};
int report_command(const ReportArguments& arguments);

// Everything as typed; probe_command() reads it. "" and 0 = not given.
struct ProbeArguments {
  std::string url, method = "GET", rate, pause = "0s", length, allow = "0", engine = "auto", json;
  int loops = 0;
  std::uint64_t count = 0;
  std::vector<std::string> headers, command;
  std::string baseline = "2s", tail = "2s";  // around the command
  std::vector<int> statuses;
  std::string body, body_contains, body_regex, body_sha256;
  std::string name_timeout = "0s", connect_timeout = "5s", tls_timeout = "0s", first_byte_timeout = "0s",
              timeout = "10s";
  std::string name_age = "1s";
  std::string ca, certificate, key, server_name, proxy, resolve, ports;
  std::vector<std::string> sources;
  bool insecure = false, http2 = false, quiet = false, ipv4 = false, ipv6 = false;
  double keep_alive = 0;
};
int probe_command(const ProbeArguments& arguments);

// Reads and parses a scenario file (or the scenario.yaml of a folder) and the manifests that it names.
[[nodiscard]] Result<plan::Plan> load_scenario(const std::string& path);
// Prints "OK FILE: ..." to standard output, or "BAD FILE" there and the error to standard error. `shape_only`: leave
// out what a JSON Schema cannot say (cross references, files).
int check_command(const std::vector<std::string>& files, bool shape_only);
int doctor_command(const Look& look);
int schema_command(const std::string& which);
int cluster_command(const cluster::Options& options);

}  // namespace straycat::cli
