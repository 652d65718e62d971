#include <straycat/probe/engine.hpp>

namespace straycat::probe {

namespace {

// Sends each request through the engine that fits; libcurl is set up only when it is needed.
class BothEngines final : public Engine {
 public:
  BothEngines(boost::asio::any_io_executor executor, EngineOptions options)
      : executor_(std::move(executor)), options_(std::move(options)), fast_(make_fast_engine(executor_, options_)) {}

  Stamp start(std::shared_ptr<const Prepared> request, Stamp intended, Done done) override {
    if (is_plain(request->request)) return fast_->start(std::move(request), intended, std::move(done));
    if (!curl_) curl_ = make_curl_engine(executor_, options_);
    return curl_->start(std::move(request), intended, std::move(done));
  }

  [[nodiscard]] std::size_t in_flight() const override { return fast_->in_flight() + (curl_ ? curl_->in_flight() : 0); }

  [[nodiscard]] EngineHealth take_health() override {
    EngineHealth health = fast_->take_health();
    if (!curl_) return health;
    const EngineHealth other = curl_->take_health();
    health.attempts += other.attempts;
    health.no_ports += other.no_ports;
    health.no_descriptors += other.no_descriptors;
    health.no_memory += other.no_memory;
    health.watched_connects += other.watched_connects;
    health.slow_connects += other.slow_connects;
    health.own_ports += other.own_ports;
    return health;
  }

 private:
  boost::asio::any_io_executor executor_;
  EngineOptions options_;
  std::unique_ptr<Engine> fast_, curl_;
};

}  // namespace

std::unique_ptr<Engine> make_engine(boost::asio::any_io_executor executor, EngineOptions options) {
  return std::make_unique<BothEngines>(std::move(executor), std::move(options));
}

}  // namespace straycat::probe
