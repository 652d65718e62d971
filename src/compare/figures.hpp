// The figures of two runs, side by side. Private to `compare`.
#pragma once

#include <string>
#include <vector>

#include <straycat/compare/compare.hpp>

namespace straycat::compare {

// The share that failed, of each traffic and of each phase that both runs have.
void add_shares(const Side& before, const Side& after, std::vector<Figure>& figures);
// How long answers took.
void add_latency(const Side& before, const Side& after, std::vector<Figure>& figures);
// When failures began and ended, how long nothing was answered, how far traffic lagged behind the endpoints.
void add_times(const Side& before, const Side& after, std::vector<Figure>& figures);

// The traffic of the same name and vantage point; null when there is none.
[[nodiscard]] const history::Traffic* same_traffic(const history::History& history, const std::string& name,
                                                   const std::string& vantage);
// " (cats from a0)"; "" where there is only one.
[[nodiscard]] std::string of_traffic(const history::History& history, const std::string& name,
                                     const std::string& vantage);
[[nodiscard]] std::uint64_t failed_in(const AttemptWindow& window);

// What the interval and the margin say. `grows`: what a proven growth is.
enum class Growth { worse, neutral };
void conclude_length(Figure& figure, Growth growth);

}  // namespace straycat::compare
