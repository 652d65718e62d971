// A program of somebody else's that probes: it links the room and nothing of straycat's beyond it.
// Usage: session URL COUNT. Prints one line; exits 0 when no request failed, 1 when one did, 2 when that cannot be
// told.
#include <cstdlib>
#include <iostream>

#include <boost/asio/io_context.hpp>

#include <straycat/probe/session.hpp>

int main(int argc, char** argv) {
  namespace probe = straycat::probe;
  if (argc != 3) return 3;

  probe::SessionOptions options;
  options.request.url = argv[1];
  options.pace = probe::closed_loop(4, straycat::Nanos{0});
  options.pace.max_attempts = std::strtoull(argv[2], nullptr, 10);

  boost::asio::io_context loop;
  auto session = probe::Session::make(loop.get_executor(), std::move(options));
  if (!session) {
    std::cerr << session.error().message << "\n";
    return 3;
  }
  probe::Outcome outcome;
  (*session)->begin([&](const probe::Outcome& result) {
    outcome = result;
    loop.stop();  // the engine watches its sockets until the session is destroyed
  });
  loop.run();

  std::cout << "sent " << outcome.whole.sent << ", ok " << outcome.whole.ok;
  for (const auto& [kind, group] : outcome.whole.failures)
    std::cout << ", " << to_string(kind) << " " << group.count << " (" << group.message << ")";
  std::cout << "\n";
  return static_cast<int>(probe::judge(outcome.whole, {}));
}
