// What every format says of a survey, in the same words. Nothing here is made harmless yet: each format does that for
// its medium. Private to `report`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <straycat/survey/survey.hpp>

namespace straycat::report {

[[nodiscard]] std::string_view survey_word(int exit_code);  // "FOUND", "CANNOT TELL", "NOTHING"
[[nodiscard]] std::string_view exit_words(int exit_code);   // "exit 1: a finding"

// "Service/sayhi in namespace default", or "12 Services: 1 with a finding, 2 that cannot be told, 9 without".
[[nodiscard]] std::string survey_title(const std::vector<survey::Survey>& surveys, bool all);
[[nodiscard]] std::string surveys_sum(const std::vector<survey::Survey>& surveys);

[[nodiscard]] std::string age_words(std::int64_t now, std::int64_t since);  // "12 s", "4 min", "-" when not known
// "80 -> http=3000: declared", "80 -> 3000: not declared (but 8080)", "80 -> web: no such port"
[[nodiscard]] std::string fit_words(const finding::PortFit& fit);
[[nodiscard]] std::string pod_words(const survey::PodLine& pod);
[[nodiscard]] std::string probe_words(const survey::Standing& standing);  // "httpGet :3000/healthz"
[[nodiscard]] std::string intent_words(const survey::Survey& one);
[[nodiscard]] std::string past_words(const survey::Past& past, std::int64_t now);

// Of many pods only those that differ are worth a line.
[[nodiscard]] bool worth_a_line(const survey::Standing& standing, const survey::PodLine& pod);

}  // namespace straycat::report
