// Names to addresses without holding up the loop. Each lookup runs getaddrinfo on a thread of its own, so that one dead
// name server holds up nothing but its own requests, and a program that ends does not wait for it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <straycat/core/time.hpp>

namespace straycat::probe {

struct Names {
  std::vector<std::string> addresses;  // in the resolver's order; empty: it failed
  int error = 0;                       // errno, where the failure had one
  std::string reason{};                // of a failure that is none of the name's: the server is silent, or cannot tell
  Stamp at;                            // when the answer came
};

// A numeric address stands for itself.
[[nodiscard]] bool is_numeric_address(const std::string& host);

class Resolver {
 public:
  using Found = std::function<void(const Names&)>;

  explicit Resolver(boost::asio::any_io_executor executor);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // `found` is called at once when an answer younger than `max_age` is known, else when one has come. A request joins a
  // lookup that is under way: its answer will be younger than the request. A failure is never remembered.
  void resolve(const std::string& host, Nanos max_age, Found found);

 private:
  struct Shared;
  void answer(const std::string& host, Names names);

  std::shared_ptr<Shared> shared_;
  std::map<std::string, Names> known_;
  std::map<std::string, std::vector<Found>> waiting_;
};

}  // namespace straycat::probe
