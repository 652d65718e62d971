// `straycat run PATH...`.
#include "cli/suite.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/baseline.hpp"
#include "cli/files.hpp"
#include "cli/outputs.hpp"
#include "cli/past.hpp"
#include "cli/values.hpp"
#include <straycat/cluster/cluster.hpp>
#include <straycat/core/seam.hpp>
#include <straycat/report/suite.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

constexpr int runs_a_processor = 4;  // a run waits nearly all its time

Result<suite::Selection> read_selection(const SuiteArguments& arguments) {
  suite::Selection selection{arguments.only, arguments.selectors, {}};
  if (arguments.shard.empty()) return selection;
  const Result<suite::Shard> shard = suite::parse_shard(arguments.shard);
  if (!shard) return shard.error();
  selection.shard = *shard;
  return selection;
}

Result<Nanos> read_timeout(const std::string& text) {
  if (text.empty()) return Nanos{};
  return duration_value("--timeout", text);
}

bool has_kernel_data_plane() {
  for (const cluster::Capability& one : cluster::examine_machine())
    if (!one.available) return false;
  return true;
}

// Why no two runs go beside each other; "" = they do.
std::string why_one_at_a_time(const RunArguments& arguments) {
  if (names_cluster(arguments.at)) return arguments.at.ns.empty() ? "" : "they share namespace " + arguments.at.ns;
  if (arguments.data_plane == "kernel") return "";
  if (arguments.data_plane == "auto" && has_kernel_data_plane()) return "";
  return "clusters without a data plane of the kernel's share addresses";
}

int jobs_of(const SuiteArguments& suite, const RunArguments& arguments, std::size_t cases) {
  // Somebody else's cluster gets one run at a time unless more are asked for.
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int usual = names_cluster(arguments.at) ? 1 : processors * runs_a_processor;
  const int wanted = suite.jobs > 0 ? suite.jobs : usual;
  if (wanted < 2 || cases * static_cast<std::size_t>(std::max(1, suite.repeat)) < 2) return 1;
  const std::string why = why_one_at_a_time(arguments);
  if (!why.empty() && suite.jobs > 1) say("straycat: one run at a time, not {}: {}\n", wanted, why);
  return why.empty() ? wanted : 1;
}

suite::Unproven unproven_of(const Outputs& outputs) {
  if (outputs.inconclusive.empty()) return suite::Unproven::as_it_is;
  return outputs.inconclusive == "fail" ? suite::Unproven::fail : suite::Unproven::skip;
}

// What each run is told of what the suite was told.
class PassedOn {
 public:
  void flag(const char* name, const std::string& value, const char* usual = "") {
    if (value != usual) words.insert(words.end(), {name, value});
  }
  void flag(const char* name, bool given) {
    if (given) words.emplace_back(name);
  }
  void each(const char* name, const std::vector<std::string>& values) {
    for (const std::string& value : values) flag(name, value);
  }
  std::vector<std::string> words;
};

std::vector<std::string> passed_on(const RunArguments& arguments) {
  PassedOn on;
  on.flag("--kubeconfig", arguments.at.kubeconfig);
  on.flag("--context", arguments.at.context);
  on.flag("--cluster", arguments.at.cluster);
  on.flag("--user", arguments.at.user);
  on.flag("--in-cluster", arguments.at.in_cluster);
  on.flag("--namespace", arguments.at.ns);
  on.flag("--agent-image", arguments.agent_image);
  on.each("--via", arguments.via);
  on.each("--image", arguments.images);
  on.flag("--high-rate", arguments.high_rate);
  on.flag("--data-plane", arguments.data_plane, "auto");
  on.flag("--nodes", std::to_string(arguments.nodes), "0");
  on.flag("--prove-fix", arguments.prove_fix);
  on.flag("--seed", arguments.seed == 0 ? "" : std::to_string(arguments.seed));
  return on.words;
}

