// An API server with a history of changes, behind a wire that lies at random. It knows the truth, and of each event
// that it sends whether it was late.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/support/tls_server.hpp"
#include <straycat/core/time.hpp>

namespace straycat::test {

class FaultyApi {
 public:
  struct Change {
    Stamp when;
    int version;  // from 1 without holes
    std::string name;
    bool deleted;
  };

  FaultyApi(boost::asio::io_context& context, std::uint64_t seed);

  boost::asio::awaitable<void> serve(Exchange& exchange);
  // Changes until `lying` is false.
  boost::asio::awaitable<void> live();

  [[nodiscard]] std::map<std::string, int> state_at(int version) const;
  [[nodiscard]] int version() const { return static_cast<int>(changes.size()); }

  std::vector<Change> changes;
  std::map<std::string, int> faults;  // by name, how often
  [[nodiscard]] int faults_made() const;
  bool lying = true;

 private:
  // Where a stream has come to.
  struct Stream {
    int sent = 0;
    Stamp opened, slow_end;
    bool over = false;
  };

  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  bool lies(int percent) { return lying && pick(100) < percent; }
  int fault(const std::vector<const char*>& names);
  void make_change();
  [[nodiscard]] std::string line(const Change& change, bool late, bool slow) const;
  boost::asio::awaitable<void> list(Exchange& exchange);
  boost::asio::awaitable<void> refuse(Exchange& exchange, bool stream);
  boost::asio::awaitable<void> stream(Exchange& exchange);
  boost::asio::awaitable<void> send(Exchange& exchange, Stream& at, const Change& change);
  boost::asio::awaitable<void> lie(Exchange& exchange, Stream& at, const Change& change, const std::string& whole);
  boost::asio::awaitable<void> slowly(Exchange& exchange, const std::string& text);

  std::mt19937_64 random_;
  boost::asio::steady_timer changed_;
  std::map<std::string, int> there_;
  int compacted_ = 0;
};

// The value of "NAME=value" in a URL's query; "" = absent.
[[nodiscard]] std::string query_value(const std::string& target, const std::string& name);

}  // namespace straycat::test
