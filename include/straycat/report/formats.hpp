// The forms in which reports are written to files. A format is one file, src/report/formats/NAME.cpp, that defines
// NAME_format(): the build finds it there, and the command line gets its flag from it. Nothing else knows its name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/report/report.hpp>
#include <straycat/report/suite.hpp>
#include <straycat/report/survey.hpp>

namespace straycat::report {

struct Wishes {
  bool inconclusive_fails = false;  // where a format can say "skipped": what could not be proven is a failure
};

struct Format {
  std::string_view name;  // its flag is --NAME FILE
  std::string_view help;
  std::string (*of_run)(const history::History&, const diagnose::Verdict&, const Wishes&);
  // `all`: each Service of a namespace was looked at, not one.
  std::string (*of_survey)(const survey::Snapshot&, const std::vector<survey::Survey>&, bool all, const Wishes&);
  std::string (*of_comparison)(const std::vector<Compared>&) = nullptr;  // of several runs at once; most have none
  // `folder`: of the runs, as seen from where this file goes.
  std::string (*of_suite)(const suite::Answer&, const std::string& folder, const Wishes&) = nullptr;
  std::string (*of_pair)(const Compared& before, const Compared& after) = nullptr;  // with figures; some have none
};

// All of them, by name.
[[nodiscard]] std::vector<Format> formats();

}  // namespace straycat::report
