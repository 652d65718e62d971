// A session's outcome for people and for programs. Times are relative to the session's begin.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <straycat/probe/session.hpp>

namespace straycat::probe {

// What was done, for the heading.
struct SessionFacts {
  std::string request;                  // "GET http://sayhi/hi"
  std::string pace;                     // "1000/s", "4 loops, 1s apart"
  Allowance allowed;                    // attempts that may fail
  std::string command;                  // "" when there was none
  std::optional<int> command_status{};  // none: it was not run to its end
  bool interrupted = false;
};

[[nodiscard]] std::string_view to_string(Judgement judgement);  // "passed", "failed", "inconclusive"
[[nodiscard]] std::string render_text(const Outcome& outcome, const SessionFacts& facts);
// One line while it runs: "12.3 s  sent 1230  ok 1228  failed 2 (refused 2)  p99 1.2 ms".
[[nodiscard]] std::string live_line(const Summary& so_far, Stamp now);
// {"request","pace","judgement": "passed"|"failed"|"inconclusive","sent","ok","failed","ownFailures","unfinished",
//  "skipped","reused","ownPorts","sources":{ADDRESS:N},"seconds","failures":{KIND:{"count","own","firstMs","lastMs","message",
//    "ways":[{"phase","errno","error": "ECONNREFUSED" where errno is not 0,"count"}]}},
//  "longestGapMs","longestGapFromMs","latencyMs":{"p50","p90","p99","p999","max"},"latenessMs":{...},
//  "bodies":{SHA256:N},"statuses":{"200":N},"versions":{"HTTP/1.1":N},"families":{"IPv4":{"sent","failed"}},
//  "limits":[{"limit","fromMs","toMs"}],"phases":[{"name", the same from "sent" on}],
//  "command":{"words","status" (null: not run to its end)} when there was one,"interrupted"}
[[nodiscard]] nlohmann::json to_json(const Outcome& outcome, const SessionFacts& facts);

}  // namespace straycat::probe
