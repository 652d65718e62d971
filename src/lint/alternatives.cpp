#include "lint/alternatives.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

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

// Within one file, too, the same name twice are two words about one object: nothing is said against either.
std::size_t doubt_twins(Facts& facts) {
  std::map<Name, std::vector<Thing*>> seen;
  each_thing(facts, [&](Thing& thing) {
    if (!thing.ref.name.empty()) seen[name_key(thing)].push_back(&thing);
  });
  std::size_t twins = 0;
  for (auto& [name, things] : seen) {
    if (things.size() < 2) continue;
    ++twins;
    for (Thing* thing : things) thing->doubtful = true;
  }
  return twins;
}

// The files of one group, each with what it holds.
struct Leaf {
  std::string name;
  Facts facts;
  bool fragment = false;
};

bool are_alternatives(const std::vector<const Leaf*>& leaves) {
  std::map<Name, const Leaf*> seen;
  bool twice = false;
  for (const Leaf* leaf : leaves) {
    each_thing(leaf->facts, [&](const Thing& thing) {
      if (thing.ref.name.empty()) return;
      const auto [at, fresh] = seen.emplace(name_key(thing), leaf);
      twice = twice || (!fresh && at->second != leaf);
    });
  }
  return twice;
}

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

void divide(const std::vector<const Leaf*>& leaves, std::size_t depth, bool whole, std::vector<Part>& parts) {
  if (leaves.size() == 1 || !are_alternatives(leaves)) {
    Part part;
    part.whole = whole || (leaves.size() == 1 && is_rendered(*leaves.front()));
    for (const Leaf* leaf : leaves) {
      join(part.facts, leaf->facts);
      part.whole = part.whole && !leaf->fragment;
    }
    parts.push_back(std::move(part));
    return;
  }
  std::map<std::string, std::vector<const Leaf*>> folders;
  for (const Leaf* leaf : leaves) folders[below(leaf->name, depth)].push_back(leaf);
  for (const auto& [name, inside] : folders) {
    const bool one_file = !name.ends_with('/');  // which was given twice
    for (std::size_t i = 0; one_file && i < inside.size(); ++i) divide({inside[i]}, depth + 1, false, parts);
    if (!one_file) divide(inside, depth + 1, false, parts);
  }
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
    divide(all, 0, true, parts);
    if (parts.size() > before + 1)
      verdict.notes.push_back(fmt::format(
          "objects of the same kind and name stand in several of these {} files: they are taken for alternatives, {} "
          "judged each by itself",
          leaves.size(), finding::count(parts.size() - before, "part")));
  }
  std::size_t twins = 0;
  for (Part& part : parts) twins += doubt_twins(part.facts);
  if (twins > 0)
    verdict.notes.push_back(fmt::format("{} defined twice in one file: nothing is said of them",
                                        finding::count(twins, "object is", "objects are")));
  return parts;
}

}  // namespace straycat::lint
