// A vantage point, as the steps see it: the shell around its life (vantage_life.hpp). Private to `runner`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "runner/agent_stream.hpp"
#include "runner/site.hpp"
#include "runner/vantage_life.hpp"
#include <straycat/agent/orders.hpp>

namespace straycat::runner {

class Vantage {
 public:
  // `patience`: how long it may take until it speaks.
  Vantage(Site& site, agent::Orders orders, Nanos patience);
  Vantage(const Vantage&) = delete;
  Vantage& operator=(const Vantage&) = delete;
  virtual ~Vantage() = default;

  // Returns when its first record has come. Errors: why it cannot speak.
  boost::asio::awaitable<Result<>> start();
  // Ends it, and waits for its summary (at most 15 s). What was lost is in the log then.
  boost::asio::awaitable<void> stop();

 protected:
  // Makes its process or pod. Errors: it cannot be made.
  virtual boost::asio::awaitable<Result<>> make() = 0;
  // Takes in its records until there are none any more; they go through `take`.
  virtual boost::asio::awaitable<void> read_records() = 0;
  // What else is to run in tasks_.
  virtual void begin_more() {}
  virtual boost::asio::awaitable<void> ask_to_end() = 0;
  virtual void kill() {}
  // What became of its process or pod, as far as is known now; none: it may run.
  virtual std::optional<VantageCame> look() = 0;
  // Why it never spoke, in a whole sentence.
  [[nodiscard]] virtual Error never_began(const std::string& why) const = 0;
  // What a record tells beside what it says; and how its clock is bound, each time that this becomes better known.
  virtual void hear(const Event&, Stamp /*arrived*/) {}
  virtual std::optional<ClockBound> tightened() { return std::nullopt; }

  // A line of its records.
  void take(std::string_view line, Stamp arrived);
  void tell_bound();
  // What came goes to the life, and what that says is done.
  void live(const VantageCame& what);

  Site& site_;
  agent::Orders orders_;
  AgentStream stream_;
  VantageLife life_;
  Tasks tasks_;

 private:
  boost::asio::awaitable<void> mind();
  boost::asio::awaitable<void> read_to_the_end();
  void act(const vantage_todo::Began&);
  void act(const vantage_todo::NeverBegan& how);
  void act(const vantage_todo::AskToEnd&) { asked_ = true; }
  void act(const vantage_todo::Hurry&);
  void act(const vantage_todo::Kill&) { kill(); }
  void act(const vantage_todo::Lost& how);
  void act(const vantage_todo::Ended&);
  void no_longer_speaks();
  void tell_lost(const std::string& why);

  Nanos patience_;
  Stamp until_;                                        // when its time is up
  std::optional<Result<>> began_;                      // what start() waits for
  bool made_ = false, asked_ = false, ended_ = false;  // what stop() asks and waits for
  bool speaks_ = false, told_lost_ = false;
};

// One vantage point for each place where a plan's traffic is to start (on each node, for `nodes`), with all the traffic
// that starts there; numbered a0, a1, ... from `first`. Errors: the nodes cannot be listed.
boost::asio::awaitable<Result<std::vector<std::unique_ptr<Vantage>>>> make_vantages(Site& site, std::size_t first);

}  // namespace straycat::runner
