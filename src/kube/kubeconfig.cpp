#include "kube/kubeconfig.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace straycat::kube {

namespace {

using Type = yaml::Node::Type;

bool absent(const Place& place) { return !place || place.node->type == Type::null; }

std::string directory_of(const std::string& name) {
  const auto slash = name.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : name.substr(0, slash);
}

std::string name_of(const yaml::Node& entry) {
  const auto* name = entry.find("name");
  return name != nullptr && name->type == Type::string ? name->scalar : std::string{};
}

// Of a pointing error: the place and what is wrong there, without the text that stands there: neither the line that is
// shown nor a word that is quoted from it.
Error without_text(Error error) {
  auto& message = error.message;
  message.resize(std::min(message.find('\n'), message.size()));
  message.resize(std::min(message.find_first_of("\"'*&!`"), message.size()));
  while (message.ends_with(' ')) message.pop_back();
  return error;
}

const char* type_name(Type type) {
  switch (type) {
    case Type::boolean:
      return "a boolean";
    case Type::integer:
    case Type::real:
      return "a number";
    case Type::sequence:
      return "a list";
    case Type::mapping:
      return "a mapping";
    default:
      return "something else";
  }
}

}  // namespace

Result<KubeconfigFile> parse_kubeconfig(std::string name, std::string text) {
  auto documents = yaml::parse(text, name);
  if (!documents) return without_text(documents.error());
  KubeconfigFile file{.name = name, .directory = directory_of(name), .text = std::move(text), .root = {}};
  if (!documents->empty()) file.root = std::move(documents->front());
  if (file.root.type != Type::mapping && file.root.type != Type::null)
    return Place{&file, &file.root}.error("this is no kubeconfig: a mapping was expected");
  return file;
}

Place Place::at(std::string_view key) const {
  if (!node || node->type != Type::mapping) return {file, nullptr};
  return {file, node->find(key)};
}

Error Place::error(const std::string& message) const {
  // Without the line that it points at, which every other message would show: a kubeconfig's lines hold secrets.
  return bad_input(fmt::format("{}:{}:{}: {}", file->name, node->start.line, node->start.column, message));
}

Result<std::string> text_of(const Place& parent, std::string_view key) {
  const auto place = parent.at(key);
  if (absent(place)) return std::string{};
  if (place.node->type == Type::string) return place.node->scalar;
  return place.error(fmt::format("\"{}\" must be a string, not {}{}", key, type_name(place.node->type),
                                 place.node->scalar.empty() ? "" : " (put it in quotes)"));
}

Result<bool> flag_of(const Place& parent, std::string_view key) {
  const auto place = parent.at(key);
  if (absent(place)) return false;
  if (place.node->type == Type::boolean) return place.node->to_json().get<bool>();
  return place.error(fmt::format("\"{}\" must be true or false", key));
}

Result<std::vector<std::string>> texts_of(const Place& parent, std::string_view key) {
  std::vector<std::string> out;
  const auto place = parent.at(key);
  if (absent(place)) return out;
  if (place.node->type != Type::sequence) return place.error(fmt::format("\"{}\" must be a list of strings", key));
  for (const auto& item : place.node->items) {
    if (item.type != Type::string)
      return Place{place.file, &item}.error(fmt::format("\"{}\" must be a list of strings", key));
    out.push_back(item.scalar);
  }
  return out;
}

Place Kubeconfig::top_place(std::string_view key) const {
  for (const auto& file : files) {
    const auto place = Place{&file, &file.root}.at(key);
    if (!absent(place) && !(place.node->type == Type::string && place.node->scalar.empty())) return place;
  }
  return {};
}

Result<std::string> Kubeconfig::top(std::string_view key) const {
  const auto place = top_place(key);
  if (!place) return std::string{};
  return text_of({place.file, &place.file->root}, key);
}

Result<Place> Kubeconfig::entry(std::string_view list, std::string_view body, const std::string& name) const {
  for (const auto& file : files) {
    const auto entries = Place{&file, &file.root}.at(list);
    if (absent(entries)) continue;
    if (entries.node->type != Type::sequence) return entries.error(fmt::format("\"{}\" must be a list", list));
    for (const auto& each : entries.node->items) {
      if (name_of(each) != name) continue;
      const auto place = Place{&file, &each}.at(body);
      if (place && place.node->type != Type::mapping && place.node->type != Type::null)
        return place.error(fmt::format("\"{}\" must be a mapping", body));
      return place ? place : Place{&file, &each};  // `user:` without a body signs in as nobody
    }
  }
  return Place{};
}

std::vector<std::string> Kubeconfig::names(std::string_view list) const {
  std::vector<std::string> out;
  for (const auto& file : files) {
    const auto* entries = file.root.type == Type::mapping ? file.root.find(list) : nullptr;
    if (entries == nullptr || entries->type != Type::sequence) continue;
    for (const auto& each : entries->items)
      if (auto name = name_of(each); !name.empty() && std::find(out.begin(), out.end(), name) == out.end())
        out.push_back(std::move(name));
  }
  return out;
}

}  // namespace straycat::kube
