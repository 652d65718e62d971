#include "plan/verbs.hpp"

namespace straycat::plan {

Verb verb(const Action& action) {
  return std::visit([](const auto& one) { return one.verb; }, action);
}

std::string values_words(const std::map<std::string, std::string>& values) {
  std::string text;
  for (const auto& [value, is] : values) text += (text.empty() ? "" : ", ") + value + "=" + is;
  return text;
}

std::string Plan::case_name() const { return values.empty() ? name : name + " (" + values_words(values) + ")"; }

std::string describe(const Step& step) {
  return std::visit([](const auto& action) { return telling(action).words(action); }, step.action);
}

namespace {

template <class One, class Any>
std::span<One> manifests_in(Any& action) {
  return std::visit(
      [](auto& one) -> std::span<One> {
        if constexpr (requires { one.manifests; }) return one.manifests;
        return {};
      },
      action);
}

}  // namespace

std::span<Manifest> manifests_of(Action& action) { return manifests_in<Manifest>(action); }
std::span<const Manifest> manifests_of(const Action& action) { return manifests_in<const Manifest>(action); }

}  // namespace straycat::plan
