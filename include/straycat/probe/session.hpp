// One URL probed at a pace, with the prober's own limits watched meanwhile: `straycat probe` without its terminal.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <straycat/core/result.hpp>
#include <straycat/probe/engine.hpp>
#include <straycat/probe/pacing.hpp>
#include <straycat/probe/summary.hpp>

namespace straycat::probe {

enum class EngineChoice : std::uint8_t { fitting, fast, curl };

struct SessionOptions {
  ProbeRequest request;
  Pace pace;
  EngineChoice engine = EngineChoice::fitting;
  EngineOptions engine_options{};
  Nanos drain = std::chrono::seconds{10};  // how long the end waits for what is under way
};

// What a session came to: as a whole, and by phase (each attempt in the phase in which it started).
struct Outcome {
  Summary whole;
  std::vector<std::pair<std::string, Summary>> phases;  // empty when none was named
};

class Session {
 public:
  // Errors (bad_input): the request is none, or the fast engine was forced on what it cannot send.
  static Result<std::unique_ptr<Session>> make(boost::asio::any_io_executor executor, SessionOptions options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // `done` is called once, from the loop: the pace is over (or stop() was called) and nothing is under way any more.
  // The loop itself does not run dry while the session lives: stop it there.
  void begin(std::function<void(const Outcome&)> done);
  // What starts from now on belongs to this phase.
  void phase(const std::string& name);
  // Sends nothing more. A second call does not wait for what is under way.
  void stop();
  [[nodiscard]] const Summary& so_far() const;

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace straycat::probe