// The person's, if it holds no suite or run yet; else one by the time that nobody has made.
Result<fs::path> suite_folder(const std::string& wanted) {
  std::error_code error;
  if (!wanted.empty()) {
    for (const char* file : {"suite.jsonl", "log.jsonl"})
      if (fs::exists(fs::path(wanted) / file, error))
        return bad_input(fmt::format("--out {}: holds a run already", wanted));
    fs::create_directories(wanted, error);
    return error ? Result<fs::path>(own_trouble(fmt::format("{}: {}", wanted, error.message()))) : fs::path(wanted);
  }
  fs::create_directories("straycat-runs", error);
  const std::string base = fmt::format("straycat-runs/suite-{:%Y%m%d-%H%M%S}", fmt::gmtime(std::time(nullptr)));
  std::string path = base;
  for (int again = 2; ::mkdir(path.c_str(), 0777) != 0; ++again) {
    if (errno != EEXIST) return own_trouble(fmt::format("{}: {}", path, std::strerror(errno)));
    path = fmt::format("{}-{}", base, again);
  }
  return fs::path(path);
}

Result<> check_suite(const std::vector<suite::Case>& cases, const fs::path& folder, const RunArguments& arguments) {
  if (!arguments.truth_file.empty()) return bad_input("--truth: only for a single scenario");
  if (!arguments.keep.empty()) return bad_input("--keep: only for a single scenario");
  std::error_code error;
  for (const suite::Case& one : cases)
    if (fs::exists(folder / one.folder / "log.jsonl", error))
      return bad_input(fmt::format("--out {}: holds a run already ({})", folder.string(), one.folder));
  return {};
}

// Of what did not pass: what it did before.
Result<> heed_history(const suite::Answer& answer, const RunArguments& arguments) {
  if (arguments.history.empty()) return {};
  if (const Result<> kept = keep_answer(arguments.history, answer); !kept) return kept;
  if (arguments.history_keep > 0) {
    const Result<std::size_t> gone = prune_history(arguments.history, arguments.history_keep);
    if (!gone) return gone.error();
  }
  const Result<report::Past> past = read_history(arguments.history);
  if (!past) return past.error();
  for (const suite::Record& record : past->records) {
    const auto now = std::find_if(answer.cases.begin(), answer.cases.end(),
                                  [&](const suite::CaseResult& one) { return one.of.name == record.name; });
    if (arguments.quiet || now == answer.cases.end() || record.told() < 2) continue;
    if (now->outcome == suite::Outcome::flaky || now->outcome == suite::Outcome::failed)
      say("straycat: {} in the suites of {}: {}, {}\n", report::harmless(record.name), arguments.history,
          report::rate_words(record, suite::Outcome::flaky), report::rate_words(record, suite::Outcome::failed));
  }
  return {};
}

int tell_suite(const suite::Answer& answer, const fs::path& folder, const RunArguments& arguments) {
  Result<> text;
  if (!takes_standard_output(arguments.outputs)) {
    const report::TextStyle style = style_for(arguments.look, STDOUT_FILENO);
    text = print_now(arguments.quiet ? report::harmless(sentence(answer), style.unicode) + "\n"
                                     : report::render_suite_text(answer, style));
  }
  const Result<> written = write_suite(answer, folder, arguments.outputs);
  const Result<> heeded = heed_history(answer, arguments);
  for (const Result<>& each : {text, written, heeded})
    if (!each) complain(each.error());
  if (!arguments.quiet) say("straycat: the runs, and {}, are in {}\n", "index.html", folder.string());
  const int code = exit_code(answer);
  return code == 0 && !(text && written && heeded) ? exit_own_trouble : code;
}

// Which combination of a matrix it is, and what its runs are held against.
std::vector<std::string> words_of(const std::optional<Baseline>& baseline, const suite::Case& one) {
  std::vector<std::string> words = one.words;
  if (const auto run = baseline ? baseline->run_of(one.name) : std::nullopt)
    words.insert(words.end(), {"--baseline", run->string()});
  return words;
}

void tell_new_ones(const std::optional<Baseline>& baseline, const std::vector<suite::Case>& cases) {
  if (!baseline) return;
  for (const suite::Case& one : cases)
    if (one.broken.empty() && one.left_out.empty() && !baseline->run_of(one.name))
      say("straycat: --baseline: no earlier run of {} is there\n", one.name);
}

