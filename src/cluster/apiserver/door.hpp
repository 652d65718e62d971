// What strangers and slow readers may cost: the API server's port is open to every user of the machine. Decided without
// I/O; whoever must go is told by its own `cut`.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <vector>

namespace straycat::cluster {

// A connection is a stranger until it has sent a request with a token that is good. Of strangers there are only so
// many; one more, and the oldest goes, so that a crowd of them cannot keep a new client out.
class Door {
 public:
  explicit Door(std::size_t most_strangers) : most_strangers_(most_strangers) {}

  using Place = std::list<std::function<void()>>::iterator;
  // A new connection; may call the `cut` of another.
  Place enter(std::function<void()> cut);
  // Signed in, or gone.
  void leave(Place place) { strangers_.erase(place); }
  [[nodiscard]] std::size_t strangers() const { return strangers_.size(); }

 private:
  std::size_t most_strangers_;
  std::list<std::function<void()>> strangers_;  // oldest first; who was cut stays until it leaves, with an empty `cut`
};

// What streams have been given and their readers have not yet taken. Beyond the bound for one, or for all together, the
// one that is furthest behind goes: it can watch again, from where it stood.
class StreamBudget {
 public:
  StreamBudget(std::size_t each, std::size_t all) : each_(each), all_(all) {}

  // A stream's share; ends with it.
  class Share {
   public:
    Share(std::shared_ptr<StreamBudget> budget, std::function<void()> cut);
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    void grow(std::size_t bytes);  // may cut this stream or another
    void shrink(std::size_t bytes);

   private:
    friend class StreamBudget;
    std::shared_ptr<StreamBudget> budget_;
    std::function<void()> cut_;
    std::size_t pending_ = 0;
    bool was_cut_ = false;
  };
  [[nodiscard]] std::size_t pending() const { return pending_; }

 private:
  void give_up(Share& share);

  std::size_t each_, all_, pending_ = 0;
  std::vector<Share*> shares_;
};

}  // namespace straycat::cluster
