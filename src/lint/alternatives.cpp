#include "lint/alternatives.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "lint/read.hpp"
#include <straycat/finding/words.hpp>

namespace straycat::lint {
namespace {

using Name = std::tuple<std::string, std::string, std::string>;
Name name_key(const Thing& thing) { return {thing.ref.kind, thing.ref.ns, thing.ref.name}; }

template <class F, class G>
void each_thing(F& facts, const G& call) {
  for (auto& one : facts.services) call(one);
  for (auto& one : facts.makers) call(one);
  for (auto& one : facts.autoscalers) call(one);
  for (auto& one : facts.budgets) call(one);
  for (auto& one : facts.monitors) call(one);
  for (auto& one : facts.policies) call(one);
  for (auto& one : facts.slices) call(one);
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void join(Facts& to, const Facts& from) {
  append(to.services, from.services), append(to.makers, from.makers), append(to.autoscalers, from.autoscalers);
  append(to.budgets, from.budgets), append(to.monitors, from.monitors), append(to.policies, from.policies);
  append(to.slices, from.slices);
  append(to.others, from.others), append(to.shadows, from.shadows);
  to.limit_ranges = to.limit_ranges || from.limit_ranges;
  to.objects += from.objects;
}

// Within one file, too, the same name twice are two words about one object: nothing is said against either. Which they
// are: a file may stand in several parts.
void doubt_twins(Facts& facts, std::set<std::pair<std::size_t, Name>>& twins) {
  std::map<Name, std::vector<Thing*>> seen;
  each_thing(facts, [&](Thing& thing) {
    if (!thing.ref.name.empty()) seen[name_key(thing)].push_back(&thing);
  });
  for (auto& [name, things] : seen) {
    if (things.size() < 2) continue;
    twins.emplace(things.front()->origin.text, name);
    for (Thing* thing : things) thing->doubtful = true;
  }
}

// The files of one group, each with what it holds.
struct Leaf {
  std::string name;
  Facts facts;
  bool fragment = false;
};

// The folder at this depth, with its slash; of what lies higher, the file.
std::string below(const std::string& name, std::size_t depth) {
  std::size_t at = 0;
  for (std::size_t i = 0; i <= depth; ++i) {
    at = name.find('/', at);
    if (at == std::string::npos) return name;
    ++at;
  }
  return name.substr(0, at);
}

// What Helm rendered into one file is a whole release.
bool is_rendered(const Leaf& leaf) {
  bool rendered = false;
  each_thing(leaf.facts, [&](const Thing& thing) { rendered = rendered || !thing.origin.source.empty(); });
  return rendered;
}

Part part_of(const std::vector<const Leaf*>& leaves, bool whole) {
  Part part;
  part.whole = whole || (leaves.size() == 1 && is_rendered(*leaves.front()));
  for (const Leaf* leaf : leaves) {
    join(part.facts, leaf->facts);
    part.whole = part.whole && !leaf->fragment;
  }
  return part;
}

// What one file, or one folder, stands for another in: those that hold the same object are alternatives of each other,
// and with a folder's file all that the folder holds. A unit is what always stands together. Folders count from
// where the two paths part: of a/dev/x.yaml and a/prod/x.yaml those are a/dev/ and a/prod/.
class Alternatives {
 public:
  explicit Alternatives(const std::vector<const Leaf*>& leaves) {
    find_sides(leaves);
    if (many_) return;
    for (const Leaf* leaf : leaves) place(leaf);
    for (std::size_t i = 0; i < units_.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (apart(units_[i].name, units_[k].name)) units_[i].against.insert(k), units_[k].against.insert(i);
  }

  [[nodiscard]] bool none() const { return units_.empty() && !many_; }

  // Each a set of units that is as large as it can be, with all that has no alternative. nullopt: more than `most`.
  [[nodiscard]] std::optional<std::vector<std::vector<const Leaf*>>> all(std::size_t most) const {
    std::set<std::size_t> open;
    for (std::size_t i = 0; i < units_.size(); ++i) open.insert(i);
    std::vector<std::set<std::size_t>> found;
    if (many_ || units_.size() > most_units || !enumerate({}, open, {}, most, found)) return std::nullopt;
    return with_the_rest(found);
  }

  // Some of them, in which each unit stands once at least, as far as `most` allow: the units beyond stand alone.
  [[nodiscard]] std::vector<std::vector<const Leaf*>> some(std::size_t most) const {
    if (many_ || units_.size() > most_units) return {};
    std::set<std::size_t> missing;
    for (std::size_t i = 0; i < units_.size(); ++i) missing.insert(i);
    std::vector<std::set<std::size_t>> found;
    while (!missing.empty() && found.size() < most) {
      std::set<std::size_t> taken;
      for (const std::size_t i : missing) take(i, taken);
      for (std::size_t i = 0; i < units_.size(); ++i) take(i, taken);
      for (const std::size_t i : taken) missing.erase(i);
      found.push_back(std::move(taken));
    }
    std::vector<std::vector<const Leaf*>> out = with_the_rest(found);
    for (const std::size_t i : missing) out.push_back(units_[i].leaves);
    return out;
  }

 private:
  static constexpr std::size_t most_units = 64;  // beyond, nobody enumerates
  static constexpr std::size_t most_sides = 4 * most_units;

  struct Unit {
    std::string name;  // of the folder (with its slash), or of the file
    std::vector<const Leaf*> leaves;
    std::set<std::size_t> against = {};
  };

  // Where two paths part: each one's folder there, or the file itself.
  static std::pair<std::string, std::string> sides(const std::string& a, const std::string& b) {
    const std::size_t same =
        static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    const std::size_t slash = same == 0 ? std::string::npos : a.rfind('/', same - 1);
    const std::size_t from = slash == std::string::npos ? 0 : slash + 1;
    const auto side = [&](const std::string& name) {
      const std::size_t end = name.find('/', from);
      return end == std::string::npos ? name : name.substr(0, end + 1);
    };
    return {side(a), side(b)};
  }

  void find_sides(const std::vector<const Leaf*>& leaves) {
    std::map<Name, std::vector<const Leaf*>> holders;
    for (const Leaf* leaf : leaves) {
      each_thing(leaf->facts, [&](const Thing& thing) {
        if (thing.ref.name.empty()) return;
        std::vector<const Leaf*>& those = holders[name_key(thing)];
        if (those.empty() || those.back() != leaf) those.push_back(leaf);
      });
    }
    for (const auto& [name, those] : holders)
      for (std::size_t i = 0; i < those.size() && !many_; ++i)
        for (std::size_t k = 0; k < i; ++k) add_pair(sides(those[i]->name, those[k]->name));
  }

  void add_pair(const std::pair<std::string, std::string>& pair) {
    pairs_.insert(pair), pairs_.insert({pair.second, pair.first});
    sides_.insert(pair.first), sides_.insert(pair.second);
    many_ = many_ || sides_.size() > most_sides;
  }

  // With the innermost folder that is an alternative of another; of none: with all.
  void place(const Leaf* leaf) {
    std::string unit = sides_.count(leaf->name) != 0 ? leaf->name : "";
    for (std::size_t at = leaf->name.size(); unit.empty() && (at = leaf->name.rfind('/', at)) != std::string::npos;) {
      if (sides_.count(leaf->name.substr(0, at + 1)) != 0) unit = leaf->name.substr(0, at + 1);
      if (at-- == 0) break;
    }
    if (unit.empty()) return rest_.push_back(leaf);
    const bool twice = unit == leaf->name && pairs_.count({unit, unit}) != 0;  // the same file, given twice
    const auto there = std::find_if(units_.begin(), units_.end(), [&](const Unit& one) { return one.name == unit; });
    if (there == units_.end() || twice) {
      units_.push_back({unit, {leaf}});
    } else {
      there->leaves.push_back(leaf);
    }
  }

  [[nodiscard]] bool apart(const std::string& a, const std::string& b) const {
    const bool within = a != b && ((a.ends_with('/') && b.starts_with(a)) || (b.ends_with('/') && a.starts_with(b)));
    return !within && pairs_.count(sides(a, b)) != 0;
  }

  void take(std::size_t unit, std::set<std::size_t>& taken) const {
    const std::set<std::size_t>& against = units_[unit].against;
    if (std::none_of(against.begin(), against.end(), [&](std::size_t one) { return taken.count(one) != 0; }))
      taken.insert(unit);
  }

  static std::set<std::size_t> without(const std::set<std::size_t>& from, const std::set<std::size_t>& those) {
    std::set<std::size_t> out;
    std::set_difference(from.begin(), from.end(), those.begin(), those.end(), std::inserter(out, out.end()));
    return out;
  }

  // Bron and Kerbosch (1973), over those that may stand together. False: more than `most`.
  bool enumerate(const std::set<std::size_t>& taken, std::set<std::size_t> open, std::set<std::size_t> done,
                 std::size_t most, std::vector<std::set<std::size_t>>& found) const {
    if (open.empty() && done.empty()) {
      found.push_back(taken);
      return found.size() <= most;
    }
    if (open.empty()) return true;
    // What no set can do without: the first one, or one of its alternatives.
    std::set<std::size_t> turns = units_[*open.begin()].against;
    turns.insert(*open.begin());
    for (const std::size_t unit : turns) {
      if (open.count(unit) == 0) continue;
      std::set<std::size_t> more = taken;
      more.insert(unit);
      std::set<std::size_t> others = units_[unit].against;
      others.insert(unit);
      if (!enumerate(more, without(open, others), without(done, units_[unit].against), most, found)) return false;
      open.erase(unit), done.insert(unit);
    }
    return true;
  }

  [[nodiscard]] std::vector<std::vector<const Leaf*>> with_the_rest(
      const std::vector<std::set<std::size_t>>& found) const {
    std::vector<std::vector<const Leaf*>> out;
    for (const std::set<std::size_t>& taken : found) {
      std::vector<const Leaf*>& leaves = out.emplace_back(rest_);
      for (const std::size_t unit : taken) append(leaves, units_[unit].leaves);
      std::sort(leaves.begin(), leaves.end());  // as they were given
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  bool many_ = false;  // too many to look at each pair
  std::set<std::string> sides_;
  std::set<std::pair<std::string, std::string>> pairs_;
  std::vector<Unit> units_;
  std::vector<const Leaf*> rest_;
};

constexpr std::size_t most_combinations = 16;

// False: there are more combinations than are judged.
bool divide(const std::vector<const Leaf*>& leaves, std::size_t depth, bool whole, std::vector<Part>& parts) {
  const Alternatives alternatives(leaves);
  if (leaves.size() == 1 || alternatives.none()) {
    parts.push_back(part_of(leaves, whole));
    return true;
  }
  std::map<std::string, std::vector<const Leaf*>> folders;
  for (const Leaf* leaf : leaves) {
    const std::string folder = below(leaf->name, depth);
    folders[folder.ends_with('/') ? folder : ""].push_back(leaf);
  }
  auto sets = alternatives.all(most_combinations);
  const bool all = sets.has_value();
  const bool one_folder = folders.size() == 1 && folders.begin()->first.empty();
  if (!all && !one_folder) {
    for (const auto& [name, inside] : folders) divide(inside, depth + 1, false, parts);
    return false;
  }
  if (!all) sets = alternatives.some(most_combinations);
  if (sets->empty())  // a heap of renderings, say: each file by itself
    for (const Leaf* leaf : leaves) sets->push_back({leaf});
  for (const std::vector<const Leaf*>& together : *sets) parts.push_back(part_of(together, false));
  return all;
}

}  // namespace

void for_each_thing(const Facts& facts, const std::function<void(const Thing&)>& call) { each_thing(facts, call); }
void for_each_thing(Facts& facts, const std::function<void(Thing&)>& call) { each_thing(facts, call); }

std::vector<Part> parts_of(const std::vector<Text>& texts, Verdict& verdict) {
  std::map<int, std::vector<Leaf>> groups;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Leaf& leaf = groups[texts[i].group].emplace_back(Leaf{texts[i].name, {}, texts[i].fragment});
    read_text(texts[i], i, leaf.facts, verdict.unread);
    verdict.objects += leaf.facts.objects;
  }
  std::vector<Part> parts;
  for (const auto& [group, leaves] : groups) {
    std::vector<const Leaf*> all;
    for (const Leaf& leaf : leaves) all.push_back(&leaf);
    const std::size_t before = parts.size();
    const bool complete = divide(all, 0, true, parts);
    if (parts.size() > before + 1)
      verdict.notes.push_back(fmt::format(
          "objects of the same kind and name stand in several of these {} files: they are taken for alternatives, {} "
          "judged each by itself{}",
          leaves.size(), finding::count(parts.size() - before, "part"),
          complete
              ? ""
              : fmt::format("; there are more than {} ways to combine them, not all are judged", most_combinations)));
  }
  std::set<std::pair<std::size_t, Name>> twins;
  for (Part& part : parts) doubt_twins(part.facts, twins);
  if (!twins.empty())
    verdict.notes.push_back(fmt::format("{} defined twice in one file: nothing is said of them",
                                        finding::count(twins.size(), "object is", "objects are")));
  return parts;
}

}  // namespace straycat::lint
