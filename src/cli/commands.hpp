// What subcommands share: exit codes, how output looks and where it goes, and what `run`, `diagnose` and `probe` were
// told. Exit codes: 0 as expected, 1 not as expected, 2 inconclusive, 3 bad input, 4 straycat's own trouble.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <straycat/core/event.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/plan/plan.hpp>
#include <straycat/report/report.hpp>
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {

inline constexpr int exit_inconclusive = 2;
inline constexpr int exit_bad_input = 3;
inline constexpr int exit_own_trouble = 4;
// Says the error on standard error; the exit code for it.
int complain(const Error& error);

// How output is to look; what is not given follows the terminal, NO_COLOR and LANG.
struct Look {
  std::string colour = "auto";  // auto, always, never
  bool ascii = false;
  int width = 0;  // 0 = the terminal's, else 80
};
[[nodiscard]] report::TextStyle style_for(const Look& look, int fd);

struct TerminalSize {
  int columns = 0, rows = 0;  // 0: not known
};
[[nodiscard]] TerminalSize terminal_size(int fd);
// Whether what stands there may be drawn over: not on TERM=dumb.
[[nodiscard]] bool moves_cursor();

// Where a report goes beside the terminal, a file a format ("-" = standard output, in place of the text).
struct Outputs {
  std::map<std::string, std::string, std::less<>> files;  // by the format's name; "" = not asked for
  // What could not be proven: JUnit skips it, or it "fail"s there. A suite's exit code follows it where it is given.
  std::string inconclusive;
  bool force = false;  // write over files that are there
};

struct RunArguments {
  std::string scenario;  // a file, or a folder with a scenario.yaml in it
  std::string out;       // the run's folder; "" = straycat-runs/NAME-TIME
  Outputs outputs;
  std::vector<std::string> values;  // NAME=VALUE of the scenario's matrix
  std::string baseline;             // an earlier run or suite that this one must not be worse than; "" = none
  std::string keep;                 // whether the embedded cluster stays up after the run: "", "always", "failed"
  std::string history;              // where a suite's answer is kept beside earlier ones; "" = nowhere
  std::size_t history_keep = 0;     // at most so many there; 0 = all
  bool prove_fix = false;
  bool quiet = false;        // no progress lines; and one line in place of the short report
  std::optional<bool> live;  // a live view while it runs; not said: on a terminal that is large enough
  bool full = true;          // the whole report on the terminal
  std::uint64_t seed = 0;
  Look look;
  kube::ConfigRequest at;  // the embedded cluster unless it names another
  std::string agent_image;
  std::vector<std::string> via;     // where traffic starts: pod, nodes, host, api; "" = as the plan says
  std::vector<std::string> images;  // NAME=OTHER
  bool high_rate = false;           // more than 200/s on a cluster that is not ours
  std::string truth_file, data_plane = "auto";
  int nodes = 0;                              // of the embedded cluster; 0 = as the plan says
  std::string again;                          // the command that makes this run again, for its report
  std::function<void(const Event&)> narrate;  // in the place of progress lines, while it runs
};
// Whether it names a cluster that is not straycat's own.
[[nodiscard]] inline bool names_cluster(const kube::ConfigRequest& at) { return !at.context.empty() || at.in_cluster; }
// Runs the plan, judges and reports the run.
int run_plan(const plan::Plan& plan, const RunArguments& arguments);

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

// Reads and parses a scenario file (or the scenario.yaml of a folder) and the manifests that it names. `told`: as
// scenario::parse has it.
[[nodiscard]] Result<plan::Plan> load_scenario(const std::string& path, std::vector<std::string>* told = nullptr,
                                               scenario::Ground ground = scenario::Ground::own,
                                               const scenario::Values& values = {});
// The combinations of its matrix that have these values ("NAME=VALUE"), each whole; a single empty one where it has no
// matrix, or cannot be read. A name that it has not is left to load_scenario().
[[nodiscard]] std::vector<scenario::Values> scenario_values(const std::string& path,
                                                            const std::vector<std::string>& wanted = {});

}  // namespace straycat::cli
