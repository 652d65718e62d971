#include "matrix.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace straycat::scenario {
namespace {

using yaml::Node;

constexpr std::size_t most_combinations = 64;

Node* child(Node& mapping, std::string_view key) {
  for (Node::Pair& pair : mapping.pairs)
    if (pair.key.value == key) return &pair.value;
  return nullptr;
}

bool is_scalar(const Node& node) { return node.type != Node::Type::mapping && node.type != Node::Type::sequence; }

// A mapping of lists of scalars, none of them empty; null where it is none.
const Node* matrix_of(const Node& root) {
  const Node* spec = root.find("spec");
  const Node* matrix = spec == nullptr ? nullptr : spec->find("matrix");
  if (matrix == nullptr || matrix->type != Node::Type::mapping) return nullptr;
  const bool good = std::all_of(matrix->pairs.begin(), matrix->pairs.end(), [](const Node::Pair& pair) {
    return pair.value.type == Node::Type::sequence && !pair.value.items.empty() &&
           std::all_of(pair.value.items.begin(), pair.value.items.end(), is_scalar);
  });
  return good ? matrix : nullptr;
}

// On one line, whatever it holds.
std::string in_one_line(const Node& item) {
  if (item.type != Node::Type::string) return item.scalar;
  return nlohmann::json(item.scalar).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_value_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), fits);
}

const std::string& key_of(const Node::Pair& pair) { return pair.key.value.get_ref<const std::string&>(); }

std::vector<std::string> names_in(const Node& matrix) {
  std::vector<std::string> names;
  for (const Node::Pair& pair : matrix.pairs) names.push_back(key_of(pair));
  return names;
}

std::size_t combinations_of(const Node& matrix) {
  std::size_t count = 1;
  for (const Node::Pair& pair : matrix.pairs) count = std::min<std::size_t>(count * pair.value.items.size(), 1u << 20);
  return count;
}

class Filling {
 public:
  Filling(const Node& matrix, const Source& source, Problems& problems)
      : matrix_(matrix), source_(source), problems_(problems) {}

  void choose(const Values& wanted) {
    for (const Node::Pair& pair : matrix_.pairs) {
      check_list(pair);
      const auto one = wanted.find(key_of(pair));
      chosen_[key_of(pair)] = one == wanted.end() ? &pair.value.items.front() : find(pair, one->second);
    }
    for (const auto& [name, value] : wanted)
      if (!chosen_.contains(name))
        problems_.add(bad_input(
            fmt::format("{}: spec.matrix has no {}{}", source_.file, name, yaml::suggestion(name, names_in(matrix_)))));
    if (const std::size_t count = combinations_of(matrix_); count > most_combinations)
      problems_.add(source_, matrix_,
                    fmt::format("these are {} combinations; at most {} are made", count, most_combinations));
  }

  void fill(Node& node) {
    for (Node& item : node.items) fill(item);
    for (Node::Pair& pair : node.pairs) fill(pair.value);
    if (is_scalar(node) && node.scalar.find("${") != std::string::npos) fill_scalar(node);
  }

  void complain_of_unused() {
    for (const Node::Pair& pair : matrix_.pairs)
      if (!used_.contains(key_of(pair)))
        problems_.add(
            source_, pair.key,
            fmt::format("nothing in the spec uses ${{{}}}: each of its values would be the same run", key_of(pair)));
  }

  [[nodiscard]] Values taken() const {
    Values values;
    for (const auto& [name, node] : chosen_) values[name] = node->scalar;
    return values;
  }

 private:
  void check_list(const Node::Pair& pair) {
    if (!is_value_name(key_of(pair)))
      problems_.add(source_, pair.key,
                    fmt::format("\"{}\" is no name of a value: letters, digits, - and _", key_of(pair)));
    std::set<std::string> seen;
    for (const Node& item : pair.value.items)
      if (!seen.insert(item.scalar).second)
        problems_.add(source_, item, fmt::format("{} is there twice", in_one_line(item)));
  }

  const Node* find(const Node::Pair& pair, const std::string& wanted) {
    std::vector<std::string> all;
    for (const Node& item : pair.value.items) {
      if (item.scalar == wanted) return &item;
      all.push_back(item.scalar);
    }
    problems_.add(source_, pair.key,
                  fmt::format("{} is never {}: it is one of {}", key_of(pair), wanted, fmt::join(all, ", ")));
    return &pair.value.items.front();
  }

  // Alone it is the value itself, a number too; within other text it is text.
  void fill_scalar(Node& node) {
    const std::string text = node.scalar;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t open = std::min(text.find("${", at), text.size());
      const std::size_t close = text.find('}', open);
      out += text.substr(at, open - at);
      if (open == text.size()) break;
      if (!out.empty() && out.back() == '$') {  // "$${": as it is, with one less
        out += "{";
        at = open + 2;
        continue;
      }
      const Node* value = value_of(node, text.substr(open, close == std::string::npos ? close : close + 1 - open));
      if (value == nullptr) return;
      if (open == 0 && close + 1 == text.size()) return put(node, *value);
      out += value->scalar;
      at = close + 1;
    }
    node.type = Node::Type::string;
    node.scalar = out;
    node.value = out;
  }

  // `placeholder`: "${name}", or what is left of the text where it never ends.
  const Node* value_of(const Node& where, const std::string& placeholder) {
    const std::string name = placeholder.ends_with('}') ? placeholder.substr(2, placeholder.size() - 3) : "";
    const auto found = chosen_.find(name);
    if (found != chosen_.end()) {
      used_.insert(name);
      return found->second;
    }
    problems_.add(
        source_, where,
        fmt::format("spec.matrix has no value for {}{}", placeholder, yaml::suggestion(name, names_in(matrix_))),
        "what is meant as it stands is written $${...}");
    return nullptr;
  }

  static void put(Node& node, const Node& value) {
    node.type = value.type;
    node.scalar = value.scalar;
    node.value = value.value;
  }

  const Node& matrix_;
  const Source& source_;
  Problems& problems_;
  std::map<std::string, const Node*> chosen_;
  std::set<std::string> used_;
};

}  // namespace

Values fill_matrix(Node& root, const Values& wanted, const Source& source, Problems& problems) {
  const Node* matrix = matrix_of(root);
  if (matrix == nullptr) {
    const Node* spec = root.find("spec");
    if (!wanted.empty() && (spec == nullptr || spec->find("matrix") == nullptr))
      problems.add(
          bad_input(fmt::format("{}: it has no spec.matrix, and so no value {}", source.file, wanted.begin()->first)));
    return {};
  }
  const Node given = *matrix;  // what is filled in must not be what is filled
  Filling filling(given, source, problems);
  filling.choose(wanted);
  for (Node::Pair& pair : child(root, "spec")->pairs)
    if (pair.key.value != "matrix") filling.fill(pair.value);
  filling.complain_of_unused();
  problems.sort();
  return filling.taken();
}

std::vector<Values> combinations(const std::string& text, const std::string& file) {
  const Result<std::vector<Node>> documents = yaml::parse(text, file);
  if (!documents || documents->size() != 1) return {{}};
  const Node* matrix = matrix_of(documents->front());
  if (matrix == nullptr || combinations_of(*matrix) > most_combinations) return {{}};
  std::vector<Values> all{{}};
  for (const Node::Pair& pair : matrix->pairs) {
    std::vector<Values> more;
    for (const Values& one : all)
      for (const Node& item : pair.value.items) {
        more.push_back(one);
        more.back()[key_of(pair)] = item.scalar;
      }
    all = std::move(more);
  }
  return all;
}

}  // namespace straycat::scenario
