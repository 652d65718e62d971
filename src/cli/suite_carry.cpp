// The schedule carried out: runs started, waited for, ended when their time is over, their reports read.
#include <algorithm>

#include <fmt/format.h>

#include "cli/suite.hpp"
#include "cli/suite_children.hpp"
#include <straycat/core/file.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

constexpr int look_again_ms = 500;                 // a deadline may pass without any signal
constexpr Nanos grace = std::chrono::seconds{30};  // for a run that was asked to end: it cleans up
constexpr std::size_t most_of_a_report = 256u << 20;

// One run that is going on.
struct Going {
  suite::Start start;
  SuiteChild child;
  Stamp began, asked{};   // asked: to end
  std::string cut_short;  // why it was asked to
  bool interrupted = false;
};

class SuiteShell {
 public:
  SuiteShell(suite::Schedule& schedule, const Carrying& how) : schedule_(schedule), how_(how) {}

  Result<> carry_out() {
    for (;;) {
      while (const auto start = schedule_.next())
        if (Result<> begun = begin(*start); !begun) give_up(begun.error());
      if (going_.empty()) return trouble_;
      heed(signals_.wait(look_again_ms));
      keep_time();
      reap();
    }
  }

 private:
  Result<> begin(const suite::Start& start) {
    const fs::path folder = how_.folder / start.folder;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return own_trouble(fmt::format("{}: {}", folder.string(), error.message()));
    std::vector<std::string> words{"straycat", "run",   schedule_.result(start.which).of.file,
                                   "--quiet",  "--out", folder.string()};
    words.insert(words.end(), how_.words.begin(), how_.words.end());
    for (std::string& word : how_.own_words(schedule_.result(start.which).of)) words.push_back(std::move(word));
    Result<SuiteChild> child = SuiteChild::start(words, (folder / "said.txt").string(), signals_.before());
    if (!child) return child.error();
    going_.push_back({start, *child, monotonic_now(), {}, "", false});
    return {};
  }

  // A disk that is full, processes that cannot be had: no case after this one would fare better.
  void give_up(const Error& error) {
    if (trouble_) trouble_ = error;
    interrupt(error.message);
  }

  void interrupt(const std::string& why) {
    schedule_.stop(why);
    for (Going& one : going_) {
      one.interrupted = true;
      ask(one, why);
    }
  }

  void ask(Going& one, const std::string& why) {
    if (!one.cut_short.empty()) return;
    one.cut_short = why;
    one.asked = monotonic_now();
    one.child.signal(SIGTERM);
  }

  // Who asks twice does not want to wait.
  void heed(int endings) {
    if (endings == 0) return;
    const bool again = asked_before_ || endings > 1;
    if (!asked_before_) interrupt("interrupted");
    asked_before_ = true;
    if (again)
      for (const Going& one : going_) one.child.signal(SIGKILL);
  }

  void keep_time() {
    const Stamp now = monotonic_now();
    for (Going& one : going_) {
      if (how_.timeout.count() > 0 && now - one.began > how_.timeout)
        ask(one, fmt::format("it took longer than --timeout {}", format_duration(how_.timeout)));
      if (!one.cut_short.empty() && now - one.asked > grace) one.child.signal(SIGKILL);
    }
  }

  void reap() {
    for (std::size_t i = 0; i < going_.size();) {
      const int code = going_[i].child.poll();
      if (code < 0) {
        ++i;
        continue;
      }
      const Going one = std::move(going_[i]);
      going_.erase(going_.begin() + static_cast<std::ptrdiff_t>(i));
      close(one, code);
    }
  }

  void close(const Going& one, int code) {
    suite::Ended ended{code, one.cut_short, one.interrupted, {}, "", monotonic_now() - one.began, {}};
    const fs::path folder = how_.folder / one.start.folder;
    if (const auto text = read_file((folder / "report.json").string(), most_of_a_report))
      ended.report = nlohmann::json::parse(*text, nullptr, false);
    if (const auto text = read_file((folder / "comparison.json").string(), most_of_a_report))
      ended.comparison = nlohmann::json::parse(*text, nullptr, false);
    if (const auto said = read_file((folder / "said.txt").string())) ended.said = *said;
    if (schedule_.ended(one.start, suite::read_run(ended)) && how_.ended) how_.ended(schedule_.result(one.start.which));
  }

  suite::Schedule& schedule_;
  const Carrying& how_;
  SuiteSignals signals_;
  std::vector<Going> going_;
  bool asked_before_ = false;
  Result<> trouble_;
};

}  // namespace

Result<> carry_out_suite(suite::Schedule& schedule, const Carrying& how) {
  return SuiteShell(schedule, how).carry_out();
}

}  // namespace straycat::cli
