#include "lint/mend/edit.hpp"

#include <algorithm>

#include "lint/alternatives.hpp"
#include "lint/read.hpp"
#include <straycat/yaml/write.hpp>

namespace straycat::lint {
namespace {

std::optional<Thing> find_in(const Text& text, const model::ObjectRef& object) {
  Facts facts;
  std::vector<Unread> unread;
  read_text(text, 0, facts, unread);
  std::vector<Thing> found;
  for_each_thing(facts, [&](const Thing& one) {
    const bool same_ns = object.ns.empty() || one.ref.ns.empty() || one.ref.ns == object.ns;
    if (one.ref.kind == object.kind && one.ref.name == object.name && same_ns) found.push_back(one);
  });
  return found.size() == 1 ? std::optional<Thing>(found.front()) : std::nullopt;
}

Path path_to(const finding::LabelChange& change) {
  Path path;
  for (std::size_t at = 0; at <= change.where.size();) {
    const std::size_t end = std::min(change.where.find('.', at), change.where.size());
    path.push_back(change.where.substr(at, end - at));
    at = end + 1;
  }
  path.push_back(change.key);
  return path;
}

// Bytes from here on that hold so many code points.
std::size_t bytes_of(std::string_view text, std::size_t from, int points) {
  std::size_t at = from;
  const auto inside = [&] { return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  for (; points > 0 && at < text.size(); --points) {
    ++at;
    while (inside()) ++at;
  }
  return at - from;
}

// Where a position stands in the text, and where its line begins.
struct Offset {
  std::size_t line = 0, at = 0;
};
Offset offset_of(std::string_view text, const yaml::Position& position) {
  Offset out;
  for (int line = 1; line < position.line && out.line < text.size(); ++line)
    out.line = std::min(text.find('\n', out.line), text.size() - 1) + 1;
  out.at = out.line + bytes_of(text, out.line, position.column - 1);
  return out;
}

std::string as_yaml(const std::string& value) {
  std::string out = yaml::write(nlohmann::ordered_json(value));
  out.pop_back();  // the end of the line
  return out;
}

void replace_value(std::string& text, const Spot& spot, const std::string& value) {
  const Offset offset = offset_of(text, spot.at);
  text.replace(offset.at, bytes_of(text, offset.at, spot.length), as_yaml(value));
}

// Beside the last of the keys that are there: on a line below it, or behind it where the mapping stands in braces.
void add_beside(std::string& text, const Spot& last, const finding::LabelChange& change) {
  const Offset offset = offset_of(text, last.at);
  const std::string pair = as_yaml(change.key) + ": " + as_yaml(change.to);
  const std::size_t first = text.find_first_not_of(' ', offset.line);
  const std::size_t colon = text.find(':', first);
  const bool alone =
      colon != std::string::npos && colon < offset.at && text.find_first_not_of(' ', colon + 1) == offset.at;
  const std::size_t behind = offset.at + bytes_of(text, offset.at, last.length);
  if (!alone) {
    text.insert(behind, ", " + pair);
    return;
  }
  const std::size_t end = text.find('\n', behind);
  const std::string line = std::string(first - offset.line, ' ') + pair;
  if (end == std::string::npos)
    text += "\n" + line;
  else
    text.insert(end + 1, line + "\n");
}

nlohmann::json* at_path_of(nlohmann::json& in, const Path& path) {
  nlohmann::json* at = &in;
  for (const std::string& key : path) {
    if (at->is_array() && key.find_first_not_of("0123456789") == std::string::npos && key.size() < 7) {
      const auto index = static_cast<std::size_t>(std::stoul(key));
      if (index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else if (at->is_object() && at->contains(key)) {
      at = &(*at)[key];
    } else {
      return nullptr;
    }
  }
  return at;
}

std::optional<std::vector<nlohmann::json>> documents_of(const std::string& text) {
  std::vector<yaml::Diagnostic> repeated;
  const auto read = yaml::parse(text, "", &repeated);
  if (!read) return std::nullopt;
  std::vector<nlohmann::json> out;
  for (const yaml::Node& one : *read) out.push_back(one.to_json());
  return out;
}

// Whether one document alone differs, by this label alone.
bool differs_by(const std::string& before, const std::string& after, const Path& path, const std::string& value) {
  auto was = documents_of(before);
  const auto is = documents_of(after);
  if (!was || !is || was->size() != is->size()) return false;
  std::size_t changed = 0;
  for (std::size_t i = 0; i < is->size(); ++i) {
    if ((*was)[i] == (*is)[i]) continue;
    ++changed;
    nlohmann::json* map = at_path_of((*was)[i], Path(path.begin(), path.end() - 1));
    if (map == nullptr || !map->is_object()) return false;
    (*map)[path.back()] = value;
    if ((*was)[i] != (*is)[i]) return false;
  }
  return changed == 1;
}

// The value, of those that the mapping has, that stands last in the text.
std::optional<Spot> last_in(const Text& text, const Origin& origin, const Path& path) {
  const auto documents = documents_of(text.text.substr(origin.from, origin.size));
  if (!documents || origin.document >= documents->size()) return std::nullopt;
  nlohmann::json document = (*documents)[origin.document];
  Path whole = origin.within;
  whole.insert(whole.end(), path.begin(), path.end() - 1);
  const nlohmann::json* map = at_path_of(document, whole);
  if (map == nullptr || !map->is_object()) return std::nullopt;
  std::optional<Spot> last;
  for (const auto& [key, value] : map->items()) {
    Path one(path.begin(), path.end() - 1);
    one.push_back(key);
    const Spot spot = locate({text}, origin, one);
    const bool later =
        !last || spot.at.line > last->at.line || (spot.at.line == last->at.line && spot.at.column > last->at.column);
    if (later) last = spot;
  }
  return last;
}

bool change_one(Text& text, const model::ObjectRef& object, const finding::LabelChange& change) {
  const auto thing = find_in(text, object);
  if (!thing) return false;
  const Path path = path_to(change);
  const std::string before = text.text;
  if (!change.from.empty()) {
    replace_value(text.text, locate({text}, thing->origin, path), change.to);
  } else if (const auto last = last_in(text, thing->origin, path)) {
    add_beside(text.text, *last, change);
  }
  Path whole = thing->origin.within;
  whole.insert(whole.end(), path.begin(), path.end());
  return differs_by(before, text.text, whole, change.to);
}

}  // namespace

std::optional<std::string> edited(const Text& text, const model::ObjectRef& object,
                                  const std::vector<finding::LabelChange>& changes) {
  Text out = text;
  for (const finding::LabelChange& change : changes)
    if (!change_one(out, object, change)) return std::nullopt;
  return out.text;
}

}  // namespace straycat::lint
