#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "commands.hpp"
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {
namespace {

constexpr std::size_t largest_file = 16u << 20;  // what no scenario or manifest needs, and a device never ends

Result<std::string> read_file(const std::filesystem::path& path, const std::string& shown) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return bad_input(fmt::format("{} is a folder, not a file", shown));
  std::ifstream in(path, std::ios::binary);
  if (!in) return bad_input(fmt::format("cannot read {}: {}", shown, std::strerror(errno)));
  std::string text;
  char buffer[65536];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (text.size() > largest_file)
      return bad_input(fmt::format("{} is larger than {} MiB", shown, largest_file >> 20));
  }
  return text;
}

// "2 traffics, 14 steps, 4 phases" would be no news; who sends what where is.
std::string summary(const plan::Plan& plan) {
  std::string text = fmt::format("{}: {} steps", plan.name, plan.steps.size());
  for (const plan::TrafficPlan& traffic : plan.traffic) {
    const std::string pace = traffic.pace.loops > 0 ? fmt::format("{} loops", traffic.pace.loops)
                                                    : fmt::format("{}/s", traffic.pace.rate_per_second);
    text += fmt::format(", {} to {} through Service/{}", pace, plan::without_secrets(traffic.url), traffic.service);
  }
  text += fmt::format("; expects {}", plan.expect.finding);
  if (plan.expect.workload) text += fmt::format(" of {}", plan.expect.workload->display());
  return text;
}

// What is good about the file, or what is wrong with it.
Result<std::string> check(const std::string& file, bool shape_only) {
  if (!shape_only) {
    const Result<plan::Plan> plan = load_scenario(file);
    return plan ? Result<std::string>(summary(*plan)) : Result<std::string>(plan.error());
  }
  const Result<std::string> text = read_file(file, file);
  if (!text) return text.error();
  const Result<> shape = scenario::check_shape_only(*text, file);
  return shape ? Result<std::string>("the shape is right") : Result<std::string>(shape.error());
}

}  // namespace

Result<plan::Plan> load_scenario(const std::string& path) {
  const Result<std::string> text = read_file(path, path);
  if (!text) return text.error();
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return scenario::parse(*text, path, [&](const std::string& name) { return read_file(folder / name, name); });
}

int check_command(const std::vector<std::string>& files, bool shape_only) {
  bool good = true;
  for (const std::string& file : files) {
    const Result<std::string> found = check(file, shape_only);
    if (found) {
      std::cout << fmt::format("OK {}: {}\n", file, *found);
      continue;
    }
    good = false;
    std::cout << "BAD " << file << '\n' << std::flush;
    std::cerr << found.error().message << '\n' << std::flush;
  }
  return good ? 0 : 3;
}

}  // namespace straycat::cli
