#include "cluster/support/recording.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace straycat::cluster::testing_world {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("no recording " + path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

// "> Name: value" of the request or "< Name: value" of the answer.
void read_header(Recording& recording, const std::string& line) {
  const auto colon = line.find(": ");
  if (colon == std::string::npos) return;
  auto name = line.substr(2, colon - 2);
  for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto value = line.substr(colon + 2);
  if (line[0] == '<' && name == "content-type") recording.content_type = value;
  if (line[0] == '<') return;
  if (name == "accept") recording.request.accept = value;
  if (name == "content-type") recording.request.content_type = value;
  if (name == "authorization") recording.request.authorization = value;
}

std::string without_arrival_time(const std::string& line) {
  const auto tab = line.find('\t');
  return tab == std::string::npos || line[0] == '{' ? line : line.substr(tab + 1);
}

const std::regex& pattern(const char* text) {
  static std::map<std::string, std::regex> all;
  auto [at, fresh] = all.try_emplace(text);
  if (fresh) at->second = std::regex(text);
  return at->second;
}

std::string normalised_text(std::string text) {
  text = std::regex_replace(text, pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UID");
  text = std::regex_replace(text, pattern("20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9:]{8}(\\.[0-9]+)?Z"), "TIME");
  text = std::regex_replace(text, pattern("10\\.96\\.[0-9]+\\.[0-9]+"), "ADDRESS");
  return std::regex_replace(text, pattern("too old resource version: 1 \\([0-9]+\\)"),
                            "too old resource version: 1 (N)");
}

void compare(const json& ours, const json& recorded, const std::string& path, std::vector<Difference>& out) {
  if (ours.is_object() && recorded.is_object()) {
    auto keys = ours;
    keys.update(recorded);
    for (const auto& [key, unused] : keys.items()) {
      const auto below = path + "/" + key;
      if (!ours.contains(key)) {
        out.push_back({below, "absent", recorded[key].dump()});
      } else if (!recorded.contains(key)) {
        out.push_back({below, ours[key].dump(), "absent"});
      } else {
        compare(ours[key], recorded[key], below, out);
      }
    }
  } else if (ours.is_array() && recorded.is_array() && ours.size() == recorded.size()) {
    for (std::size_t i = 0; i < ours.size(); ++i) compare(ours[i], recorded[i], path + "/" + std::to_string(i), out);
  } else if (ours != recorded) {
    out.push_back({path, ours.dump(), recorded.dump()});
  }
}

}  // namespace

Recording read_recording(const std::string& name) {
  Recording recording;
  recording.name = name;
  std::istringstream lines{read_file(std::string(STRAYCAT_SOURCE_DIR) + "/tests/cluster/recordings/" + name + ".http")};
  bool in_body = false, in_request_body = false;
  for (std::string line; std::getline(lines, line);) {
    if (in_body) {
      recording.body += without_arrival_time(line) + "\n";
    } else if (line.rfind("< HTTP/1.1 ", 0) == 0) {
      recording.code = std::stoi(line.substr(11, 3));
    } else if (line.empty()) {
      in_body = true;
    } else if (line == ">") {
      in_request_body = true;
    } else if (line[0] == '>' && recording.request.method.empty()) {
      std::istringstream words{line.substr(2)};
      words >> recording.request.method >> recording.request.target;
    } else if (line[0] == '>' && in_request_body) {
      recording.request.body += line.substr(2);
    } else {
      read_header(recording, line);
    }
  }
  return recording;
}

json normalised(const json& value) {
  if (value.is_string()) return normalised_text(value.get<std::string>());
  if (value.is_array()) {
    auto out = json::array();
    for (const auto& item : value) out.push_back(normalised(item));
    return out;
  }
  if (!value.is_object()) return value;
  auto out = json::object();
  for (const auto& [key, item] : value.items()) {
    if (key == "managedFields" || key == "storageVersionHash") continue;
    out[key] = key == "resourceVersion" ? json("VERSION") : normalised(item);
  }
  return out;
}

std::vector<Difference> differences(const json& ours, const json& recorded) {
  std::vector<Difference> out;
  compare(normalised(ours), normalised(recorded), "", out);
  return out;
}

}  // namespace straycat::cluster::testing_world
