#include "probe/support/one_attempt.hpp"

#include <boost/asio/io_context.hpp>

namespace straycat::test {

std::vector<probe::Attempt> run_attempts(MakeEngine make, const std::vector<probe::ProbeRequest>& requests,
                                         probe::EngineOptions options, probe::EngineHealth* health) {
  boost::asio::io_context loop;
  const std::unique_ptr<probe::Engine> engine = make(loop.get_executor(), std::move(options));
  std::vector<probe::Attempt> attempts(requests.size());
  std::size_t left = requests.size();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    engine->start(probe::prepare(requests[i]).value(), monotonic_now(), [&, i](const probe::Attempt& attempt) {
      attempts[i] = attempt;
      if (--left == 0) loop.stop();
    });
  }
  loop.run();
  if (health != nullptr) *health = engine->take_health();
  return attempts;
}

probe::Attempt run_attempt(MakeEngine make, const probe::ProbeRequest& request, probe::EngineOptions options,
                           probe::EngineHealth* health) {
  return run_attempts(make, {request}, std::move(options), health).front();
}

probe::ProbeRequest quick_get(const std::string& url) {
  probe::ProbeRequest request;
  request.url = url;
  request.timeouts.connect = std::chrono::milliseconds{300};
  request.timeouts.total = std::chrono::milliseconds{500};
  return request;
}

}  // namespace straycat::test
