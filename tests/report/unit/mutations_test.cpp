// Logs that a disk, a person or an attacker damaged: each is read, folded, judged and told in every form, or refused
// with a word; none takes much more work than the whole one. Seeds are printed; one that ever failed comes first.
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "report/support/tiny_runs.hpp"
#include "report/support/work.hpp"
#include <straycat/report/formats.hpp>

namespace straycat::report {
namespace {

using test::Work;

// Every kind of record in some forty lines.
std::string small_log() {
  test::TinyLog log = test::small_article();
  log.log().events.pop_back();
  log.watch_from("runner", "pods", 0).gap("a0", "endpointslices", 12 * test::second, 13 * test::second);
  log.probe("a0", 5 * test::second, "p1", true).probe("a0", 18 * test::second, "p3", false);
  model::KubeEvent event;
  event.type = "Warning";
  event.reason = "Unhealthy";
  event.regarding = {"Pod", "shop", "p1", ""};
  log.add("kube.event", "runner", 9 * test::second, test::json(model::ObjectChange{false, test::json(event)}));
  VantageHealth health;
  health.to_ns = test::second;
  health.loop_lag_ns = 1'000'000;
  health.skipped = 1;
  log.add(VantageHealth::kind, "a0", test::second, test::json(health));
  VantageSummary summary;
  summary.sent["loop"] = 64;
  log.add(VantageSummary::kind, "a0", 37 * test::second, test::json(summary));
  VantageLost lost;
  lost.vantage = "a0";
  lost.missing = 1;
  log.add(VantageLost::kind, "runner", 37 * test::second, test::json(lost));
  NoteRecord note;
  note.text = "read me";
  log.add(NoteRecord::kind, "runner", 37 * test::second, test::json(note));
  return test::lines_of(log.ended(38 * test::second).log());
}

// --- damage
// -----------------------------------------------------------------------------------------------------------

std::size_t below(std::mt19937_64& random, std::size_t n) { return n == 0 ? 0 : random() % n; }

void flip_byte(std::string& text, std::mt19937_64& random) {
  text[below(random, text.size())] ^= static_cast<char>(1 << below(random, 8));
}

void cut_off(std::string& text, std::mt19937_64& random) { text.resize(below(random, text.size())); }

std::vector<std::string> lines_in(const std::string& text) { return test::split_lines(text); }

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// A line again, gone, or in another's place.
void move_line(std::string& text, std::mt19937_64& random) {
  auto lines = lines_in(text);
  const std::size_t one = 1 + below(random, lines.size() - 1), other = 1 + below(random, lines.size() - 1);
  switch (below(random, 3)) {
    case 0:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(other), lines[one]);
      break;
    case 1:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(one));
      break;
    default:
      std::swap(lines[one], lines[other]);
  }
  text = joined(lines);
}

// All values that stand anywhere in a line.
void collect(test::json& value, std::vector<test::json*>& all) {
  all.push_back(&value);
  if (!value.is_structured()) return;
  for (auto& member : value) collect(member, all);
}

const std::vector<const char*>& extremes() {
  static const std::vector<const char*> all = {"9223372036854775807",
                                               "-9223372036854775808",
                                               "18446744073709551615",
                                               "9223372036854775806",
                                               "4611686018427387904",
                                               "-4611686018427387904",
                                               "576460752303423488",
                                               "-576460752303423488",
                                               "1e300",
                                               "-1e300",
                                               "0.5",
                                               "0",
                                               "-1",
                                               "1",
                                               "281474976710656",
                                               "4294967296",
                                               "-2147483648",
                                               "2147483647",
                                               "65536",
                                               "null",
                                               "true",
                                               "\"\"",
                                               "\"\\u202e\"",
                                               "[]",
                                               "{}",
                                               "[[[[]]]]",
                                               "\"-\"",
                                               "99999999999999999999999"};
  return all;
}

void set_extreme(std::string& text, std::mt19937_64& random) {
  auto lines = lines_in(text);
  std::string& line = lines[below(random, lines.size())];
  test::json tree = test::json::parse(line, nullptr, false);
  if (tree.is_discarded()) return;
  std::vector<test::json*> all;
  collect(tree, all);
  // A mark that is replaced in the text: some extremes are no number that a tree could hold.
  *all[1 + below(random, all.size() - 1)] = "@EXTREME@";
  line = tree.dump(-1, ' ', false, test::json::error_handler_t::replace);
  const std::string mark = "\"@EXTREME@\"";
  line.replace(line.find(mark), mark.size(), extremes()[below(random, extremes().size())]);
  text = joined(lines);
}

std::string damaged(std::string text, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  using Damage = void (*)(std::string&, std::mt19937_64&);
  static constexpr Damage damages[] = {set_extreme, set_extreme, set_extreme, flip_byte, flip_byte, cut_off, move_line};
  for (std::size_t times = 1 + below(random, 3); times > 0 && !text.empty(); --times)
    damages[below(random, std::size(damages))](text, random);
  return text;
}

// --- what becomes of it
// -----------------------------------------------------------------------------------------------

// Reads, folds, judges and tells in every form; the work it took. Throws std::bad_alloc beyond the limit.
Work tell_all(const std::string& text, const Work& limit) {
  std::istringstream in(text);
  const test::WorkMeter meter(limit);
  const auto history = history::fold(in);
  if (!history) {
    EXPECT_FALSE(history.error().message.empty());
    return meter.done();
  }
  const diagnose::Verdict verdict = diagnose::judge(*history);
  EXPECT_LE(verdict.failed, verdict.attempts);
  for (const Format& format : formats()) EXPECT_FALSE(format.of_run(*history, verdict, {}).empty()) << format.name;
  for (const TextStyle& style : {TextStyle{60, false, true}, TextStyle{120, true, false}})
    EXPECT_FALSE(render_text(*history, verdict, style).empty());
  return meter.done();
}

// Seeds that ever failed come first.
void check(std::uint64_t from, std::uint64_t to) {
  const std::string whole = small_log();
  const Work usual = tell_all(whole, {UINT64_MAX, UINT64_MAX});
  const Work limit{8 * usual.allocations, 8 * usual.bytes};
  for (std::uint64_t seed = from; seed < to; ++seed) {
    try {
      tell_all(damaged(whole, seed), limit);
    } catch (const std::bad_alloc&) {
      ADD_FAILURE() << "seed " << seed << " takes more than eight times the work of the whole log";
    }
    if (testing::Test::HasFailure()) {
      std::cout << "seed " << seed << "\n";
      return;
    }
  }
}

// Parts of one thousand, so that several processors can share them.
TEST(Damaged, logs_1) { check(0, 250); }
TEST(Damaged, logs_2) { check(250, 500); }
TEST(Damaged, logs_3) { check(500, 750); }
TEST(Damaged, logs_4) { check(750, 1000); }

}  // namespace
}  // namespace straycat::report
