// When an endpoint's containers were down, or may have been: around each restart and while one does not run. A restart
// explains what lies in its own time, and nothing else of the run.
#pragma once

#include <vector>

#include <straycat/history/history.hpp>

namespace straycat::diagnose {

// Stretches in which its containers may have ended or not run; sorted, without overlaps.
[[nodiscard]] std::vector<history::Span> restart_shadows(const history::History& history,
                                                         const history::ServiceView& view,
                                                         const history::Endpoint& endpoint);
// The same, with the time that a program takes to listen again.
[[nodiscard]] std::vector<history::Span> restart_spans(const history::History& history,
                                                       const history::ServiceView& view,
                                                       const history::Endpoint& endpoint);
// What ended its containers, as the kubelet's Events and their status tell; of several, the one that says most.
enum class EndedBy { nothing, itself, startup_probe, liveness_probe, memory };
[[nodiscard]] EndedBy ended_by(const history::History& history, const history::ServiceView& view,
                               const history::Endpoint& endpoint);
// Sorts them, and makes those that touch one.
[[nodiscard]] std::vector<history::Span> joined(std::vector<history::Span> spans);

}  // namespace straycat::diagnose
