#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "lint/mend/edit.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/lint/mend.hpp>

namespace straycat::lint {
namespace {

std::set<std::string> keys_of(const Verdict& verdict) {
  std::set<std::string> out;
  for (const Flaw& one : verdict.flaws) out.insert(one.key());
  return out;
}

// The Service's manifest, or the stray's.
bool is_of_object(const Flaw& flaw) {
  return flaw.fix->target.kind == flaw.object.kind && flaw.fix->target.name == flaw.object.name;
}

std::string why_not(const Flaw& flaw, const Spot& spot, const Text* text) {
  if (!flaw.fix) return flaw.no_fix.empty() ? "no change is known that cures it" : flaw.no_fix;
  if (flaw.fix->changes.empty()) return "its cure is no label and no line of a selector";
  if (spot.file == in_the_cluster) return "what would have to change stands in the cluster, in no manifest";
  if (!spot.source.empty()) return fmt::format("it was rendered from {}: the change belongs there", spot.source);
  if (text == nullptr || text->group != 0 || text->fragment)
    return "its manifest is made by another program: the change belongs into what that reads";
  return "";
}

class Mender {
 public:
  Mender(std::vector<Text> texts, const Wishes& wishes) : texts_(std::move(texts)), wishes_(wishes) {}

  void take(const Flaw& flaw) {
    const bool object = flaw.fix && is_of_object(flaw);
    const Spot& spot = object ? flaw.spot : flaw.other_spot;
    const auto text =
        std::find_if(texts_.begin(), texts_.end(), [&](const Text& one) { return one.name == spot.file; });
    std::string why = why_not(flaw, spot, text == texts_.end() ? nullptr : &*text);
    if (why.empty() && !mended(flaw, *text, object ? flaw.object : flaw.other))
      why = "the text does not let its one line be changed by itself";
    if (!why.empty())
      left_.push_back(fmt::format("{} {} {}: {}", flaw.rule, finding::display(flaw.object),
                                  finding::display(flaw.other), finding::safe(why)));
  }

  [[nodiscard]] Mending all(const std::vector<Text>& before) && {
    Mending out{{}, std::move(left_)};
    for (std::size_t i = 0; i < before.size(); ++i)
      if (texts_[i].text != before[i].text) out.files.push_back({before[i].name, before[i].text, texts_[i].text});
    return out;
  }

 private:
  // Also when an earlier change cured it.
  bool mended(const Flaw& flaw, Text& text, const model::ObjectRef& object) {
    const Verdict now = lint(texts_, wishes_);
    if (keys_of(now).count(flaw.key()) == 0) return true;
    const auto changed = edited(text, object, flaw.fix->changes);
    if (!changed) return false;
    const std::string before = std::exchange(text.text, *changed);
    if (is_better(now, lint(texts_, wishes_), flaw)) return true;
    text.text = before;
    return false;
  }

  static bool is_better(const Verdict& before, const Verdict& after, const Flaw& flaw) {
    const auto was = keys_of(before);
    const auto is = keys_of(after);
    return is.count(flaw.key()) == 0 && after.unread.size() == before.unread.size() &&
           std::includes(was.begin(), was.end(), is.begin(), is.end());
  }

  std::vector<Text> texts_;
  const Wishes& wishes_;
  std::vector<std::string> left_;
};

}  // namespace

Mending mend(const std::vector<Text>& texts, const Verdict& verdict, const Wishes& wishes) {
  Mender mender(texts, wishes);
  for (const Flaw& flaw : verdict.flaws)
    if (flaw.severity == Severity::error) mender.take(flaw);
  return std::move(mender).all(texts);
}

}  // namespace straycat::lint
