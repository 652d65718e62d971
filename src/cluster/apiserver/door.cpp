#include "cluster/apiserver/door.hpp"

#include <algorithm>
#include <utility>

namespace straycat::cluster {

Door::Place Door::enter(std::function<void()> cut) {
  const auto place = strangers_.insert(strangers_.end(), std::move(cut));
  if (strangers_.size() > most_strangers_) {
    const auto oldest =
        std::find_if(strangers_.begin(), strangers_.end(), [](const auto& one) { return one != nullptr; });
    if (const auto tell = std::exchange(*oldest, nullptr)) tell();
  }
  return place;
}

StreamBudget::Share::Share(std::shared_ptr<StreamBudget> budget, std::function<void()> cut)
    : budget_(std::move(budget)), cut_(std::move(cut)) {
  budget_->shares_.push_back(this);
}

StreamBudget::Share::~Share() {
  shrink(pending_);
  std::erase(budget_->shares_, this);
}

void StreamBudget::Share::grow(std::size_t bytes) {
  if (was_cut_) return;
  pending_ += bytes;
  budget_->pending_ += bytes;
  if (pending_ > budget_->each_) return budget_->give_up(*this);
  while (budget_->pending_ > budget_->all_) {
    const auto& shares = budget_->shares_;
    budget_->give_up(**std::max_element(shares.begin(), shares.end(),
                                        [](const Share* a, const Share* b) { return a->pending_ < b->pending_; }));
  }
}

void StreamBudget::Share::shrink(std::size_t bytes) {
  const auto taken = std::min(bytes, pending_);
  pending_ -= taken;
  budget_->pending_ -= taken;
}

// Its bytes count as gone at once: `cut` lets go of them.
void StreamBudget::give_up(Share& share) {
  share.was_cut_ = true;
  share.shrink(share.pending_);
  if (const auto cut = std::exchange(share.cut_, nullptr)) cut();
}

}  // namespace straycat::cluster
