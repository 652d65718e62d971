<<<<<<< HEAD
#include "plan/verbs.hpp"
=======
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/core/json_access.hpp>
#include <straycat/plan/plan.hpp>
>>>>>>> 0c60fb2462cbb9708bc4d949b29897fbd8736532

namespace straycat::plan {

Verb verb(const Action& action) {
  return std::visit([](const auto& one) { return one.verb; }, action);
}

std::string describe(const Step& step) {
  return std::visit([](const auto& action) { return telling(action).words(action); }, step.action);
}

namespace {

<<<<<<< HEAD
template <class One, class Any>
std::span<One> manifests_in(Any& action) {
  return std::visit(
      [](auto& one) -> std::span<One> {
        if constexpr (requires { one.manifests; }) return one.manifests;
        return {};
      },
      action);
=======
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string display(const Manifest& manifest) {
  return text_at(manifest.object, "/kind", "?") + "/" + text_at(manifest.object, "/metadata/name", "?");
}

void add_once(std::vector<std::string>& list, std::string item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(std::move(item));
}

std::string describe_apply(const Apply& apply) {
  std::vector<std::string> files, objects;
  for (const Manifest& manifest : apply.manifests) {
    add_once(files, manifest.file);
    add_once(objects, display(manifest));
  }
  return fmt::format("apply {} ({})", fmt::join(files, ", "), fmt::join(objects, ", "));
}

std::string describe_delete(const Delete& action) {
  std::vector<std::string> objects;
  for (const Target& target : action.targets) objects.push_back(target.display());
  return fmt::format("delete {}", fmt::join(objects, ", "));
>>>>>>> 0c60fb2462cbb9708bc4d949b29897fbd8736532
}

}  // namespace

std::span<Manifest> manifests_of(Action& action) { return manifests_in<Manifest>(action); }
std::span<const Manifest> manifests_of(const Action& action) { return manifests_in<const Manifest>(action); }

}  // namespace straycat::plan
