// Deadlines of many requests under one timer. Coarse: one may fire up to 5 ms late, never early.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>

#include <straycat/core/time.hpp>

namespace straycat::probe {

class Deadlines {
 public:
  // Something that can expire: at most one deadline, taken out by its end or by clear().
  class Entry : public boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    virtual ~Entry() = default;

    virtual void on_deadline() = 0;
    [[nodiscard]] Stamp deadline() const { return deadline_; }
    friend bool operator<(const Entry& a, const Entry& b) { return a.deadline_ < b.deadline_; }

   private:
    friend class Deadlines;
    Stamp deadline_;
  };

  explicit Deadlines(const boost::asio::any_io_executor& executor) : timer_(executor) {}
  ~Deadlines() { *alive_ = false; }
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  void set(Entry& entry, Stamp deadline);
  static void clear(Entry& entry);

 private:
  void arm(Stamp at);
  void fire();

  boost::asio::steady_timer timer_;
  boost::intrusive::multiset<Entry, boost::intrusive::constant_time_size<false>> entries_;
  Stamp armed_{};                                               // 0: no timer runs
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a handler may be on its way when this ends
};

}  // namespace straycat::probe
