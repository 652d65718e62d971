#include <boost/asio/post.hpp>

#include "probe/fast_op.hpp"
#include <straycat/probe/engine.hpp>

namespace straycat::probe {

namespace {

class FastEngine final : public Engine {
 public:
  FastEngine(const boost::asio::any_io_executor& executor, EngineOptions options)
      : executor_(executor), shared_(executor, std::move(options)), alive_(std::make_shared<bool>(true)) {
    shared_.ended = [this](FastOp& op) { on_ended(op); };
  }
  ~FastEngine() override { *alive_ = false; }

  Stamp start(std::shared_ptr<const Prepared> request, Stamp intended, Done done) override {
    auto op = std::make_shared<FastOp>(shared_, std::move(request), intended, std::move(done));
    op->slot = ops_.size();
    ops_.push_back(op);
    op->begin();
    return op->attempt().started;
  }

  [[nodiscard]] std::size_t in_flight() const override { return ops_.size(); }

  [[nodiscard]] EngineHealth take_health() override { return std::exchange(shared_.health, {}); }

 private:
  // Reported from the loop, not from here: an outcome can be known within start(), and events that epoll has already
  // handed out may still point to this request.
  void on_ended(FastOp& op) {
    ended_.push_back(std::move(ops_[op.slot]));
    if (op.slot + 1 < ops_.size()) {
      ops_[op.slot] = std::move(ops_.back());
      ops_[op.slot]->slot = op.slot;
    }
    ops_.pop_back();
    if (ended_.size() > 1) return;
    boost::asio::post(executor_, [this, alive = alive_] {
      if (*alive) report_ended();
    });
  }

  void report_ended() {
    const std::vector<std::shared_ptr<FastOp>> batch = std::exchange(ended_, {});
    for (const auto& op : batch) op->report();
  }

  boost::asio::any_io_executor executor_;
  FastShared shared_;
  std::vector<std::shared_ptr<FastOp>> ops_, ended_;
  std::shared_ptr<bool> alive_;
};

}  // namespace

std::unique_ptr<Engine> make_fast_engine(boost::asio::any_io_executor executor, EngineOptions options) {
  return std::make_unique<FastEngine>(executor, std::move(options));
}

}  // namespace straycat::probe
