// The run's watches: what changes in its namespace goes into the world and the log. Private to `runner`.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "runner/site.hpp"
#include "runner/watch_scope.hpp"
#include <straycat/kube/watch_life.hpp>

namespace straycat::runner {

class Watching {
 public:
  explicit Watching(Site& site) : site_(site), tasks_(site.executor) {}

  void start();
  // Until each watch stands, or was refused; at most `most`. The kinds that do neither are named in a note.
  boost::asio::awaitable<void> settle(Nanos most);
  // Whatever was not seen up to now is in the log as a gap; a stream that fell silent is found here.
  boost::asio::awaitable<void> prove(Nanos most);
  boost::asio::awaitable<void> stop();

 private:
  struct One {
    kube::ResourceType type;
    Selectors scope;
    kube::WatchLife life;
    kube::WatchHold hold;
  };
  boost::asio::awaitable<void> follow(One& one);
  boost::asio::awaitable<void> prove_one(One& one, Nanos most);
  void take(One& one, kube::WatchItem item);
  void on(One& one, kube::WatchReplaced&& item);
  void on(One& one, kube::WatchApplied&& item);
  void on(One& one, const kube::WatchDeleted& item);
  void on(One&, const kube::WatchGap&) {}
  void on(One&, const kube::WatchDenied&) {}
  // An exception ended it: what happens from now on is not seen.
  void died(One& one, const std::string& why);
  // What happened to a watch goes to its life, and what that says into the log.
  void live(One& one, const kube::Watched& what);
  void one_proven();
  void log(const ObjectLine& line);
  void log(const std::vector<ObjectLine>& lines);

  Site& site_;
  Tasks tasks_;
  std::list<One> watches_;
  std::size_t proving_ = 0;
  Stamp now_;  // of the item that is being taken in: one stamp for all its lines
};

}  // namespace straycat::runner
