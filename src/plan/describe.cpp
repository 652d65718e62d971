#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/core/json_access.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

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
}

}  // namespace

Verb verb(const Action& action) {
  return std::visit(Overloaded{[](const Apply&) { return Verb::apply; }, [](const Delete&) { return Verb::remove; },
                               [](const Patch&) { return Verb::patch; }, [](const Scale&) { return Verb::scale; },
                               [](const Restart&) { return Verb::restart; }, [](const Wait&) { return Verb::wait; },
                               [](const Pause&) { return Verb::pause; }, [](const Traffic&) { return Verb::traffic; },
                               [](const Command&) { return Verb::command; }},
                    action);
}

std::string describe(const Step& step) {
  return std::visit(
      Overloaded{
          [](const Apply& a) { return describe_apply(a); },
          [](const Delete& a) { return describe_delete(a); },
          [](const Patch& a) { return "patch " + a.target.display(); },
          [](const Scale& a) { return fmt::format("scale {} to {}", a.target.display(), a.replicas); },
          [](const Restart& a) { return "restart " + a.target.display(); },
          [](const Wait& a) {
            return fmt::format("wait for {}: {} (at most {})", a.target.display(), a.condition,
                               format_duration(a.timeout));
          },
          [](const Pause& a) { return "pause " + format_duration(a.length); },
          [](const Traffic& a) { return std::string(a.start ? "start traffic" : "stop traffic"); },
          // Its arguments may hold secrets (--set password=...): the log and the reports name the program.
          [](const Command& a) { return "run " + (a.words.empty() ? std::string{} : a.words.front()); },
      },
      step.action);
}

}  // namespace straycat::plan
