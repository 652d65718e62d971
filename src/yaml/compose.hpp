// libyaml's events -> nodes: what a parser of YAML leaves to its caller (anchors, merges, duplicates, limits).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>
#include <yaml.h>

#include <straycat/yaml/document.hpp>

namespace straycat::yaml {

// What went wrong, not yet rendered. `file` is filled in by the caller.
using Complaint = std::optional<Diagnostic>;

// Builds one document from its events, in order. Decides without I/O.
class Composer {
 public:
  // `repeated`: as parse() has it.
  explicit Composer(int lines_before, std::vector<Diagnostic>* repeated = nullptr)
      : lines_before_(lines_before), repeated_(repeated) {}
  // One event between DOCUMENT-START and DOCUMENT-END.
  [[nodiscard]] Complaint take(const yaml_event_t& event);
  [[nodiscard]] Node root() && { return std::move(root_); }
  [[nodiscard]] Position position(const yaml_mark_t& mark) const;

 private:
  struct Frame {
    Node node;
    std::string anchor;
    std::map<std::string, Position, std::less<>> keys;  // own keys, for duplicates
    std::optional<Node> key;                            // waits for its value
    bool merge_key = false;                             // ... and is `<<`
    bool again = false;                                 // ... and stands there already
    std::vector<Node> merges;
    std::size_t height = 1;  // levels of collections from here down
  };
  struct Anchored {
    Node node;
    std::size_t nodes = 1;
    std::size_t height = 0;
  };

  [[nodiscard]] Complaint open(Node::Type type, const yaml_mark_t& start, const yaml_char_t* anchor);
  [[nodiscard]] Complaint close(const yaml_mark_t& end);
  [[nodiscard]] Complaint scalar(const yaml_event_t& event);
  [[nodiscard]] Complaint alias(const yaml_event_t& event);
  [[nodiscard]] Complaint place(Node node, bool may_merge, std::size_t height);
  [[nodiscard]] Complaint place_key(Frame& frame, Node node, bool may_merge);
  [[nodiscard]] Complaint remember(const std::string& anchor, const Node& node, std::size_t height);
  [[nodiscard]] Complaint merge(Frame& frame, Node source);

  int lines_before_;
  std::vector<Diagnostic>* repeated_;
  std::vector<Frame> stack_;
  Node root_;
  std::map<std::string, Anchored, std::less<>> anchors_;
  std::size_t copied_ = 0;
};

}  // namespace straycat::yaml