int carry_and_tell(std::vector<suite::Case> cases, const SuiteArguments& suite, const RunArguments& arguments,
                   Nanos timeout, const std::optional<Baseline>& baseline) {
  const Result<fs::path> folder = suite_folder(arguments.out);
  if (!folder) return complain(folder.error());
  if (const Result<> good = check_suite(cases, *folder, arguments); !good) return complain(good.error());
  const suite::Rules rules{jobs_of(suite, arguments, cases.size()), std::max(1, suite.repeat), suite.retry,
                           suite.fail_fast, unproven_of(arguments.outputs)};
  const report::TextStyle style = style_for(arguments.look, STDERR_FILENO);
  if (!arguments.quiet) say("straycat: {} scenarios, {} at a time\n", cases.size(), rules.jobs);
  tell_new_ones(baseline, cases);
  const std::int64_t wall = wall_now_ns();
  const Stamp began = monotonic_now();
  suite::Schedule schedule(std::move(cases), rules);
  const auto told = [&](const suite::CaseResult& one) {
    if (!arguments.quiet) say("{}\n", report::suite_line(one, style));
  };
  const auto own_words = [&](const suite::Case& one) { return words_of(baseline, one); };
  const Result<> carried = carry_out_suite(schedule, {*folder, passed_on(arguments), own_words, timeout, told});
  suite::Answer answer = schedule.answer();
  answer.wall_ns = wall;
  answer.took = monotonic_now() - began;
  const int code = tell_suite(answer, *folder, arguments);
  if (!carried) complain(carried.error());
  return carried || code == 1 ? code : exit_own_trouble;
}

}  // namespace

void add_suite_options(CLI::App& command, SuiteArguments& arguments) {
  const char* group = "Suite";
  // Each takes one word: without that a path behind it would be a second one, and CLI11 reads "[ab]" as a list.
  command.add_option("--only", arguments.only, "Only scenarios whose name or file is like this (a glob); several: any")
      ->type_name("GLOB")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("-l,--selector", arguments.selectors, "Only scenarios with such labels, as kubectl has it")
      ->type_name("SELECTOR")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("--shard", arguments.shard, "I/N: the I-th of N parts, each with about as much to do")
      ->type_name("I/N")
      ->group(group);
  command.add_option("-j,--jobs", arguments.jobs, "At most so many runs side by side (default: 4 a processor)")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 256))
      ->group(group);
  command.add_option("--repeat", arguments.repeat, "Run each so many times; the worst counts")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 10000))
      ->group(group);
  command.add_option("--retry", arguments.retry, "Further tries of what did not pass; what passes then is flaky")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 100))
      ->group(group);
  command.add_flag("--fail-fast", arguments.fail_fast, "Start no more after the first that failed")->group(group);
  command.add_option("--timeout", arguments.timeout, "End a run that takes longer; it is broken then")
      ->type_name("DURATION")
      ->group(group);
}

bool is_suite(const std::vector<std::string>& paths, const SuiteArguments& suite) {
  const bool flags = !suite.only.empty() || !suite.selectors.empty() || !suite.shard.empty() ||
                     !suite.timeout.empty() || suite.jobs > 0 || suite.repeat > 0 || suite.retry > 0 || suite.fail_fast;
  if (flags || paths.size() != 1) return true;
  std::error_code error;
  return fs::is_directory(paths.front(), error) && !fs::exists(scenario_file(paths.front()), error);
}

int run_suite(const std::vector<std::string>& paths, const SuiteArguments& suite, const RunArguments& arguments) {
  const Result<suite::Selection> selection = read_selection(suite);
  if (!selection) return complain(selection.error());
  const Result<Nanos> timeout = read_timeout(suite.timeout);
  if (!timeout) return complain(timeout.error());
  const auto ground = names_cluster(arguments.at) ? scenario::Ground::elsewhere : scenario::Ground::own;
  Result<std::vector<suite::Case>> all = find_cases(paths, ground, arguments.values);
  if (!all) return complain(all.error());
  Result<std::vector<suite::Case>> cases = select(std::move(*all), *selection);
  if (!cases) return complain(cases.error());
  std::optional<Baseline> baseline;
  if (!arguments.baseline.empty()) {
    Result<Baseline> read = Baseline::read(arguments.baseline);
    if (!read) return complain(read.error());
    baseline = std::move(*read);
  }
  return carry_and_tell(std::move(*cases), suite, arguments, *timeout, baseline);
}

}  // namespace straycat::cli
