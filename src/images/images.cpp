#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "images/programs.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/images/images.hpp>

namespace straycat::images {
namespace {

struct Image {
  std::string_view program;
  Program run;
  const std::vector<SettingSpec>& (*settings)();
  std::vector<std::string_view> names;  // as manifests say them
};

const std::vector<Image>& images() {
  static const std::vector<Image> all = {
      {"sayhi", sayhi, sayhi_settings, {"beranm14/sayhi", "straycat/sayhi"}},
      {"sayhi-job", sayhi_job, sayhi_job_settings, {"beranm14/sayhi-job", "straycat/sayhi-job"}},
      {"listener404", listener404, listener404_settings, {"straycat/listener404"}},
      {"sleeper", sleeper, sleeper_settings, {"straycat/sleeper"}},
  };
  return all;
}

const Image* image_of_program(std::string_view program) {
  for (const auto& image : images())
    if (image.program == program) return &image;
  return nullptr;
}

// "docker.io/beranm14/sayhi:1.2@sha256:..." -> "beranm14/sayhi". A colon before the last slash is a registry's port.
std::string_view repository_of(std::string_view image) {
  for (const std::string_view registry : {"docker.io/", "index.docker.io/"})
    if (image.starts_with(registry)) image.remove_prefix(registry.size());
  image = image.substr(0, image.find('@'));
  const auto slash = image.rfind('/');
  const auto colon = image.rfind(':');
  const bool tagged = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return tagged ? image.substr(0, colon) : image;
}

int complain(std::string_view text) {
  say("straycat image: {}\n", text);
  return 3;
}

}  // namespace

std::vector<std::string> command_for(std::string_view image) {
  const auto repository = repository_of(image);
  for (const auto& candidate : images())
    for (const auto name : candidate.names)
      if (name == repository) return {"image", std::string(candidate.program)};
  return {};
}

std::vector<std::string> known_images() {
  std::vector<std::string> names;
  for (const auto& image : images()) names.insert(names.end(), image.names.begin(), image.names.end());
  return names;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return complain("which? " + fmt::format("{}", fmt::join(known_images(), ", ")));
  const auto* image = image_of_program(arguments.front());
  if (image == nullptr) return complain(fmt::format("no program \"{}\"", arguments.front()));
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (!rest.empty() && rest.front() == "--help") {
    fmt::print("{}", describe(image->program, image->settings()));
    return 0;
  }
  const auto code = image->run(rest, [](const std::string& name) { return std::getenv(name.c_str()); });
  if (code) return *code;
  say("{}: {}\n", image->program, code.error().message);
  return code.error().fault == Fault::bad_input ? 3 : 4;
}

}  // namespace straycat::images
