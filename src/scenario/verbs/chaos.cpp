#include <array>

#include <fmt/format.h>

#include "scenario/formats.hpp"
#include "scenario/verbs.hpp"

namespace straycat::scenario {
namespace {

using nlohmann::json;
using yaml::Node;

// What may stand under a fault's word, by key.
json key_shapes() {
  return json::parse(R"json({
    "target": {"$ref": "#/$defs/target", "description": "Whose pods; or on whose node."},
    "pods": {
      "anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000, "x-expected": "a number of pods from 1 to 1000"}, {"type": "string", "enum": ["all"]}],
      "x-expected": "a number of pods, or all",
      "description": "How many of its pods; which, the seed chooses. 1 by default."
    },
    "node": {"$ref": "#/$defs/name", "description": "node1, node2, ... (cluster.nodes). Each by default."},
    "container": {"$ref": "#/$defs/name", "description": "Each of the pod by default."},
    "signal": {"description": "KILL by default."},
    "share": {"type": "string", "pattern": "^(100(\\.0{1,6})?|[0-9]{1,2}(\\.[0-9]{1,6})?)%$", "x-check": "share", "x-expected": "a share such as 30%", "description": "Of the connections (lose: of the packets). 100% by default."},
    "from": {"description": "Whose packets: pods', as clients' are (default); the node's, as the kubelet's probes are; or anywhere."},
    "delay": {"$ref": "#/$defs/duration"},
    "lag": {"$ref": "#/$defs/duration"},
    "answers": {},
    "atMost": {"type": "integer", "minimum": 1, "maximum": 1000000, "x-expected": "a number of connections from 1 to 1000000"},
    "gracePeriod": {"$ref": "#/$defs/duration", "description": "Whole seconds; 0s ends them at once. The pods' own by default."},
    "for": {"$ref": "#/$defs/duration", "description": "So long; then it ends by itself. The step lasts as long."},
    "background": {"type": "boolean", "x-expected": "true or false", "description": "The steps that follow do not wait for its end. It ends with the last of them at the latest."}
  })json");
}

constexpr std::array<std::string_view, 14> keys{"target", "node",        "pods",  "container", "signal",
                                                "share",  "from",        "delay", "lag",       "answers",
                                                "atMost", "gracePeriod", "for",   "background"};

json shape_of(const model::FaultRow& row, const json& shapes) {
  if (row.keys.empty()) return {{"enum", {to_string(FaultHow::cut), to_string(FaultHow::compact)}}};
  json out = {{"type", "object"}, {"additionalProperties", false}, {"required", json::array()}};
  for (const std::string_view key : keys) {
    if (row.takes(key)) out["properties"][std::string(key)] = shapes.at(std::string(key));
    if (row.needs(key)) out["required"].push_back(key);
  }
  if (out["required"] != json::array({"target"})) return out;
  return {{"anyOf", json::array({shapes["target"], std::move(out)})},
          {"x-expected", "an object as Kind/name, or target: with more"}};
}

std::string make_shape() {
  json shapes = key_shapes();
  shapes["signal"]["enum"] = model::signal_names();
  shapes["answers"]["enum"] = {to_string(FaultHow::servfail), to_string(FaultHow::nxdomain),
                               to_string(FaultHow::silence)};
  shapes["from"]["enum"] = known_words<FaultFrom>();
  json out = {{"type", "object"},
              {"additionalProperties", false},
              {"oneOf", json::array()},
              {"description", "A fault on order: exactly one. It ends by itself, and with the run."}};
  for (const model::FaultRow& row : model::fault_rows()) {
    const std::string word(to_string(row.word));
    out["properties"][word] = shape_of(row, shapes);
    out["properties"][word]["description"] = row.says;
    out["oneOf"].push_back({{"required", json::array({word})}});
  }
  return out.dump();
}

class Reader {
 public:
  Reader(const Node& node, const model::FaultRow& row, StepReader& step) : node_(node), step_(step) {
    result_.fault.word = row.word;
  }

  plan::Chaos read() {
    if (node_.type == Node::Type::mapping)
      read_keys();
    else if (const auto how = from_word<FaultHow>(node_.scalar))
      result_.fault.how = *how;
    else
      read_target(node_);
    return result_;
  }

 private:
  void read_keys() {
    model::Fault& fault = result_.fault;
    if (const Node* target = node_.find("target")) read_target(*target);
    if (const Node* pods = node_.find("pods"))
      result_.pods = pods->type == Node::Type::string ? 0 : pods->value.get<int>();
    if (const Node* of = node_.find("node")) fault.node = of->scalar;
    if (const Node* container = node_.find("container")) fault.container = container->scalar;
    if (const Node* signal = node_.find("signal")) fault.signal = signal->scalar;
    if (const Node* share = node_.find("share")) read_share(*share);
    if (const Node* from = node_.find("from"))
      fault.from = from_word<FaultFrom>(from->scalar).value_or(FaultFrom::unknown);
    for (const char* key : {"delay", "lag"})
      if (const Node* length = node_.find(key)) fault.delay = read_duration(*length, step_.context);
    if (const Node* answers = node_.find("answers"))
      fault.how = from_word<FaultHow>(answers->scalar).value_or(FaultHow::unknown);
    if (const Node* most = node_.find("atMost")) fault.limit = most->value.get<int>();
    if (const Node* grace = node_.find("gracePeriod")) read_grace(*grace);
    if (const Node* length = node_.find("for")) fault.lasts = read_duration(*length, step_.context);
    if (const Node* background = node_.find("background")) result_.background = background->value.get<bool>();
  }

  void read_target(const Node& node) {
    result_.target = step_.made(node);
    const bool templated = result_.fault.word == FaultWord::slow_start;
    step_.one_of(
        result_.target, node,
        templated ? [](const model::Kind& kind) { return kind.makes_pods(); }
                  : [](const model::Kind& kind) { return kind.pod_template.has_value(); });
  }

  void read_share(const Node& node) {
    constexpr double million = 1'000'000;
    result_.fault.ppm = static_cast<int>(parse_share(node.scalar).value_or(1) * million + 0.5);
    if (result_.fault.ppm == 0) step_.context.add(node, "a share below one in a million is no fault");
  }

  void read_grace(const Node& node) {
    const Nanos grace = read_duration(node, step_.context, true);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(grace);
    if (seconds != grace) step_.context.add(node, fmt::format("{} is not of whole seconds", node.scalar));
    result_.grace = static_cast<int>(seconds.count());
  }

  const Node& node_;
  StepReader& step_;
  plan::Chaos result_;
};

// The shape has made sure that there is exactly one fault.
plan::Chaos read(const Node& node, StepReader& step) {
  const Node::Pair& pair = node.pairs.front();
  const auto word = from_word<FaultWord>(pair.key.value.get_ref<const std::string&>());
  plan::Chaos result = Reader(pair.value, model::row_of(*word), step).read();
  result.place = fmt::format("{}:{}:{}", step.context.source.file, pair.key.start.line, pair.key.start.column);
  return result;
}

}  // namespace

Reading<plan::Chaos> chaos_verb() {
  static const std::string shape = make_shape();
  return {shape.c_str(), read};
}

}  // namespace straycat::scenario
