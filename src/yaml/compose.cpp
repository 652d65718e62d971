#include "compose.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "resolve.hpp"

namespace straycat::yaml {
namespace {

using Type = Node::Type;

Diagnostic complain(const Node& node, std::string message) {
  return {"", node.start, node.length(), std::move(message), ""};
}

std::string text_of(const yaml_char_t* text) { return text == nullptr ? "" : reinterpret_cast<const char*>(text); }

std::size_t count(const Node& node) {
  std::size_t total = 1;
  for (const Node& item : node.items) total += count(item);
  for (const Node::Pair& pair : node.pairs) total += 1 + count(pair.value);
  return total;
}

bool is_collection(const Node& node) { return node.type == Type::sequence || node.type == Type::mapping; }

}  // namespace

Position Composer::position(const yaml_mark_t& mark) const {
  return {static_cast<int>(mark.line) + 1 + lines_before_, static_cast<int>(mark.column) + 1};
}

Complaint Composer::take(const yaml_event_t& event) {
  switch (event.type) {
    case YAML_SCALAR_EVENT:
      return scalar(event);
    case YAML_ALIAS_EVENT:
      return alias(event);
    case YAML_SEQUENCE_START_EVENT:
      return open(Type::sequence, event.start_mark, event.data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
      return open(Type::mapping, event.start_mark, event.data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close(event.end_mark);
    default:
      return std::nullopt;
  }
}

Complaint Composer::open(Type type, const yaml_mark_t& start, const yaml_char_t* anchor) {
  Frame frame;
  frame.node.type = type;
  frame.node.start = position(start);
  frame.anchor = text_of(anchor);
  if (stack_.size() >= max_depth) {
    return complain(frame.node, fmt::format("nested more than {} levels deep", max_depth));
  }
  stack_.push_back(std::move(frame));
  return std::nullopt;
}

Complaint Composer::close(const yaml_mark_t& end) {
  Frame frame = std::move(stack_.back());
  stack_.pop_back();
  frame.node.end = position(end);
  for (Node& source : frame.merges) {
    if (Complaint complaint = merge(frame, std::move(source))) return complaint;
  }
  if (Complaint complaint = remember(frame.anchor, frame.node, frame.height)) return complaint;
  return place(std::move(frame.node), false, frame.height);
}

Complaint Composer::scalar(const yaml_event_t& event) {
  const auto& data = event.data.scalar;
  Node node;
  node.start = position(event.start_mark);
  node.end = position(event.end_mark);
  node.scalar.assign(reinterpret_cast<const char*>(data.value), data.length);
  node.quoted = data.style != YAML_PLAIN_SCALAR_STYLE;
  Scalar resolved{Type::string, node.scalar};
  if (data.tag != nullptr) {
    Result<Scalar> tagged = resolve_tagged(text_of(data.tag), node.scalar);
    if (!tagged) return complain(node, tagged.error().message);
    resolved = std::move(*tagged);
  } else if (data.plain_implicit) {
    resolved = resolve_plain(node.scalar);
  }
  node.type = resolved.type;
  node.value = std::move(resolved.value);
  if (node.type == Type::real && !std::isfinite(node.value.get<double>())) {
    return complain(node, fmt::format("\"{}\" cannot be written as JSON: quote it to mean text", node.scalar));
  }
  if (Complaint complaint = remember(text_of(data.anchor), node, 0)) return complaint;
  const bool may_merge = node.scalar == "<<" && data.plain_implicit != 0;
  return place(std::move(node), may_merge, 0);
}

Complaint Composer::alias(const yaml_event_t& event) {
  const std::string name = text_of(event.data.alias.anchor);
  Node here;
  here.type = Type::string;
  here.start = position(event.start_mark);
  here.end = position(event.end_mark);
  const bool cycle =
      std::any_of(stack_.begin(), stack_.end(), [&](const Frame& frame) { return frame.anchor == name; });
  if (cycle) return complain(here, fmt::format("the anchor \"{}\" contains itself", name));
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    std::vector<std::string> names;
    for (const auto& [known, anchored] : anchors_) names.push_back(known);
    return complain(here, fmt::format("unknown anchor \"{}\"{}", name, suggestion(name, names)));
  }
  if (stack_.size() + found->second.height > max_depth) {
    return complain(here, fmt::format("nested more than {} levels deep", max_depth));
  }
  copied_ += found->second.nodes;
  if (copied_ > max_alias_nodes)
    return complain(here, fmt::format("aliases stand for more than {} nodes", max_alias_nodes));
  return place(found->second.node, false, found->second.height);
}

Complaint Composer::place(Node node, bool may_merge, std::size_t height) {
  if (stack_.empty()) {
    root_ = std::move(node);
    return std::nullopt;
  }
  Frame& frame = stack_.back();
  frame.height = std::max(frame.height, height + 1);
  if (frame.node.type == Type::sequence) {
    frame.node.items.push_back(std::move(node));
    return std::nullopt;
  }
  if (!frame.key) return place_key(frame, std::move(node), may_merge);
  if (frame.merge_key) {
    frame.merges.push_back(std::move(node));
  } else {
    if (frame.again)
      std::erase_if(frame.node.pairs, [&](const auto& pair) { return pair.key.value == frame.key->value; });
    frame.node.pairs.push_back({std::move(*frame.key), std::move(node)});
  }
  frame.key.reset();
  return std::nullopt;
}

Complaint Composer::place_key(Frame& frame, Node node, bool may_merge) {
  frame.merge_key = may_merge;
  if (may_merge) {
    frame.key = std::move(node);
    return std::nullopt;
  }
  if (is_collection(node)) return complain(node, fmt::format("a key cannot be {}", to_string(node.type)));
  const Result<std::string> key = key_text({node.type, node.value});
  if (!key) return complain(node, key.error().message);
  node.value = *key;
  const auto [first, fresh] = frame.keys.emplace(*key, node.start);
  frame.again = !fresh;
  if (!fresh) {
    auto twice =
        complain(node, fmt::format("duplicate key \"{}\": it stands already in line {}", *key, first->second.line));
    if (repeated_ == nullptr) return twice;
    repeated_->push_back(std::move(twice));
  }
  frame.key = std::move(node);
  return std::nullopt;
}

Complaint Composer::remember(const std::string& anchor, const Node& node, std::size_t height) {
  if (anchor.empty()) return std::nullopt;
  const std::size_t nodes = count(node);
  copied_ += nodes;
  if (copied_ > max_alias_nodes)
    return complain(node, fmt::format("anchors stand for more than {} nodes", max_alias_nodes));
  anchors_[anchor] = {node, nodes, height};
  return std::nullopt;
}

// `<<: *a` or `<<: [*a, *b]`. `keys` holds what the mapping has by now, so own keys and earlier merges win.
Complaint Composer::merge(Frame& frame, Node source) {
  if (source.type == Type::sequence) {
    for (Node& item : source.items) {
      if (item.type != Type::mapping) return complain(item, "a merge (<<) takes mappings only");
      if (Complaint complaint = merge(frame, std::move(item))) return complaint;
    }
    return std::nullopt;
  }
  if (source.type != Type::mapping) return complain(source, "a merge (<<) takes a mapping, or a list of mappings");
  for (Node::Pair& pair : source.pairs) {
    const auto& key = pair.key.value.get_ref<const std::string&>();
    if (frame.keys.emplace(key, pair.key.start).second) frame.node.pairs.push_back(std::move(pair));
  }
  return std::nullopt;
}

}  // namespace straycat::yaml
