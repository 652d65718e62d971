// Recorded exchanges with a real API server (tests/kube/recordings): "> " request, "< " response head, then the body;
// the lines of a stream begin with their arrival in ms and a tab.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <straycat/net/http.hpp>

namespace straycat::test {

struct Recording {
  std::string request_line, request_body;
  net::Response response;
  std::vector<std::pair<long, std::string>> lines;  // of a stream, without "<eof>"
};

inline Recording read_recording(const std::string& name) {
  std::ifstream in{std::string{STRAYCAT_SOURCE_DIR} + "/tests/kube/recordings/" + name + ".http"};
  if (!in) throw std::runtime_error("no recording " + name);
  Recording out;
  std::string line;
  while (std::getline(in, line) && line.rfind("> ", 0) == 0 && out.request_line.empty())
    out.request_line = line.substr(2);
  do {
    if (line.rfind("> {", 0) == 0) out.request_body = line.substr(2);
    if (line.rfind("< HTTP/", 0) == 0)
      out.response.status = std::stoi(line.substr(11));
    else if (line.rfind("< ", 0) == 0)
      out.response.headers[line.substr(2, line.find(':') - 2)] = line.substr(line.find(':') + 2);
  } while (std::getline(in, line) && !line.empty());
  while (std::getline(in, line)) {
    out.response.body += line + "\n";
    const auto tab = line.find('\t');
    if (tab != std::string::npos && tab < 10 && line.substr(tab + 1) != "<eof>")
      out.lines.emplace_back(std::stol(line.substr(0, tab)), line.substr(tab + 1));
  }
  return out;
}

}  // namespace straycat::test
