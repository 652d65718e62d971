// What `straycat diagnose` read off a cluster's objects, for people.
#pragma once

#include <string>
#include <vector>

#include <straycat/report/report.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::report {

// `all`: a line for each Service, and those with a finding whole.
[[nodiscard]] std::string render_survey(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys,
                                        bool all, const TextStyle& style);

}  // namespace straycat::report
